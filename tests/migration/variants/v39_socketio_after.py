from flask import Flask, jsonify
from flask_cors import CORS
from flask_socketio import SocketIO

app = Flask(__name__)
CORS(app, origins=["https://app.example"])
socketio = SocketIO(app, cors_allowed_origins=["https://app.example"], async_mode="threading")


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
