"""What else is counted: what comes later, what the log does, and what hostile requests cost."""

from __future__ import annotations

import json
import logging
import sys
import tracemalloc
from itertools import product
from typing import TYPE_CHECKING

from counting import (
    EVIL,
    POLICIES,
    A,
    Count,
    bare,
    count,
    count_bytecodes,
    environ_of,
    preflight_from,
    requests_under,
    rows,
    start_response,
)
from flask_corsguard import CorsMiddleware, Policy

if TYPE_CHECKING:
    from collections.abc import Callable

#: Sizes of hostile values, in bytes. The first is beyond every bound that the library has.
LONG, LONGER, LONGEST = 8_000, 80_000, 1_000_000


def peak_of(app: Callable, environ: dict[str, object]) -> int:
    """Give how many bytes a request takes at most at one time."""
    app(dict(environ), start_response)
    given = dict(environ)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    app(given, start_response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - before


def functions_of(module: str, app: Callable, environ: dict[str, object]) -> list[str]:
    """Give the names of the functions of *module* that a request runs."""
    names: set[str] = set()

    def profile(frame, event, arg):
        if event == "call" and frame.f_globals.get("__name__") == module:
            names.add(frame.f_code.co_name)

    given = dict(environ)
    sys.setprofile(profile)
    app(given, start_response)
    sys.setprofile(None)
    return sorted(names)


def again() -> dict[str, list[Count]]:
    """Count the second request of each kind, and the thousandth."""
    return {
        f"{name}: {request}": [count(CorsMiddleware(bare, policy), environ, warm) for warm in (1, 999)]
        for name, policy in POLICIES.items()
        for request, environ in requests_under(name).items()
        if "refused" not in request
    }


def logging_that_runs() -> dict[str, list[str]]:
    """Give what of ``logging`` each kind of request runs."""
    return {
        request: functions_of("logging", CorsMiddleware(bare, POLICIES["one origin"]), environ)
        for request, environ in requests_under("one origin").items()
    }


def made_of(size: int) -> list[str]:
    """Give what is sent to make a server work: labels, commas, white space, names."""
    parts = ["a.", ",", " ", "content-type,", "x-a, ", f"{A},", "websocket,", "1", "\xe9"]
    return [(part * (size // len(part) + 1))[:size] for part in parts] + [
        ("https://" + "a." * size)[:size],
        ("https://[" + "0:" * size)[:size],
    ]


def hostile_requests(text: str) -> dict[str, dict[str, object]]:
    """Give requests that say *text* where the library listens, and are plain otherwise."""
    return {
        "preflight: Origin": preflight_from(text),
        "preflight: Access-Control-Request-Method": preflight_from(A, method=text),
        "preflight: Access-Control-Request-Headers": preflight_from(A, headers=text),
        "get: Origin": environ_of(origin=text),
        "get: Upgrade": environ_of(origin=A, upgrade=text),
        "post: Origin": environ_of("POST", origin=text),
        "post: Sec-Fetch-Site": environ_of("POST", origin=EVIL, sec_fetch_site=text),
        "post: Host": environ_of("POST", origin=EVIL, host=text),
        "post: X-Forwarded-Host": environ_of("POST", origin=EVIL, x_forwarded_host=text),
        "post: Cookie": environ_of("POST", origin=A, cookie=text),
    }


def hostile() -> dict[str, dict[str, list[int]]]:
    """Count what long values cost beside shorter ones, and what memory they take beside short ones."""
    logger = logging.getLogger("flask_corsguard")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    layers = [
        CorsMiddleware(bare, Policy(origins=["https://*.a.example", A], methods=methods, allow_headers=names))
        for methods, names in ((None, ["Content-Type", "X-A"]), ("*", "*"))
    ]
    plain = hostile_requests("x")
    for layer, environ in product(layers, [*plain.values(), *hostile_requests("x" * LONG).values()]):
        # What happens once, such as the first record of the log, is not what is counted.
        layer(environ, start_response)
    costs: dict[str, dict[str, list[int]]] = {name: {"bytecodes": [], "memory": []} for name in plain}
    for layer, make in product(layers, range(len(made_of(1)))):
        requests = [hostile_requests(made_of(size)[make]) for size in (LONG, LONGER, LONGEST)]
        for name, cost in costs.items():
            long, longer, longest = (each[name] for each in requests)
            cost["bytecodes"].append(count_bytecodes(layer, longer) - count_bytecodes(layer, long))
            cost["memory"].append(peak_of(layer, longest) - peak_of(layer, plain[name]))
    return costs


if __name__ == "__main__":
    counted = {name: row._asdict() for name, row in rows().items()}
    more = {"again": again(), "logging": logging_that_runs(), "hostile": hostile()}
    sys.stdout.write(json.dumps({"rows": counted, **more}))
