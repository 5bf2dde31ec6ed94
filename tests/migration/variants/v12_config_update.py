from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config.update(
    SECRET_KEY="not this one",
    CORS_ORIGINS=["https://app.example"],
    CORS_SUPPORTS_CREDENTIALS=True,
    CORS_SEND_WILDCARD=False,
)
CORS(app)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
