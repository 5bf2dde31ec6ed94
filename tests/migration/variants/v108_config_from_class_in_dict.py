from flask import Flask, jsonify
from flask_cors import CORS

class Config: CORS_ORIGINS = "https://app.example"; CORS_MAX_AGE = 60
app = Flask(__name__)
app.config.from_object("%s.Config" % __name__)
CORS(app)

@app.route("/api/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
