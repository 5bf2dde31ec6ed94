"""Images, scripts, fonts, events, sockets, timing: what is loaded without a script's fetch."""

from __future__ import annotations

from browsers.apps import by_hand, by_policy
from browsers.steps import Step
from browsers.table import CROSS_SITE, SANDBOXED, Case, Told

GROUP = "Images, scripts, fonts, events, sockets and timing"

_ORIGIN = {"Access-Control-Allow-Origin": "{page}"}
_ANY = {"Access-Control-Allow-Origin": "*"}
_TRUE = {"Access-Control-Allow-Credentials": "true"}
_TAO = {"Timing-Allow-Origin": "{page}"}
_FILES = {"image": "image.png", "script": "script.js", "font": "font.woff2", "eventsource": "events"}


def _load(name: str, do: str, got: str, headers: dict[str, str], *, plain: bool = False, **step) -> Case:
    who = "-" if plain else "page"
    return Case(name, by_hand(headers), (Step(do, f"{{api}}/{_FILES[do]}", **step),), (got,), f"GET[{who}]")


def _by_policy(
    name: str, do: str, got: str, seen: str = "GET[page]", layouts=None, but=None, **fields
) -> Case:
    step = {key: fields.pop(key) for key in ("crossorigin", "credentials", "mode") if key in fields}
    url = f"{{api}}/{_FILES.get(do, 'socket')}"
    return Case(
        f"the library: {name}",
        by_policy(**fields),
        (Step(do, url, **step),),
        (got,),
        seen,
        but=but or {},
        **({} if layouts is None else {"layouts": layouts}),
    )


def _timing(name: str, got: str, headers: dict[str, str], *, by: Step | None = None) -> Case:
    load = by or Step("fetch", "{api}/x")
    app = by_policy(origins=["{page}"], timing=True) if headers.get("policy") else by_hand(headers)
    first = "opaque" if load.mode == "no-cors" or load.do == "image" else "readable"
    who = "-" if first == "opaque" else "page"
    return Case(name, app, (load, Step("timing", load.url)), (first, got), f"GET[{who}]")


CASES = [
    _load("an image of another site is shown, and tells nothing", "image", "opaque", {}, plain=True),
    _load("an image that anyone may read, without crossorigin", "image", "opaque", _ANY, plain=True),
    _load("an image with crossorigin, allowed", "image", "readable", _ORIGIN, crossorigin="anonymous"),
    _load("an image with crossorigin, which nobody allowed", "image", "refused", {}, crossorigin="anonymous"),
    _load(
        "an image with credentials, allowed",
        "image",
        "readable",
        {**_ORIGIN, **_TRUE},
        crossorigin="use-credentials",
    ),
    _load(
        "an image with credentials, for anyone",
        "image",
        "refused",
        {**_ANY, **_TRUE},
        crossorigin="use-credentials",
    ),
    _load("a script of another site runs, its errors are muted", "script", "opaque", {}, plain=True),
    _load("a script with crossorigin, allowed", "script", "readable", _ORIGIN, crossorigin="anonymous"),
    _load(
        "a script with crossorigin, which nobody allowed", "script", "refused", {}, crossorigin="anonymous"
    ),
    _load("a font that is allowed", "font", "readable", _ORIGIN),
    _load("a font that nobody allowed", "font", "refused", {}),
    _load("events that are allowed", "eventsource", "readable", _ORIGIN),
    _load("events that nobody allowed", "eventsource", "refused", {}),
    _load("events with credentials", "eventsource", "readable", {**_ORIGIN, **_TRUE}, credentials="include"),
    _load("events with credentials, for anyone", "eventsource", "refused", _ANY, credentials="include"),
    _by_policy(
        "an image with crossorigin, allowed", "image", "readable", origins=["{page}"], crossorigin="anonymous"
    ),
    _by_policy("an image with crossorigin, refused", "image", "refused", crossorigin="anonymous"),
    Case(
        "the library: an image with credentials",
        by_policy(origins=["{page}"], credentials=True),
        (Step("image", "{api}/image.png", crossorigin="use-credentials"),),
        ("readable",),
        "GET[page]",
    ),
    _by_policy("a font, allowed", "font", "readable", origins=["{page}"]),
    _by_policy("a font, for everyone", "font", "readable", origins="*"),
    _by_policy("a font, refused", "font", "refused"),
    _by_policy(
        "a script with crossorigin, allowed",
        "script",
        "readable",
        origins=["{page}"],
        crossorigin="anonymous",
    ),
    _by_policy("events, allowed", "eventsource", "readable", origins=["{page}"]),
    _by_policy("events, refused", "eventsource", "refused"),
    _by_policy("a socket, allowed", "websocket", "open", "GET[page]", origins=["{page}"]),
    _by_policy("a socket, refused by the guard", "websocket", "refused", "GET[page]403", origins=["{third}"]),
    _by_policy("a socket, the guard being off", "websocket", "open", "GET[page]", guard="off"),
    Case(
        "a socket without a guard is open to all: no browser checks it",
        by_hand(),
        (Step("websocket", "{api}/socket"),),
        ("open",),
        "GET[page]",
    ),
    Case(
        "the library: a socket of the own page",
        by_policy(),
        (Step("websocket", "{page}/socket"),),
        ("open",),
        "GET[page]",
    ),
    Case(
        "the library: a socket of a sandboxed frame",
        by_policy(origins=["{page}"]),
        (Step("websocket", "{api}/socket", place=SANDBOXED),),
        ("refused",),
        "GET[null]403",
    ),
    _timing("timing without a word", "opaque", _ORIGIN),
    _timing("timing for the page's origin", "readable", {**_ORIGIN, **_TAO}),
    _timing("timing for anyone", "readable", {**_ORIGIN, "Timing-Allow-Origin": "*"}),
    _timing("timing of a plain image, allowed", "readable", _TAO, by=Step("image", "{api}/image.png")),
    _timing("timing of a plain image", "opaque", {}, by=Step("image", "{api}/image.png")),
    _timing("the library: timing=True", "readable", {"policy": "yes"}),
    _by_policy(
        "an image under resource_policy='same-origin'",
        "image",
        "refused",
        "GET[-]",
        origins=["{third}"],
        resource_policy="same-origin",
    ),
    _by_policy(
        "an image under resource_policy='same-site', from another site",
        "image",
        "refused",
        "GET[-]",
        CROSS_SITE,
        origins=["{third}"],
        resource_policy="same-site",
    ),
    _by_policy(
        # To Chromium two ports of one address are not one site; to #cross-origin-resource-policy-check
        # they are.
        "an image under resource_policy='same-site', from another port",
        "image",
        "opaque",
        "GET[-]",
        ("ports",),
        origins=["{third}"],
        resource_policy="same-site",
        but={"chromium": Told(("refused",), "GET[-]")},
    ),
    _by_policy(
        "an image under resource_policy='cross-origin'",
        "image",
        "opaque",
        "GET[-]",
        origins=["{third}"],
        resource_policy="cross-origin",
    ),
    Case(
        "the library: resource_policy does not stop who is allowed",
        by_policy(origins=["{page}"], resource_policy="same-origin"),
        (Step("fetch", "{api}/x"), Step("fetch", "{api}/x", mode="no-cors")),
        ("readable", "refused"),
        "GET[page] GET[-]",
    ),
]
