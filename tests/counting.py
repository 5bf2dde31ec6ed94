"""What a request costs, in bytecodes and calls: the same number every time, on every machine.

A process of its own counts, because coverage traces the one of the tests::

    python tests/counting.py            what each row costs now, and how many times what the floor adds
    python tests/counting.py --write    and from now on may cost, in tests/counts.json

What a row adds is what the request costs through the layer less what it costs without; a preflight is
answered by the layer alone and counted whole. The *floor* is the least that a layer can do: it wraps
``start_response`` and adds two headers that never change.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flask import Blueprint, Flask

from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDED = Path(__file__).with_name("counts.json")

#: Requests before the first that is counted, so that nothing is done for the first time.
WARM = 5

A, EVIL = "https://app.example", "https://evil.example"
SUB = "https://x.app.example"
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "1")]
TWO_FIXED_HEADERS = (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin"))
BODY = [b"x"]

MANY = 1000
POLICIES = {
    "everyone": Policy(origins="*"),
    "one origin": Policy(origins=[A]),
    "credentials": Policy(origins=[A], credentials=True, expose_headers=["X-Total"], timing=True),
    "two origins": Policy(origins=["https://first.example", A]),
    "many origins": Policy(origins=[*(f"https://h{number}.example" for number in range(1, MANY)), A]),
    "one pattern": Policy(origins=["https://*.app.example"]),
    "many patterns": Policy(
        origins=[*(f"https://*.h{number}.example" for number in range(1, MANY)), "https://*.app.example"]
    ),
}


class Count(NamedTuple):
    """What runs: bytecodes, calls of Python functions, calls of C functions."""

    bytecodes: int
    calls: int
    c_calls: int

    def less(self, other: Count) -> Count:
        """Give what is left without *other*."""
        return Count(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


class Floor:
    """The least that a layer can do."""

    def __init__(self, app: Callable) -> None:
        self.app = app

    def __call__(self, environ, start_response):
        def start(status, headers, exc_info=None):
            return start_response(status, [*headers, *TWO_FIXED_HEADERS], exc_info)

        return self.app(environ, start)


def bare(environ, start_response):
    """Answer, and do nothing else."""
    start_response("200 OK", HEADERS)
    return BODY


def start_response(status, headers, exc_info=None):
    """Begin a response as a server does that does nothing."""


def environ_of(method: str = "GET", **said: str) -> dict[str, object]:
    """Give what a server would make of a request."""
    environ: dict[str, object] = {
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


def preflight_from(origin: str, method: str = "POST", headers: str = "content-type") -> dict[str, object]:
    """Give what a server would make of a preflight."""
    return environ_of(
        "OPTIONS",
        origin=origin,
        access_control_request_method=method,
        access_control_request_headers=headers,
    )


def count(app: Callable, environ: dict[str, object], warm: int = WARM) -> Count:
    """Count what one request costs after *warm* others."""
    for _ in range(warm):
        app(dict(environ), start_response)
    calls = c_calls = 0

    def profile(frame, event, arg):
        nonlocal calls, c_calls
        calls += event == "call"
        c_calls += event == "c_call"

    bytecodes = count_bytecodes(app, dict(environ))
    given = dict(environ)
    sys.setprofile(profile)
    app(given, start_response)
    sys.setprofile(None)
    # The last call that is seen is the one that switches it off.
    return Count(bytecodes, calls, c_calls - 1)


def count_bytecodes(app: Callable, environ: dict[str, object]) -> int:
    """Count the bytecodes of one request."""
    bytecodes = 0

    def trace(frame, event, arg):
        nonlocal bytecodes
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        bytecodes += event == "opcode"
        return trace

    def monitor(code, offset):
        nonlocal bytecodes
        bytecodes += code is not count_bytecodes.__code__

    if sys.version_info < (3, 12):
        sys.settrace(trace)
        app(environ, start_response)
        sys.settrace(None)
        return bytecodes
    # Since then a tracer that asks for bytecodes in the middle of a request misses some.
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.PROFILER_ID, __name__)
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION, monitor)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION)
    app(environ, start_response)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.NO_EVENTS)
    monitoring.free_tool_id(monitoring.PROFILER_ID)
    return bytecodes


def requests_under(name: str) -> dict[str, dict[str, object]]:
    """Give the requests of the rows of a policy, by name."""
    origin = SUB if "pattern" in name else A
    return {
        "get": environ_of(),
        "get, allowed": environ_of(origin=origin),
        "get, refused": environ_of(origin=EVIL),
        "post, cross-site": environ_of("POST", origin=origin, sec_fetch_site="cross-site"),
        "post, same origin": environ_of("POST", origin="http://api.example", sec_fetch_site="same-origin"),
        "preflight": preflight_from(origin),
        "preflight, refused": preflight_from(EVIL),
    }


def flask_app(mark: str | None = None, *, guarded: bool = True) -> Flask:
    """Make an application of Flask with one page, and with the policy in one of three places."""
    app = Flask("counted")
    policy = Policy(origins=[A])
    page = lambda: "x"  # noqa: E731
    target: Flask | Blueprint = app
    if mark == "blueprint":
        target = cors(policy)(Blueprint("inner", "counted"))
    target.add_url_rule("/x", "page", cors(policy)(page) if mark == "view" else page, methods=["GET", "POST"])
    if isinstance(target, Blueprint):
        app.register_blueprint(target)
    if guarded:
        CorsGuard(app, *([policy] if mark is None else []))
    return app


def rows() -> dict[str, Count]:
    """Count every row."""
    counted = {"floor": count(Floor(bare), environ_of()).less(count(bare, environ_of()))}
    for name, policy in POLICIES.items():
        layer = CorsMiddleware(bare, policy)
        for request, environ in requests_under(name).items():
            without = count(bare, environ) if "preflight" not in request else Count(0, 0, 0)
            counted[f"wsgi: {name}: {request}"] = count(layer, environ).less(without)
    unguarded = flask_app(guarded=False)
    for mark in (None, "view", "blueprint"):
        app = flask_app(mark)
        for request, environ in requests_under("one origin").items():
            if "refused" not in request:
                without = count(unguarded, environ) if "preflight" not in request else Count(0, 0, 0)
                counted[f"flask: {mark or 'application'}: {request}"] = count(app, environ).less(without)
    return counted


def versions() -> dict[str, str]:
    """Give what the counts depend on beside the library: other bytecodes are other numbers."""
    return {
        "python": ".".join(map(str, sys.version_info[:2])),
        **{name: version(name) for name in ("flask", "werkzeug")},
    }


def main() -> None:
    """Print what is asked for, and write the rows down."""
    counted = rows()
    table = {"versions": versions(), "rows": {name: row._asdict() for name, row in counted.items()}}
    if "--write" in sys.argv[1:]:
        RECORDED.write_text(f"{json.dumps(table, indent=1)}\n")
    sys.stdout.write(f"{'':50} bytecodes  calls  C calls  times the floor\n")
    for name, row in counted.items():
        times = row.bytecodes / counted["floor"].bytecodes
        sys.stdout.write(f"{name:50} {row.bytecodes:9} {row.calls:6} {row.c_calls:8} {times:16.1f}\n")


if __name__ == "__main__":
    main()
