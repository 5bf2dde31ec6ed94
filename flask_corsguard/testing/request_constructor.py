"""The request constructor: it builds a request from the arguments of a script, or refuses them.

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
from .scalar_values import scalar_value_string
from .urls import HTTP_SCHEMES, Url, parse_url

Fields = Mapping[str, str] | Iterable[tuple[str, str]]
Data = str | bytes | Mapping[str, str]
HeadersArgument = Mapping[str, str] | Iterable[Header]

_STEP: Final = "Request constructor"
TEXT_TYPE: Final = "text/plain;charset=UTF-8"
FORM_TYPE: Final = "application/x-www-form-urlencoded;charset=UTF-8"

_LAST_BYTE = "\xff"


class Body(NamedTuple):
    """A body with its type: the default of ``Content-Type`` (#body-with-type)."""

    body: bytes
    type: str | None


def request_for(url: Url, client: Client) -> Request:
    """Return a GET request of *client* for *url*; the caller sets what its API requires."""
    return Request(
        client=client,
        origin=client.origin,
        method="GET",
        urls=[url],
        mode="no-cors",
        referrer=client.url if client.url.scheme in HTTP_SCHEMES and not client.is_sandboxed else None,
    )


def checked_url(text: str, client: Client, *, step: str = _STEP) -> Url:
    """Return *text* as a URL, relative to the URL of *client*.

    :raises NetworkError: if it is not a URL.
    """
    url = parse_url(text, client.url)
    if url is None:
        raise NetworkError(step, f"{text!r} is not a URL.", "a valid URL")
    return url


def check_choice(name: str, value: str, choices: object) -> None:
    """Check that *value* is one of *choices*, a ``Literal``.

    :raises ValueError: if it is not: the test is wrong, not the page.
    """
    known = get_args(choices)
    if value not in known:
        raise ValueError(f"{name} is {value!r}; it can be one of {', '.join(known)}")


def check_referrer_policy(policy: str) -> None:
    """Check that *policy* is empty or a referrer policy.

    :raises ValueError: if it is neither.
    """
    if policy and policy not in REFERRER_POLICIES:
        known = ", ".join(sorted(REFERRER_POLICIES))
        raise ValueError(f"referrer_policy is {policy!r}; it can be empty or one of {known}")


def urlencoded(fields: Fields) -> str:
    """Return *fields* in the form encoding (https://url.spec.whatwg.org/#concept-urlencoded-serializer)."""
    return "&".join(f"{_percent_encode(name)}={_percent_encode(value)}" for name, value in pairs_of(fields))


def _percent_encode(text: str) -> str:
    return quote_plus(scalar_value_string(text), safe="*").replace("~", "%7E")


def pairs_of(fields: Fields) -> list[tuple[str, str]]:
    """Return *fields* as a list of pairs."""
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    return [(name, value) for name, value in cast("Iterable[tuple[str, str]]", pairs)]


def extract_body(data: Data) -> Body:
    """Return *data* as a body with its type (#concept-bodyinit-extract)."""
    if isinstance(data, bytes):
        return Body(data, None)
    if isinstance(data, str):
        return Body(scalar_value_string(data).encode(), TEXT_TYPE)
    return Body(urlencoded(data).encode(), FORM_TYPE)


def json_text(value: Any) -> str:
    """Return *value* as ``JSON.stringify`` writes it."""
    return jsonlib.dumps(value, separators=(",", ":"), ensure_ascii=False)


def normalize_method(method: str) -> str:
    """Return *method* as it is sent (#concept-method-normalize).

    :raises NetworkError: if it is not a token, or a forbidden method.
    """
    if not is_token(method) or is_forbidden_method(method):
        raise NetworkError(_STEP, f"a page cannot send the method {method!r}.", "another method")
    return method.upper() if method.upper() in NORMALIZED_METHODS else method


class RequestHeaders:
    """A ``Headers`` object with the guard "request" or "request-no-cors" (#headers-class).

    A forbidden header is dropped silently; a malformed one is a network error.
    """

    def __init__(self, mode: Mode) -> None:
        self._is_no_cors = mode == "no-cors"
        self.list: list[Header] = []

    def append(self, name: str, value: str) -> None:
        """Add a header, if the guard allows it (#concept-headers-append)."""
        value = value.strip("\t\n\r ")
        if not is_token(name) or re.search(r"[\0\r\n]", value) or max(value, default="") > _LAST_BYTE:
            raise NetworkError(
                _STEP, f"{name!r}: {value!r} is not a valid header.", "a valid header name and value"
            )
        if is_forbidden(name, value):
            return
        if self._is_no_cors:
            previous = get(self.list, name)
            whole = value if previous is None else f"{previous}, {value}"
            if name.lower() not in NO_CORS_SAFELISTED or not is_safelisted(name, whole):
                return
        self.list.append((name, value))

    def fill(self, headers: HeadersArgument) -> None:
        """Add all *headers* (#concept-headers-fill)."""
        for name, value in pairs_of(headers):
            self.append(name, value)


def body_and_headers(
    mode: Mode, json: Any, data: Data | None, headers: HeadersArgument
) -> tuple[bytes | None, list[Header]]:
    """Return the body and the headers of a script's request.

    :param json: a value that is sent as ``JSON.stringify`` writes it, with its ``Content-Type``.
    """
    sent = RequestHeaders(mode)
    sent.fill(headers)
    if json is not None:
        if data is not None:
            raise ValueError("use json or data, not both")
        if get(sent.list, "Content-Type") is None:
            sent.append("Content-Type", "application/json")
        data = json_text(json)
    if data is None:
        return None, sent.list
    body = extract_body(data)
    if body.type is not None and get(sent.list, "Content-Type") is None:
        sent.append("Content-Type", body.type)
    return body.body, sent.list


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
    """Return the request of a call of ``fetch()`` (#dom-request)."""
    if mode in {"navigate", "websocket"}:
        raise NetworkError(_STEP, f"a page cannot use the mode {mode!r}.", 'mode="cors"')
    for name, value, choices in (
        ("mode", mode, Mode),
        ("credentials", credentials, CredentialsMode),
        ("redirect", redirect, RedirectMode),
        ("cache", cache, CacheMode),
    ):
        check_choice(name, value, choices)
    check_referrer_policy(referrer_policy)
    request = request_for(checked_url(text, client), client)
    if request.url.userinfo:
        raise NetworkError(_STEP, "the URL contains a user name or a password.", "a URL without them")
    if cache == "only-if-cached" and mode != "same-origin":
        raise NetworkError(_STEP, 'cache="only-if-cached" requires mode="same-origin".', 'mode="same-origin"')
    request.method = normalize_method(method)
    if mode == "no-cors" and request.method not in SAFELISTED_METHODS:
        raise NetworkError(_STEP, f'mode="no-cors" cannot send the method {request.method}.', 'mode="cors"')
    request.body, request.headers = body_and_headers(mode, json, data, headers)
    if request.body is not None and request.method in {"GET", "HEAD"}:
        raise NetworkError(
            _STEP, f"a {request.method} request cannot have a body.", "another method, or no body"
        )
    request.mode, request.credentials, request.redirect = mode, credentials, redirect
    request.cache, request.referrer_policy, request.unsafe = cache, referrer_policy, True
    return request


def xhr_request(
    client: Client,
    text: str,
    *,
    method: str,
    data: Data | None,
    headers: HeadersArgument,
    with_credentials: bool,
    upload_listener: bool,
) -> Request:
    """Return the request of an ``XMLHttpRequest`` (https://xhr.spec.whatwg.org/#the-send()-method)."""
    request = request_for(checked_url(text, client), client)
    request.method = normalize_method(method)
    # Unlike fetch(), GET and HEAD leave the body out and are not refused.
    body = None if request.method in {"GET", "HEAD"} else data
    request.body, request.headers = body_and_headers("cors", None, body, headers)
    request.mode = "cors"
    request.credentials = "include" if with_credentials else "same-origin"
    request.unsafe, request.use_preflight = True, upload_listener
    return request
