from flask import Blueprint, jsonify
from flask_cors import CORS

bp = Blueprint("a", __name__)
CORS(bp, origins=["https://app.example"])


@bp.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
