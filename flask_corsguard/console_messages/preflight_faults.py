"""The faults in the answer to the preflight."""

from __future__ import annotations

from typing import Final

from .cors_faults import ALLOW_ONE_ORIGIN
from .faults import FETCH, PREFLIGHT, Fault

PREFLIGHT_FAULTS: Final = (
    Fault(
        code="preflight-no-allow-origin",
        meaning="Before this request the browser asks with OPTIONS, the preflight. The answer to it has no "
        "Access-Control-Allow-Origin, so the request itself was not sent.",
        remedy="Have the server answer OPTIONS {url} with the headers of CORS. A preflight has no cookies "
        "and no Authorization: a login, a firewall or a router that answers it first is the usual cause.",
        change=ALLOW_ONE_ORIGIN,
        link=PREFLIGHT,
    ),
    Fault(
        code="preflight-status",
        meaning="Before this request the browser asks with OPTIONS, the preflight, and the answer has a "
        "status that is not from 200 to 299. The request itself was not sent.",
        remedy="Have the server answer OPTIONS {url} with 204, before routing (404, 405), before the "
        "login (401, 403) and before any redirect. CorsGuard does; wrap CorsMiddleware around whatever "
        "else answers.",
        change='CorsGuard(app, origins=["{origin}"])',
        link=PREFLIGHT,
    ),
    Fault(
        code="preflight-redirect",
        meaning="Before this request the browser asks with OPTIONS, the preflight, and the server "
        "redirects it. Browsers follow no redirect of a preflight, so the request itself was not sent.",
        remedy="Request the last URL directly: mind the slash at the end, http and https, and www. If the "
        "redirect leads to a login page, have the server answer preflights before the login.",
        change='CorsGuard(app, origins=["{origin}"])',
        link=PREFLIGHT,
    ),
    Fault(
        code="method-not-allowed",
        meaning="The answer to the preflight allows the page, but not the method {method}. Methods are "
        "case-sensitive: patch is not PATCH. The request itself was not sent.",
        remedy="Have the server list {method} in Access-Control-Allow-Methods. With credentials, * is not "
        "a wildcard there.",
        change='Policy(origins=["{origin}"], methods=["GET", "HEAD", "POST", "{method}"])',
        link=PREFLIGHT,
    ),
    Fault(
        code="header-not-allowed",
        meaning="The answer to the preflight allows the page, but not its request header {header}. The "
        "request itself was not sent.",
        remedy="Have the server list {header} in Access-Control-Allow-Headers, or have the page leave it "
        "out. With credentials, * is not a wildcard there, and it never covers Authorization.",
        change='Policy(origins=["{origin}"], allow_headers=["Content-Type", "{header}"])',
        link=PREFLIGHT,
    ),
    Fault(
        code="authorization-under-wildcard",
        meaning="The server allows all request headers with *, and the page sends Authorization, which * "
        "does not cover. Engines only warn today.",
        remedy="Have the server list Authorization by its name.",
        change='Policy(origins=["{origin}"], allow_headers=["*", "Authorization"])',
        link=PREFLIGHT,
    ),
    Fault(
        code="methods-syntax",
        meaning="Access-Control-Allow-Methods of the answer to the preflight is not a list of names "
        "separated by commas, so the browser takes nothing from it.",
        remedy="Have the server send GET, PUT, DELETE: commas, no quotes, no semicolons.",
        change='Policy(origins=["{origin}"], methods=["GET", "PUT", "DELETE"])',
        link=f"{FETCH}#http-new-header-syntax",
        examples={"value": "GET PUT"},
    ),
    Fault(
        code="headers-syntax",
        meaning="Access-Control-Allow-Headers of the answer to the preflight is not a list of names "
        "separated by commas, so the browser takes nothing from it.",
        remedy="Have the server send Content-Type, Authorization: commas, no quotes, no semicolons.",
        change='Policy(origins=["{origin}"], allow_headers=["Content-Type", "Authorization"])',
        link=f"{FETCH}#http-new-header-syntax",
        examples={"value": "X-A X-B"},
    ),
)
