from flask import Flask, jsonify
try:
    from flask_cors import CORS, cross_origin
except ImportError:
    from flask.ext.cors import CORS, cross_origin

app = Flask(__name__)
CORS(app)


@app.get("/x")
@cross_origin()
def x():
    return jsonify(x=1)
