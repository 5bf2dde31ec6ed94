"""What the page shows, and in which order: rows of tables, bars and curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from .figures import Quantity
from .rows_asgi import FRAMEWORKS, in_framework_row
from .rows_flask import OURS, THEIRS, bare_for, flask_row
from .rows_frameworks import LIBRARIES, NUMBERS, framework_row
from .rows_hostile import SIZES, hostile_row
from .rows_peers import peer_row
from .rows_wsgi import bare_row, floor_row, our_row
from .scenarios.policies import exact
from .scenarios.requests import ACRH

#: The requests of which a peer's added cost is shown.
BARS: Final = ("get", "get-allowed")

#: The names of frameworks, as they are written.
TITLES: Final = {"django": "Django", "falcon": "Falcon", "quart": "Quart", "starlette": "Starlette"}
#: The libraries of frameworks, as they are written.
WRITTEN: Final = {
    "django-cors-headers": "django-cors-headers",
    "falcon-corsmiddleware": "Falcon's CORSMiddleware",
    "quart-cors": "quart-cors",
    "starlette-corsmiddleware": "Starlette's CORSMiddleware",
}


class Curve(NamedTuple):
    """A line of a plot: what is at each place."""

    label: str
    points: tuple[tuple[int, Quantity], ...]


class Peer(NamedTuple):
    """A library in the framework that it is for: its rows by request, and those of the bare framework."""

    library: str
    framework: str
    rows: dict[str, str]
    bare: dict[str, str]

    def added(self, request: str) -> Quantity:
        """Return what it adds to a request."""
        return Quantity(self.rows[request], self.bare[request])


_SHOWN: Final = ("get", "get-allowed", "preflight")


def _peer(library: str, policy: str, **more: str) -> Peer:
    rows = {request: peer_row(library, policy, request, **more) for request in _SHOWN}
    bare = {request: peer_row("bare", "none", request, **more) for request in _SHOWN}
    return Peer(library, "WSGI", rows, bare)


def _in_flask(library: str, marks: str) -> Peer:
    rows = {request: flask_row(library, request, marks=marks) for request in _SHOWN}
    bare = {request: bare_for(library, request, marks=marks) for request in _SHOWN}
    return Peer(library, "Flask" if marks == "application" else f"Flask, marks on {marks}", rows, bare)


def _in_framework(framework: str, library: str) -> Peer:
    rows = {request: framework_row(framework, request, 1) for request in _SHOWN}
    bare = {request: framework_row(framework, request, None) for request in _SHOWN}
    return Peer(WRITTEN[library], TITLES[framework], rows, bare)


def _ours_in(framework: str) -> Peer:
    rows = {request: in_framework_row(framework, request) for request in _SHOWN}
    bare = {request: framework_row(framework, request, None) for request in _SHOWN}
    return Peer("flask-corsguard", TITLES[framework], rows, bare)


def _floor() -> Peer:
    rows = {request: floor_row(request) for request in _SHOWN}
    return Peer("the floor", "WSGI", rows, {request: bare_row(request) for request in _SHOWN})


PEERS: Final = (
    _floor(),
    _peer("flask-corsguard", "one"),
    _peer("wsgicors", "one"),
    _peer("wsgi-cors-middleware", "one"),
    _peer("nti.wsgi.cors", "everyone", environ="copied"),
    *(
        _in_flask(library, marks)
        for marks in ("application", "views", "blueprints")
        for library in ("flask-corsguard", "flask-cors")
    ),
    *(_in_framework(framework, library) for framework, library in LIBRARIES.items()),
    *map(_ours_in, FRAMEWORKS),
)

ADDED: Final = tuple(
    (f"{peer.library}, {peer.framework}", tuple(peer.added(request) for request in BARS))
    for peer in PEERS
    if "marks" not in peer.framework
)


def _growth() -> Iterator[Curve]:
    bare, allowed = bare_row("get-allowed"), "get-allowed"
    yield Curve("flask-corsguard", tuple((n, Quantity(our_row(exact(n), allowed), bare)) for n in OURS))
    for library, numbers in (("flask-corsguard", OURS), ("flask-cors", THEIRS)):
        label = "flask-corsguard, in Flask" if library == "flask-corsguard" else library
        rows = ((n, flask_row(library, allowed, n), bare_for(library, allowed, n)) for n in numbers)
        yield Curve(label, tuple((n, Quantity(row, less)) for n, row, less in rows))
    wsgicors = tuple((n, Quantity(peer_row("wsgicors", exact(n), allowed), bare)) for n in NUMBERS)
    yield Curve("wsgicors, cached", wsgicors)
    for framework, library in LIBRARIES.items():
        of_bare = framework_row(framework, allowed, None)
        points = tuple((n, Quantity(framework_row(framework, allowed, n), of_bare)) for n in NUMBERS)
        yield Curve(WRITTEN[library].removesuffix("'s CORSMiddleware"), points)


GROWTH: Final = tuple(_growth())


def _hostile() -> Iterator[Curve]:
    for library in ("flask-corsguard", "wsgicors", "flask-cors"):
        for header, make, label in (
            ("HTTP_ORIGIN", "labels", "Origin"),
            (ACRH, "many-names", "requested headers"),
        ):
            rows = {size: hostile_row("one", "preflight", header, make, size=str(size)) for size in SIZES}
            if library != "flask-corsguard":
                layer = "flask" if library == "flask-cors" else "wsgi"
                rows = {
                    size: row.replace("layer=wsgi", f"layer={layer}").replace("flask-corsguard", library)
                    for size, row in rows.items()
                }
            yield Curve(f"{library}: {label}", tuple((size, Quantity(row)) for size, row in rows.items()))


HOSTILE: Final = tuple(_hostile())
