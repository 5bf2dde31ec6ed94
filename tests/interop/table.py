"""The columns of the table, every cell of it, and how a cell is run."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import uuid4

from harness import cors_headers
from interop import rows_hostile, rows_ordinary
from interop.launch import Home
from interop.rows import APP, TOKEN, Header, Row, Said
from interop.servers import APPLICATION
from interop.wire import CONTINUE, PATIENCE, Answer, Ask, Talk, talk

GROUPS: Final = {**rows_ordinary.GROUPS, **rows_hostile.GROUPS}


class Column(NamedTuple):
    """An application under a server."""

    server: str
    app: str
    module: str = APPLICATION


PROXIED: Final = "interop.application:proxied"
SERVERS: Final = (
    *("werkzeug", "gunicorn-sync", "gunicorn-gthread", "gunicorn-gevent"),
    *("waitress", "uwsgi", "cheroot", "mod_wsgi"),
)
FRAMEWORKS: Final = ("django", "falcon", "bottle", "pyramid")
ASGI: Final = "interop.application_asgi:application"
ASGI_SERVERS: Final = ("uvicorn", "uvicorn-httptools", "hypercorn")
#: The servers that leave a connection open for a while when the client has ended its half of it.
LINGERING: Final = frozenset({"hypercorn"})
#: The frameworks for ASGI, and the distributions that they are in.
ASGI_FRAMEWORKS: Final = {
    "starlette": "starlette",
    "fastapi": "fastapi",
    "connexion": "connexion",
    "django_asgi": "django",
}
#: What must be installed for an application that is not Flask's, nor bare.
DISTRIBUTIONS: Final = {**{each: each for each in FRAMEWORKS}, "quart": "quart", **ASGI_FRAMEWORKS}
#: All there are: the servers and nginx with Flask and with a bare function, and waitress with the frameworks.
#: Then the servers for ASGI with Quart and with a bare function, and uvicorn with the other frameworks for
#: ASGI.
COLUMNS: Final = (
    *(Column(server, app) for server in SERVERS for app in ("flask", "bare")),
    *(Column("nginx", app, PROXIED) for app in ("flask", "bare")),
    *(Column("waitress", each, f"interop.in_{each}:application") for each in FRAMEWORKS),
    *(Column(server, app, ASGI) for server in ASGI_SERVERS for app in ("quart", "bare")),
    *(Column("uvicorn", each, f"interop.in_{each}:application") for each in ASGI_FRAMEWORKS),
)


class Done(NamedTuple):
    """What a row has given under a column."""

    said: tuple[Said, ...]
    talk: Talk
    #: Whether a request that was hidden in a body has reached the application.
    executed_hidden: bool


def run(row: Row, column: Column, home: Home, port: int) -> Done:
    """Send what *row* lists, and return what came of it."""
    asks, hidden = [], uuid4().hex
    for sent in row.asks:
        token = uuid4().hex
        # The first token is the request's own; another one is that of a request hidden in its body.
        data = sent.replace(TOKEN, token.encode(), 1).replace(TOKEN, hidden.encode())
        asks.append(
            Ask(
                data.replace(APP, column.app.ljust(len(APP), "-").encode()),
                token,
                data.startswith(b"HEAD "),
                row.after_continue,
                CONTINUE if column.server in row.silent else PATIENCE,
            )
        )
    told = talk(port, asks, lingers=column.server in LINGERING)
    called = home.called()
    said = tuple(
        Said(None, (), ask.token in called)
        if answer is None
        else Said(answer.status, _cors_of(answer), ask.token in called, answer.body)
        for ask, answer in zip(asks, told.answers, strict=True)
    )
    return Done(said, told, hidden in called)


def _cors_of(answer: Answer) -> tuple[Header, ...]:
    # Apache writes a list anew, without the spaces: that means the same (RFC 9110, section 5.6.1).
    # Servers for ASGI write names in lower case, which is the same to everyone.
    return tuple(
        sorted(
            (name.title(), ", ".join(each.strip() for each in value.split(",")) if name == "Vary" else value)
            for name, value in cors_headers(answer.headers)
        )
    )


def differences(row: Row, column: Column, done: Done) -> list[str]:
    """Return where *done* is neither what *row* lists for *column* nor what may come instead."""
    wanted = row.expected(*column[:2])
    instead = row.races.get(column.server)
    if instead is not None and done.said[0].status == instead[0].status:
        wanted = instead
    found = []
    for want, said in zip(wanted, done.said, strict=True):
        body = said.body if want.body is None else want.body
        exact = Said(want.status, tuple(sorted(want.headers)), want.called, body)
        if said != exact:
            found.append(f"{said}\nis not\n{exact}")
    surplus = wanted[-1].surplus
    if bool(surplus) != bool(done.talk.surplus) or not done.talk.surplus.startswith(surplus):
        found.append(f"nobody has asked for {done.talk.surplus!r}")
    if done.talk.connections != row.connections(column.server):
        found.append(f"it took {done.talk.connections} connections, not {row.connections(column.server)}")
    if done.talk.continued != (bool(row.after_continue) and column.server not in row.silent):
        found.append(f"100 Continue was {'sent' if done.talk.continued else 'not sent'}")
    if done.executed_hidden:
        found.append("the request in the body was executed")
    return found
