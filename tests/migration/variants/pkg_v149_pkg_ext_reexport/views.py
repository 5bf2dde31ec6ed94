from flask import Blueprint, jsonify
bp = Blueprint("v", __name__)

@bp.get("/a")
def a():
    return jsonify(1)
@bp.put("/a")
def b():
    return jsonify(1)
