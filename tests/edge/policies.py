"""The policies that the tests of exports share: together they need everything that an engine has to do."""

from __future__ import annotations

from flask_corsguard import SAME_ORIGIN, UNMANAGED, Policy
from flask_corsguard.core.audiences import closed_policy
from flask_corsguard.core.compiled import CompiledPolicy, compiled
from flask_corsguard.edge.places import Place, Source
from flask_corsguard.edge.source import source_of
from flask_corsguard.wsgi.path_rules import is_ambiguous

A = "https://app.example"
EVIL = "https://evil.example"

RICH = Policy(
    origins=[
        *(A, "https://app.example:8443", "http://localhost:3000", "https://[2001:db8::1]"),
        *("https://*.partner.example", "https://*.co-op.example:8443", "https://*.dev.example:*"),
        *("http://localhost:*", "app://.", "app://*.shell.example", "safari-web-extension://0A1B-2C"),
    ],
    methods=["GET", "PUT", "DELETE"],
    allow_headers=["X-Token", "Authorization"],
    expose_headers=["X-Total", "ETag"],
    credentials=True,
    max_age=0,
    timing=True,
    private_network=True,
)
EVERYONE = Policy(origins="*", methods="*", allow_headers="*", expose_headers="*", timing="*")
READERS = Policy(origins=[A, "null"], methods=["GET"], dangerously_allow=["null-origin"])
UNGUARDED = Policy(origins=[A], guard="off", resource_policy="same-site", max_age=None)
WILD = Policy(origins=[A, "https://*.partner.example"], methods="*", allow_headers=["*", "Authorization"])
OTHERS = Policy(origins=["https://other.example"])
AUDIENCES = [Policy(origins=[A], credentials=True), Policy(origins="*")]

PATHS = {
    "/api/deep": OTHERS,
    "/api": RICH,
    "/open": EVERYONE,
    "/read": READERS,
    "/off": UNGUARDED,
    "/caf\u00e9": WILD,
    "/both": AUDIENCES,
    "/proxied": UNMANAGED,
    "/": SAME_ORIGIN,
}
SOURCES = {
    "paths": PATHS,
    "one": RICH,
    "everyone": EVERYONE,
    "closed": SAME_ORIGIN,
    "audiences": AUDIENCES,
    "unmanaged": UNMANAGED,
    "patterns": Policy(origins=["https://*.a.example", "https://*.b.example:*"], credentials=True),
    "no root": {"/api": OTHERS},
}


def marked() -> Source:
    """Return a source with exact paths, as an application with marked views has them."""
    get, put, other = map(compiled, (RICH, OTHERS, SAME_ORIGIN))
    root, blue, closed = map(compiled, (READERS, UNGUARDED, closed_policy([UNGUARDED])))
    by_name = {"GET": get, "HEAD": get, "PUT": put}
    by_method = tuple((f"(?i:{name})", each) for name, each in by_name.items())
    places = (
        Place("/", root, "application"),
        Place("/blue", blue, "blueprint blue"),
        Place("/blue/view", other, "GET /blue/view", exact=True, by_method=by_method),
        Place("/Blue/View", get, "/Blue/View", exact=True),
        Place("/other", put, "/other", exact=True),
    )
    exact = {place.path: place for place in places if place.exact}

    def find(path: str, method: str) -> CompiledPolicy:
        if path in exact:
            return by_name.get(method.upper(), other) if path == "/blue/view" else exact[path].policy
        if is_ambiguous(path):
            return closed
        return blue if path == "/blue" or path.startswith("/blue/") else root

    return Source(places, closed, find)


def source(name: str) -> Source:
    """Return the source of this name."""
    return marked() if name == "marked" else source_of(SOURCES[name])


NAMES = (*SOURCES, "marked")
