"""What arrived at the bank: every request, preflights and refused ones included, the latest few."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs

from werkzeug.datastructures import EnvironHeaders, Headers

from flask_corsguard import Decision, Kind, Policy, Request

from .ledger import Move
from .opinions import Opinion

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: The key in the environ where a view leaves the transfer that it carried out.
MOVE: Final = "bank.move"
#: The key in the environ where the bank's error handler leaves what the guard has refused.
REFUSED: Final = "bank.refused"
#: The name of the session's cookie.
COOKIE: Final = "bank_session"

#: Entries that are stored: a few rounds of all buttons on both pages.
MAX_ENTRIES: Final = 60
#: Characters that are stored of anything a client chose.
MAX_LENGTH: Final = 100

# What the pages are made of, unless it is refused.
_UNSEEN: Final = frozenset({"/", "/guard", "/live", "/log", "/reset", "/sign-in", "/sign-out"})


class Entry(NamedTuple):
    """One request as it arrived."""

    number: int
    method: str
    path: str
    origin: str | None
    preflight: bool
    cookie: bool
    #: Whether the guard has refused it.
    refused: bool
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
        refused: Decision | None = environ.get(REFUSED)
        said = refused or Opinion.of(policy, Request.from_headers(method, EnvironHeaders(environ))).said
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
                    said.kind is Kind.PREFLIGHT,
                    f"{COOKIE}=" in environ.get("HTTP_COOKIE", ""),
                    refused is not None,
                    status,
                    move and move.before,
                    move and move.after,
                    allow_origin,
                    str(said)[:MAX_LENGTH],
                    said.explain(),
                    press[:MAX_LENGTH],
                )
            )

    def entries(self, press: str | None = None) -> list[Entry]:
        """Return the entries, oldest first; those of one *press* of a button if it is given."""
        with self._lock:
            return [entry for entry in self._entries if press in {None, entry.press}]

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._number = 0


class Recorder:
    """A WSGI layer that notes what arrives; outside of CORS, which answers for *app* what it refuses."""

    def __init__(self, app: WSGIApplication, journal: Journal, policy_of: Callable[[str], Policy]) -> None:
        self._app = app
        self._journal = journal
        self._policy_of = policy_of

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does."""
        path = environ.get("PATH_INFO", "")
        policy = self._policy_of(path)
        status, allow_origin = 0, None

        def start(
            line: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            nonlocal status, allow_origin
            status, allow_origin = int(line[:3]), Headers(headers).get("Access-Control-Allow-Origin")
            return start_response(line, headers, exc_info)

        body = self._app(environ, start)
        if REFUSED in environ or not (path in _UNSEEN or path.startswith("/static/")):
            # Before a byte of the answer is sent: who has the answer finds the entry.
            self._journal.add(environ, status, allow_origin, policy)
        return body
