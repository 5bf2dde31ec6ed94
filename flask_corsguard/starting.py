"""How the response of an application gets the headers of a policy, when it starts.

The functions that stand in for ``start_response`` take first what is known before, by
:func:`functools.partial`, which costs less than a closure does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .core.answers import Answers, Header
from .core.origins import MAX_ORIGIN_LENGTH
from .merging import PLAIN_NAMES
from .records import log_failed_check

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse

    from .sources import PolicySource
    from .wsgi import CorsMiddleware


def headers_to(answers: Answers, origin: str | None) -> list[Header]:
    """Give the headers of an actual response to *origin*, ``None`` for none; they are shared."""
    if answers.to_all is not None:
        return answers.to_all
    if origin is None:
        return answers.to_others
    if len(origin) <= MAX_ORIGIN_LENGTH and (known := answers.known.get(origin)) is not None:
        return known
    return ask(answers, origin)


def ask(answers: Answers, origin: str) -> list[Header]:
    """Give the headers of an actual response to *origin*, of which nothing is known beforehand."""
    headers, error = answers.to_origin(origin)
    if error is not None:
        log_failed_check(error, origin)
    return headers


def start_with(  # noqa: PLR0917 - partial() gives what comes first
    start_response: StartResponse,
    ours: list[Header],
    answers: Answers,
    layer: CorsMiddleware,
    status: str,
    theirs: list[Header],
    exc_info: OptExcInfo | None = None,
) -> Callable[[bytes], object]:
    """Put *ours* onto *theirs* and start the response, for a policy that is known beforehand.

    :param ours: the headers of the policy.
    :param theirs: the headers of the application.
    """
    for name, _ in theirs:
        if name not in PLAIN_NAMES:
            headers = layer.merge(theirs, ours, answers.owned)
            break
    else:
        try:
            headers = theirs + ours
        except TypeError:
            # PEP 3333 asks for a list, and some give a tuple.
            headers = [*theirs, *ours]
    if exc_info is None:
        return start_response(status, headers)
    return start_response(status, headers, exc_info)


def start_found(  # noqa: PLR0917 - likewise
    start_response: StartResponse,
    source: PolicySource,
    noted: Any,
    origin: str | None,
    layer: CorsMiddleware,
    status: str,
    theirs: list[Header],
    exc_info: OptExcInfo | None = None,
) -> Callable[[bytes], object]:
    """Find the policy and start the response with its headers."""
    answers = source.for_response(noted).answers
    return start_with(start_response, headers_to(answers, origin), answers, layer, status, theirs, exc_info)
