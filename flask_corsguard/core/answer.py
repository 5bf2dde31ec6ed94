"""What a policy answers to one origin: the headers, and the reason."""

from __future__ import annotations

from dataclasses import dataclass

from .reasons import Reason

Header = tuple[str, str]
Headers = tuple[Header, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a policy answers to one origin, or to a request without an origin."""

    #: ``ALLOWED``; ``NO_ORIGIN`` if the request has none; or why the origin is not allowed. It is ``None``
    #: if the origin is not allowed and nobody has asked why: see :meth:`CompiledPolicy.reason`.
    reason: Reason | None
    #: The headers of every response but a preflight's. Responses share the list: nobody may change it.
    headers: list[Header]
    #: The headers of the answer to a preflight; ``None`` if they depend on what it requests.
    preflight: Headers | None = None
    #: The same for a preflight whose requested headers are too long to be compared with ``"*"``.
    unread_preflight: Headers | None = None
    #: The exception that an origin callable raised.
    error: Exception | None = None
    #: Whether the log or a callback may need it: the origin is not allowed, or a callable raised.
    is_notable: bool = False


def joined(name: str, values: str | tuple[str, ...]) -> Headers:
    """Return the header with the *values*; none for an empty list."""
    # That means the same as no header (#http-new-header-syntax), and some clients stumble over it.
    if not values:
        return ()
    return ((name, values if isinstance(values, str) else ", ".join(values)),)
