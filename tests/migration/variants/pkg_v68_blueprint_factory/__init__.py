from flask import Flask
from .ext import cors, db

def create_app(config=None):
    app = Flask(__name__)
    app.config.from_object(f"{__name__}.settings.Config")
    cors.init_app(app, resources={r"/api/*": {"origins": app.config["ALLOWED"]}})
    from .api import bp
    app.register_blueprint(bp, url_prefix="/api")
    return app
