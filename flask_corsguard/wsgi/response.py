"""How the response of an application gets the headers of a policy, when it starts.

A function that stands in for ``start_response`` takes first what is given before. It is bound to that as
a method is to its object, which costs half of what a closure, or a :func:`functools.partial`, does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from flask_corsguard.core.compiled import Answers, Header
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH

from .log import log_failed_check
from .merging import PLAIN_NAMES

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from flask_corsguard.core.policy import Policy

    from .middleware import CorsMiddleware
    from .policy_source import PolicySource

    Source = TypeVar("Source", bound=PolicySource)

    #: The server's ``start_response``; the source of the policy; the environ; the path, the method and what
    #: Werkzeug has left in the environ, as they were before the application ran, which may change them; the
    #: policy, if it was known then; the origin; and the layer.
    Given = tuple[
        StartResponse, Source, WSGIEnvironment, str, str, object, Policy | None, str | None, CorsMiddleware
    ]


def headers_to(answers: Answers, origin: str | None) -> list[Header]:
    """Give the headers of an actual response to *origin*, ``None`` for none; they are shared."""
    if origin is None:
        return answers.to_none
    if answers.to_all is not None:
        return answers.to_all
    if len(origin) <= MAX_ORIGIN_LENGTH and (known := answers.known.get(origin)) is not None:
        return known
    return ask(answers, origin)


def ask(answers: Answers, origin: str) -> list[Header]:
    """Give the headers of an actual response to *origin*, of which nothing is known beforehand."""
    headers, error = answers.to_origin(origin)
    if error is not None:
        log_failed_check(error, origin)
    return headers


def start_with(
    given: tuple[StartResponse, list[Header], Answers, CorsMiddleware],
    status: str,
    theirs: list[Header],
    exc_info: OptExcInfo | None = None,
) -> Callable[[bytes], object]:
    """Put the headers of a policy onto those of the application, *theirs*, and start the response.

    :param given: the server's ``start_response``, the headers, what they are of, and the layer.
    """
    start_response, ours, answers, layer = given
    try:
        headers = theirs + ours
    except TypeError:
        # PEP 3333 asks for a list, and some give a tuple, or what can be read but once.
        theirs = [*theirs]
        headers = theirs + ours
    for name, _ in theirs:
        if name not in PLAIN_NAMES:
            headers = layer._merge(theirs, ours, answers.owned)  # noqa: SLF001 - the layer that has bound this
            break
    if exc_info is None:
        return start_response(status, headers)
    return start_response(status, headers, exc_info)


def start_found(
    given: Given[PolicySource], status: str, theirs: list[Header], exc_info: OptExcInfo | None = None
) -> Callable[[bytes], object]:
    """Do the same where each request has a policy of its own."""
    start_response, source, _, _, _, _, _, origin, layer = given
    answers = source.for_response(given).answers
    ours = headers_to(answers, origin)
    return start_with((start_response, ours, answers, layer), status, theirs, exc_info)
