"""What is asked before, and which answers allow the request (#cors-preflight-fetch)."""

from __future__ import annotations

from browsers.apps import by_hand
from browsers.steps import Step
from browsers.table import Case, Told

GROUP = "Preflights"

_ORIGIN = ("Access-Control-Allow-Origin", "{page}")
_ANY = ("Access-Control-Allow-Origin", "*")
_TRUE = ("Access-Control-Allow-Credentials", "true")
_JSON = ("Content-Type", "application/json")


def _methods(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Methods", value)


def _headers(value: str) -> tuple[str, str]:
    return ("Access-Control-Allow-Headers", value)


def _put(
    name: str,
    *preflight: tuple[str, str],
    passes: bool = False,
    status: int = 204,
    actual: list | None = None,
    **step,
) -> Case:
    answer = "" if status in range(200, 300) else str(status)
    seen = f"OPTIONS[page]?PUT{answer}" + (" PUT[page]" if passes else "")
    return Case(
        name,
        by_hand([_ORIGIN, _TRUE] if actual is None else actual, list(preflight), preflight_status=status),
        (Step("fetch", "{api}/x", method="PUT", **step),),
        ("readable" if passes and actual is None else "refused",),
        seen,
    )


def _with(
    name: str, listed: str, *preflight: tuple[str, str], step: Step, passes: bool = False, but=None
) -> Case:
    method = step.method
    seen = f"OPTIONS[page]?{method}+{listed}" + (f" {method}[page]" if passes else "")
    got = "readable" if passes else "refused"
    return Case(name, by_hand([_ORIGIN, _TRUE], list(preflight)), (step,), (got,), seen, but=but or {})


def _hints(name: str, listed: str, *headers: tuple[str, str]) -> Case:
    """A row of headers that Chromium safelists, and nobody else."""
    got = ("readable",)
    return Case(
        f"client hints: {name}",
        by_hand([_ORIGIN], [_ORIGIN, _headers(listed)]),
        (_get(*headers),),
        got,
        f"OPTIONS[page]?GET+{listed} GET[page]",
        but={"chromium": Told(got, "GET[page]")},
    )


def _simple(name: str, step: Step, *, got: str = "readable", actual=(_ORIGIN,)) -> Case:
    return Case(f"no preflight: {name}", by_hand(list(actual)), (step,), (got,), f"{step.method}[page]")


def _get(*headers: tuple[str, str], credentials: str = "same-origin", method: str = "GET") -> Step:
    return Step("fetch", "{api}/x", headers=headers, credentials=credentials, method=method)


def _post(content_type: str | None, body: str = "x") -> Step:
    headers = () if content_type is None else (("Content-Type", content_type),)
    return Step("fetch", "{api}/x", method="POST", headers=headers, body=body)


CASES = [
    _put("PUT is listed", _ORIGIN, _methods("PUT"), passes=True),
    _put(
        "PUT is listed among others, with spaces and empty elements",
        _ORIGIN,
        _methods("GET, , PUT ,DELETE"),
        passes=True,
    ),
    _put("PUT is listed in a second line", _ORIGIN, _methods("GET"), _methods("PUT"), passes=True),
    _put("any method", _ANY, _methods("*"), passes=True),
    _put("a preflight answered 200", _ORIGIN, _methods("PUT"), passes=True, status=200),
    _put("a preflight answered 206", _ORIGIN, _methods("PUT"), passes=True, status=206),
    _put("a preflight answered 299", _ORIGIN, _methods("PUT"), passes=True, status=299),
    _put("PUT is not listed", _ORIGIN, _methods("GET, POST")),
    _put("no method is listed", _ORIGIN),
    _put("PUT in lower case", _ORIGIN, _methods("put")),
    _put("methods without a comma", _ORIGIN, _methods("GET PUT")),
    _put("any method, with credentials", _ORIGIN, _TRUE, _methods("*"), credentials="include"),
    _put(
        "PUT is listed, with credentials", _ORIGIN, _TRUE, _methods("PUT"), passes=True, credentials="include"
    ),
    _put("no Allow-Origin on the preflight", _methods("PUT")),
    _put(
        "another's Allow-Origin on the preflight", ("Access-Control-Allow-Origin", "{third}"), _methods("PUT")
    ),
    _put("no Allow-Credentials on a credentialed preflight", _ORIGIN, _methods("PUT"), credentials="include"),
    _put("any origin on a credentialed preflight", _ANY, _TRUE, _methods("PUT"), credentials="include"),
    _put("a preflight answered 403", _ORIGIN, _methods("PUT"), status=403),
    _put("a preflight answered 404", _ORIGIN, _methods("PUT"), status=404),
    _put("a preflight answered 500", _ORIGIN, _methods("PUT"), status=500),
    _put("a preflight that is redirected", _ORIGIN, _methods("PUT"), ("Location", "/x"), status=307),
    _put(
        "the preflight is fine and the answer is not: it was executed",
        _ORIGIN,
        _methods("PUT"),
        passes=True,
        actual=[],
    ),
    Case(
        "patch in lower case is another method than PATCH",
        by_hand([_ORIGIN], [_ORIGIN, _methods("PATCH")]),
        (Step("fetch", "{api}/x", method="patch"),),
        ("refused",),
        "OPTIONS[page]?patch",
    ),
    Case(
        "put in lower case is sent as PUT",
        by_hand([_ORIGIN], [_ORIGIN, _methods("PUT")]),
        (Step("fetch", "{api}/x", method="put"),),
        ("readable",),
        "OPTIONS[page]?PUT PUT[page]",
    ),
    Case(
        "no page may send TRACE",
        by_hand([_ORIGIN]),
        (Step("fetch", "{api}/x", method="TRACE"),),
        ("refused",),
        "",
    ),
    _with(
        "POST needs no listing",
        "x-a",
        _ORIGIN,
        _headers("X-A"),
        step=_get(("X-A", "1"), method="POST"),
        passes=True,
    ),
    _with(
        "a header is listed in another case",
        "x-alpha",
        _ORIGIN,
        _headers("X-ALPHA"),
        step=_get(("x-Alpha", "1")),
        passes=True,
    ),
    _with("any header", "x-a", _ANY, _headers("*"), step=_get(("X-A", "1")), passes=True),
    _with(
        "a header is not listed", "x-a,x-b", _ORIGIN, _headers("X-A"), step=_get(("X-A", "1"), ("X-B", "1"))
    ),
    _with(
        "headers without a comma",
        "x-a,x-b",
        _ORIGIN,
        _headers("x-a x-b"),
        step=_get(("X-A", "1"), ("X-B", "1")),
    ),
    _with(
        "any header, with credentials",
        "x-a",
        _ORIGIN,
        _TRUE,
        _headers("*"),
        step=_get(("X-A", "1"), credentials="include"),
    ),
    _with(
        "Authorization is listed",
        "authorization",
        _ORIGIN,
        _headers("authorization"),
        step=_get(("Authorization", "Bearer 1")),
        passes=True,
    ),
    _with(
        "Authorization under any header",
        "authorization",
        _ORIGIN,
        _headers("*"),
        step=_get(("Authorization", "Bearer 1")),
        passes=True,
        but={"standard": Told(("refused",), "OPTIONS[page]?GET+authorization")},
    ),
    _with(
        "Authorization under any header and itself",
        "authorization,x-a",
        _ORIGIN,
        _headers("*, Authorization"),
        step=_get(("Authorization", "Bearer 1"), ("X-A", "1")),
        passes=True,
    ),
    _with(
        "Authorization under any header, with credentials",
        "authorization",
        _ORIGIN,
        _TRUE,
        _headers("*"),
        step=_get(("Authorization", "Bearer 1"), credentials="include"),
    ),
    _with(
        "the names are in lower case, sorted and joined by commas",
        "authorization,content-type,x-alpha,x-zeta",
        _ORIGIN,
        _headers("X-Zeta, X-Alpha, Content-Type, Authorization"),
        step=Step(
            "fetch",
            "{api}/x",
            method="POST",
            headers=(("X-Zeta", "1"), ("Authorization", "Bearer 1"), _JSON, ("X-Alpha", "1")),
            body="{}",
        ),
        passes=True,
    ),
    _with(
        "JSON, which is listed",
        "content-type",
        _ORIGIN,
        _headers("Content-Type"),
        step=_post("application/json", "{}"),
        passes=True,
    ),
    _with("JSON, which is not listed", "content-type", _ORIGIN, step=_post("application/json", "{}")),
    _with("Accept of more than 128 bytes", "accept", _ORIGIN, step=_get(("Accept", "a" * 129))),
    _with("Accept with a byte that is not safe", "accept", _ORIGIN, step=_get(("Accept", "a/b;c={d}"))),
    _with(
        "a language with a byte that is not safe",
        "content-language",
        _ORIGIN,
        step=_get(("Content-Language", "en_US")),
    ),
    _with(
        "text/plain with a byte that is not safe", "content-type", _ORIGIN, step=_post("text/plain; a={b}")
    ),
    _with("a range without a start", "range", _ORIGIN, step=_get(("Range", "bytes=-5"))),
    _with("two ranges", "range", _ORIGIN, step=_get(("Range", "bytes=0-1,3-4"))),
    _simple("text/plain", _post("text/plain")),
    _simple("text/plain; charset=utf-8", _post("text/plain; charset=utf-8")),
    _simple("a form's type", _post("application/x-www-form-urlencoded", "a=1")),
    _simple("a text without a type", _post(None)),
    _simple("a range", _get(("Range", "bytes=0-3"))),
    _simple("Accept of 128 bytes", _get(("Accept", "a" * 128))),
    _simple("HEAD", Step("fetch", "{api}/x", method="HEAD")),
    _simple(
        "headers that no page may set are not sent", _get(("Cookie", "a=1"), ("Sec-A", "1"), ("Host", "evil"))
    ),
    _simple(
        "text/plain to who allows nothing: it was executed", _post("text/plain"), got="refused", actual=()
    ),
    _hints(
        "those of the device",
        "device-memory,dpr,viewport-width,width",
        *(("Device-Memory", "0.5"), ("DPR", "2"), ("Viewport-Width", "1280"), ("Width", "640")),
    ),
    _hints(
        "those of the network",
        "downlink,ect,rtt,save-data",
        *(("Downlink", "1.7"), ("ECT", "4g"), ("RTT", "100"), ("Save-Data", "On")),
    ),
    _hints("an intervention", "intervention", ("Intervention", '{"(not":safe)}')),
    *(
        _with(
            f"client hints: {name} of {value[:9]}",
            name.lower(),
            _ORIGIN,
            _headers(name),
            step=_get((name, value)),
            passes=True,
        )
        for name, value in (
            *(("DPR", "1."), ("Device-Memory", "1e3"), ("Downlink", "-1"), ("RTT", "1.5"), ("Width", "x")),
            *(("Viewport-Width", "+1"), ("ECT", "4G"), ("Save-Data", "off"), ("Intervention", "x" * 129)),
            ("Viewport-Height", "1"),
        )
    ),
    Case(
        "somebody listens to an upload: a preflight without headers",
        by_hand([_ORIGIN], [_ORIGIN]),
        (Step("xhr", "{api}/x", method="POST", body="x", upload_listener=True),),
        ("readable",),
        "OPTIONS[page]?POST POST[page]",
    ),
    Case(
        "a beacon of JSON is asked for before",
        by_hand([_ORIGIN, _TRUE], [_ORIGIN, _TRUE, _headers("Content-Type")]),
        (Step("beacon", "{api}/x", body="{}", content_type="application/json"),),
        ("sent",),
        "OPTIONS[page]?POST+content-type POST[page]",
    ),
    Case(
        "a beacon of JSON is not sent where that is not allowed",
        by_hand([_ORIGIN, _TRUE]),
        (Step("beacon", "{api}/x", body="{}", content_type="application/json"),),
        ("sent",),
        "OPTIONS[page]?POST+content-type",
    ),
    Case(
        "the method override is not a header of the standard",
        by_hand([_ORIGIN], [_ORIGIN, _headers("X-HTTP-Method-Override")]),
        (_get(("X-HTTP-Method-Override", "PUT"), method="POST"),),
        ("readable",),
        "OPTIONS[page]?POST+x-http-method-override POST[page]",
    ),
    Case(
        "a method override to a forbidden method is not sent",
        by_hand([_ORIGIN], [_ORIGIN]),
        (_get(("X-HTTP-Method-Override", "TRACE"), method="POST"),),
        ("readable",),
        "POST[page]",
    ),
]
