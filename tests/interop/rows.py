"""The table of exchanges: what is sent, byte by byte, and what must come back from every server.

Each row is complete: the status, all headers of a policy and no others, and whether the application was
called. Where they matter, it has the body and the number of connections. If a server, or a framework, does
otherwise, the row lists what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from interop.policies import HOST, A

Header = tuple[str, str]

#: The placeholder for the unique text of a request, and as long, so that lengths stay true.
TOKEN: Final = b"%" * 32
#: The placeholder for the application that a request asks, and as long as any of their names.
APP: Final = b"@" * 16

#: The servers that end every connection after one answer.
CLOSING: Final = frozenset({"werkzeug", "gunicorn-sync", "uwsgi"})

_VARY: Final = ("Vary", "Origin")
_PREFLIGHT_VARY: Final = ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")


class Said(NamedTuple):
    """What an answer must be; ``None`` for a status means that the connection ends without one."""

    status: int | None
    headers: tuple[Header, ...] = ()
    called: bool = False
    #: ``None``: whatever it is.
    body: bytes | None = None
    #: How the bytes begin that come after the answers, and that nobody has asked for.
    surplus: bytes = b""


def by(said: Said | tuple[Said, ...], *whom: str) -> dict[str, tuple[Said, ...]]:
    """Return that these servers, or applications, answer so."""
    return dict.fromkeys(whom, said if not isinstance(said, Said) else (said,))


@dataclass(frozen=True)
class Row:
    """An exchange of one request or more over one connection."""

    id: str
    #: The requests, each as it is sent.
    asks: tuple[bytes, ...]
    #: The answers, if no other ones are listed.
    said: tuple[Said, ...]
    #: Sent after ``100 Continue``; for the only request of the row.
    after_continue: bytes = b""
    #: What others answer, by the name of the server or of the application.
    told: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    #: What may come instead, where it depends on who is faster.
    races: Mapping[str, tuple[Said, ...]] = field(default_factory=dict)
    #: The servers that end the connection after the first answer, beside those that always do.
    closed_by: frozenset[str] = frozenset()
    #: The servers that send no ``100 Continue``.
    silent: frozenset[str] = frozenset()
    hostile: bool = False
    #: Those under which the forged request is executed, or the wrong name granted: what no browser sends.
    fooled: frozenset[str] = frozenset()

    def expected(self, server: str, app: str) -> tuple[Said, ...]:
        """Return what *app* answers under *server*."""
        return self.told.get(app) or self.told.get(server) or self.said

    def connections(self, server: str) -> int:
        """Return the number of connections that the requests take under *server*."""
        return len(self.asks) if server in CLOSING | self.closed_by else 1


def allow(origin: str) -> Header:
    """Return the header that allows *origin*."""
    return ("Access-Control-Allow-Origin", origin)


def granted(origin: str = A, *more: Header) -> tuple[Header, ...]:
    """Return the headers of a preflight that is granted to *origin*."""
    return (
        allow(origin),
        ("Access-Control-Allow-Methods", "GET, POST, PUT"),
        ("Access-Control-Allow-Headers", "Content-Type, X-Asked"),
        ("Access-Control-Max-Age", "600"),
        _PREFLIGHT_VARY,
        *more,
    )


def allowed(origin: str = A) -> tuple[Header, ...]:
    """Return the headers of an answer that *origin* may read."""
    return (allow(origin), ("Access-Control-Expose-Headers", "X-Total"), _VARY)


CREDENTIALS: Final = ("Access-Control-Allow-Credentials", "true")
#: What an answer carries that nobody else may read, under a policy that lists origins.
UNREADABLE: Final = (_VARY,)
REFUSED_PREFLIGHT: Final = (_PREFLIGHT_VARY,)


def ask(method: str, target: str, *headers: Header, body: bytes = b"", version: str = "1.1") -> bytes:
    """Return the bytes of a request to this server."""
    lines = [("Host", HOST), *headers]
    if body:
        lines.append(("Content-Length", str(len(body))))
    return raw(f"{method} {target} HTTP/{version}", *(f"{name}: {value}" for name, value in lines), body=body)


def raw(*lines: str, body: bytes = b"") -> bytes:
    """Return the bytes of a request whose lines are these, and the two that tell where it belongs."""
    # These two come first, because some servers stop reading where a line is wrong.
    first, *others = (line.encode("latin-1") for line in lines)
    return b"\r\n".join([first, b"X-Token: " + TOKEN, b"X-App: " + APP, *others, b"", body])
