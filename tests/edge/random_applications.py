"""Random Flask applications whose policies an engine can mostly know, and random requests to them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from random import Random
from urllib.parse import quote, unquote_to_bytes

from flask import Blueprint, Flask

from flask_corsguard import SAME_ORIGIN, CorsGuard, Policy, Request, cors
from flask_corsguard.edge.outcome import Outcome, outcome

A, B = "https://a.example", "https://b.example"
POLICIES = [
    SAME_ORIGIN,
    Policy(origins=[A], methods=["GET", "POST"]),
    Policy(origins=[A, B], methods=["GET", "POST", "PUT"], credentials=True),
    Policy(origins="*", methods=["GET"]),
    Policy(origins=[B], methods=["POST", "DELETE"], guard="off"),
    Policy(origins=[B]),
    [Policy(origins=[A], credentials=True), Policy(origins="*", methods=["GET"])],
]
SEGMENTS = ["a", "b", "c", "x", "A", "a.b", "\xe4"]
CONVERTERS = ["<int:value{}>", "<value{}>", "<path:value{}>"]
#: The methods of a rule.
METHODS = [["GET"], ["POST"], ["GET", "POST"], ["GET", "PUT"], ["GET", "OPTIONS"]]
#: What a converter may be given.
VALUES = ["7", "a", "z", "a/b"]
SENT = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]


def application(random: Random) -> Flask:
    """Return a random application.

    :raises ValueError: if its rules cannot be together.
    """
    app = Flask("random", static_folder=None)
    app.url_map.strict_slashes = random.random() < 0.8
    app.url_map.merge_slashes = random.random() < 0.8
    paths = random.sample(["/a/b", "/a", "/b", "/c"], random.choice([0, 0, 2]))
    paths.sort(key=len, reverse=True)
    CorsGuard(app, random.choice(POLICIES), paths={path: random.choice(POLICIES) for path in paths} or None)
    for index in range(random.randint(1, 4)):
        _add(random, app, f"view{index}")
    for number in range(random.randint(0, 2)):
        prefix = f"/{random.choice(SEGMENTS)}{random.choice(['', '/y'])}"
        blueprint = Blueprint(f"blueprint{number}", __name__, url_prefix=prefix)
        if random.random() < 0.6:
            cors(random.choice(POLICIES))(blueprint)
        for index in range(random.randint(0, 2)):
            _add(random, blueprint, f"view{index}")
        app.register_blueprint(blueprint)
    return app


def _add(random: Random, target: Flask | Blueprint, endpoint: str) -> None:
    def view(**_values):
        return "ran"

    marked = cors(random.choice(POLICIES))(view) if random.random() < 0.5 else view
    choices = {
        "strict_slashes": [True, False],
        "merge_slashes": [False],
        "provide_automatic_options": [False],
        "redirect_to": ["/a"],
    }
    options = {name: random.choice(values) for name, values in choices.items() if random.random() < 0.15}
    target.add_url_rule(_rule(random), endpoint, marked, methods=random.choice(METHODS), **options)


def _rule(random: Random) -> str:
    parts = [
        random.choice(CONVERTERS).format(index) if random.random() < 0.08 else random.choice(SEGMENTS)
        for index in range(random.randint(1, 3))
    ]
    return f"/{'/'.join(parts)}{random.choice(['', '', '/'])}"


def targets(random: Random, app: Flask) -> list[str]:
    """Return targets of requests: of some rules, and of paths that are nearly their own."""
    found = sorted(set(_targets(random, app)))
    return random.sample(found, min(len(found), 15))


def _targets(random: Random, app: Flask) -> Iterator[str]:
    yield from ("/", "/a", "/b", "/c", "/a/b", "/z", "/a/z", "/a/b/z")
    for rule in app.url_map.iter_rules():
        parts = (random.choice(VALUES) if part.startswith("<") else part for part in rule.rule.split("/"))
        path = quote("/".join(parts))
        yield from (path, f"{path}/", path.rstrip("/") or "/", f"{path}/z", f"{path}x")
        yield from (f"{path}//", f"/{path}", path.upper(), path.lower(), path.replace("a", "%61"))


def requests() -> Iterator[Request]:
    """Yield a request of each kind: of other sites, of this one, and of none, with each method."""
    for origin in (A, B, "https://stranger.example", None):
        for method in SENT:
            yield Request(method=method, origin=origin, host="api.example", fetch_site="cross-site")
            yield Request(
                method="OPTIONS",
                origin=origin,
                host="api.example",
                fetch_site="cross-site",
                requested_method=method,
            )


def outcome_in(app: Flask, target: str, request: Request) -> Outcome:
    """Return what the application itself does with *request*: none of its views answers 403."""
    started = []
    headers = {
        "HTTP_HOST": request.host,
        "HTTP_ORIGIN": request.origin,
        "HTTP_SEC_FETCH_SITE": request.fetch_site,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": request.requested_method,
    }
    environ = {
        **{name: value for name, value in headers.items() if value is not None},
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(target).decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    body = app.wsgi_app(environ, lambda *args: started.append(args))
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    status, sent = int(started[-1][0][:3]), started[-1][1]
    told = [(name, value) for name, value in sent if name.startswith("Access-Control-")]
    return outcome(status != 403 and not request.is_preflight, status, told)
