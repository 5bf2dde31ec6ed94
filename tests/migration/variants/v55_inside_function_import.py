from flask import Flask, jsonify


def create_app():
    from flask_cors import CORS

    app = Flask(__name__)
    CORS(app, resources={r"/*": {"origins": "*", "allow_headers": "*"}})

    @app.route("/x", methods=["GET", "POST"])
    def x():
        return jsonify(x=1)

    return app
