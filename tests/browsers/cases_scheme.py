"""Plain http on a network, where no request has ``Sec-Fetch-Site``, and https pages that use http."""

from __future__ import annotations

from browsers.apps import by_hand, by_policy
from browsers.steps import Step
from browsers.table import NO_REFERRER, OWN, SANDBOXED, Case, Place, Told

GROUP = "Plain http, and https pages that use it"

_ORIGIN = {"Access-Control-Allow-Origin": "{page}"}
_ME = ["{page}"]
_TEXT = {"method": "POST", "body": "x", "headers": (("Content-Type", "text/plain"),)}
_SECURE = Step("fetch", "{api}/secure-cookie", place=OWN)


def _form(**more) -> Step:
    return Step("form", "{api}/x", method="POST", fields=(("to", "Mallory"),), **more)


def _plain(name: str, step: Step, got: str, seen: str, *, but=None, **fields) -> Case:
    return Case(
        f"without Sec-Fetch-Site: {name}",
        by_policy(**fields),
        (step,),
        (got,),
        seen,
        layouts=("plain",),
        metadata=True,
        but=but or {},
    )


def _mixed(name: str, step: Step, got: str, seen: str, *, blocked: bool = False) -> Case:
    # WebKit does not take this machine for trustworthy; what it blocks never reaches the server.
    but = {"webkit": Told(("refused",), "")} if blocked else {}
    return Case(
        f"an https page uses http: {name}",
        by_hand(_ORIGIN),
        (step,),
        (got,),
        seen,
        layouts=("mixed",),
        but=but,
    )


CASES = [
    _plain("the own page sends a form", _form(place=OWN), "sent", "POST[api]<-/-/->"),
    _plain(
        "the own page posts", Step("fetch", "{api}/x", place=OWN, **_TEXT), "readable", "POST[api]<-/-/->"
    ),
    _plain(
        "the own page sends a form under no-referrer: null, which is nobody",
        _form(place=Place("api", referrer_policy="no-referrer")),
        "sent",
        "POST[null]<-/-/->403",
    ),
    _plain("another's form", _form(), "sent", "POST[page]<-/-/->403"),
    _plain("another's form of text", _form(enctype="text/plain"), "sent", "POST[page]<-/-/->403"),
    _plain("another's form under no-referrer", _form(place=NO_REFERRER), "sent", "POST[null]<-/-/->403"),
    _plain("another's form in a sandbox", _form(place=SANDBOXED), "sent", "POST[null]<-/-/->403"),
    _plain(
        "another's no-cors post",
        Step("fetch", "{api}/x", mode="no-cors", **_TEXT),
        "opaque",
        "POST[page]<-/-/->403",
    ),
    _plain("another's beacon", Step("beacon", "{api}/x", body="x"), "sent", "POST[page]<-/-/->403"),
    _plain("another's socket", Step("websocket", "{api}/socket"), "refused", "GET[page]<-/-/->403"),
    _plain("the own page's socket", Step("websocket", "{page}/socket"), "open", "GET[page]<-/-/->"),
    _plain(
        "another's form that gets is safe",
        Step("form", "{api}/x", fields=(("a", "1"),)),
        "sent",
        "GET[-]<-/-/->",
    ),
    _plain("an allowed origin sends a form", _form(), "sent", "POST[page]<-/-/->", origins=_ME),
    _plain(
        "an allowed origin posts",
        Step("fetch", "{api}/x", **_TEXT),
        "readable",
        "POST[page]<-/-/->",
        origins=_ME,
    ),
    _plain(
        "an allowed origin puts",
        Step("fetch", "{api}/x", method="PUT"),
        "readable",
        "OPTIONS[page]?PUT<-/-/-> PUT[page]<-/-/->",
        origins=_ME,
        methods=["PUT"],
        # It sends the mode alone, on preflights alone.
        but={"chromium": Told(("readable",), "OPTIONS[page]?PUT<-/cors/-> PUT[page]<-/-/->")},
    ),
    _plain("a fetch of a stranger", Step("fetch", "{api}/x"), "refused", "GET[page]<-/-/->"),
    _mixed("a fetch", Step("fetch", "{api}/x"), "readable", "GET[page]", blocked=True),
    _mixed("a no-cors fetch", Step("fetch", "{api}/x", mode="no-cors"), "opaque", "GET[-]", blocked=True),
    _mixed("an image", Step("image", "{api}/image.png"), "opaque", "GET[-]"),
    _mixed("a script", Step("script", "{api}/script.js"), "opaque", "GET[-]", blocked=True),
    Case(
        "a Secure cookie over http to this machine",
        by_hand(),
        (_SECURE, Step("fetch", "{api}/x", place=OWN)),
        ("readable", "readable"),
        "GET[-] GET[-]{secure}",
        layouts=("ports", "localhost"),
        but={"webkit": Told(("readable", "readable"), "GET[-] GET[-]")},
    ),
]
