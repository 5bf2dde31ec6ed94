from flask import Flask, jsonify
from flask.views import MethodView
from flask_cors import cross_origin, CORS

class Base(MethodView):
    decorators = [cross_origin(origins="https://app.example")]

class Items(Base):
    def get(self):
        return jsonify(1)
    def put(self):
        return jsonify(1)

app = Flask(__name__)
app.add_url_rule("/items", view_func=Items.as_view("items"))
