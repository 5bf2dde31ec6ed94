"""The rows whose instructions are counted, and the process that runs them; see instructions.py."""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import time
from collections import deque
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask
from flask_cors import CORS

from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Environ = dict[str, object]

#: Requests of a row that are counted; of one whose name begins so, fewer, because each is a megabyte of work.
REQUESTS = {"": 100, "flask": 40, "hostile": 4, "unheard": 4}
#: Requests of a row before those, so that nothing happens for the first time.
WARM = 40

#: Hostile requests of which the log says nothing; the others are put on record.
UNHEARD = "unheard"

MANY_ORIGINS, MANY_PATTERNS = 100_000, 2_000
HOSTILE_SIZE = 1_000_000

A, EVIL, SUB = "https://app.example", "https://evil.example", "https://x.app.example"
LONGEST = "https://" + "x." * 121 + "app.example"
TWO_FIXED_HEADERS = (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin"))


class Floor:
    """The least that a layer can do."""

    def __init__(self, app: Callable) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: Callable) -> object:
        """Add two headers that never change."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            return start_response(status, [*headers, *TWO_FIXED_HEADERS], exc_info)

        return self.app(environ, start)


def bare(environ: Environ, start_response: Callable) -> list[bytes]:  # noqa: ARG001 - PEP 3333
    """Answer with a list of its own, as any application does, and do nothing else."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "1")])
    return [b"x"]


def begin(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
    """Begin a response as a server does that does nothing."""


def nothing(environ: Environ, start_response: Callable) -> None:
    """Be what a loop calls that is only counted to be subtracted."""


def environ_of(method: str = "GET", **said: str) -> Environ:
    """Give what a server would make of a request."""
    environ: Environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": "/x",
        "QUERY_STRING": "",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "api.example",
        "wsgi.url_scheme": "http",
    }
    return {**environ, **{f"HTTP_{name.upper()}": value for name, value in said.items()}}


def preflight_from(origin: str, method: str = "POST", headers: str = "content-type") -> Environ:
    """Give what a server would make of a preflight."""
    return environ_of(
        "OPTIONS", origin=origin, access_control_request_method=method, access_control_request_headers=headers
    )


def requests_from(origin: str) -> dict[str, Environ]:
    """Give the requests of the rows of a policy that allows *origin*, by name."""
    return {
        "get": environ_of(),
        "get, allowed": environ_of(origin=origin),
        "get, refused": environ_of(origin=EVIL),
        "post, cross-site": environ_of("POST", origin=origin, sec_fetch_site="cross-site"),
        "preflight": preflight_from(origin),
        "preflight, refused": preflight_from(EVIL),
    }


def policies() -> dict[str, Policy]:
    """Build the policies of the rows."""
    return {
        "everyone": Policy(origins="*"),
        "one origin": Policy(origins=[A]),
        "credentials": Policy(origins=[A], credentials=True, expose_headers=["X-Total"], timing=True),
        "many origins": Policy(
            origins=[*(f"https://h{number}.example" for number in range(MANY_ORIGINS)), A]
        ),
        "one pattern": Policy(origins=["https://*.app.example"]),
        "many patterns": Policy(
            origins=[
                *(f"https://*.h{number}.example" for number in range(MANY_PATTERNS)),
                "https://*.app.example",
            ]
        ),
    }


def hostile_requests() -> Iterator[tuple[str, Environ]]:
    """Give requests with a megabyte of every make where an origin, a method or names are expected."""
    makes = {
        "labels": "https://" + "a." * HOSTILE_SIZE,
        "commas": "," * HOSTILE_SIZE,
        "white space": " " * HOSTILE_SIZE,
        "names": "content-type," * HOSTILE_SIZE,
        "letters": "a" * HOSTILE_SIZE,
        "digits": "https://1:" + "1" * HOSTILE_SIZE,
        "Latin-1": "\xe9" * HOSTILE_SIZE,
    }
    for make, endless in makes.items():
        text = endless[:HOSTILE_SIZE]
        yield f"preflight: Origin: {make}", preflight_from(text)
        yield f"preflight: method: {make}", preflight_from(A, method=text)
        yield f"preflight: headers: {make}", preflight_from(A, headers=text)
        yield f"get: Origin: {make}", environ_of(origin=text)
        yield f"post: Origin: {make}", environ_of("POST", origin=text)


