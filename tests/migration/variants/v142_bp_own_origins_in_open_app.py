from flask import Blueprint, Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app)
bp = Blueprint("admin", __name__, url_prefix="/admin")
CORS(bp, origins=["https://admin.example"])

@bp.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
app.register_blueprint(bp)
