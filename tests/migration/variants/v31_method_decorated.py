from flask import Flask, jsonify
from flask.views import MethodView
from flask_cors import cross_origin


class Items(MethodView):
    @cross_origin()
    def get(self):
        return jsonify(items=[1])

    def delete(self):
        return jsonify(ok=True)


app = Flask(__name__)
app.add_url_rule("/items", view_func=Items.as_view("items"))
