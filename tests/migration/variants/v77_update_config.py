from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config.update(dict(CORS_ORIGINS=["https://app.example"], CORS_EXPOSE_HEADERS="X-Total", SECRET_KEY="x"))
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(app.config["SECRET_KEY"])
