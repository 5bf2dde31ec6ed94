from flask import Flask, jsonify
try:
    from flask_cors import cross_origin
except ImportError:
    def cross_origin(*a, **k):
        def deco(f):
            return f
        return deco

app = Flask(__name__)

@app.route("/a", methods=["GET", "POST"])
@cross_origin()
def a():
    return jsonify(1)
