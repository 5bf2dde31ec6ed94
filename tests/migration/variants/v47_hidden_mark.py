from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)


def logged(view):
    def wrapper(*args, **kwargs):
        print("called")
        return view(*args, **kwargs)

    return wrapper


@app.route("/x", methods=["GET", "POST"])
@logged
@cross_origin()
def x():
    return jsonify(x=1)
