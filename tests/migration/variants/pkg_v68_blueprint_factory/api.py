from flask import Blueprint, jsonify
bp = Blueprint("api", __name__)

@bp.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(1)
