"""The targets: each with the rows that it is made from, and its bound.

A target of several ratios is met if the worst of them meets it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from .end_to_end import throughput
from .figures import Figure, Quantity, Ratio, figure, is_measured
from .results import Results
from .rows import named
from .rows_asgi import STARLETTE, asgi_row, in_framework_row
from .rows_flask import bare_for, flask_row
from .rows_frameworks import framework_row
from .rows_hostile import ELSEWHERE, beside_row, hostile_row
from .rows_live import CACHED, IN_FLASK, LIST, LIVE, OUTAGE, QUERY, REQUESTED, live_row
from .rows_wsgi import bare_row, floor_row, our_row
from .scenarios.hostile import METHODS, ORIGINS, REQUEST_HEADERS, legal_origins
from .scenarios.policies import MILLION, PATTERNS, exact, patterned
from .scenarios.requests import ACRH, ACRM

#: Microseconds in a second, milliseconds in a second.
_MICRO: Final = 1e6
_MILLI: Final = 1e3


class Target(NamedTuple):
    """A bound for the worst of some ratios."""

    name: str
    bound: float
    ratios: tuple[Ratio, ...]
    #: What the figure is of; a ratio has none.
    unit: str = ""
    #: The figure in that unit, of one in seconds.
    scale: float = 1
    #: Whether the bound is the least that the figure may be, and not the most.
    at_least: bool = False


class Verdict(NamedTuple):
    """What was measured of a target, at its worst row."""

    target: Target
    figure: Figure
    row: str
    holds: bool


def added(row: str, bare: str) -> Quantity:
    """Return what *row* adds to the bare application."""
    return Quantity(row, bare)


def _by_floor(rows: Iterable[tuple[str, str]]) -> tuple[Ratio, ...]:
    """Return what each policy adds to a request, by what the floor adds to it."""
    return tuple(
        Ratio(
            added(our_row(policy, request), bare_row(request)),
            added(floor_row(request), bare_row(request)),
        )
        for policy, request in rows
    )


def _in_asgi(than: str, requests: Iterable[str]) -> tuple[Ratio, ...]:
    """Return what the library adds to a request in plain ASGI, by what another layer adds to it."""
    return tuple(
        Ratio(
            *(
                added(asgi_row(library, request), asgi_row("bare", request))
                for library in ("flask-corsguard", than)
            )
        )
        for request in requests
    )


def _by_quart_cors(requests: Iterable[str]) -> tuple[Ratio, ...]:
    return tuple(
        Ratio(
            added(in_framework_row("quart", request), framework_row("quart", request, None)),
            added(framework_row("quart", request, 1), framework_row("quart", request, None)),
        )
        for request in requests
    )


def of_live(policy: str, than: str, layer: str) -> tuple[Ratio, ...]:
    """Return what requests cost under a policy, whole, by what they cost under another one."""
    return tuple(
        Ratio(Quantity(live_row(layer, policy, request)), Quantity(live_row(layer, than, request)))
        for request in (REQUESTED if layer == "wsgi" else IN_FLASK)
    )


def _by_flask_cors(requests: Iterable[str], marks: Iterable[str]) -> tuple[Ratio, ...]:
    """Return what the library adds to a request in Flask, by what Flask-CORS adds to it."""
    return tuple(
        Ratio(
            *(
                added(flask_row(library, request, marks=mark), bare_for(library, request, marks=mark))
                for library in ("flask-corsguard", "flask-cors")
            ),
        )
        for request in requests
        for mark in marks
    )


_PREFLIGHT: Final = Quantity(beside_row("preflight"))
_FLAT: Final = ("get-allowed", "post-allowed", "preflight")
_SIMPLE: Final = tuple(
    (policy, request) for policy in ("any", "one", "credentials") for request in ("get", "get-allowed")
)


def _whole(policy: str, than: str, requests: Iterable[str]) -> tuple[Ratio, ...]:
    return tuple(Ratio(Quantity(our_row(policy, each)), Quantity(our_row(than, each))) for each in requests)


def _megabytes() -> Iterable[str]:
    for make in ORIGINS:
        for policy in ("one", patterned(PATTERNS)):
            for request in ("preflight", "get-refused"):
                yield hostile_row(policy, request, "HTTP_ORIGIN", make)
    for make in REQUEST_HEADERS:
        for policy in ("one", "any-header"):
            yield hostile_row(policy, "preflight", ACRH, make)
    for make in METHODS:
        yield hostile_row("one", "preflight", ACRM, make)
    for header, make, request in ELSEWHERE:
        yield hostile_row("one", request, header, make)


def _by_usual_size(log: str, usual_size: str) -> tuple[Ratio, ...]:
    """Return what a refused POST of a megabyte costs by one of usual size, under the same log."""
    rows = (hostile_row("one", "post-refused", "HTTP_ORIGIN", make, log=log) for make in ORIGINS)
    return tuple(Ratio(Quantity(row), Quantity(usual_size)) for row in rows)


def _longest() -> Iterable[str]:
    for policy in (patterned(PATTERNS), "deep-patterns"):
        for make, origin in legal_origins().items():
            for request in ("preflight", "get-refused"):
                yield hostile_row(policy, request, "HTTP_ORIGIN", make, size=str(len(origin)))


def _by_preflight(rows: Iterable[str]) -> tuple[Ratio, ...]:
    return tuple(Ratio(Quantity(row), _PREFLIGHT) for row in rows)


def _built() -> tuple[Ratio, ...]:
    return tuple(
        Ratio(Quantity(named(measure="build", policy=policy, credentials=credentials)))
        for policy in (exact(MILLION), patterned(PATTERNS))
        for credentials in ("no", "yes")
    )


def _held(strings: str) -> tuple[Ratio, ...]:
    def row(policy: str, holder: str) -> Quantity:
        return Quantity(named(measure="memory", policy=policy, holder=holder, strings=strings))

    return tuple(
        Ratio(row(policy, "policy"), row(policy, "frozenset"))
        for policy in (exact(MILLION), patterned(PATTERNS))
    )


_IMPORTED: Final = Quantity(
    named(measure="import", modules="flask+flask_corsguard"), named(measure="import", modules="flask")
)

TARGETS: Final = (
    Target("WSGI: added, by what the floor adds", 1.8, _by_floor(_SIMPLE)),
    Target(
        "WSGI: added to a cross-site POST under the guard, by what the floor adds",
        2.5,
        _by_floor([("one", "post-allowed"), ("credentials", "post-allowed")]),
    ),
    Target(
        "WSGI: a preflight, whole, by a plain request through the floor",
        1.6,
        tuple(
            Ratio(Quantity(our_row(policy, "preflight")), Quantity(floor_row("get")))
            for policy in ("any", "one", "credentials")
        ),
    ),
    Target(
        "Flask: added for an application's policy, by what Flask-CORS adds",
        1 / 12,
        _by_flask_cors(("get", "get-allowed"), ("application",)),
    ),
    Target(
        "Flask: added with marks on views and blueprints, by what Flask-CORS adds",
        1 / 8,
        _by_flask_cors(("get", "get-allowed"), ("views", "blueprints")),
    ),
    Target(
        "Flask: a preflight, whole, by that of Flask-CORS",
        1 / 8,
        tuple(
            Ratio(
                Quantity(flask_row("flask-corsguard", "preflight", marks=mark)),
                Quantity(flask_row("flask-cors", "preflight", marks=mark)),
            )
            for mark in ("application", "views", "blueprints")
        ),
    ),
    Target(
        "ASGI: added, by what the floor adds",
        5,
        _in_asgi("floor", ("get", "get-allowed", "post-allowed")),
    ),
    Target(
        "ASGI: added, by what Starlette's CORSMiddleware adds",
        1 / 2,
        _in_asgi(STARLETTE, ("get", "get-allowed", "post-allowed")),
    ),
    Target("Quart: added, by what quart-cors adds", 1 / 5, _by_quart_cors(("get", "get-allowed"))),
    Target("WSGI: a million live origins, whole, by the same list in code", 1.1, of_live(LIVE, LIST, "wsgi")),
    Target(
        "Flask: a million live origins, whole, by the same list in code", 1.1, of_live(LIVE, LIST, "flask")
    ),
    Target("WSGI: live origins in an outage, whole, by without", 1.1, of_live(OUTAGE, LIVE, "wsgi")),
    Target("WSGI: live origins, whole, by a query in each request", 1 / 4, of_live(LIVE, QUERY, "wsgi")),
    Target("WSGI: live origins, whole, by a callable with a cache", 1 / 3, of_live(LIVE, CACHED, "wsgi")),
    Target("A million exact origins, by one", 1.15, _whole(exact(MILLION), "one", ("get", *_FLAT))),
    Target("20,000 patterns, by one", 1.25, _whole(patterned(PATTERNS), "pattern", ("get", *_FLAT))),
    Target("Building a policy, each origin", 12, _built(), "µs", _MICRO),
    Target("Memory of a policy, by a frozenset, with the strings", 1.5, _held("counted")),
    Target(
        "A megabyte in a preflight or a request that passes the guard, by a plain preflight",
        3,
        _by_preflight(_megabytes()),
    ),
    Target(
        "A megabyte in a refused POST that is logged, by one of usual size",
        3,
        _by_usual_size("on", beside_row("post-refused")),
    ),
    Target(
        "A megabyte in a refused POST that is not logged, by one of usual size",
        3,
        _by_usual_size("off", beside_row("post-refused", log="off")),
    ),
    Target(
        "The longest legal origins against 20,000 patterns, by a plain preflight",
        12,
        _by_preflight(_longest()),
    ),
    Target("Importing the package after Flask", 15, (Ratio(_IMPORTED),), "ms", _MILLI),
    Target(
        "Throughput of gunicorn with the guard, by without",
        0.97,
        (Ratio(Quantity(throughput("flask-corsguard")), Quantity(throughput("bare"))),),
        at_least=True,
    ),
)

#: The fact with the number of modules and files with public suffixes that an import has met.
SUFFIXES: Final = "observed_public_suffixes"


def judged(results: Results) -> list[Verdict]:
    """Return for each target whether it is met, as far as its rows were measured."""
    return [verdict for target in TARGETS if (verdict := _judged(target, results)) is not None] + _suffixes(
        results
    )


def _judged(target: Target, results: Results) -> Verdict | None:
    ratios = [ratio for ratio in target.ratios if is_measured(ratio, results)]
    if not ratios:
        return None
    values = {ratio: ratio.of(results.values) for ratio in ratios}
    worst = (min if target.at_least else max)(ratios, key=values.__getitem__)
    found = Figure(*(each * target.scale for each in figure(worst, results)))
    holds = found.value >= target.bound if target.at_least else found.value <= target.bound
    return Verdict(target, found, worst.over.row, holds)


def _suffixes(results: Results) -> list[Verdict]:
    series = results.series.get(_IMPORTED.row)
    if series is None:
        return []
    loaded = float(series.facts.get(SUFFIXES, 0))
    target = Target("Importing the package: modules and files of public suffixes", 0, (Ratio(_IMPORTED),))
    return [Verdict(target, Figure(loaded, loaded, loaded), _IMPORTED.row, loaded == 0)]
