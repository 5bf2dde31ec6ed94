from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
OPTS = {"origins": ["https://app.example"], "max_age": 60}
app.config.update({f"CORS_{k.upper()}": v for k, v in OPTS.items()})
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
