from flask_cors import CORS
from .settings import settings

cors = CORS()

def init(app):
    cors.init_app(app, origins=settings.cors_origins, supports_credentials=settings.cors_credentials)
