from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=r"^https://[a-z0-9-]+\.example\.com$", supports_credentials=True)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
