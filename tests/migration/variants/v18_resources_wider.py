from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources="/login")


@app.post("/login")
def x():
    return jsonify(x=1)


@app.get("/login/admin")
def y():
    return "y"
