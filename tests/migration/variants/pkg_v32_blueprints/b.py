from flask import Blueprint, jsonify
from flask_cors import CORS

bp = Blueprint("b", __name__, url_prefix="/pub")
CORS(bp, resources={r"/pub/*": {"origins": "*"}})


@bp.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
