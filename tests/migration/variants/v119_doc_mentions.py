"""This app uses flask_cors. See flask_cors.CORS."""
from flask import Flask, jsonify
from flask_cors import CORS  # noqa: E402  pip install -U flask-cors

app = Flask(__name__)  # the app
CORS(app)  # allow CORS for all domains on all routes.
app.config['CORS_HEADERS'] = 'Content-Type'

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
