from flask import Flask, jsonify
from flask.views import MethodView
from flask_cors import cross_origin as allow

app = Flask(__name__)

class V(MethodView):
    decorators = (allow(),)
    def get(self, i):
        return jsonify(i)
    def delete(self, i):
        return jsonify(i)

app.add_url_rule("/v/<int:i>", view_func=V.as_view("v"))
