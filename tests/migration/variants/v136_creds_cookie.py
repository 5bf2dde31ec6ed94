from datetime import timedelta
from flask import Flask, jsonify
from flask_cors import CORS

WEEK = timedelta(days=1)
app = Flask(__name__)
app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
CORS(app, origins="https://app.example", supports_credentials=True, max_age=WEEK, expose_headers=["X-CSRF", "set-cookie"], allow_headers=["content-type", "x-requested-with", "AUTHORIZATION"])

@app.route("/api/a", methods=["POST", "GET"])
def a():
    return jsonify(1)
