"""The catalogue: the code of every finding, what it means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Known(NamedTuple):
    """The texts for a code."""

    #: What is wrong, in a sentence.
    meaning: str
    #: What to do about it.
    hint: str


FINDINGS: Final[Mapping[str, Known]] = {
    "origin.reflected": Known(
        "The answer allows whatever origin asks.",
        "Have the server compare Origin with a list: a server that sends back every Origin allows everyone.",
    ),
    "origin.look-alike": Known(
        "The answer allows an origin that only looks like an allowed one.",
        "Compare whole origins: scheme, host and port, without regular expressions that match a part.",
    ),
    "origin.null": Known(
        "The answer allows the origin null.",
        "Take null off the list: every page can send it, from a sandboxed frame.",
    ),
    "origin.file": Known(
        "The answer allows the origin file://.",
        "Take file:// off the list: every file on a disk can send it.",
    ),
    "origin.two-lines": Known(
        "The answer to two Origin lines allows a stranger, or a list.",
        "Refuse a request with two Origin lines; nothing that is joined from them is an origin.",
    ),
    "origin.empty": Known(
        "The answer to an empty Origin allows something.",
        "Treat an empty Origin like none.",
    ),
    "origin.not-allowed": Known(
        "The answer does not allow an origin that ought to be allowed.",
        "Add the origin to the list of the policy, or correct the URL of the check.",
    ),
    "header.doubled": Known(
        "A header of CORS is there more than once; browsers then refuse the answer.",
        "Have one layer alone set it: take the other one's line away, or hide it (proxy_hide_header).",
    ),
    "credentials.with-wildcard": Known(
        "The answer allows * and credentials, which browsers refuse.",
        "Name the origin instead of *, or take Access-Control-Allow-Credentials away.",
    ),
    "credentials.value": Known(
        "Access-Control-Allow-Credentials is not true, in lower case; browsers ignore it.",
        "Send Access-Control-Allow-Credentials: true, in lower case, or nothing.",
    ),
    "preflight.status": Known(
        "The answer to a preflight has the headers, and a status that browsers refuse.",
        "Answer OPTIONS before the login and before routing, with 204.",
    ),
    "preflight.differs": Known(
        "The preflight and the request get different answers.",
        "Have one layer answer both; an answer that nginx makes of X-Accel-Redirect, an error page and a "
        "cache are made without the layer behind them.",
    ),
    "vary.missing": Known(
        "The answer depends on Origin and has no Vary: Origin, so a cache gives it to others.",
        "Send Vary: Origin on every answer, and have no proxy drop or replace it.",
    ),
    "cache.without-origin": Known(
        "A cache in between gives one origin the answer that was meant for another.",
        "Have the cache obey Vary, or make Origin a part of its key.",
    ),
    "head.differs": Known(
        "The answer to HEAD has other headers of CORS than that to GET.",
        "Answer HEAD by the same policy as GET.",
    ),
    "range.differs": Known(
        "The answer to a range has other headers of CORS than that to GET.",
        "Put the headers on 206 and 416, too.",
    ),
    "not-modified.differs": Known(
        "304 has other headers of CORS, or another Vary, than 200.",
        "Put the headers and Vary on 304, too: caches replace what they have stored by them.",
    ),
    "error.unreadable": Known(
        "An error has no headers, so that the page sees an error of CORS instead.",
        "Put the headers on errors, too; in nginx, add always to add_header.",
    ),
    "internal-header.leaked": Known(
        "A header that was meant for the proxy reaches the client.",
        "Have the proxy take the header off the answer.",
    ),
    "host.reflected": Known(
        "The answer allows the host that the request names as its own.",
        "Do not build the list of origins from the host that a request names.",
    ),
    "guard.null": Known(
        "A forged POST with Origin: null passes the guard.",
        "Refuse a forged request whose Origin is null like any other one.",
    ),
    "guard.fetch-site-dropped": Known(
        "A forged POST without Origin passes the guard, because Sec-Fetch-Site does not arrive.",
        "Have the proxy pass Sec-Fetch-Site on: without it, a forged request without Origin passes.",
    ),
    "guard.origin-dropped": Known(
        "A forged POST without Sec-Fetch-Site passes the guard, because Origin does not arrive.",
        "Have the proxy pass Origin and Host on as they are.",
    ),
    "guard.name-confusion": Known(
        "A forged POST passes the guard with Sec_Fetch_Site, which a page may send.",
        "Have the server drop header names with an underscore (underscores_in_headers off in nginx).",
    ),
    "guard.forwarded-host": Known(
        "A forged POST passes the guard with X-Forwarded-Host.",
        "Have the proxy set X-Forwarded-Host itself, or drop it; trust it from nobody else.",
    ),
}
