from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={
    r"/api/*": {
        "origins": [
            "https://app.example",  # production
            # "http://localhost:3000",
        ],
        "supports_credentials": True,
        "expose_headers": ["X-Total"],
        "max_age": 86400 * 2,
    },
})

@app.route("/api/a", methods=["GET", "POST", "DELETE"])
def a():
    return jsonify(1), 200, {"X-Total": "1"}
