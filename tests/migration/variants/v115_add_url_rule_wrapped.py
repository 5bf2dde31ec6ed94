from flask import Flask, jsonify
from flask_cors import cross_origin

def a():
    return jsonify(1)
app = Flask(__name__)
app.add_url_rule("/a", view_func=cross_origin(origins=["https://app.example"])(a), methods=["GET", "POST"])
