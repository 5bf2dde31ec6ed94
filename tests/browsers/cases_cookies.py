"""Which cookies go along, after a visit that set one of each kind (RFC 6265bis, section 5.8.3)."""

from __future__ import annotations

from browsers.apps import by_hand
from browsers.steps import Step
from browsers.table import OWN, SANDBOXED, Case, Told

GROUP = "Cookies by SameSite"

_HEADERS = {"Access-Control-Allow-Origin": "{page}", "Access-Control-Allow-Credentials": "true"}
_SIGN_IN = Step("fetch", "{api}/cookies", place=OWN)
_ALL = "{lax,plain,strict}"
_ALL_SECURE = "{lax,none,plain,strict}"
_ONLY = ("https",)

_WITH = Step("fetch", "{api}/x", credentials="include")
_NO_CORS = Step("fetch", "{api}/x", mode="no-cors", credentials="include", method="POST", body="x")
_PUT = Step("fetch", "{api}/x", credentials="include", method="PUT")
_FRAME = Step("form", "{api}/x", method="POST", fields=(("a", "1"),))
_TOP = Step("form", "{api}/x", method="POST", fields=(("a", "1"),), target="top")
_IMAGE = Step("image", "{api}/image.png")
_SOCKET = Step("websocket", "{api}/socket")
_BEACON = Step("beacon", "{api}/x", body="x")
_LINK = Step("navigate", "{api}/page.html")


def _same_site(name: str, step: Step, got: str, seen: str) -> Case:
    return Case(
        f"the same site: {name}",
        _app(),
        (_SIGN_IN, step),
        ("readable", got),
        f"GET[-] {seen}",
        layouts=("ports",),
    )


def _cross_site(name: str, step: Step, got: str, seen: str, chromium: str = "none") -> Case:
    # Without the attribute, Chromium uses Lax, as RFC 6265bis does; the other two use None.
    default = Told(("readable", got), f"GET[-] {seen.replace('COOKIES', '{' + chromium + '}')}")
    rest = seen.replace("COOKIES", "{none,plain}")
    return Case(
        f"another site: {name}",
        _app(),
        (_SIGN_IN, step),
        default.got,
        default.seen,
        layouts=_ONLY,
        but={engine: Told(default.got, f"GET[-] {rest}") for engine in ("firefox", "webkit")},
    )


def _app():
    preflight = {**_HEADERS, "Access-Control-Allow-Methods": "PUT"}
    return by_hand(_HEADERS, preflight)


CASES = [
    _same_site("a fetch with credentials", _WITH, "readable", f"GET[page]{_ALL}"),
    _same_site("a fetch without", Step("fetch", "{api}/x"), "readable", "GET[page]"),
    _same_site("a no-cors POST", _NO_CORS, "opaque", f"POST[page]{_ALL}"),
    _same_site("a preflight has none", _PUT, "readable", f"OPTIONS[page]?PUT PUT[page]{_ALL}"),
    _same_site("a form in a frame", _FRAME, "sent", f"POST[page]{_ALL}"),
    _same_site("a form", _TOP, "sent", f"POST[page]{_ALL}"),
    _same_site("an image", _IMAGE, "opaque", f"GET[-]{_ALL}"),
    _same_site("a socket", _SOCKET, "open", f"GET[page]{_ALL}"),
    _same_site("a beacon", _BEACON, "sent", f"POST[page]{_ALL}"),
    _same_site("a link", _LINK, "sent", f"GET[-]{_ALL}"),
    Case(
        "the own page: a fetch",
        _app(),
        (_SIGN_IN, Step("fetch", "{api}/x", place=OWN)),
        ("readable", "readable"),
        f"GET[-] GET[-]{_ALL_SECURE}",
        layouts=_ONLY,
    ),
    Case(
        "the own page: a fetch that omits them",
        _app(),
        (_SIGN_IN, Step("fetch", "{api}/x", place=OWN, credentials="omit")),
        ("readable", "readable"),
        "GET[-] GET[-]",
        layouts=_ONLY,
    ),
    _cross_site("a fetch with credentials", _WITH, "readable", "GET[page]COOKIES"),
    _cross_site("a no-cors POST", _NO_CORS, "opaque", "POST[page]COOKIES"),
    _cross_site("a preflight has none", _PUT, "readable", "OPTIONS[page]?PUT PUT[page]COOKIES"),
    _cross_site("a form in a frame", _FRAME, "sent", "POST[page]COOKIES"),
    _cross_site("an image", _IMAGE, "opaque", "GET[-]COOKIES"),
    _cross_site("a socket", _SOCKET, "open", "GET[page]COOKIES"),
    _cross_site("a beacon", _BEACON, "sent", "POST[page]COOKIES"),
    Case(
        "another site: a form, two minutes young",
        _app(),
        (_SIGN_IN, _TOP),
        ("readable", "sent"),
        "GET[-] POST[page]{none,plain}",
        layouts=_ONLY,
        # RFC 6265bis leaves it to the browser ("Lax-allowing-unsafe"); the model's standard does not.
        but={"standard": Told(("readable", "sent"), "GET[-] POST[page]{none}")},
    ),
    Case(
        "another site: a link brings all but the strict",
        _app(),
        (_SIGN_IN, _LINK),
        ("readable", "sent"),
        "GET[-] GET[-]{lax,none,plain}",
        layouts=_ONLY,
    ),
    Case(
        "another site: a sandboxed frame with credentials",
        by_hand({"Access-Control-Allow-Origin": "null", "Access-Control-Allow-Credentials": "true"}),
        (_SIGN_IN, Step("fetch", "{api}/x", credentials="include", place=SANDBOXED)),
        ("readable", "readable"),
        "GET[-] GET[null]{none}",
        layouts=_ONLY,
        but={
            engine: Told(("readable", "readable"), "GET[-] GET[null]{none,plain}")
            for engine in ("firefox", "webkit")
        },
    ),
]
