"""CORS and the guard for ASGI applications: Quart, Starlette, FastAPI, Connexion, Django and others.

>>> from flask_corsguard import Policy
>>> from flask_corsguard.asgi import CorsMiddleware
>>> async def application(scope, receive, send): ...
>>> application = CorsMiddleware(application, Policy(origins=["https://app.example"]))
"""

from .middleware import CorsMiddleware as CorsMiddleware

__all__ = ["CorsMiddleware"]
