from flask import Flask, jsonify
from flask_cors import CORS

ORIGIN = "https://app.example"
WITH_COOKIES = True

app = Flask(__name__)
CORS(app, origins=ORIGIN, supports_credentials=WITH_COOKIES)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
