"""The headers for the sender of a request: ``Origin`` (#append-a-request-origin-header), ``Sec-Fetch-*``."""

from __future__ import annotations

from browsers.apps import by_hand
from browsers.steps import Step
from browsers.table import CROSS_SITE, NO_REFERRER, OWN, SANDBOXED, Case, Place, Told

GROUP = "Origin and Sec-Fetch-Site, -Mode and -Dest"

_ANY = {"Access-Control-Allow-Origin": "*"}
_NULL = {"Access-Control-Allow-Origin": "null", "Access-Control-Allow-Credentials": "true"}
_ORIGIN = {"Access-Control-Allow-Origin": "{page}", "Access-Control-Allow-Credentials": "true"}
_ANONYMOUS = Place("api", referrer_policy="no-referrer")
_PLAIN = {"method": "POST", "body": "x", "headers": (("Content-Type", "text/plain"),)}


def _says(name: str, step: Step, got: str, seen: str, headers=_ORIGIN, preflight=None, **more) -> Case:
    app = by_hand(headers, preflight or {})
    return Case(name, app, (step,), (got,), seen, metadata=True, **more)


def _form(url: str = "{api}/x", **more) -> Step:
    return Step("form", url, method=more.pop("method", "POST"), fields=(("a", "1"),), **more)


