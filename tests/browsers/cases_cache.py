"""What browsers cache: preflights (#cors-preflight-cache) and answers (#cors-protocol-and-http-caches)."""

from __future__ import annotations

from browsers.apps import by_hand, by_hand_for_origin, by_policy
from browsers.steps import Step
from browsers.table import Case, Told

GROUP = "The preflight cache and the HTTP cache"

_ORIGIN = ("Access-Control-Allow-Origin", "{page}")
_TRUE = ("Access-Control-Allow-Credentials", "true")
_PUT = Step("fetch", "{api}/x", method="PUT")
_DELETE = Step("fetch", "{api}/x", method="DELETE")
_ONE = "OPTIONS[page]?PUT PUT[page]"
_FRESH = "_Cache-Control=max-age%3D600"
_CACHED = Step("fetch", f"{{api}}/x?{_FRESH}")
_OPAQUE = Step("fetch", f"{{api}}/x?{_FRESH}", mode="no-cors")
_IMAGE = Step("image", f"{{api}}/image.png?{_FRESH}")
_PIXELS = Step("fetch", f"{{api}}/image.png?{_FRESH}")


def _preflights(
    name: str, max_age: str | None, *steps: Step, seen: str, listed: str = "PUT, DELETE", **more
) -> Case:
    answer = [
        _ORIGIN,
        _TRUE,
        ("Access-Control-Allow-Methods", listed),
        ("Access-Control-Allow-Headers", "X-A, X-B"),
    ]
    if max_age is not None:
        answer.append(("Access-Control-Max-Age", max_age))
    got = tuple("sent" if step.do == "wait" else "readable" for step in steps)
    return Case(name, by_hand([_ORIGIN, _TRUE], answer), steps, got, seen, **more)


def _by_policy(name: str, *steps: Step, seen: str, got: tuple[str, ...] | None = None, **fields) -> Case:
    fields = {"origins": ["{page}"], "methods": ["PUT", "DELETE"], "allow_headers": ["X-A", "X-B"], **fields}
    told = got or tuple("sent" if step.do == "wait" else "readable" for step in steps)
    return Case(name, by_policy(**fields), steps, told, seen)


def _header(name: str) -> Step:
    return Step("fetch", "{api}/x", headers=((name, "1"),))


CASES = [
    _preflights("ten minutes: the second PUT asks no more", "600", _PUT, _PUT, seen=f"{_ONE} PUT[page]"),
    _preflights("no age: cached for five seconds", None, _PUT, _PUT, seen=f"{_ONE} PUT[page]"),
    _preflights(
        "no age: asked again after six seconds",
        None,
        _PUT,
        Step("wait", seconds=6),
        _PUT,
        seen=f"{_ONE} {_ONE}",
        layouts=("localhost",),
    ),
    _preflights(
        "one second, and two have passed",
        "1",
        _PUT,
        Step("wait", seconds=2),
        _PUT,
        seen=f"{_ONE} {_ONE}",
        layouts=("localhost",),
    ),
    _preflights("an age of zero: asked each time", "0", _PUT, _PUT, seen=f"{_ONE} {_ONE}"),
    _preflights(
        "an age of minus one, which is not an age by the standard",
        "-1",
        _PUT,
        _PUT,
        seen=f"{_ONE} {_ONE}",
        but={"standard": Told(("readable", "readable"), f"{_ONE} PUT[page]")},
    ),
    _preflights(
        "a method of the same list is not asked for", "600", _PUT, _DELETE, seen=f"{_ONE} DELETE[page]"
    ),
    _preflights(
        "another URL is asked for",
        "600",
        _PUT,
        Step("fetch", "{api}/y", method="PUT"),
        seen=f"{_ONE} {_ONE}",
    ),
    _preflights(
        "with credentials it is another entry",
        "600",
        _PUT,
        Step("fetch", "{api}/x", method="PUT", credentials="include"),
        seen=f"{_ONE} {_ONE}",
    ),
    _preflights(
        "a header of the same list is not asked for",
        "600",
        _header("X-A"),
        _header("X-B"),
        seen="OPTIONS[page]?GET+x-a GET[page] GET[page]",
    ),
    _by_policy(
        "the library: max_age=600", _PUT, _PUT, _DELETE, max_age=600, seen=f"{_ONE} PUT[page] DELETE[page]"
    ),
    _by_policy("the library: max_age=0", _PUT, _PUT, max_age=0, seen=f"{_ONE} {_ONE}"),
    _by_policy("the library: max_age=None", _PUT, _PUT, max_age=None, seen=f"{_ONE} PUT[page]"),
    _by_policy(
        "the library: another header is not asked for",
        _header("X-A"),
        _header("X-B"),
        seen="OPTIONS[page]?GET+x-a GET[page] GET[page]",
    ),
    Case("the HTTP cache is on", by_hand([_ORIGIN]), (_CACHED, _CACHED), ("readable",) * 2, "GET[page]"),
    Case(
        "without Vary, an answer without Origin is cached for pages with one",
        by_hand_for_origin(),
        (_OPAQUE, _CACHED),
        ("opaque", "refused"),
        "GET[-]",
    ),
    Case(
        "without Vary, an image is cached for pages with an origin",
        # With an origin that is allowed, so that what was fetched again would be readable.
        by_hand_for_origin(),
        (_IMAGE, _PIXELS),
        ("opaque", "refused"),
        "GET[-]",
        but={"firefox": Told(("opaque", "readable"), "GET[-] GET[page]")},
    ),
    Case(
        "with Vary, it is fetched again",
        by_hand([_ORIGIN, ("Vary", "Origin")]),
        (_OPAQUE, _CACHED),
        ("opaque", "readable"),
        "GET[-] GET[page]",
    ),
    _by_policy(
        "the library: an answer without Origin is not cached for pages with one",
        _OPAQUE,
        _CACHED,
        got=("opaque", "readable"),
        seen="GET[-] GET[page]",
    ),
    _by_policy(
        "the library: an image without Origin is not cached for pages with one",
        _IMAGE,
        _PIXELS,
        got=("opaque", "readable"),
        seen="GET[-] GET[page]",
    ),
    _by_policy(
        "the library: what everyone may read is cached for everyone",
        _OPAQUE,
        _CACHED,
        got=("opaque", "readable"),
        origins="*",
        seen="GET[-]",
    ),
]
