import os
from flask import Flask, jsonify
from flask_cors import CORS


class Config:
    CORS_ORIGINS = os.environ.get("APP_ORIGINS", "").split(",")


app = Flask(__name__)
app.config.from_object(Config)
cors = CORS(app)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
