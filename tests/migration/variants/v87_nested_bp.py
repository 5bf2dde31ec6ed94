from flask import Blueprint, Flask, jsonify
from flask_cors import CORS

parent = Blueprint("parent", __name__, url_prefix="/p")
child = Blueprint("child", __name__, url_prefix="/c")
CORS(child, origins=["https://app.example"])

@child.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(1)

@parent.route("/y")
def y():
    return "y"
parent.register_blueprint(child)
app = Flask(__name__)
app.register_blueprint(parent)
