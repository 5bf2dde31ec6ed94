"""The catalogue: the code of every finding, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HINTS: Final[Mapping[str, str]] = {
    "origin.reflected": "Have the server compare Origin with a list; whoever sends back what it is sent "
    "allows everyone.",
    "origin.look-alike": "Compare whole origins: scheme, host and port, without regular expressions that "
    "match a part.",
    "origin.null": "Take null off the list: every page can send it, from a sandboxed frame.",
    "origin.file": "Take file:// off the list: every file on a disk can send it.",
    "origin.two-lines": "Refuse a request with two Origin lines; nothing that is joined from them is an "
    "origin.",
    "origin.empty": "Treat an empty Origin like none.",
    "origin.not-allowed": "Add the origin to the list of the policy, or correct the URL of the check.",
    "header.doubled": "Have one layer alone set it: take the other one's line away, or hide it "
    "(proxy_hide_header).",
    "credentials.with-wildcard": "Name the origin instead of *, or take Access-Control-Allow-Credentials "
    "away.",
    "credentials.value": "Send Access-Control-Allow-Credentials: true, in lower case, or nothing.",
    "preflight.status": "Answer OPTIONS before the login and before routing, with 204.",
    "preflight.differs": "Have one layer answer both; an answer that nginx makes of X-Accel-Redirect, an "
    "error page and a cache are made without the layer behind them.",
    "vary.missing": "Send Vary: Origin on every answer, and have no proxy drop or replace it.",
    "cache.without-origin": "Have the cache heed Vary, or make Origin a part of its key.",
    "head.differs": "Answer HEAD by the same policy as GET.",
    "range.differs": "Put the headers on 206 and 416, too.",
    "not-modified.differs": "Put the headers and Vary on 304, too: caches replace what they have stored "
    "by them.",
    "error.unreadable": "Put the headers on errors, too; in nginx, add always to add_header.",
    "internal-header.leaked": "Have the proxy take the header off the answer.",
    "host.reflected": "Do not make the list of origins of what a request says its host is.",
    "guard.null": "Refuse a forged request whose Origin is null like any other one.",
    "guard.fetch-site-dropped": "Have the proxy pass Sec-Fetch-Site on: without it, a forged request "
    "without Origin passes.",
    "guard.origin-dropped": "Have the proxy pass Origin and Host on as they are.",
    "guard.name-confusion": "Have the server drop header names with an underscore (underscores_in_headers "
    "off in nginx).",
    "guard.forwarded-host": "Have the proxy set X-Forwarded-Host itself, or drop it; trust it from nobody "
    "else.",
}