def flask_app(place: str | None, protect: Callable[[Flask, Policy | None], object]) -> Flask:
    """Make an application of Flask with one page in a blueprint, and the policy in one of three places."""
    app, policy = Flask("counted"), Policy(origins=[A])
    page = lambda: "x"  # noqa: E731
    inner = Blueprint("inner", "counted")
    inner.add_url_rule("/x", "page", cors(policy)(page) if place == "view" else page, methods=["GET", "POST"])
    if place == "blueprint":
        cors(policy)(inner)
    app.register_blueprint(inner)
    protect(app, policy if place is None else None)
    return app


def flask_apps() -> dict[str, Flask]:
    """Make the applications of the rows of Flask."""

    def guard(app: Flask, policy: Policy | None) -> None:
        CorsGuard(app, policy)

    return {
        "bare": flask_app(None, lambda *_: None),
        **{place or "application": flask_app(place, guard) for place in (None, "view", "blueprint")},
        "flask-cors": flask_app(None, lambda app, _: CORS(app, origins=[A])),
    }


def all_rows() -> Iterator[tuple[str, Callable, Environ]]:
    """Give the rows: a name, an application, and a request to it."""
    yield "loop", nothing, environ_of()
    for request, environ in requests_from(A).items():
        if request in {"get", "get, allowed", "post, cross-site"}:
            yield f"bare: {request}", bare, environ
            yield f"floor: {request}", Floor(bare), environ
    layers = {name: CorsMiddleware(bare, policy) for name, policy in policies().items()}
    for name, layer in layers.items():
        for request, environ in requests_from(SUB if "pattern" in name else A).items():
            yield f"{name}: {request}", layer, environ
    yield "many patterns: preflight, longest", layers["many patterns"], preflight_from(LONGEST)
    layer = CorsMiddleware(bare, Policy(origins=[A, "https://*.a.example"], methods="*", allow_headers="*"))
    yield "any header: preflight", layer, preflight_from(A)
    yield "any header: post", layer, environ_of("POST", origin=EVIL)
    for request, environ in hostile_requests():
        yield f"hostile: {request}", layer, environ
        if "post" in request:
            yield f"{UNHEARD}: {request}", layer, environ
    for place, app in flask_apps().items():
        for request, environ in requests_from(A).items():
            if "refused" not in request:
                yield f"flask: {place}: {request}", app, environ


def requests_of(name: str) -> int:
    """Give how many requests of a row are counted."""
    return REQUESTS.get(name.partition(":")[0], REQUESTS[""])


def hear(logger: logging.Logger, name: str) -> None:
    """Have the log say what a row is meant to say: everything, or nothing."""
    logger.setLevel(logging.CRITICAL + 1 if name.startswith(UNHEARD) else logging.NOTSET)


def run_rows(go: Path) -> None:
    """Once *go* exists, run the rows between calls of ``getppid``, which callgrind listens for."""
    logger = logging.getLogger("flask_corsguard")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    prepared = []
    for name, app, environ in all_rows():
        hear(logger, name)
        # A layer of Flask leaves something in it, so each request has one of its own.
        counted, warm = (
            [dict(environ) for _ in range(number)]
            for number in (requests_of(name), min(WARM, requests_of(name)))
        )
        deque(map(app, [dict(environ) for environ in warm], repeat(begin)), maxlen=0)
        prepared.append((name, app, warm, counted))
    gc.collect()
    gc.disable()
    sys.stdout.write(json.dumps([name for name, *_ in prepared]) + "\n")
    sys.stdout.flush()
    # Not a blocking read: callgrind takes orders only while instructions run.
    while not go.exists():
        time.sleep(0.01)
    for name, app, warm, counted in prepared:
        hear(logger, name)
        # Once more, for the interpreter has specialised what it runs for other rows since.
        deque(map(app, warm, repeat(begin)), maxlen=0)
        os.getppid()
        # A loop of C: one of Python would be specialised for one row and slower for the next.
        deque(map(app, counted, repeat(begin)), maxlen=0)
        os.getppid()


if __name__ == "__main__":
    run_rows(Path(sys.argv[1]))
