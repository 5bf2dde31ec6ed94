"""Redirects: each hop is checked, and an origin that was led elsewhere is nobody's (#http-redirect-fetch)."""

from __future__ import annotations

from browsers.apps import by_hand
from browsers.steps import Step
from browsers.table import Case, Told

GROUP = "Redirects"

_ORIGIN = {"Access-Control-Allow-Origin": "{page}"}
_ANY = {"Access-Control-Allow-Origin": "*"}
_NULL = {"Access-Control-Allow-Origin": "null"}
_PUT = {"Access-Control-Allow-Methods": "PUT"}


def _hop(start: str, to: str, status: int = 302, **step) -> Step:
    return Step(step.pop("do", "fetch"), f"{start}/hop?status={status}&to={to}", **step)


def _case(name: str, step: Step, got: str, seen: str, hop: dict, end: dict, **more) -> Case:
    preflight = more.pop("preflight", {})
    app = by_hand(end, preflight, by_path={"/hop": hop})
    return Case(name, app, (step,), (got,), seen, **more)


CASES = [
    _case(
        "from the page's origin to the API",
        _hop("{page}", "{api}/x"),
        "readable",
        "GET[-]302 GET[page]",
        {},
        _ORIGIN,
    ),
    _case("within the API", _hop("{api}", "{api}/x"), "readable", "GET[page]302 GET[page]", _ORIGIN, _ORIGIN),
    _case("the first hop allows nobody", _hop("{api}", "{api}/x"), "refused", "GET[page]302", {}, _ORIGIN),
    _case(
        "back to the page's origin, which is nobody's now",
        _hop("{api}", "{page}/x"),
        "refused",
        "GET[page]302 GET[null]",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "back to the page's origin, which allows anyone",
        _hop("{api}", "{page}/x"),
        "readable",
        "GET[page]302 GET[null]",
        _ORIGIN,
        _ANY,
    ),
    _case(
        "back to the page's origin, which allows null",
        _hop("{api}", "{page}/x"),
        "readable",
        "GET[page]302 GET[null]",
        _ORIGIN,
        _NULL,
    ),
    _case(
        "to a third origin, which allows the page's",
        _hop("{api}", "{third}/x"),
        "refused",
        "GET[page]302 GET[null]",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "to a third origin, which allows anyone",
        _hop("{api}", "{third}/x"),
        "readable",
        "GET[page]302 GET[null]",
        _ORIGIN,
        _ANY,
    ),
    _case(
        "to a third origin with credentials: null can not have them",
        _hop("{api}", "{third}/x", credentials="include"),
        "refused",
        "GET[page]302 GET[null]",
        {**_ORIGIN, "Access-Control-Allow-Credentials": "true"},
        {**_ORIGIN, "Access-Control-Allow-Credentials": "true"},
    ),
    _case(
        "an XMLHttpRequest within the API",
        _hop("{api}", "{api}/x", do="xhr"),
        "readable",
        "GET[page]302 GET[page]",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "PUT and 307 within the API: a preflight for each hop",
        _hop("{api}", "{api}/x", 307, method="PUT"),
        "readable",
        "OPTIONS[page]?PUT PUT[page]307 OPTIONS[page]?PUT PUT[page]",
        _ORIGIN,
        _ORIGIN,
        preflight={**_ORIGIN, **_PUT},
    ),
    _case(
        "PUT and 307 to a third origin: a preflight of null",
        _hop("{api}", "{third}/x", 307, method="PUT"),
        "readable",
        "OPTIONS[page]?PUT PUT[page]307 OPTIONS[null]?PUT PUT[null]",
        _ORIGIN,
        _ANY,
        preflight={**_ANY, **_PUT},
        but={"firefox": Told(("readable",), "OPTIONS[page]?PUT PUT[page]307 OPTIONS[page]?PUT PUT[null]")},
    ),
    _case(
        "POST and 302 becomes GET",
        _hop("{api}", "{api}/x", 302, method="POST", body="x"),
        "readable",
        "POST[page]302 GET[page]",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "POST and 308 stays POST",
        _hop("{api}", "{api}/x", 308, method="POST", body="x"),
        "readable",
        "POST[page]308 POST[page]",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "PUT and 303 becomes GET",
        _hop("{api}", "{api}/x", 303, method="PUT"),
        "readable",
        "OPTIONS[page]?PUT PUT[page]303 GET[page]",
        _ORIGIN,
        _ORIGIN,
        preflight={**_ORIGIN, **_PUT},
        but={
            engine: Told(("readable",), "OPTIONS[page]?PUT PUT[page]303 OPTIONS[page]?GET GET[page]")
            for engine in ("firefox", "webkit")
        },
    ),
    _case(
        "a redirect is an error with redirect: error",
        _hop("{api}", "{api}/x", redirect="error"),
        "refused",
        "GET[page]302",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "a redirect is not followed with redirect: manual",
        _hop("{api}", "{api}/x", redirect="manual"),
        "opaque",
        "GET[page]302",
        _ORIGIN,
        _ORIGIN,
    ),
    _case(
        "no-cors through a third origin",
        _hop("{api}", "{third}/x", mode="no-cors"),
        "opaque",
        "GET[-]302 GET[-]",
        {},
        {},
    ),
]
