"""Other frameworks, each bare and with the layer for CORS that is made for it.

What each adds to its own framework's bare application is compared, and never the frameworks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any, Final

from .drive import Awaited, Copied, Exchange
from .rows import Expected, Row, named
from .scenarios.applications import WSGIApplication
from .scenarios.policies import HEADERS, MAX_AGE, METHODS, exact, origins
from .scenarios.requests import ALLOWED, HOST, Environ, browser_request

REQUESTED: Final = ("get", "get-allowed", "preflight")
NUMBERS: Final = (1, 10, 100, 1000, 10_000)

#: The library that is made for each framework.
LIBRARIES: Final = {
    "django": "django-cors-headers",
    "falcon": "falcon-corsmiddleware",
    "quart": "quart-cors",
    "starlette": "starlette-corsmiddleware",
}


def scope_of(environ: Environ) -> dict[str, Any]:
    """Return the scope of ASGI for the same request as *environ*."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower().encode(), value.encode("latin-1"))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": environ["PATH_INFO"],
        "raw_path": environ["PATH_INFO"].encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 50000),
        "server": (HOST, 443),
        "extensions": {},
    }


@lru_cache(maxsize=1)
def _django() -> Any:
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import path

    urls = ModuleType("urls")
    urls.urlpatterns = [
        path("api/items/<int:number>", lambda _request, number: HttpResponse("ok"))  # noqa: ARG005
    ]
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CORS_ALLOWED_ORIGINS=[ALLOWED],
        CORS_ALLOW_HEADERS=[name.lower() for name in HEADERS],
        CORS_ALLOW_METHODS=list(METHODS),
        CORS_PREFLIGHT_MAX_AGE=MAX_AGE,
        INSTALLED_APPS=["corsheaders"],
        LOGGING_CONFIG=None,
        MIDDLEWARE=[],
        ROOT_URLCONF=urls,
        SECRET_KEY="of no use",  # noqa: S106 - nothing is signed
    )
    django.setup()
    return settings


def in_django(number: int | None, request: str) -> Exchange:
    """Build the exchange in Django, bare where *number* is ``None``."""
    settings = _django()
    from django.core.wsgi import get_wsgi_application

    # A handler reads MIDDLEWARE once, when it is built; the origins are read at each request.
    settings.MIDDLEWARE = [] if number is None else ["corsheaders.middleware.CorsMiddleware"]
    app: WSGIApplication = get_wsgi_application()
    listed = origins(number or 1)

    @contextmanager
    def around() -> Iterator[None]:
        settings.CORS_ALLOWED_ORIGINS = listed
        yield

    return Copied(app, browser_request(request, ALLOWED), around)


def in_falcon(number: int | None, request: str) -> Exchange:
    """Build the exchange in Falcon, bare where *number* is ``None``."""
    import falcon

    class Item:
        """A resource."""

        def on_get(self, _request: object, response: Any, number: int) -> None:  # noqa: ARG002
            """Answer."""
            response.text = "ok"

        on_post = on_get

    layers: list[Any] = [] if number is None else [falcon.CORSMiddleware(allow_origins=origins(number))]
    app = falcon.App(middleware=layers)
    app.add_route("/api/items/{number:int}", Item())
    return Copied(app, browser_request(request, ALLOWED))


def in_quart(number: int | None, request: str) -> Exchange:
    """Build the exchange in Quart, bare where *number* is ``None``."""
    from quart import Quart
    from quart_cors import cors

    app = Quart("site", static_folder=None)

    @app.route("/api/items/<int:number>", methods=["GET", "POST"])
    async def item(number: int) -> str:  # noqa: ARG001
        return "ok"

    if number is not None:
        cors(
            app,
            allow_origin=origins(number),
            allow_headers=list(HEADERS),
            allow_methods=list(METHODS),
            max_age=MAX_AGE,
        )
    return Awaited(app, scope_of(browser_request(request, ALLOWED)))


def in_starlette(number: int | None, request: str) -> Exchange:
    """Build the exchange in Starlette, bare where *number* is ``None``."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.cors import CORSMiddleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def item(_: object) -> PlainTextResponse:
        return PlainTextResponse("ok")

    listed: dict[str, Any] = {
        "allow_origins": origins(number or 1),
        "allow_headers": HEADERS,
        "allow_methods": METHODS,
        "max_age": MAX_AGE,
    }
    app = Starlette(
        routes=[Route("/api/items/{number:int}", item, methods=["GET", "POST", "OPTIONS"])],
        middleware=[] if number is None else [Middleware(CORSMiddleware, **listed)],
    )
    return Awaited(app, scope_of(browser_request(request, ALLOWED)))


_BUILDERS: Final[dict[str, Callable[[int | None, str], Exchange]]] = {
    "django": in_django,
    "falcon": in_falcon,
    "quart": in_quart,
    "starlette": in_starlette,
}


def framework_row(framework: str, request: str, number: int | None) -> str:
    """Return the name of a row: bare where *number* is ``None``."""
    library = "bare" if number is None else LIBRARIES[framework]
    policy = "none" if number is None else exact(number)
    return named(layer=framework, library=library, policy=policy, request=request)


def _row(framework: str, request: str, number: int | None) -> Row:
    silent = number is None or (request == "get")
    return Row(
        framework_row(framework, request, number),
        lambda: _BUILDERS[framework](number, request),
        Expected((200, 204), (None,) if silent else (ALLOWED,)),
        None if number is None else framework_row(framework, request, None),
    )


def rows() -> Iterator[Row]:
    """Yield every row of the other frameworks."""
    for framework in _BUILDERS:
        for request in REQUESTED:
            yield _row(framework, request, None)
            yield _row(framework, request, 1)
        for number in NUMBERS[1:]:
            yield _row(framework, "get-allowed", number)
