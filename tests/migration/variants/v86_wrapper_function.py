from flask import Flask, jsonify
from flask_cors import CORS

def setup_cors(app, origins):
    CORS(app, origins=origins, supports_credentials=True)

app = Flask(__name__)
setup_cors(app, ["https://app.example"])

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
