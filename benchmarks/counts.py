"""What a request costs in bytecodes and calls: the same number every time, on every machine.

::

    python -m benchmarks.counts            what each row costs now, and how many times what the floor adds
    python -m benchmarks.counts --write    the same, and record it in benchmarks/counts.json
    python -m benchmarks.counts --json     everything that is counted, as the tests read it

What a row adds is what the request costs through the layer less what it costs without. A preflight is
answered by the layer alone and counted whole.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any, Final

from .counter import Count, count, count_bytecodes, functions_of, peak_of
from .scenarios.applications import Floor, WSGIApplication, bare, guarded, start_response
from .scenarios.flask_sites import PLACES, guarded_site, one_page
from .scenarios.hostile import MAKES, of_size, requests_with
from .scenarios.log import silent_log
from .scenarios.policies import allowed_by, exact, one_policy, patterned
from .scenarios.requests import REQUESTS, Environ

RECORDED: Final = Path(__file__).with_name("counts.json")

#: Requests before the one that is counted, so that nothing is done for the first time.
WARM: Final = 40

#: The numbers of origins or patterns of a short and of a long list. The allowed origin is not the first.
FEW, MANY = 2, 1000
POLICIES: Final = ("any", "one", "credentials", exact(FEW), exact(MANY), patterned(1), patterned(MANY))
REQUESTED: Final = (
    *("get", "get-allowed", "get-refused", "post-allowed", "post-same-origin"),
    *("preflight", "preflight-refused"),
)

#: Sizes of hostile values, in bytes. The first is beyond every bound that the library has.
LONG, LONGER, LONGEST = 8_000, 80_000, 1_000_000


def added(app: WSGIApplication, without: WSGIApplication, environ: Environ) -> Count:
    """Count what *app* adds to *without*, or the whole of a preflight, which never reaches the latter."""
    counted = count(app, environ, WARM)
    return (
        counted if environ["REQUEST_METHOD"] == "OPTIONS" else counted.without(count(without, environ, WARM))
    )


def rows() -> dict[str, Count]:
    """Count every row."""
    counted = {"floor": added(Floor(bare), bare, REQUESTS["get"](""))}
    for policy, request in product(POLICIES, REQUESTED):
        environ = REQUESTS[request](allowed_by(policy))
        counted[f"wsgi: {policy}: {request}"] = added(guarded(policy), bare, environ)
    unguarded = one_page()
    for place in PLACES:
        site = guarded_site(one_page, one_policy("routes"), place)
        for request in REQUESTED:
            if not request.endswith("refused"):
                environ = REQUESTS[request](allowed_by("routes"))
                counted[f"flask: {place}: {request}"] = added(site, unguarded, environ)
    return counted


def again() -> dict[str, list[Count]]:
    """Count the second request of each kind, and the thousandth."""
    return {
        f"{policy}: {request}": [
            count(guarded(policy), REQUESTS[request](allowed_by(policy)), warm) for warm in (1, 999)
        ]
        for policy, request in product(POLICIES, REQUESTED)
        if not request.endswith("refused")
    }


def logging_that_runs() -> dict[str, list[str]]:
    """Return the functions of ``logging`` that each kind of request runs."""
    return {
        request: functions_of("logging", guarded("one"), REQUESTS[request](allowed_by("one")))
        for request in REQUESTED
    }


def hostile() -> dict[str, dict[str, list[int]]]:
    """Count what long values cost beside shorter ones, and the memory that they take beside short ones."""
    layers = [guarded(policy) for policy in ("listed-names", "any-name")]
    plain = requests_with("x")
    for layer, environ in product(layers, [*plain.values(), *requests_with("x" * LONG).values()]):
        # What happens once, such as the first record of the log, is not counted.
        layer(environ, start_response)
    costs: dict[str, dict[str, list[int]]] = {name: {"bytecodes": [], "memory": []} for name in plain}
    for make in MAKES:
        long, longer, longest = (
            requests_with(of_size(make, size).decode("latin-1")) for size in (LONG, LONGER, LONGEST)
        )
        for layer, (name, cost) in product(layers, costs.items()):
            cost["bytecodes"].append(least(layer, longer[name]) - least(layer, long[name]))
            cost["memory"].append(peak_of(layer, longest[name]) - peak_of(layer, plain[name]))
    return costs


def least(layer: WSGIApplication, environ: Environ) -> int:
    """Count the bytecodes of a request twice, because an interpreter may do something of its own in one."""
    return min(count_bytecodes(layer, dict(environ)) for _ in range(2))


def versions() -> dict[str, str]:
    """Return what the counts depend on beside the library: other bytecodes are other numbers."""
    return {
        "python": ".".join(map(str, sys.version_info[:2])),
        **{name: version(name) for name in ("flask", "werkzeug")},
    }


def main(given: list[str]) -> None:
    """Print the rows, or everything, and write the rows down if that is asked for."""
    # A collection in the middle of a request would run callbacks of weak references, and count them.
    gc.disable()
    counted = rows()
    table: dict[str, Any] = {
        "versions": versions(),
        "rows": {name: row._asdict() for name, row in counted.items()},
    }
    if "--json" in given:
        more = {"again": again(), "logging": logging_that_runs(), "hostile": hostile()}
        print(json.dumps({**table, **more}))
        return
    if "--write" in given:
        RECORDED.write_text(f"{json.dumps(table, indent=1)}\n", encoding="utf-8")
    print(f"{'':50} bytecodes  calls  C calls  times the floor")
    for name, row in counted.items():
        times = row.bytecodes / counted["floor"].bytecodes
        print(f"{name:50} {row.bytecodes:9} {row.calls:6} {row.c_calls:8} {times:16.1f}")


if __name__ == "__main__":
    with silent_log():
        main(sys.argv[1:])
