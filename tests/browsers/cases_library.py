"""What a response of the library carries, row by row of the design, and what a browser makes of it."""

from __future__ import annotations

from browsers.apps import by_policy
from browsers.steps import Step
from browsers.table import SANDBOXED, Case, Told

GROUP = "The library: what a response carries"

_GET = Step("fetch", "{api}/x")
_READ = Step("fetch", "{api}/x", read=("x-other", "x-total"))
_WITH = Step("fetch", "{api}/x", credentials="include")
_PUT = Step("fetch", "{api}/x", method="PUT")
_PUT_WITH = Step("fetch", "{api}/x", method="PUT", credentials="include")
_PATCH = Step("fetch", "{api}/x", method="PATCH")
_JSON = Step("fetch", "{api}/x", method="POST", headers=(("Content-Type", "application/json"),), body="{}")
_ME = ["{page}"]


def _case(name: str, step: Step, got: str, seen: str, *, but=None, **fields) -> Case:
    return Case(f"the library: {name}", by_policy(**fields), (step,), (got,), seen, but=but or {})


def _header(*pairs: tuple[str, str], credentials: str = "same-origin", method: str = "GET") -> Step:
    return Step("fetch", "{api}/x", headers=pairs, credentials=credentials, method=method)


#: The page with its cookies, and everyone without.
_AUDIENCES = (
    {"origins": _ME, "credentials": True, "dangerously_allow": ["insecure-origins"]},
    {"origins": "*", "methods": ["GET"]},
)
_OTHERS = ({**_AUDIENCES[0], "origins": ["{third}"]}, _AUDIENCES[1])

_BEARER = ("Authorization", "Bearer 1")
_FOO = ("X-Foo", "1")

