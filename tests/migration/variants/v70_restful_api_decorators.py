from flask import Flask
from flask_restful import Api, Resource
from flask_cors import cross_origin

app = Flask(__name__)
api = Api(app, decorators=[cross_origin(origins=["https://app.example"])])

class R(Resource):
    def get(self):
        return {"a": 1}
    def post(self):
        return {"a": 2}

api.add_resource(R, "/x")
