from flask import Flask, jsonify
from flask_cors import CORS

app = Flask("one")
admin = Flask("two")
CORS(app, origins=["https://app.example"])
CORS(admin, origins=["https://admin.example"])

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
