from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="HTTPS://App.Example", methods=["get", "post"], allow_private_network=True, max_age=10 ** 7, automatic_options=True)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
