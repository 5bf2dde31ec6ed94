from functools import wraps
from flask import Flask, jsonify
from flask_cors import cross_origin

def api_route(rule, **kw):
    def deco(f):
        return app.route(rule, **kw)(cross_origin(origins=["https://app.example"])(f))
    return deco

app = Flask(__name__)

@api_route("/a", methods=["GET"])
def a():
    return jsonify(1)
