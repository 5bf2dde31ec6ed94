"""What is for WSGI and Flask names the layer for ASGI where it meets an application of a framework for it."""

from __future__ import annotations

import pytest

import flask_corsguard
from flask_corsguard import SAME_ORIGIN, CorsGuard, asgi, cors


def connexion_flask():
    """Make an application whose views are Flask's."""
    from connexion import FlaskApp

    return FlaskApp("application")


def connexion_async():
    """Make one whose views are coroutines."""
    from connexion import AsyncApp

    return AsyncApp("application")


def fastapi():
    """Make an application of FastAPI."""
    from fastapi import FastAPI

    return FastAPI()


def django():
    """Make the handler of Django; it needs no settings yet."""
    from django.core.handlers.asgi import ASGIHandler

    return ASGIHandler.__new__(ASGIHandler)


# Of what Connexion imports, which is not ours to change.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Using `httpx` with `starlette.testclient`")
@pytest.mark.parametrize("make", [connexion_flask, connexion_async, fastapi, django])
def test_the_layer_for_asgi_is_named_and_takes_the_application(make):
    """By the extension, by the middleware and by the mark."""
    app = make()

    for use in (CorsGuard, lambda app: flask_corsguard.CorsMiddleware(app, SAME_ORIGIN), cors(SAME_ORIGIN)):
        with pytest.raises(TypeError, match=r"flask_corsguard\.asgi\.CorsMiddleware\(application, policy\)"):
            use(app)
    assert asgi.CorsMiddleware(app, SAME_ORIGIN).app is app
