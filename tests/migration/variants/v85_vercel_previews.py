from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=[r"https://.*\.vercel\.app", "https://my-app.vercel.app"], supports_credentials=True)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
