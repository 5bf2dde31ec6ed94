"""The parts of the page about ASGI and about live origins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .figures import Quantity, Ratio
from .page_cells import cell, table_of, times
from .results import Results
from .rows_asgi import REQUESTED, STARLETTE, asgi_row
from .rows_live import CACHED, IN_FLASK, LIST, LIVE, OUTAGE, QUERY, live_row
from .rows_live import REQUESTED as OF_LIVE

_LAYERS: Final = {
    "floor": "the floor",
    "flask-corsguard": "flask-corsguard",
    STARLETTE: "Starlette's CORSMiddleware",
}

_POLICIES: Final = {
    LIVE: "live",
    OUTAGE: "live, in an outage",
    QUERY: "a callable, with a query in each request",
    CACHED: "a callable, with a cache of a minute",
}


def asgi(results: Results) -> Iterator[str]:
    """Yield what each layer adds to a bare ASGI application."""
    yield "## In plain ASGI\n"
    yield "What is added to a request to a bare application, and a preflight as a whole.\n"
    lines = [
        (
            said,
            *(
                cell(results, Quantity(asgi_row(library, each), asgi_row("bare", each)))
                for each in REQUESTED
                if each != "preflight"
            ),
            "" if library == "floor" else cell(results, Quantity(asgi_row(library, "preflight"))),
        )
        for library, said in _LAYERS.items()
    ]
    yield from table_of(("", *(each.replace("-", " ") for each in REQUESTED)), lines)


def live(results: Results) -> Iterator[str]:
    """Yield what live origins cost, and what others do instead, by a list in code."""
    yield "## Live origins\n"
    yield "A million origins, or a callable that asks a table of SQLite in memory. Each request as a whole,"
    yield "divided by the same request under a list of a million in code.\n"
    columns = [("wsgi", each) for each in OF_LIVE] + [("flask", each) for each in IN_FLASK]
    lines = [
        (
            said,
            *(
                times(
                    results,
                    Ratio(Quantity(live_row(layer, policy, each)), Quantity(live_row(layer, LIST, each))),
                )
                for layer, each in columns
            ),
        )
        for policy, said in _POLICIES.items()
    ]
    header = [
        f"{'WSGI' if layer == 'wsgi' else 'Flask'}: {each.replace('-', ' ')}" for layer, each in columns
    ]
    yield from table_of(("", *header), lines)
