from flask import Flask, jsonify
import flask_cors

app = Flask(__name__)
flask_cors.CORS(app, send_wildcard=True, origins="*", always_send=False, automatic_options=True)

@app.route("/a", methods=["GET", "POST"])
@flask_cors.cross_origin(send_wildcard=True)
def a():
    return jsonify(1)
