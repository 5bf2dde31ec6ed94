from flask import Blueprint, Flask, jsonify
from flask_cors import CORS, cross_origin

bp = Blueprint("api", __name__)
CORS(bp)

@bp.route("/a", methods=["GET", "POST"])
@cross_origin()
def a():
    return jsonify(1)

app = Flask(__name__)
app.register_blueprint(bp, url_prefix="/api")
CORS(app)
