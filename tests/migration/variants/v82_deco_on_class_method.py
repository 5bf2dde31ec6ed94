from flask import Flask, jsonify
from flask.views import MethodView
from flask_cors import cross_origin

app = Flask(__name__)

class Api(MethodView):
    @cross_origin()
    def get(self):
        return jsonify(1)
    @cross_origin(supports_credentials=False)
    def post(self):
        return jsonify(2)

app.add_url_rule("/x", view_func=Api.as_view("x"))
