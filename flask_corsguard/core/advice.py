"""What to write so that a request passes: the advice at the end of an explanation.

Advice is code that can be copied: ``add "..." to FIELD`` or ``write FIELD=...``. A policy that is changed in
this way can be built, and allows this very request; a test applies each advice. If no policy can allow
something, the advice is for the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, cast

from . import fetch_standard
from .compiled import DEFAULT_METHODS
from .limits import MAX_WILDCARD_METHOD_LENGTH
from .origin import Origin
from .origin_pattern import read_origin
from .policy import Policy
from .problems import SHOWN_VALUE_LENGTH, Problem, shown
from .validation.fields import check_methods, check_request_headers

Check = Callable[[object, list[Problem]], object]

#: How many names an explanation lists.
LISTED: Final = 20


def listing(items: str | Iterable[object], limit: int = LISTED) -> str:
    """Return the *items* for a sentence: the first *limit* of them, and how many there are more."""
    if isinstance(items, str):
        return items
    every = tuple(items)
    texts = [item if isinstance(item, str) else shown(item) for item in every[:limit]]
    more = f" and {len(every) - limit} more" if len(every) > limit else ""
    return (", ".join(texts) or "none") + more


def to_allow_origin(origin: str, policy: Policy) -> str:
    """Return how to allow *origin*, which is well-formed."""
    if not isinstance(read_origin(origin), Origin):
        return "No policy can list it: serve the page over http or https."
    added = f'add "{origin}" to origins' if policy.origins else f'write origins=["{origin}"]'
    if policy.credentials and _is_insecure(origin, policy):
        return f"Load the page over https; or, to allow this one, {added} and {_open_insecure(policy)}."
    return f"To allow it, {added}."


def to_allow_insecure(policy: Policy) -> str:
    """Return how to allow an origin over plain http beside credentials."""
    return f"Use https there, or {_open_insecure(policy)}."


def _is_insecure(origin: str, policy: Policy) -> bool:
    read = cast("Origin", Origin.parse(origin))
    is_open = "insecure-origins" in policy.dangerously_allow
    return read.scheme == "http" and not read.is_loopback and not is_open


def _open_insecure(policy: Policy) -> str:
    return f"write dangerously_allow=[{_quoted([*policy.dangerously_allow, 'insecure-origins'])}]"


def _quoted(names: Iterable[str]) -> str:
    # Origins and tokens have no quotes.
    return ", ".join(f'"{name}"' for name in names)


def to_allow_method(method: str, policy: Policy, *, of_route: bool) -> str:
    """Return how to allow *method*.

    :param of_route: whether the methods of the policy are those of a route.
    """
    upper = method.upper()
    if upper != method and upper in fetch_standard.UPPER_CASE_METHODS:
        return f"Methods are case-sensitive: the page has to ask for {upper}."
    refusal = _refusal(method, check_methods)
    if refusal is not None:
        return f"{refusal} The page has to ask for another one."
    if of_route:
        return f"Correct the URL or the method, or give the route the method {method}."
    if policy.methods == "*":
        return (
            f'"*" covers no method of more than {MAX_WILDCARD_METHOD_LENGTH} bytes: write '
            f"methods=[{_quoted([method])}], with whatever else is needed."
        )
    if policy.methods is None:
        return f"If the application answers it, write methods=[{_quoted([*DEFAULT_METHODS, method])}]."
    return f'To allow it, add "{method}" to methods.'


def to_allow_headers(names: Iterable[str], policy: Policy) -> str:
    """Return how to allow the request headers of these *names*."""
    names = tuple(names)
    for name in names:
        refusal = _refusal(name, check_request_headers)
        if refusal is not None:
            return f"No policy can allow {shown(name)}. {refusal} The page has to leave it out."
    if "*" in policy.allow_headers:
        return '"*" never covers Authorization: write allow_headers=["*", "Authorization"].'
    return f"To allow it, add {_quoted(names)} to allow_headers."


def _refusal(name: str, check: Check) -> str | None:
    """Return why no policy can list *name*; ``None`` if one can."""
    if name == "*":
        return "In a policy, * is not a name."
    if len(name) > SHOWN_VALUE_LENGTH:
        return f"A name of {len(name)} bytes is longer than any that is in use."
    problems: list[Problem] = []
    check([name], problems)
    return problems[0].message if problems else None


def to_allow_private_network(origin: str, policy: Policy) -> str:
    """Return how to allow *origin*, which is on the list, to send requests into a private network."""
    if not isinstance(read_origin(origin), Origin):
        return "No policy can allow that to a page without an origin of its own."
    origins = policy._origin_set  # noqa: SLF001 - its compiled half
    if origins is not None and origins.is_exact:
        return "To allow that, write private_network=True."
    # A policy in which any site may be allowed takes no private network.
    named = f'write origins=["{origin}"], with the others that may'
    return f"To allow that, {named}, and write private_network=True."


def to_allow_cookies(origin: str | None, policy: Policy) -> str:
    """Return how to allow pages of *origin*, which is on the list, to send cookies."""
    if origin is None or not isinstance(read_origin(origin), Origin):
        return "No policy can allow cookies to a page without an origin of its own."
    fields = [f'write origins=["{origin}"]', "write credentials=True"]
    if policy.expose_headers == "*":
        # With credentials it would be the name of a header.
        fields.append("write expose_headers=[]")
    if _is_insecure(origin, policy):
        fields.append(_open_insecure(policy))
    return f"If cookies are meant, {' and '.join(fields)}, with the other origins that may send them."
