"""What the bank saw: every request that reached it, preflights included, the latest few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs

from werkzeug.datastructures import EnvironHeaders, Headers

from flask_corsguard import Kind, Policy, Request, decide

from .ledger import Move

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: The key in the environ where a view leaves the transfer that it carried out.
MOVE: Final = "bank.move"
#: The name of the session's cookie.
COOKIE: Final = "bank_session"

#: Entries that are kept: a few rounds of all buttons on both pages.
MAX_ENTRIES: Final = 60
#: Characters that are kept of anything a client chose.
MAX_LENGTH: Final = 100

_UNSEEN: Final = frozenset({"/", "/live", "/log", "/reset", "/sign-in", "/sign-out"})


class Entry(NamedTuple):
    """One request as the bank saw it."""

    number: int
    method: str
    path: str
    origin: str | None
    preflight: bool
    cookie: bool
    status: int
    before: int | None
    after: int | None
    #: The Access-Control-Allow-Origin of the answer.
    allow_origin: str | None
    reason: str
    why: str
    press: str


class Journal:
    """The latest requests, safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._number = 0

    def add(self, environ: WSGIEnvironment, status: int, allow_origin: str | None, policy: Policy) -> None:
        """Note a request and its answer."""
        method, origin = environ["REQUEST_METHOD"], environ.get("HTTP_ORIGIN")
        decision = decide(policy, Request.from_headers(method, EnvironHeaders(environ)))
        move: Move | None = environ.get(MOVE)
        press = parse_qs(environ.get("QUERY_STRING", "")).get("press", [""])[0]
        with self._lock:
            self._number += 1
            self._entries.append(
                Entry(
                    self._number,
                    method[:MAX_LENGTH],
                    environ.get("PATH_INFO", "")[:MAX_LENGTH],
                    origin and origin[:MAX_LENGTH],
                    decision.kind is Kind.PREFLIGHT,
                    f"{COOKIE}=" in environ.get("HTTP_COOKIE", ""),
                    status,
                    move and move.before,
                    move and move.after,
                    allow_origin,
                    str(decision)[:MAX_LENGTH],
                    decision.explain(),
                    press[:MAX_LENGTH],
                )
            )

    def entries(self, press: str | None = None) -> list[Entry]:
        """Give the entries, oldest first; those of one *press* of a button if it is given."""
        with self._lock:
            return [entry for entry in self._entries if press in {None, entry.press}]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._number = 0


class Recorder:
    """A WSGI layer that notes what reaches *app*; outside of CORS, which answers preflights itself."""

    def __init__(self, app: WSGIApplication, journal: Journal, policy_of: Callable[[str], Policy]) -> None:
        self._app = app
        self._journal = journal
        self._policy_of = policy_of

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does."""
        path = environ.get("PATH_INFO", "")
        if path in _UNSEEN or path.startswith("/static/"):
            return self._app(environ, start_response)
        status, allow_origin = 0, None

        def start(
            line: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            nonlocal status, allow_origin
            status, allow_origin = int(line[:3]), Headers(headers).get("Access-Control-Allow-Origin")
            return start_response(line, headers, exc_info)

        body = self._app(environ, start)
        # Before a byte of the answer is sent: who has the answer finds the entry.
        self._journal.add(environ, status, allow_origin, self._policy_of(path))
        return body
