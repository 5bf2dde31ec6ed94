"""The rows whose instructions are counted, and the process that runs them; see instructions.py."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import repeat
from pathlib import Path
from typing import Any, Final

from .scenarios.applications import Floor, bare, guarded, start_response
from .scenarios.flask_sites import flask_cors_site, guarded_site, one_page
from .scenarios.hostile import ANYWHERE, ORIGINS, REQUEST_HEADERS, of_size, requests_with
from .scenarios.log import log_off, silent_log
from .scenarios.policies import allowed_by, exact, one_policy, patterned
from .scenarios.requests import ALLOWED, REQUESTS, Environ, preflight, without_fetch_metadata

#: Requests of a row that are counted; of one whose name begins so, fewer, because each is a megabyte of work.
COUNTED: Final = {"": 100, "flask": 40, "hostile": 4, "unheard": 4}
#: Requests of a row before those, so that nothing happens for the first time.
WARM: Final = 40

#: Rows during which no record is made in the log; in the others, refusals are put on record.
UNHEARD: Final = "unheard"

HOSTILE_SIZE: Final = 1_000_000

#: The requests, by their names in the rows.
NAMED: Final = {
    "get": "get",
    "get, allowed": "get-allowed",
    "get, refused": "get-refused",
    "post, cross-site": "post-allowed",
    "preflight": "preflight",
    "preflight, refused": "preflight-refused",
}
#: The policies, by their names in the rows.
POLICIES: Final = {
    "everyone": "any",
    "one origin": exact(1),
    "credentials": "credentials",
    "many origins": exact(100_000),
    "one pattern": patterned(1),
    "many patterns": patterned(2_000),
}
#: What the values of a megabyte are made of, by their names in the rows.
MAKES: Final = {
    "labels": ORIGINS["labels"],
    "commas": REQUEST_HEADERS["commas"],
    "white space": REQUEST_HEADERS["white-space"],
    "names": REQUEST_HEADERS["repeated-allowed"],
    "letters": REQUEST_HEADERS["one-name"],
    "digits": ANYWHERE["digits"],
    "Latin-1": ANYWHERE["latin-1"],
}
#: The headers of a request that have such a value.
HOSTILE_PLACES: Final = (
    *("preflight: Origin", "preflight: method", "preflight: headers"),
    *("get: Origin", "post: Origin"),
)
#: Where in Flask the policy is configured, by its names in the rows.
PLACES: Final = {"application": "application", "view": "views", "blueprint": "blueprints"}


def nothing(environ: Environ, start_response: Callable[..., object]) -> None:
    """Be what a loop calls that is only counted to be subtracted."""


def requests_under(policy: str) -> dict[str, Environ]:
    """Return the requests of the rows of a policy, by their names in the rows."""
    return {name: REQUESTS[request](allowed_by(policy)) for name, request in NAMED.items()}


def hostile_requests() -> Iterator[tuple[str, Environ]]:
    """Yield requests with a megabyte of every make where an origin, a method or names are expected."""
    for name, make in MAKES.items():
        requests = requests_with(of_size(make, HOSTILE_SIZE).decode("latin-1"))
        yield from ((f"{place}: {name}", requests[place]) for place in HOSTILE_PLACES)


def plain_rows() -> Iterator[tuple[str, Callable[..., Any], Environ]]:
    """Yield the rows of plain WSGI: a name, an application, and a request to it."""
    yield "loop", nothing, REQUESTS["get"]("")
    for request, environ in requests_under("any").items():
        if request in {"get", "get, allowed", "post, cross-site"}:
            yield f"bare: {request}", bare, environ
            yield f"floor: {request}", Floor(bare), environ
    layers = {name: guarded(policy) for name, policy in POLICIES.items()}
    for name, layer in layers.items():
        for request, environ in requests_under(POLICIES[name]).items():
            yield f"{name}: {request}", layer, environ
    longest = "https://" + "x." * 116 + "app.tenant-0.example"
    yield "many patterns: preflight, longest", layers["many patterns"], preflight(longest)


def hostile_rows() -> Iterator[tuple[str, Callable[..., Any], Environ]]:
    """Yield the rows of hostile requests, and of the ones of usual size that they are compared with."""
    layer, refused = guarded("any-name"), without_fetch_metadata(REQUESTS["post-refused"](""))
    yield "any header: preflight", layer, preflight(ALLOWED)
    yield "any header: post", layer, refused
    yield f"{UNHEARD}: any header: post", layer, refused
    for request, environ in hostile_requests():
        yield f"hostile: {request}", layer, environ
        if request.startswith("post"):
            yield f"{UNHEARD}: {request}", layer, environ


def flask_rows() -> Iterator[tuple[str, Callable[..., Any], Environ]]:
    """Yield the rows of Flask: bare, with the policy in one of three places, and with Flask-CORS."""
    sites = {
        "bare": one_page(),
        **{name: guarded_site(one_page, one_policy("routes"), place) for name, place in PLACES.items()},
        "flask-cors": flask_cors_site(one_page, origins=[ALLOWED]),
    }
    for name, site in sites.items():
        for request, environ in requests_under("routes").items():
            if "refused" not in request:
                yield f"flask: {name}: {request}", site, environ


def requests_of(name: str) -> int:
    """Return how many requests of a row are counted."""
    return COUNTED.get(name.partition(":")[0], COUNTED[""])


def run_rows(go: Path) -> None:
    """Once *go* exists, run the rows between calls of ``getppid``, which callgrind listens for."""
    prepared = []
    for name, app, environ in (*plain_rows(), *hostile_rows(), *flask_rows()):
        # A layer of Flask writes into the environ, so each request has one of its own.
        counted, warm = (
            [dict(environ) for _ in range(number)]
            for number in (requests_of(name), min(WARM, requests_of(name)))
        )
        around = log_off if name.startswith(UNHEARD) else nullcontext
        with around():
            deque(map(app, [dict(environ) for environ in warm], repeat(start_response)), maxlen=0)
        prepared.append((name, app, around, warm, counted))
    gc.collect()
    gc.disable()
    sys.stdout.write(json.dumps([name for name, *_ in prepared]) + "\n")
    sys.stdout.flush()
    # Not a blocking read: callgrind takes orders only while instructions run.
    while not go.exists():
        time.sleep(0.01)
    for _, app, around, warm, counted in prepared:
        with around():
            # Once more, for the interpreter has specialised what it runs for other rows since.
            deque(map(app, warm, repeat(start_response)), maxlen=0)
            os.getppid()
            # A loop of C: one of Python would be specialised for one row and slower for the next.
            deque(map(app, counted, repeat(start_response)), maxlen=0)
            os.getppid()


if __name__ == "__main__":
    with silent_log():
        run_rows(Path(sys.argv[1]))
