"""The guard, row by row of the design's table: what reaches the application, and what does not."""

from __future__ import annotations

from browsers.apps import by_policy
from browsers.steps import Step
from browsers.table import NO_REFERRER, OWN, SANDBOXED, Case, Place

GROUP = "The guard: what reaches the application"

_ME = ["{page}"]
_TEXT = {"method": "POST", "body": "x", "headers": (("Content-Type", "text/plain"),)}
_FETCH = Step("fetch", "{api}/x", **_TEXT)
_NO_CORS = Step("fetch", "{api}/x", mode="no-cors", **_TEXT)
_SIGN_IN = Step("fetch", "{api}/cookies", place=OWN)


def _form(**more) -> Step:
    return Step("form", "{api}/x", method="POST", fields=(("to", "Mallory"),), **more)


def _case(name: str, step: Step, got: str, seen: str, **fields) -> Case:
    layouts = fields.pop("layouts", None)
    return Case(
        f"the guard: {name}",
        by_policy(**fields),
        (step,),
        (got,),
        seen,
        **({} if layouts is None else {"layouts": layouts}),
    )


CASES = [
    _case("the own page sends a form", _form(place=OWN), "sent", "POST[api]"),
    _case("the own page sends a form, at the top", _form(place=OWN, target="top"), "sent", "POST[api]"),
    _case("the own page posts", Step("fetch", "{api}/x", place=OWN, **_TEXT), "readable", "POST[api]"),
    _case("the own page puts", Step("fetch", "{api}/x", place=OWN, method="PUT"), "readable", "PUT[api]"),
    _case(
        "the own page sends a form under no-referrer: Origin is null, and it passes",
        _form(place=Place("api", referrer_policy="no-referrer")),
        "sent",
        "POST[null]",
    ),
    _case("the own page sends a beacon", Step("beacon", "{api}/x", body="x", place=OWN), "sent", "POST[api]"),
    _case("another's form", _form(), "sent", "POST[page]403"),
    _case("another's form, at the top", _form(target="top"), "sent", "POST[page]403"),
    _case("another's form of text", _form(enctype="text/plain"), "sent", "POST[page]403"),
    _case(
        "another's form of text, at the top",
        _form(enctype="text/plain", target="top"),
        "sent",
        "POST[page]403",
    ),
    _case("another's form of parts", _form(enctype="multipart/form-data"), "sent", "POST[page]403"),
    _case(
        "another's form of parts, at the top",
        _form(enctype="multipart/form-data", target="top"),
        "sent",
        "POST[page]403",
    ),
    _case("another's form under no-referrer", _form(place=NO_REFERRER), "sent", "POST[null]403"),
    _case("another's form in a sandbox", _form(place=SANDBOXED), "sent", "POST[null]403"),
    _case("another's post", _FETCH, "refused", "POST[page]403"),
    _case("another's no-cors post", _NO_CORS, "opaque", "POST[page]403"),
    _case("another's beacon", Step("beacon", "{api}/x", body="x"), "sent", "POST[page]403"),
    _case(
        "another's form that gets is safe", Step("form", "{api}/x", fields=(("a", "1"),)), "sent", "GET[-]"
    ),
    _case("another's link is safe", Step("navigate", "{api}/page.html"), "sent", "GET[-]"),
    _case("another's form, the guard being off", _form(), "sent", "POST[page]", guard="off"),
    _case("another's form, the guard only reporting", _form(), "sent", "POST[page]", guard="report"),
    _case("another's form, unmanaged", _form(), "sent", "POST[page]", unmanaged=True),
    _case(
        "an allowed origin posts, read-only",
        _FETCH,
        "readable 403",
        "POST[page]403",
        origins=_ME,
        methods=["GET"],
    ),
    _case("anyone posts, read-only", _NO_CORS, "opaque", "POST[page]403", origins="*", methods=["GET"]),
    _case(
        "an audience posts that may only read",
        _FETCH,
        "readable 403",
        "POST[page]403",
        audiences=({"origins": ["{third}"]}, {"origins": "*", "methods": ["GET"]}),
    ),
    _case("an allowed origin posts", _FETCH, "readable", "POST[page]", origins=_ME),
    _case("an allowed origin sends a form", _form(), "sent", "POST[page]", origins=_ME),
    _case(
        "an allowed origin sends a form under no-referrer",
        _form(place=NO_REFERRER),
        "sent",
        "POST[null]403",
        origins=_ME,
    ),
    _case("anyone posts where everyone may", _NO_CORS, "opaque", "POST[page]", origins="*"),
    _case("null posts where everyone may", _form(place=SANDBOXED), "sent", "POST[null]", origins="*"),
    Case(
        "the guard: a cookie where the policy has no credentials: a script that reads does not send it",
        by_policy(origins=_ME),
        (_SIGN_IN, _form()),
        ("readable", "sent"),
        "GET[-] POST[page]{lax,plain,strict}403",
        layouts=("ports",),
    ),
    Case(
        "the guard: a cookie where everyone may post",
        by_policy(origins="*"),
        (_SIGN_IN, _form()),
        ("readable", "sent"),
        "GET[-] POST[page]{lax,plain,strict}403",
        layouts=("ports",),
    ),
    Case(
        "the guard: a cookie where the policy has credentials",
        by_policy(origins=_ME, credentials=True),
        (_SIGN_IN, _form()),
        ("readable", "sent"),
        "GET[-] POST[page]{lax,plain,strict}",
        layouts=("ports",),
    ),
    Case(
        "the guard: an allowed origin posts with a cookie, which its policy does not have",
        by_policy(origins=_ME),
        (_SIGN_IN, Step("fetch", "{api}/x", credentials="include", **_TEXT)),
        ("readable", "refused"),
        "GET[-] POST[page]{lax,plain,strict}403",
        layouts=("ports",),
    ),
    Case(
        "the guard: an allowed origin posts with a cookie, which its policy has",
        by_policy(origins=_ME, credentials=True),
        (_SIGN_IN, Step("fetch", "{api}/x", credentials="include", **_TEXT)),
        ("readable", "readable"),
        "GET[-] POST[page]{lax,plain,strict}",
        layouts=("ports",),
    ),
]