CASES = [
    _says(
        "a fetch of the own origin",
        Step("fetch", "{api}/x", place=OWN),
        "readable",
        "GET[-]<same-origin/cors/empty>",
    ),
    _says(
        "a POST of the own origin",
        Step("fetch", "{api}/x", place=OWN, **_PLAIN),
        "readable",
        "POST[api]<same-origin/cors/empty>",
    ),
    _says(
        "a PUT of the own origin, without a preflight",
        Step("fetch", "{api}/x", place=OWN, method="PUT"),
        "readable",
        "PUT[api]<same-origin/cors/empty>",
    ),
    _says(
        "a form of the own origin, in a frame",
        _form(place=OWN),
        "sent",
        "POST[api]<same-origin/navigate/iframe>",
    ),
    _says(
        "a form of the own origin",
        _form(place=OWN, target="top"),
        "sent",
        "POST[api]<same-origin/navigate/document>",
    ),
    _says(
        "a form of the own origin with no-referrer has an origin of null",
        _form(place=_ANONYMOUS),
        "sent",
        "POST[null]<same-origin/navigate/iframe>",
    ),
    _says("a fetch", Step("fetch", "{api}/x"), "readable", "GET[page]<{site}/cors/empty>"),
    _says("a POST", Step("fetch", "{api}/x", **_PLAIN), "readable", "POST[page]<{site}/cors/empty>"),
    _says(
        "a preflight",
        Step("fetch", "{api}/x", method="PUT"),
        "readable",
        "OPTIONS[page]?PUT<{site}/cors/empty> PUT[page]<{site}/cors/empty>",
        preflight={**_ORIGIN, "Access-Control-Allow-Methods": "PUT"},
    ),
    _says("an XMLHttpRequest", Step("xhr", "{api}/x"), "readable", "GET[page]<{site}/cors/empty>"),
    _says(
        "a no-cors GET", Step("fetch", "{api}/x", mode="no-cors"), "opaque", "GET[-]<{site}/no-cors/empty>"
    ),
    _says(
        "a no-cors POST",
        Step("fetch", "{api}/x", mode="no-cors", **_PLAIN),
        "opaque",
        "POST[page]<{site}/no-cors/empty>",
    ),
    _says("a beacon", Step("beacon", "{api}/x", body="x"), "sent", "POST[page]<{site}/no-cors/empty>"),
    _says("an image", Step("image", "{api}/image.png"), "opaque", "GET[-]<{site}/no-cors/image>"),
    _says(
        "an image with crossorigin",
        Step("image", "{api}/image.png", crossorigin="anonymous"),
        "readable",
        "GET[page]<{site}/cors/image>",
    ),
    _says("a script", Step("script", "{api}/script.js"), "opaque", "GET[-]<{site}/no-cors/script>"),
    _says("a font", Step("font", "{api}/font.woff2"), "readable", "GET[page]<{site}/cors/font>"),
    _says("an event source", Step("eventsource", "{api}/events"), "readable", "GET[page]<{site}/cors/empty>"),
    _says(
        "a socket",
        Step("websocket", "{api}/socket"),
        "open",
        "GET[page]<{site}/websocket/empty>",
        but={
            "chromium": Told(("open",), "GET[page]<-/-/->"),
            "webkit": Told(("open",), "GET[page]<{site}/websocket/websocket>"),
        },
    ),
    _says("a form in a frame", _form(), "sent", "POST[page]<{site}/navigate/iframe>"),
    _says("a form", _form(target="top"), "sent", "POST[page]<{site}/navigate/document>"),
    _says("a form of text", _form(enctype="text/plain"), "sent", "POST[page]<{site}/navigate/iframe>"),
    _says(
        "a form of parts", _form(enctype="multipart/form-data"), "sent", "POST[page]<{site}/navigate/iframe>"
    ),
    _says("a form that gets", _form(method="GET"), "sent", "GET[-]<{site}/navigate/iframe>"),
    _says("a navigation", Step("navigate", "{api}/page.html"), "sent", "GET[-]<{site}/navigate/document>"),
    _says("a form with no-referrer", _form(place=NO_REFERRER), "sent", "POST[null]<{site}/navigate/iframe>"),
    _says(
        "a form with no-referrer, at the top",
        _form(place=NO_REFERRER, target="top"),
        "sent",
        "POST[null]<{site}/navigate/document>",
    ),
    _says(
        "a fetch with no-referrer",
        Step("fetch", "{api}/x", place=NO_REFERRER),
        "readable",
        "GET[page]<{site}/cors/empty>",
    ),
    _says(
        "a POST with no-referrer",
        Step("fetch", "{api}/x", referrer_policy="no-referrer", **_PLAIN),
        "readable",
        "POST[page]<{site}/cors/empty>",
    ),
    _says(
        "a no-cors POST with no-referrer",
        Step("fetch", "{api}/x", mode="no-cors", referrer_policy="no-referrer", **_PLAIN),
        "opaque",
        "POST[null]<{site}/no-cors/empty>",
        but={"chromium": Told(("opaque",), "POST[page]<{site}/no-cors/empty>")},
    ),
    _says(
        "a sandboxed frame, anyone is allowed",
        Step("fetch", "{api}/x", place=SANDBOXED),
        "readable",
        "GET[null]<cross-site/cors/empty>",
        _ANY,
    ),
    _says(
        "a sandboxed frame with credentials, null is allowed",
        Step("fetch", "{api}/x", place=SANDBOXED, credentials="include"),
        "readable",
        "GET[null]<cross-site/cors/empty>",
        _NULL,
    ),
    _says(
        "a sandboxed frame, its page is allowed",
        Step("fetch", "{api}/x", place=SANDBOXED),
        "refused",
        "GET[null]<cross-site/cors/empty>",
    ),
    _says(
        "a sandboxed frame asks its own page's origin",
        Step("fetch", "{page}/x", place=SANDBOXED),
        "refused",
        "GET[null]<cross-site/cors/empty>",
    ),
    _says(
        "a sandboxed frame sends a form",
        _form(place=SANDBOXED),
        "sent",
        "POST[null]<cross-site/navigate/iframe>",
        layouts=CROSS_SITE,
    ),
    _says(
        "a sandboxed frame is asked about before a PUT",
        Step("fetch", "{api}/x", method="PUT", place=SANDBOXED),
        "readable",
        "OPTIONS[null]?PUT<cross-site/cors/empty> PUT[null]<cross-site/cors/empty>",
        _ANY,
        {**_ANY, "Access-Control-Allow-Methods": "PUT"},
    ),
]