CASES = [
    _case("an origin that is listed", _GET, "readable", "GET[page]", origins=_ME),
    _case("an origin that another list has", _GET, "refused", "GET[page]", origins=["{third}"]),
    _case(
        "an XMLHttpRequest of an origin that is listed",
        Step("xhr", "{api}/x"),
        "readable",
        "GET[page]",
        origins=_ME,
    ),
    _case("the closed policy", _GET, "refused", "GET[page]"),
    _case("the closed policy, the own page", Step("fetch", "{page}/x"), "readable", "GET[-]"),
    _case("everyone", _GET, "readable", "GET[page]", origins="*"),
    _case(
        "everyone, a sandboxed frame too",
        Step("fetch", "{api}/x", place=SANDBOXED),
        "readable",
        "GET[null]",
        origins="*",
    ),
    _case("everyone, but not with credentials", _WITH, "refused", "GET[page]", origins="*"),
    _case(
        "a pattern of subdomains and ports",
        _GET,
        "readable",
        "GET[page]",
        origins=["{page}", "https://*.example"],
    ),
    _case(
        "a sandboxed frame of a listed page is nobody",
        Step("fetch", "{api}/x", place=SANDBOXED),
        "refused",
        "GET[null]",
        origins=_ME,
    ),
    _case(
        "null, where that door was opened",
        Step("fetch", "{api}/x", place=SANDBOXED),
        "readable",
        "GET[null]",
        origins=["{page}", "null"],
        dangerously_allow=["null-origin"],
    ),
    _case(
        "credentials",
        _WITH,
        "readable",
        "GET[page]",
        origins=_ME,
        credentials=True,
        dangerously_allow=["insecure-origins"],
    ),
    _case("a list of policies, credentials", _WITH, "readable", "GET[page]", audiences=_AUDIENCES),
    _case("a list of policies, credentials for another", _WITH, "refused", "GET[page]", audiences=_OTHERS),
    _case("a list of policies, another without", _GET, "readable", "GET[page]", audiences=_OTHERS),
    _case("a list of policies, a method of none", _PUT, "refused", "OPTIONS[page]?PUT", audiences=_OTHERS),
    _case(
        "unmanaged, the application's own header",
        _GET,
        "readable",
        "GET[page]",
        unmanaged=True,
        own=[("Access-Control-Allow-Origin", "{page}")],
    ),
    _case("unmanaged, without one", _GET, "refused", "GET[page]", unmanaged=True),
    _case("credentials where the policy has none", _WITH, "refused", "GET[page]", origins=_ME),
    _case(
        "a header that is exposed",
        _READ,
        "readable x-total=7",
        "GET[page]",
        origins=_ME,
        expose_headers=["X-Total"],
    ),
    _case(
        "every header is exposed",
        _READ,
        "readable x-other=8 x-total=7",
        "GET[page]",
        origins=_ME,
        expose_headers="*",
    ),
    _case("no header is exposed", _READ, "readable", "GET[page]", origins=_ME),
    _case(
        "an error that can be read",
        Step("fetch", "{api}/x?status=500"),
        "readable 500",
        "GET[page]500",
        origins=_ME,
    ),
    _case(
        "a method that is listed",
        _PUT,
        "readable",
        "OPTIONS[page]?PUT PUT[page]",
        origins=_ME,
        methods=["PUT"],
    ),
    _case("a method that is not listed", _PUT, "refused", "OPTIONS[page]?PUT", origins=_ME),
    _case("any method", _PATCH, "readable", "OPTIONS[page]?PATCH PATCH[page]", origins=_ME, methods="*"),
    _case(
        "any method with credentials",
        _PUT_WITH,
        "readable",
        "OPTIONS[page]?PUT PUT[page]",
        origins=_ME,
        methods="*",
        credentials=True,
    ),
    _case(
        "a preflight of who is not listed",
        _PUT,
        "refused",
        "OPTIONS[page]?PUT403",
        origins=["{third}"],
        methods=["PUT"],
    ),
    _case("a preflight under the closed policy", _PUT, "refused", "OPTIONS[page]?PUT403"),
    _case(
        "a preflight for everyone",
        _PUT,
        "readable",
        "OPTIONS[page]?PUT PUT[page]",
        origins="*",
        methods=["PUT"],
    ),
    _case(
        "JSON, which is allowed by default",
        _JSON,
        "readable",
        "OPTIONS[page]?POST+content-type POST[page]",
        origins=_ME,
    ),
    _case(
        "JSON, which was taken away",
        _JSON,
        "refused",
        "OPTIONS[page]?POST+content-type",
        origins=_ME,
        allow_headers=[],
    ),
    _case(
        "a header that is listed",
        _header(_FOO),
        "readable",
        "OPTIONS[page]?GET+x-foo GET[page]",
        origins=_ME,
        allow_headers=["X-Foo"],
    ),
    _case("a header that is not listed", _header(_FOO), "refused", "OPTIONS[page]?GET+x-foo", origins=_ME),
    _case(
        "any header",
        _header(_FOO),
        "readable",
        "OPTIONS[page]?GET+x-foo GET[page]",
        origins=_ME,
        allow_headers="*",
    ),
    _case(
        "any header with credentials",
        _header(_FOO, credentials="include"),
        "readable",
        "OPTIONS[page]?GET+x-foo GET[page]",
        origins=_ME,
        allow_headers="*",
        credentials=True,
    ),
    _case(
        "any header with credentials does not cover Authorization",
        _header(_BEARER, credentials="include"),
        "refused",
        "OPTIONS[page]?GET+authorization",
        origins=_ME,
        allow_headers="*",
        credentials=True,
    ),
    _case(
        "any header without credentials should not cover Authorization",
        _header(_BEARER),
        "readable",
        "OPTIONS[page]?GET+authorization GET[page]",
        origins=_ME,
        allow_headers="*",
        but={"standard": Told(("refused",), "OPTIONS[page]?GET+authorization")},
    ),
    _case(
        "any header and Authorization",
        _header(_BEARER, _FOO),
        "readable",
        "OPTIONS[page]?GET+authorization,x-foo GET[page]",
        origins=_ME,
        allow_headers=["*", "Authorization"],
    ),
    _case(
        "any header, but more of them than are read",
        _header(*((f"X-{'a' * 90}-{number}", "1") for number in range(10, 60))),
        "refused",
        "OPTIONS[page]?GET+" + ",".join(f"x-{'a' * 90}-{number}" for number in range(10, 60)),
        origins=_ME,
        allow_headers="*",
    ),
    _case(
        "the example of the design",
        _header(_BEARER, ("Content-Type", "application/json"), method="DELETE"),
        "readable",
        "OPTIONS[page]?DELETE+authorization,content-type DELETE[page]",
        origins=_ME,
        methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
        max_age=None,
    ),
    _case(
        "a private network that is opened changes nothing here",
        _PUT,
        "readable",
        "OPTIONS[page]?PUT PUT[page]",
        origins=_ME,
        methods=["PUT"],
        private_network=True,
    ),
    _case(
        "an application that allows everyone is overruled",
        _WITH,
        "refused",
        "GET[page]",
        origins=["{third}"],
        own=[("Access-Control-Allow-Origin", "{page}"), ("Access-Control-Allow-Credentials", "true")],
    ),
    _case(
        "an application that sends it too: it is sent once",
        _GET,
        "readable",
        "GET[page]",
        origins=_ME,
        own=[("Access-Control-Allow-Origin", "*")],
    ),
]
