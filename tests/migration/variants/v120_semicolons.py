from flask import Flask, jsonify; from flask_cors import CORS
app = Flask(__name__); CORS(app); x = 1

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(x)
