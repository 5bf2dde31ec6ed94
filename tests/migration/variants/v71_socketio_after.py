from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app)
try:
    from flask_socketio import SocketIO
    socketio = SocketIO(app, cors_allowed_origins="*")
except ImportError:
    socketio = None

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
