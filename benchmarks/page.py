"""The figures of the page *Performance*, written from the results, and never by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import plots, table
from .end_to_end import LIBRARIES, throughput
from .figures import Quantity, Ratio, figure, is_measured
from .machine import VERSION
from .page_cells import cell, table_of
from .page_parts import GROWTH, PEERS
from .page_scale import asgi, live
from .results import Results
from .rows import named
from .rows_hostile import ELSEWHERE, beside_row, hostile_row
from .rows_peers import peer_row
from .rows_wsgi import POLICIES, bare_row, floor_row, our_row
from .scenarios.hostile import METHODS, ORIGINS, REQUEST_HEADERS, legal_origins
from .scenarios.policies import MILLION, PATTERNS, exact, patterned
from .scenarios.requests import ACRH, ACRM, REQUESTS
from .targets import judged

PAGE: Final = Path(__file__).parent.parent / "docs" / "_figures" / "performance.md"

_HEAD: Final = "<!-- Written by `make bench`; changes belong into benchmarks/. -->\n"

_MICRO: Final = 1e6

_PLAIN: Final = Quantity(beside_row("preflight"))


def write(results: Results) -> None:
    """Write the figures and the plots into the documentation."""
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(results), encoding="utf-8")
    plots.draw(results)


def render(results: Results) -> str:
    """Return the text of the figures."""
    parts = (_where, _targets, _peers, _wsgi, asgi, _origins, live, _hostile, _apart, _served)
    return "\n".join([_HEAD, *("\n".join(part(results)) + "\n" for part in parts)])


def _where(results: Results) -> Iterator[str]:
    facts = results.machine
    versions = [
        f"{key.removeprefix(VERSION)} {value}" for key, value in facts.items() if key.startswith(VERSION)
    ]
    yield "## Where and when\n"
    yield f"- {facts['cpu_model_name']}, {facts['cpu_count']} cores; {facts['system']}"
    yield f"- Python {facts['python_version']}; {facts['date']} UTC"
    yield f"- {', '.join(sorted(versions))}"


def _targets(results: Results) -> Iterator[str]:
    yield "## Targets\n"
    yield "At the worst row of each; the interval is what a bootstrap over the rounds gives, 95 % of it.\n"
    lines = [
        (
            verdict.target.name,
            table.bound(verdict.target),
            table.measured(verdict.figure, verdict.target),
            table.interval(verdict.figure, verdict.target),
            "✓" if verdict.holds else "✗",
        )
        for verdict in judged(results)
    ]
    yield from table_of(("", "must be", "is", "interval", ""), lines)


def _peers(results: Results) -> Iterator[str]:
    yield "## Beside others\n"
    yield "What each adds to a request of its own framework's bare application, and a preflight as a whole.\n"
    yield "![Bars of what each library adds to a request](_static/performance-added.svg)\n"
    lines = [
        (
            peer.library,
            peer.framework,
            cell(results, peer.added("get")),
            cell(results, peer.added("get-allowed")),
            "" if peer.library == "the floor" else cell(results, Quantity(peer.rows["preflight"])),
            cell(results, Quantity(peer.bare["preflight"])),
        )
        for peer in PEERS
    ]
    header = ("", "in", "without `Origin`", "with an allowed one", "a preflight", "bare `OPTIONS`")
    yield from table_of(header, lines, words=2)


def _wsgi(results: Results) -> Iterator[str]:
    yield "## By policy and request, in plain WSGI"
    for said, requests in (
        ("What is added to a request, in microseconds", [each for each in REQUESTS if not _is_whole(each)]),
        ("A preflight, whole, in microseconds", list(filter(_is_whole, REQUESTS))),
    ):
        yield f"\n{said}:\n"
        lines = [("the floor", *(_added(results, floor_row(each), each) for each in requests))]
        lines += [
            (_policy(name), *(_added(results, our_row(name, each), each) for each in requests))
            for name in POLICIES
        ]
        yield from table_of(("", *(each.replace("-", " ") for each in requests)), lines)
    yield "\nAdded to an answer that has eight headers of its own, `Vary` among them:\n"
    lines = [
        (library, *(_eight(results, library, policy, request) for request in ("get", "get-allowed")))
        for library, policy in (("floor", "none"), ("flask-corsguard", "one"))
    ]
    yield from table_of(("", "without `Origin`", "with an allowed one"), lines)


def _is_whole(request: str) -> bool:
    """Whether a request is answered by the library alone, so that nothing is added to anything."""
    return request.startswith("preflight")


def _eight(results: Results, library: str, policy: str, request: str) -> str:
    rows = (
        named(layer="wsgi", library=each, policy=said, request=request, response="8-headers")
        for each, said in ((library, policy), ("bare", "none"))
    )
    return cell(results, Quantity(*rows))


def _added(results: Results, row: str, request: str) -> str:
    quantity = Quantity(row, None if _is_whole(request) else bare_row(request))
    if not is_measured(quantity, results):
        return ""
    return f"{quantity.of(results.values) * _MICRO:.2f}"


def _policy(name: str) -> str:
    known = {
        "any": "everyone",
        "one": "one origin",
        "credentials": "one, with credentials",
        exact(1000): "1,000 origins",
        exact(MILLION): "1,000,000 origins",
        "pattern": "one pattern",
        patterned(PATTERNS): "20,000 patterns",
        "by-path": "by path",
    }
    return known[name]


def _origins(results: Results) -> Iterator[str]:
    yield "## By the number of origins\n"
    yield "What is added to a request of the origin in the middle of the list.\n"
    yield "![Curves of added cost against the number of origins](_static/performance-origins.svg)\n"
    numbers = [number for number, _ in max((curve.points for curve in GROWTH), key=len)]
    lines = [
        (curve.label, *(cell(results, dict(curve.points).get(number)) for number in numbers))
        for curve in GROWTH
    ]
    yield from table_of(("", *(f"{number:,}" for number in numbers)), lines)
    bare = peer_row("bare", "none", "get-allowed", strings="anew")
    lines = [
        (
            library,
            said,
            who,
            cell(results, Quantity(peer_row(library, policy, request, strings="anew"), bare)),
        )
        for library, policy, request, said, who in (
            ("flask-corsguard", "one", "get-allowed", "one origin", "the same again and again"),
            ("flask-corsguard", exact(MILLION), "get-allowed", "1,000,000", "the same again and again"),
            ("flask-corsguard", exact(MILLION), "get-random", "1,000,000", "one of them at random"),
            ("wsgicors", exact(1000), "get-random", "1,000", "one of them at random"),
        )
    ]
    yield "\nWith a string of its own in every request, as from a socket:\n"
    yield from table_of(("", "policy", "who asks", "added"), lines, words=3)


def _hostile(results: Results) -> Iterator[str]:
    yield "## Hostile headers\n"
    yield "A preflight whose header is that long, as a whole.\n"
    yield "![Curves of a preflight's cost against the size of a header](_static/performance-hostile.svg)\n"
    yield "A megabyte of each make, by a plain preflight of usual size:\n"
    header = ("`Origin` of", "preflight", "20,000 patterns", "GET", "POST, log off", "POST, log on")
    yield from table_of(header, [(make, *_of_make(results, make)) for make in ORIGINS])
    yield ""
    lines = [
        (
            f"{name} of {make}",
            *(_ratio(results, hostile_row(policy, "preflight", sent, make)) for policy in said),
        )
        for sent, name, makes, said in (
            (ACRH, "Access-Control-Request-Headers", REQUEST_HEADERS, ("one", "any-header")),
            (ACRM, "Access-Control-Request-Method", METHODS, ("one",)),
        )
        for make in makes
    ]
    lines += [
        (
            f"{sent.removeprefix('HTTP_').replace('_', '-').title()} of {make}, {request.replace('-', ' ')}",
            _ratio(results, hostile_row("one", request, sent, make)),
        )
        for sent, make, request in ELSEWHERE
    ]
    header = ("", "one origin", "one, headers `*`, credentials")
    yield from table_of(header, [(*line, "")[:3] for line in lines])
    yield ""
    yield from _longest(results)


def _of_make(results: Results, make: str) -> Iterator[str]:
    for policy, request, more in (
        ("one", "preflight", {}),
        (patterned(PATTERNS), "preflight", {}),
        ("one", "get-refused", {}),
        ("one", "post-refused", {"log": "off"}),
        ("one", "post-refused", {"log": "on"}),
    ):
        yield _ratio(results, hostile_row(policy, request, "HTTP_ORIGIN", make, **more))


def _longest(results: Results) -> Iterator[str]:
    yield "The longest origins that are legal, against 20,000 patterns, by a plain preflight:\n"
    lines = []
    for make, origin in legal_origins().items():
        size = str(len(origin))
        ratios = (
            _ratio(results, hostile_row(policy, "preflight", "HTTP_ORIGIN", make, size=size))
            for policy in (patterned(PATTERNS), "deep-patterns")
        )
        lines.append((f"{make.removeprefix('legal-')}, {size} bytes", *ratios))
    yield from table_of(("", "patterns of few labels", "patterns of every length"), lines)


def _apart(results: Results) -> Iterator[str]:
    yield "## Building, memory, importing\n"
    lines = []
    for policy in (exact(MILLION), patterned(PATTERNS)):
        built = [
            cell(results, Quantity(named(measure="build", policy=policy, credentials=credentials)))
            for credentials in ("no", "yes")
        ]
        held = [
            cell(results, Quantity(named(measure="memory", policy=policy, holder=holder, strings=strings)))
            for strings in ("counted", "not-counted")
            for holder in ("policy", "frozenset")
        ]
        lines.append((_policy(policy), *built, *held))
    header = ("", "built, each origin", "with credentials", "memory", "a frozenset", "without strings")
    yield from table_of((*header, "a frozenset"), lines)
    imported = (named(measure="import", modules=each) for each in ("flask", "flask+flask_corsguard"))
    flask, both = (cell(results, Quantity(row)) for row in imported)
    yield f"\n`import flask` takes {flask}, and with `import flask_corsguard` after it {both}."


def _served(results: Results) -> Iterator[str]:
    yield "## In a server\n"
    yield "gunicorn, one sync worker, on the loopback address, driven by wrk.\n"
    bare = Quantity(throughput("bare"))
    lines = []
    for library in LIBRARIES:
        ratio = Ratio(Quantity(throughput(library)), bare)
        part = table.number(figure(ratio, results).value) if is_measured(ratio, results) else "not measured"
        lines.append((library, cell(results, ratio.over), part))
    yield from table_of(("", "requests", "of bare"), lines)


def _ratio(results: Results, row: str) -> str:
    ratio = Ratio(Quantity(row), _PLAIN)
    return table.number(ratio.of(results.values)) if is_measured(ratio, results) else ""
