"""CORS preflights: when one is needed, what it asks, and whether its response allows the request.

:see: https://fetch.spec.whatwg.org/#cors-preflight-fetch
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from flask_corsguard.core.fetch_standard import (
    ACAH,
    ACAM,
    ACMA,
    ACRH,
    ACRM,
    NON_WILDCARD_REQUEST_HEADER,
    SAFELISTED_METHODS,
)

from .checks import cors_check
from .exchanges import Exchange
from .headers import Header, MalformedListError, list_values, unsafe_names
from .refusals import NetworkError
from .requests import Request
from .user_agent import REDIRECT_STATUSES, Agent

#: How long a response without Access-Control-Max-Age is cached, in seconds (step 7.9).
DEFAULT_AGE: Final = 5
_STEP: Final = "CORS-preflight fetch, step"
_OK: Final = range(200, 300)
# A number with more digits is above every engine's limit.
_MAX_DIGITS: Final = 10


def needs_preflight(agent: Agent, request: Request) -> bool:
    """Return whether the preflight cache does not yet allow *request* (#concept-http-fetch, step 4.1)."""
    cache, now = agent.preflights, agent.now
    unsafe = request.use_preflight or request.method not in SAFELISTED_METHODS
    if unsafe and not cache.has_method(request, request.method, now):
        return True
    covers_all = _wildcard_covers_all(agent)
    return any(
        not cache.has_header(request, name, now, wildcard_covers_all=covers_all)
        for name in unsafe_names_of(agent, request)
    )


def unsafe_names_of(agent: Agent, request: Request) -> list[str]:
    """Return the names of the headers of *request* that need a preflight in this engine, sorted."""
    return unsafe_names(request.headers, client_hints=agent.quirks.has("client-hints"))


def preflight(agent: Agent, request: Request, exchanges: list[Exchange]) -> None:
    """Send the preflight of *request*, check its response, and cache what it allows (#cors-preflight-fetch).

    :raises NetworkError: if the response does not allow *request*.
    """
    options = _preflight_of(agent, request)
    if agent.quirks.has("redirected-preflight-origin"):
        options.urls = options.urls[-1:]
    answer = agent.fetch(options, exchanges)
    # The check is made with the credentials mode of the request (step 7, the note).
    options.credentials = request.credentials
    cors_check(options, answer.headers, step=f"{_STEP} 7 (CORS check)")
    if answer.status not in _OK:
        hint = "; browsers do not follow it" if answer.status in REDIRECT_STATUSES else ""
        raise NetworkError(
            f"{_STEP} 7 (ok status)",
            f"the response to the preflight has status {answer.status}{hint}.",
            "a status from 200 to 299, sent before routing and authentication (CorsGuard answers there; "
            "put CorsMiddleware outside of the layer that sent this response)",
        )
    methods = _list_of(answer.headers, ACAM)
    names = _list_of(answer.headers, ACAH)
    if methods is None and request.use_preflight:
        methods = [request.method]
    _check_method(request, methods or [])
    _check_headers(agent, request, names or [])
    age = min(_max_age(agent, answer.headers), agent.quirks.preflight_cache_limit)
    store = partial(
        agent.preflights.store,
        request,
        now=agent.now,
        age=age,
        wildcard_covers_all=_wildcard_covers_all(agent),
    )
    store("method", methods or [])
    store("header", names or [])


def _wildcard_covers_all(agent: Agent) -> bool:
    return agent.quirks.has("wildcard-authorization")


def _preflight_of(agent: Agent, request: Request) -> Request:
    # Steps 1 to 5. With the default credentials mode it never has credentials.
    options = Request(
        client=request.client,
        origin=request.origin,
        method="OPTIONS",
        urls=list(request.urls),
        mode="cors",
        tainting="cors",
        destination=request.destination,
        referrer=request.referrer,
        referrer_policy=request.referrer_policy,
        headers=[("Accept", "*/*"), (ACRM, request.method)],
    )
    names = unsafe_names_of(agent, request)
    if names:
        options.headers.append((ACRH, ",".join(names)))
    return options


def _list_of(headers: tuple[Header, ...], name: str) -> list[str] | None:
    try:
        return list_values(headers, name)
    except MalformedListError as error:
        raise NetworkError(
            f"{_STEP} 7.3 (list syntax)", f"{error}.", f"{name}: names separated by commas, or no value"
        ) from None


def _check_method(request: Request, methods: list[str]) -> None:
    # Step 7.5.
    method = request.method
    if method in methods or method in SAFELISTED_METHODS:
        return
    if "*" in methods and request.credentials != "include":
        return
    because = f"{ACAM} is missing"
    if methods:
        because = f"{ACAM} is {', '.join(methods)!r}, which does not name {method}"
    if "*" in methods:
        because = f'{ACAM} is "*", which is not a wildcard for a request with credentials'
    elif method.upper() in [each.upper() for each in methods]:
        because += "; methods are case-sensitive"
    raise NetworkError(
        f"{_STEP} 7.5 (methods)", f"{because}.", f'{ACAM}: {method} (a policy with methods=["{method}"])'
    )


def _check_headers(agent: Agent, request: Request, names: list[str]) -> None:
    # Steps 7.6 and 7.7.
    allowed = {name.lower() for name in names}
    wildcard = "*" in allowed and request.credentials != "include"
    unsafe = unsafe_names_of(agent, request)
    if NON_WILDCARD_REQUEST_HEADER in unsafe and not (wildcard and _wildcard_covers_all(agent)):
        _refuse_headers("7.6 (Authorization)", [NON_WILDCARD_REQUEST_HEADER], allowed, wildcard=wildcard)
    if not wildcard:
        _refuse_headers("7.7 (headers)", unsafe, allowed, wildcard=wildcard)


def _refuse_headers(step: str, unsafe: list[str], allowed: set[str], *, wildcard: bool) -> None:
    missing = [name for name in unsafe if name not in allowed]
    if not missing:
        return
    names = ", ".join(missing)
    because = f"{ACAH} is missing, and the page sends {names}"
    if wildcard:
        because = f'{ACAH} is "*", which never covers {names}'
    elif "*" in allowed:
        because = f'{ACAH} is "*", which is not a wildcard for a request with credentials'
    elif allowed:
        because = f"{ACAH} does not name {names}"
    listed = ", ".join(f'"{name}"' for name in missing)
    raise NetworkError(
        f"{_STEP} {step}", f"{because}.", f"{ACAH}: {names} (a policy with allow_headers=[{listed}])"
    )


def _max_age(agent: Agent, headers: tuple[Header, ...]) -> int:
    # Steps 7.8 and 7.9.
    values = [value for name, value in headers if name.lower() == ACMA.lower()]
    if len(values) == 1 and re.fullmatch(r"[0-9]+", values[0]):
        digits = values[0].lstrip("0")
        return int(digits or "0") if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS
    if len(values) == 1 and re.fullmatch(r"-[0-9]+", values[0]) and agent.quirks.has("negative-max-age"):
        return 0
    return DEFAULT_AGE
