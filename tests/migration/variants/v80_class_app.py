from flask import Flask, jsonify
from flask_cors import CORS

class Server:
    def __init__(self, name, origins=None):
        self.app = Flask(name)
        self.cors = CORS(self.app, resources={r"/*": {"origins": origins or ["https://app.example"]}})
        self.app.add_url_rule("/a", "a", self.a, methods=["GET", "POST"])

    def a(self):
        return jsonify(1)

server = Server(__name__)
app = server.app
