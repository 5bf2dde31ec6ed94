"""Requests that show whether an engine means what the policies mean, made from the policies themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from flask_corsguard.core.answer import Header
from flask_corsguard.core.audiences import AnyCompiled
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.fetch_standard import ACRH, ACRM, ACRPN
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.request import Request

from .answers import UNREAD_LENGTH
from .audiences import members_of, owned_by
from .mutations import foreign_origins, mutations_of
from .origins import origin_within
from .outcome import Outcome, answered, printable
from .paths import as_sent, path_of
from .places import Place, Source
from .sendable import is_sendable
from .spellings import spellings_of

#: How many origins of a policy are mutated, and how many places are tried, unless all are wanted. They are
#: taken at even distances.
SAMPLE: Final = 12

_SITES: Final = (
    None,
    "same-origin",
    "none",
    "same-site",
    "cross-site",
    "",
    "SAME-ORIGIN",
    "same-origin, none",
)
_METHODS: Final = ("POST", "PUT", "PATCH", "DELETE", "GET", "HEAD", "OPTIONS")
_UPGRADES: Final = ("WebSocket", "h2c, websocket", "h2c", "a" * 257)
_PREFLIGHT_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "put", "PURGE", "", "PUT, GET")

Policies = tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """Where the engine is reached: by which scheme, and as which ``Host``."""

    scheme: str
    host: str

    @property
    def origin(self) -> str:
        """The origin of pages that the engine itself sends."""
        return f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class Vector:
    """One request, as it is sent.

    :ivar group: what it tries: ``"origins"``, ``"preflight"``, ``"guard"`` or ``"paths"``.
    :ivar method: its method.
    :ivar target: the path, as it is sent.
    :ivar headers: the headers, in order; ``Host`` comes first.
    :ivar scheme: that of the URL.
    """

    group: str
    method: str
    target: str
    headers: tuple[Header, ...]
    scheme: str

    def __str__(self) -> str:
        headers = "; ".join(f"{name}: {printable(value)}" for name, value in self.headers)
        return f"{self.method} {printable(self.target)} ({headers})"

    @property
    def is_sendable(self) -> bool:
        """Whether a browser can send it."""
        return is_sendable(self.method, self.target, self.headers, self.scheme)

    @property
    def request(self) -> Request:
        """The request as Python reads it: repeated headers joined."""
        return Request.from_headers(self.method, self._trimmed(), scheme=self.scheme)

    def _trimmed(self) -> list[Header]:
        # Space around a value does not belong to it (RFC 9110, section 5.5).
        return [(name, value.strip(" \t")) for name, value in self.headers]

    def readings(self) -> Iterator[Request]:
        """Yield the request as a server may read it.

        A request is not valid if a header that is not a list is repeated, or if a header has no value: a
        server may join the lines, or read one of them, or none.
        """
        trimmed = self._trimmed()
        filled = [(name, value) for name, value in trimmed if value]
        for headers in (trimmed, filled, dict(reversed(filled)).items(), dict(filled).items()):
            yield Request.from_headers(self.method, list(headers), scheme=self.scheme)


def expected(source: Source, vector: Vector, request: Request | None = None) -> Outcome:
    """Return what the application makes of *vector*.

    :param request: how it is read; by default, as Python reads it.
    """
    request = request or vector.request
    return answered(_policy_of(source, vector, request), request)


def vectors_of(source: Source, site: Site, *, everything: bool = False) -> Iterator[Vector]:
    """Yield the vectors for *source*, each once.

    :param site: where the engine is reached.
    :param everything: whether to mutate all origins, at all places, instead of samples.
    """
    places = source.places if everything else _sample(source.places)
    seen: set[Vector] = set()
    for vector in _all(places, source, site, everything=everything):
        vector = replace(vector, headers=(("Host", site.host), *_without_host(vector, site)))  # noqa: PLW2901
        if vector not in seen:
            seen.add(vector)
            yield vector


def _without_host(vector: Vector, site: Site) -> Iterable[Header]:
    return ((name, value) for name, value in vector.headers if (name, value) != ("Host", site.host))


def _all(places: Iterable[Place], source: Source, site: Site, *, everything: bool) -> Iterator[Vector]:
    for place in places:
        path = as_sent(place.path or "/")
        for each in dict.fromkeys(map(members_of, place.policies)):
            yield from _of_origins(path, each, site, everything=everything)
            yield from _of_preflights(path, each, site)
            yield from _of_guard(path, each, site)
    yield from _of_paths(places, source, site)


def _sample(items: tuple[Place, ...]) -> tuple[Place, ...]:
    return items if len(items) <= SAMPLE else tuple(items[i * len(items) // SAMPLE] for i in range(SAMPLE))


def _origins(policies: Policies, *, everything: bool) -> list[str]:
    found: list[str] = []
    for policy in policies:
        if policy.origins == "*":
            continue
        items = [each for each in policy.origins if isinstance(each, str)]
        if not everything and len(items) > 2 * SAMPLE:
            items = [items[i * len(items) // SAMPLE] for i in range(SAMPLE)]
        found += items
    return found


def _of_origins(path: str, policies: Policies, site: Site, *, everything: bool) -> Iterator[Vector]:
    candidates = [*foreign_origins(), site.origin]
    for item in _origins(policies, everything=everything):
        candidates += mutations_of(item)
    for origin in dict.fromkeys(candidates):
        sent = (("Origin", origin),)
        yield Vector("origins", "GET", path, sent, site.scheme)
        yield Vector("origins", "OPTIONS", path, (*sent, (ACRM, "PUT")), site.scheme)
    allowed = _some_allowed(policies) or "https://a.example"
    for repeated in (
        (allowed, allowed),
        (allowed, "https://evil.example"),
        ("https://evil.example", allowed),
    ):
        lines = tuple(("Origin", each) for each in repeated)
        yield Vector("origins", "GET", path, lines, site.scheme)
        yield Vector("origins", "OPTIONS", path, (*lines, (ACRM, "PUT")), site.scheme)
    yield Vector("origins", "GET", path, (), site.scheme)
    yield Vector("origins", "OPTIONS", path, (), site.scheme)
    yield Vector("origins", "OPTIONS", path, (("Origin", allowed),), site.scheme)
    yield Vector("origins", "OPTIONS", path, ((ACRM, "PUT"),), site.scheme)


def _some_allowed(policies: Policies) -> str | None:
    return next(filter(None, (origin_within(policy) for policy in policies)), None)


def _of_preflights(path: str, policies: Policies, site: Site) -> Iterator[Vector]:
    for policy in policies:
        origins = (origin_within(policy), "https://evil.example", "null")
        methods = dict.fromkeys([*_PREFLIGHT_METHODS, *sorted(compiled(policy).methods)])
        lists = _lists_of(policy)
        asking = [origin for origin in origins if origin is not None]
        tables = (product(asking, methods, lists[:4]), product(asking[:2], ("PUT",), lists))
        for origin, method, names in chain(*tables):
            headers = [("Origin", origin), (ACRM, method)]
            headers += [] if names is None else [(ACRH, names)]
            yield Vector("preflight", "OPTIONS", path, tuple(headers), site.scheme)
            if policy.private_network:
                for value in ("true", "false", "TRUE"):
                    more = (*headers, (ACRPN, value))
                    yield Vector("preflight", "OPTIONS", path, more, site.scheme)


def _lists_of(policy: Policy) -> list[str | None]:
    names = sorted(compiled(policy).headers - {"*"})
    bound = compiled(policy).max_list_length
    return [
        None,
        ",".join(names),
        ", ".join(name.upper() for name in names),
        ",".join([*names, "x-unlisted"]),
        "authorization",
        "x-unlisted",
        ",,",
        *(("x-a," * (length // 4 + 2)).rstrip(",") for length in (bound, UNREAD_LENGTH)),
    ]


def _of_guard(path: str, policies: Policies, site: Site) -> Iterator[Vector]:
    origins = _guard_origins(policies, site)
    listed = {method for policy in policies for method in compiled(policy).methods} - {"*"}
    methods = dict.fromkeys([*_METHODS, *sorted(listed)])
    # Every origin with every site; then every method, cookie and upgrade with those that matter.
    products = (
        (("POST",), _SITES, origins, (None,), (None,)),
        (methods, _SITES[:5], origins[:3], (None, "a=1"), (None,)),
        (("post",), _SITES[:2], origins[:3], (None,), (None,)),
        (("GET",), _SITES[:5], origins[:4], (None, "a=1"), (None, "websocket")),
        (("GET",), (None, "cross-site"), origins[1:3], (None,), _UPGRADES),
        (("POST",), (None, "cross-site"), origins[:3], ("",), (None,)),
    )
    for each in products:
        for method, fetch_site, origin, cookie, upgrade in product(*each):
            headers = (
                ("Origin", origin),
                ("Sec-Fetch-Site", fetch_site),
                ("Cookie", cookie),
                ("Upgrade", upgrade),
                ("Connection", upgrade and "Upgrade"),
                ("Sec-WebSocket-Key", upgrade and "AAAAAAAAAAAAAAAAAAAAAA=="),
                ("Sec-WebSocket-Version", upgrade and "13"),
            )
            sent = tuple((name, value) for name, value in headers if value is not None)
            yield Vector("guard", method, path, sent, site.scheme)


def _guard_origins(policies: Policies, site: Site) -> list[str | None]:
    parts = urlsplit(site.origin)
    name, port = site.host.removesuffix(f":{parts.port}"), parts.port or 80
    other = "http" if site.scheme == "https" else "https"
    return [
        None,
        _some_allowed(policies) or "https://a.example",
        *("https://evil.example", "null", ""),
        *(site.origin, f"{other}://{site.host}", f"{site.scheme}://{name}.", f"{site.origin}/"),
        *(f"{site.scheme}://{name}:{port + 1}", f"{site.scheme}://evil-{site.host}"),
        f"{site.scheme}://{site.host}.evil.example",
    ]


def _of_paths(places: Iterable[Place], source: Source, site: Site) -> Iterator[Vector]:
    origins = {_some_allowed(members_of(each.policy)) for each in source.places[: 2 * SAMPLE]}
    elsewhere = sorted(origin for origin in origins if origin is not None)[:1]
    for place in places:
        allowed = filter(None, [_some_allowed(members_of(place.policy))])
        asking = list(dict.fromkeys([*allowed, *elsewhere, "https://evil.example"]))
        for target in spellings_of(place.path or "/"):
            for origin in asking:
                sent = (("Origin", origin),)
                yield Vector("paths", "GET", target, sent, site.scheme)
                yield Vector("paths", "OPTIONS", target, (*sent, (ACRM, "PUT")), site.scheme)
                forged = (*sent, ("Sec-Fetch-Site", "cross-site"))
                if origin == asking[0]:
                    yield Vector("paths", "POST", target, forged, site.scheme)


def names_of(source: Source, vector: Vector) -> frozenset[str]:
    """Return the names, in lower case, of the headers that the policies of *vector* own."""
    return owned_by(_policy_of(source, vector, vector.request))


def _policy_of(source: Source, vector: Vector, request: Request) -> AnyCompiled:
    path = unquote_to_bytes(path_of(vector.target)).decode("latin-1")
    method = request.requested_method if request.is_preflight else request.method
    return source.find(path, method or "")
