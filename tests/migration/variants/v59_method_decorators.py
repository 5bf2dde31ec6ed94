from flask import Flask
from flask_cors import cross_origin
from flask_restful import Api, Resource

app = Flask(__name__)
api = Api(app)


class Item(Resource):
    method_decorators = [cross_origin()]

    def get(self):
        return {"x": 1}


api.add_resource(Item, "/item")
