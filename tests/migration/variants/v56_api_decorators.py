from flask import Flask
from flask_cors import cross_origin
from flask_restful import Api, Resource

app = Flask(__name__)
api = Api(app, decorators=[cross_origin()])


class Item(Resource):
    def get(self):
        return {"x": 1}

    def post(self):
        return {"x": 2}


api.add_resource(Item, "/item")
