from flask import Blueprint, Flask, jsonify
from flask_cors import CORS

bp = Blueprint("api", __name__, url_prefix="/api")
CORS(bp, origins=["https://app.example"], supports_credentials=True)


@bp.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)


app = Flask(__name__)
CORS(app)
app.register_blueprint(bp)


@app.get("/y")
def y():
    return "y"
