from flask import Flask, jsonify, request, make_response
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example"])

def _build_cors_preflight_response():
    response = make_response()
    response.headers.add("Access-Control-Allow-Origin", "https://app.example")
    response.headers.add("Access-Control-Allow-Headers", "*")
    response.headers.add("Access-Control-Allow-Methods", "*")
    return response

@app.route("/api/a", methods=["POST", "OPTIONS"])
def a():
    if request.method == "OPTIONS":
        return _build_cors_preflight_response()
    return jsonify(1)
