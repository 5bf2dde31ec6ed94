from flask import Flask, jsonify
from flask_cors import CORS

DOMAIN = "app.example"
app = Flask(__name__)
CORS(app, origins=[f"https://{DOMAIN}", f"https://www.{DOMAIN}"])

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
