from flask import Flask, jsonify
from flask_cors import CORS

def create_app(testing=False):
    application = Flask(__name__)
    application.config.from_mapping({"CORS_RESOURCES": {r"/api/*": {"origins": "https://app.example"}}, "TESTING": testing})
    CORS(application)

    @application.get("/api/x")
    def x():
        return jsonify(1)
    @application.post("/y")
    def y():
        return jsonify(1)
    return application
