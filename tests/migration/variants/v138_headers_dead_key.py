from flask import Flask, jsonify
from flask_cors import CORS, cross_origin

app = Flask(__name__)
cors = CORS(app)
app.config['CORS_HEADERS'] = 'Content-Type'

@app.route("/a", methods=["GET", "POST"])
@cross_origin()
def a():
    return jsonify(1)
