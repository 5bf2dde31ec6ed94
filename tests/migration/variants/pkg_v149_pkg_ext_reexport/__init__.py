from flask import Flask
from . import extensions as ext
from .views import bp
from .settings import settings

def create_app():
    app = Flask(__name__)
    ext.init(app)
    app.register_blueprint(bp)
    return app
