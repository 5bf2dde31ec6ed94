from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)


def x():
    return jsonify(x=1)


app.add_url_rule("/x", view_func=cross_origin()(x), methods=["GET", "POST"])
