"""From what a script says to a request, or to a refusal before anything is sent.

:see: https://fetch.spec.whatwg.org/#dom-request
"""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast, get_args
from urllib.parse import quote_plus

from flask_corsguard.core.fetch_standard import (
    NORMALIZED_METHODS,
    SAFELISTED_METHODS,
    is_forbidden_method,
    is_token,
)

from .headers import NO_CORS_SAFELISTED, Header, get, is_forbidden, is_safelisted
from .refusals import NetworkError
from .requests import (
    REFERRER_POLICIES,
    CacheMode,
    Client,
    CredentialsMode,
    Mode,
    RedirectMode,
    Request,
)
from .urls import HTTP_SCHEMES, Url, parse_url

Fields = Mapping[str, str] | Iterable[tuple[str, str]]
Data = str | bytes | Mapping[str, str]
HeadersArgument = Mapping[str, str] | Iterable[Header]

STEP: Final = "Request constructor"
TEXT_TYPE: Final = "text/plain;charset=UTF-8"
FORM_TYPE: Final = "application/x-www-form-urlencoded;charset=UTF-8"

_LAST_BYTE = "\xff"


class Body(NamedTuple):
    """A body, and the type that it has of itself (#body-with-type)."""

    body: bytes
    type: str | None


def client_of(url: Url, client: Client) -> Request:
    """Give a request of *client* for *url*; what it is for decides the rest."""
    return Request(
        client=client,
        origin=client.origin,
        method="GET",
        urls=[url],
        mode="no-cors",
        referrer=client.url if client.url.scheme in HTTP_SCHEMES and not client.is_sandboxed else None,
    )


def checked_url(text: str, client: Client, *, step: str = STEP) -> Url:
    """Parse *text* as a page of *client* would."""
    url = parse_url(text, client.url)
    if url is None:
        raise NetworkError(step, f"{text!r} is no URL.", "a URL")
    return url


def check_choice(name: str, value: str, choices: object) -> None:
    """Tell the author of a test, not the page, that there is no such *value*."""
    known = get_args(choices)
    if value not in known:
        raise ValueError(f"{name} is {value!r}; it can be one of {', '.join(known)}")


def check_referrer_policy(policy: str) -> None:
    """Tell the author of a test that there is no such *policy*."""
    if policy and policy not in REFERRER_POLICIES:
        known = ", ".join(sorted(REFERRER_POLICIES))
        raise ValueError(f"referrer_policy is {policy!r}; it can be empty or one of {known}")


def urlencoded(fields: Fields) -> str:
    """See https://url.spec.whatwg.org/#concept-urlencoded-serializer."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs_of(fields))


def _quoted(text: str) -> str:
    return quote_plus(text, safe="*").replace("~", "%7E")


def pairs_of(fields: Fields) -> list[tuple[str, str]]:
    """Give *fields* as pairs."""
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    return [(name, value) for name, value in cast("Iterable[tuple[str, str]]", pairs)]


def extract_body(data: Data) -> Body:
    """Give the bytes of *data*, and their type (#concept-bodyinit-extract)."""
    if isinstance(data, bytes):
        return Body(data, None)
    if isinstance(data, str):
        return Body(data.encode(), TEXT_TYPE)
    return Body(urlencoded(data).encode(), FORM_TYPE)


def json_text(value: Any) -> str:
    """Give *value* as ``JSON.stringify`` writes it."""
    return jsonlib.dumps(value, separators=(",", ":"), ensure_ascii=False)


def normalize_method(method: str) -> str:
    """Give the method that is sent (#concept-method-normalize); some may not be."""
    if not is_token(method) or is_forbidden_method(method):
        raise NetworkError(STEP, f"no page may send the method {method!r}.", "another method")
    return method.upper() if method.upper() in NORMALIZED_METHODS else method


class HeadersGuard:
    """The headers of a request that a script fills (#headers-class).

    What is forbidden is dropped without a word; what is malformed is not.
    """

    def __init__(self, mode: Mode) -> None:
        self._is_no_cors = mode == "no-cors"
        self.list: list[Header] = []

    def append(self, name: str, value: str) -> None:
        """See #concept-headers-append."""
        value = value.strip("\t\n\r ")
        if not is_token(name) or re.search(r"[\0\r\n]", value) or max(value, default="") > _LAST_BYTE:
            raise NetworkError(STEP, f"{name!r}: {value!r} is no header.", "a header that can be sent")
        if is_forbidden(name, value):
            return
        if self._is_no_cors:
            before = get(self.list, name)
            whole = value if before is None else f"{before}, {value}"
            if name.lower() not in NO_CORS_SAFELISTED or not is_safelisted(name, whole):
                return
        self.list.append((name, value))

    def fill(self, headers: HeadersArgument) -> None:
        """See #concept-headers-fill."""
        for name, value in pairs_of(headers):
            self.append(name, value)


def body_and_headers(
    mode: Mode, json: Any, data: Data | None, headers: HeadersArgument
) -> tuple[bytes | None, list[Header]]:
    """Give the body and the headers of what a script sends.

    *json* is what a script writes as ``JSON.stringify`` and a ``Content-Type``.
    """
    guard = HeadersGuard(mode)
    guard.fill(headers)
    if json is not None:
        if data is not None:
            raise ValueError("give json or data, not both")
        if get(guard.list, "Content-Type") is None:
            guard.append("Content-Type", "application/json")
        data = json_text(json)
    if data is None:
        return None, guard.list
    body = extract_body(data)
    if body.type is not None and get(guard.list, "Content-Type") is None:
        guard.append("Content-Type", body.type)
    return body.body, guard.list


def construct(
    client: Client,
    text: str,
    *,
    method: str,
    json: Any,
    data: Data | None,
    headers: HeadersArgument,
    mode: Mode,
    credentials: CredentialsMode,
    redirect: RedirectMode,
    cache: CacheMode,
    referrer_policy: str,
) -> Request:
    """Make the request of a call of ``fetch()`` (#dom-request)."""
    if mode in {"navigate", "websocket"}:
        raise NetworkError(STEP, f"no page may choose the mode {mode}.", 'mode="cors"')
    for name, value, choices in (
        ("mode", mode, Mode),
        ("credentials", credentials, CredentialsMode),
        ("redirect", redirect, RedirectMode),
        ("cache", cache, CacheMode),
    ):
        check_choice(name, value, choices)
    check_referrer_policy(referrer_policy)
    request = client_of(checked_url(text, client), client)
    if request.url.userinfo:
        raise NetworkError(STEP, "the URL holds a user name or a password.", "a URL without them")
    if cache == "only-if-cached" and mode != "same-origin":
        raise NetworkError(STEP, 'cache="only-if-cached" is for mode="same-origin" alone.', "another mode")
    request.method = normalize_method(method)
    if mode == "no-cors" and request.method not in SAFELISTED_METHODS:
        raise NetworkError(STEP, f'mode="no-cors" sends no {request.method}.', 'mode="cors"')
    request.body, request.headers = body_and_headers(mode, json, data, headers)
    if request.body is not None and request.method in {"GET", "HEAD"}:
        raise NetworkError(STEP, f"{request.method} has no body.", "another method, or no body")
    request.mode, request.credentials, request.redirect = mode, credentials, redirect
    request.cache, request.referrer_policy, request.unsafe = cache, referrer_policy, True
    return request
