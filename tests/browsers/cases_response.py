"""The CORS check, what may be read of an answer, and credentials (#concept-cors-check)."""

from __future__ import annotations

from browsers.apps import by_hand
from browsers.steps import Step
from browsers.table import Case

GROUP = "The CORS check and what may be read"

_ACAO = "Access-Control-Allow-Origin"
_ACAC = ("Access-Control-Allow-Credentials", "true")
_ACEH = "Access-Control-Expose-Headers"
_GET = Step("fetch", "{api}/x")
_WITH = Step("fetch", "{api}/x", credentials="include")
_READ = Step("fetch", "{api}/x", read=("content-type", "x-other", "x-total"))
_TEXT = "content-type=text/plain"


def _check(
    name: str, *headers: tuple[str, str], got: str = "refused", step: Step = _GET, seen: str = "GET[page]"
) -> Case:
    return Case(name, by_hand(list(headers)), (step,), (got,), seen)


CASES = [
    _check("the page's origin", (_ACAO, "{page}"), got="readable"),
    _check("any origin", (_ACAO, "*"), got="readable"),
    _check("no Access-Control-Allow-Origin"),
    _check("the API's own origin", (_ACAO, "{api}")),
    _check("the page's origin with a slash", (_ACAO, "{page}/")),
    _check("the page's origin in upper case", (_ACAO, "HTTPS://APP.LOCALHOST")),
    _check("two origins in one line", (_ACAO, "{page}, {third}")),
    _check("two origins without a comma", (_ACAO, "{page} {third}")),
    _check("the page's origin in two lines", (_ACAO, "{page}"), (_ACAO, "{page}")),
    _check("any origin and the page's", (_ACAO, "*"), (_ACAO, "{page}")),
    _check("the word null", (_ACAO, "null")),
    _check("the page's origin with a comma after it", (_ACAO, "{page},")),
    _check("the page's origin in spaces", (_ACAO, "  {page}  "), got="readable"),
    _check(
        "a 404 with the page's origin",
        (_ACAO, "{page}"),
        got="readable 404",
        step=Step("fetch", "{api}/x?status=404"),
        seen="GET[page]404",
    ),
    _check("a 500 without any header", step=Step("fetch", "{api}/x?status=500"), seen="GET[page]500"),
    _check(
        "an XMLHttpRequest with the page's origin",
        (_ACAO, "{page}"),
        got="readable",
        step=Step("xhr", "{api}/x"),
    ),
    _check("an XMLHttpRequest without any header", step=Step("xhr", "{api}/x")),
    _check("credentials, origin and true", (_ACAO, "{page}"), _ACAC, got="readable", step=_WITH),
    _check("credentials without Allow-Credentials", (_ACAO, "{page}"), step=_WITH),
    _check("credentials and True", (_ACAO, "{page}"), (_ACAC[0], "True"), step=_WITH),
    _check("credentials and TRUE", (_ACAO, "{page}"), (_ACAC[0], "TRUE"), step=_WITH),
    _check("credentials and true twice", (_ACAO, "{page}"), _ACAC, _ACAC, step=_WITH),
    _check("credentials and any origin", (_ACAO, "*"), _ACAC, step=_WITH),
    _check(
        "an XMLHttpRequest with credentials",
        (_ACAO, "{page}"),
        _ACAC,
        got="readable",
        step=Step("xhr", "{api}/x", credentials="include"),
    ),
    _check(
        "an XMLHttpRequest with credentials and any origin",
        (_ACAO, "*"),
        _ACAC,
        step=Step("xhr", "{api}/x", credentials="include"),
    ),
    _check("no header is exposed", (_ACAO, "*"), got=f"readable {_TEXT}", step=_READ),
    _check(
        "one header is exposed",
        (_ACAO, "*"),
        (_ACEH, "X-Total"),
        got=f"readable {_TEXT} x-total=7",
        step=_READ,
    ),
    _check(
        "headers are exposed in two lines, in any case",
        (_ACAO, "*"),
        (_ACEH, "x-TOTAL"),
        (_ACEH, "X-OTHER"),
        got=f"readable {_TEXT} x-other=8 x-total=7",
        step=_READ,
    ),
    _check(
        "every header is exposed",
        (_ACAO, "*"),
        (_ACEH, "*"),
        got=f"readable {_TEXT} x-other=8 x-total=7",
        step=_READ,
    ),
    _check(
        "every header is exposed, but with credentials that is a name",
        (_ACAO, "{page}"),
        _ACAC,
        (_ACEH, "*"),
        got=f"readable {_TEXT}",
        step=Step("fetch", "{api}/x", credentials="include", read=_READ.read),
    ),
    _check(
        "Set-Cookie can not be exposed",
        (_ACAO, "*"),
        (_ACEH, "Set-Cookie, X-Total"),
        got="readable x-total=7",
        step=Step("fetch", "{api}/cookies", read=("set-cookie", "x-total"), credentials="omit"),
    ),
    _check(
        "a no-cors answer is opaque",
        got="opaque",
        step=Step("fetch", "{api}/x", mode="no-cors"),
        seen="GET[-]",
    ),
    _check(
        "a no-cors answer is opaque whatever it allows",
        (_ACAO, "*"),
        got="opaque",
        step=Step("fetch", "{api}/x", mode="no-cors"),
        seen="GET[-]",
    ),
    _check(
        "the mode same-origin goes nowhere else", step=Step("fetch", "{api}/x", mode="same-origin"), seen=""
    ),
    _check(
        "a page of the API needs no header", got="readable", step=Step("fetch", "{page}/x"), seen="GET[-]"
    ),
]
