from flask import Flask, jsonify
from flask_cors import CORS

cors = CORS(resources={r"/api/*": {"origins": "*"}})
app = Flask(__name__)
cors.init_app(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
