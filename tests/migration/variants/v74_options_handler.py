from flask import Flask, jsonify, request, make_response
from flask_cors import CORS

app = Flask(__name__)
CORS(app)

@app.before_request
def handle_preflight():
    if request.method == "OPTIONS":
        res = make_response()
        res.headers["X-Content-Type-Options"] = "*"
        return res

@app.route("/api/a", methods=["GET", "POST", "OPTIONS"])
def a():
    return jsonify(1)
