from flask_cors import CORS

cors = CORS(supports_credentials=True)


def init_extensions(app):
    cors.init_app(app, origins=app.config["FRONTENDS"])
