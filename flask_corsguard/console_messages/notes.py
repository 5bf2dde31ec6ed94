"""What more can be known from the values in a message: the status, the two origins, the name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

#: The faults of an answer that has a status of its own.
ANSWERS: Final = frozenset({"no-allow-origin", "null-origin", "redirect-refused"})
#: The faults of the answer to a preflight.
PREFLIGHTS: Final = frozenset({"preflight-status", "preflight-no-allow-origin"})

_OF_ANSWERS: Final[Mapping[str, str]] = {
    "400": "The server could not read the request.",
    "401": "The login refused the request before CORS was answered.",
    "403": "Something refused the request: a login, a firewall, a rate limit, or a guard against forged "
    "requests.",
    "404": "There is nothing at this URL, and the error page has no headers of CORS: correct the URL.",
    "405": "The URL does not take this method, and the error page has no headers of CORS.",
    "413": "The body is too large for the server or for the proxy before it (client_max_body_size in nginx).",
    "429": "A rate limit answered.",
    "500": "The application raised an exception: look into its log.",
    "502": "A proxy got no answer from the application behind it, and wrote this answer itself.",
    "503": "The application, or the proxy before it, has no capacity, and wrote this answer without the "
    "headers.",
    "504": "The application took too long, and the proxy before it wrote this answer itself.",
}
_OF_PREFLIGHTS: Final[Mapping[str, str]] = {
    "401": "A login answered the preflight, which never has cookies or Authorization.",
    "403": "Something refused the preflight: a login, a firewall, or a policy that does not allow this "
    "origin.",
    "404": "The router knows no OPTIONS for this URL, or the URL is wrong.",
    "405": "The router knows this URL, but no OPTIONS for it.",
    "429": "A rate limit counts preflights.",
    "500": "The application raised an exception while it answered OPTIONS: look into its log.",
    "501": "The server knows no OPTIONS at all.",
    "502": "A proxy got no answer from the application behind it.",
}
_AIRPLAY_PORT: Final = re.compile(r"https?://(?:localhost|127\.0\.0\.1):5000(?:/|$)")


def notes_of(code: str, values: Mapping[str, str]) -> Iterator[str]:
    """Yield sentences about the values of a message.

    :param code: the code of the fault.
    :param values: what the message names.
    """
    yield from _about_status(code, values)
    if "first" in values:
        last = values.get("url", "the last URL")
        yield f"The request was redirected from {values['first']}: the page could request {last} directly."
    if code in {"origin-mismatch", "invalid-allow-origin"}:
        yield from _about_origins(values.get("value", ""), values.get("origin", ""))
    method = values.get("method", "")
    if code == "method-not-allowed" and method != method.upper():
        yield f"Browsers send {method} as it is written; write {method.upper()} in the page."
    if code == "header-not-allowed" and values.get("header", "").lower() == "authorization":
        yield "Authorization has to be listed by its name: * never covers it."


def _about_status(code: str, values: Mapping[str, str]) -> Iterator[str]:
    status = values.get("status", "")
    table = _OF_PREFLIGHTS if code in PREFLIGHTS else _OF_ANSWERS if code in ANSWERS else {}
    if not table or not status.isdigit() or status.startswith(("0", "2")):
        return
    what = table.get(status, "")
    if code in PREFLIGHTS and status.startswith("3"):
        what = "The server redirects: browsers follow no redirect of a preflight."
    if code in ANSWERS and status >= "400":
        what += " Correct this error first; with the headers of CORS, the page could read it."
    yield f"The status is {status}. {what}".strip()
    if status == "403" and _AIRPLAY_PORT.match(values.get("url", "")):
        yield "On macOS, AirPlay answers 403 at port 5000: start the application at another port."


def _about_origins(allowed: str, origin: str) -> Iterator[str]:
    if not origin:
        return
    if allowed.rstrip("/").lower() == origin:
        yield "The two differ by a slash at the end or by upper case, and browsers compare byte by byte."
    elif _host(allowed) == _host(origin):
        yield "The host is the same: the scheme or the port is not."
    elif _host(allowed).removeprefix("www.") == _host(origin).removeprefix("www."):
        yield "One of the two has www. before its host."


def _host(origin: str) -> str:
    authority = origin.lower().rpartition("://")[2].partition("/")[0]
    return authority.partition(":")[0]
