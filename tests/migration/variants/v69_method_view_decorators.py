from flask import Flask, jsonify
from flask.views import MethodView
from flask_cors import cross_origin

app = Flask(__name__)

class Api(MethodView):
    decorators = [cross_origin(origins=["https://app.example"], methods=["GET", "POST"])]
    def get(self):
        return jsonify(1)
    def post(self):
        return jsonify(2)

app.add_url_rule("/x", view_func=Api.as_view("x"))
