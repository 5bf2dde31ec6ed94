"""The matrix: printed, and written into the documentation, from what has passed."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from interop.rows import Row, Said
from interop.servers import version_of
from interop.table import (
    ASGI_FRAMEWORKS,
    ASGI_SERVERS,
    COLUMNS,
    FRAMEWORKS,
    GROUPS,
    SERVERS,
    Column,
)

PAGE = Path(__file__).parents[2] / "docs" / "interop.md"


class Cell(NamedTuple):
    """A row under a column."""

    group: str
    row: str
    column: Column


#: The title of a column of the matrix for WSGI, and the columns of the table that it sums up.
WSGI_TITLES: Final[Mapping[str, tuple[Column, ...]]] = {
    **{
        title: tuple(
            column for column in COLUMNS if column.server == server and column.app in {"flask", "bare"}
        )
        for title, server in zip(
            (
                *("Werkzeug", "gunicorn sync", "gunicorn gthread", "gunicorn gevent"),
                *("waitress", "uWSGI", "cheroot", "mod_wsgi", "nginx"),
            ),
            (*SERVERS, "nginx"),
            strict=True,
        )
    },
    **{each.title(): tuple(c for c in COLUMNS if c.app == each) for each in FRAMEWORKS},
    "a function": tuple(column for column in COLUMNS if column[:2] == ("waitress", "bare")),
}
#: The same for ASGI.
ASGI_TITLES: Final[Mapping[str, tuple[Column, ...]]] = {
    **{
        server: tuple(c for c in COLUMNS if c.server == server and c.app in {"quart", "bare"})
        for server in ASGI_SERVERS
    },
    "Quart": tuple(c for c in COLUMNS if c[:2] == ("uvicorn", "quart")),
    "Starlette": tuple(c for c in COLUMNS if c.app == "starlette"),
    "FastAPI": tuple(c for c in COLUMNS if c.app == "fastapi"),
    "Connexion": tuple(c for c in COLUMNS if c.app == "connexion"),
    "Django, ASGI": tuple(c for c in COLUMNS if c.app == "django_asgi"),
    "a coroutine": tuple(c for c in COLUMNS if c[:2] == ("uvicorn", "bare")),
}
TITLES: Final = {**WSGI_TITLES, **ASGI_TITLES}

_HEAD: Final = """\
<!-- Written by `make interop`; changes belong into tests/interop/. -->

# Servers and frameworks

This page lists the same exchanges, byte by byte over a socket, under each of these servers and in each of
these frameworks. `make interop` has written it from the run itself.

{software}

Every server for WSGI runs two applications: one in Flask, and a bare function under `CorsMiddleware`.
Both give the same response in every row. nginx is in front of gunicorn gthread, with the
configuration of [the deployment page](deployment.md#nginx). The frameworks are under `CorsMiddleware` in
waitress.

The second table of each chapter is [for ASGI](asgi.md). uvicorn and hypercorn run two applications, too:
one in Quart, and a bare coroutine, both under `flask_corsguard.asgi.CorsMiddleware`. uvicorn parses HTTP
with h11 by default, and with httptools if `uvicorn[standard]` is installed. The frameworks are in uvicorn
with h11.

A check mark means two things. The status and every CORS header are right for the policy. And the application
ran if, and only if, it should. Otherwise the cell shows the difference:

400 and other statuses
: The status is from the server or the framework. If a server refuses a request itself, the response has no
  CORS headers.

no answer
: The server ends the connection.

granted, not granted
: The server reads these bytes as a name that is allowed, or as one that is not. Only the allowed origin gets
  permission, never another one.

executed
: The server reads these bytes as a request of no other origin, so the guard allows it. No browser sends these
  bytes; see [below](#servers-that-confuse-names).

no 100
: The server has sent no `100 Continue`. With uWSGI, the client has still sent the body, after a wait. uvicorn
  refuses the request without its body.

two connections
: The server has ended the connection after its first answer.

"""

_FOOT: Final = """\

(servers-that-confuse-names)=
## Servers that confuse names

The guard relies on `Sec-Fetch-Site`, which no page can set. For cheroot, and for uWSGI's own HTTP server,
`Sec_Fetch_Site` is the same name. If a line appears twice, cheroot uses the last one. No page can use this.
To set `Sec_Fetch_Site`, it must send a preflight, and an origin that is not allowed is refused there. Against
other clients, CORS is never a defence. To avoid it anyway, put nginx in front, which drops such names. Or
configure cheroot to drop them: its `DropUnderscoreHeaderReader`.

uWSGI and Apache resolve the dots of a path before the application gets it.

With h11, uvicorn and hypercorn put an absolute target, such as `GET http://api.example/items`, into the path.
Such a path gets the closed policy in every framework. Clients send one only to proxies.

## Bodies that nobody reads

The guard does not read the body of a request that it refuses. Every server either reads the rest of the body
or ends the connection. None reads it as the next request. Three differences remain:

- cheroot does not read the rest of a body in chunks. The next request on that connection is answered 400.
  Browsers send no chunks over HTTP/1.1.
- gunicorn ends the connection before a large body has arrived. nginx in front of it then sends a 502 for some
  of the refused requests.
- uWSGI gives a body in chunks only to applications that call its own function for that. Connexion gives none
  to Flask. mod_wsgi accepts none without `WSGIChunkedRequest On`.

Django expects the server to remove the body of a response to `HEAD`. waitress sends it.

## Preflights and connections

waitress ends the connection after a preflight. It finds the end of a response by its length, and a 204 must
not have one. The next request uses another connection.

## An exception outside of every layer

If a framework turns an exception into a response, the response has the headers. If nothing inside
`CorsMiddleware` catches the exception, the server answers, without any CORS header. For ASGI it is the same.
uWSGI does not answer at all. Pyramid does not handle an exception unless there is a view for it:
`config.add_exception_view(view, context=Exception)`.
"""


def missing(passed: Iterable[Cell]) -> set[Cell]:
    """Return the cells that nobody has passed yet."""
    wanted = {
        Cell(group, row.id, column) for group, rows in GROUPS.items() for row in rows for column in COLUMNS
    }
    return wanted - set(passed)


def write(software: Mapping[str, str], page: Path = PAGE) -> None:
    """Write the page for servers that call themselves so, and have passed every cell."""
    page.write_text(render(_versions(software)), encoding="utf-8")


def render(versions: str) -> str:
    """Return the text of the page."""
    parts = [_HEAD.format(software=versions)]
    for group, rows in GROUPS.items():
        parts += [f"## {group}\n", _table(group, rows, WSGI_TITLES), _table(group, rows, ASGI_TITLES)]
    return "\n".join(parts) + _FOOT


def _table(group: str, rows: Iterable[Row], columns: Iterable[str]) -> str:
    titles = [group, *columns]
    lines = [" | ".join(titles), " | ".join("---" for _ in titles)]
    lines += [
        " | ".join([row.id.replace("*", "\\*"), *(cell(row, each) for each in columns)]) for row in rows
    ]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def versions_on(page: str) -> str:
    """Return the lines of a page about versions."""
    return "\n".join(
        line for line in page.splitlines() if line.startswith(("- Python ", "- Servers: ", "- Frame"))
    )


def _versions(software: Mapping[str, str]) -> str:
    named = [
        *(f"{each} {version_of(each)}" for each in ("werkzeug", "gunicorn", "gevent", "waitress")),
        *(f"{each} {version_of(each)}" for each in ("pyuwsgi", "cheroot")),
        software["mod_wsgi"],
        software["nginx"],
        *(f"{each} {version_of(each)}" for each in ("uvicorn", "httptools", "hypercorn")),
    ]
    distributions = dict.fromkeys(("flask", *FRAMEWORKS, "quart", *ASGI_FRAMEWORKS.values()))
    frameworks = [f"{each} {version_of(each)}" for each in distributions]
    return "\n".join(
        [
            f"- Python {platform.python_version()}",
            f"- Servers: {', '.join(named)}",
            f"- Frameworks: {', '.join(frameworks)}",
        ]
    )


def cell(row: Row, title: str) -> str:
    """Return the cell of the matrix for *row* in the column of that title."""
    (said,) = {_cell(row, column) for column in TITLES[title]}
    return said


def _cell(row: Row, column: Column) -> str:
    told = row.expected(column.server, column.app)
    words = [_word(theirs, ours) for theirs, ours in zip(told, row.said, strict=True)]
    text = "executed" if column.server in row.fooled else ", then ".join(words)
    if set(words) == {"✓"}:
        text = "✓"
    if column.server in row.races:
        text += f" or {row.races[column.server][0].status}"
    if column.server in row.silent:
        text += ", no 100"
    if row.connections(column.server) > 1:
        text += ", two connections"
    return text


def _word(told: Said, usual: Said) -> str:
    """Return by what *told* differs from the usual."""
    if told == usual:
        return "✓"
    if told.surplus:
        return f"✓, then {'a body' if usual.body == b'' else '400'}"
    if told.status is None:
        return "no answer"
    words = []
    if told.status != usual.status:
        words.append(str(told.status))
    if told.status < 400 and _grants(told) != _grants(usual):
        words.append("granted" if _grants(told) else "not granted")
    if dict(told.headers).get("Vary", "").startswith("Accept"):
        words.append("`Vary: Accept`, too")
    if told.body is not None and told.body != usual.body:
        words.append("an empty body")
    return ", ".join(words) or f"{told.status}, without headers"


def _grants(said: Said) -> bool:
    return any(name == "Access-Control-Allow-Origin" for name, _ in said.headers)


def printed(passed: Iterable[Cell]) -> Iterable[str]:
    """Yield the lines of the matrix as far as it was run, with a number for each title."""
    passed = set(passed)
    yield "; ".join(f"{number}: {title}" for number, title in enumerate(TITLES, start=1))
    yield "✓ as the policy requires; ~ as the table lists for this server or framework; ✗ not passed"
    for group, rows in GROUPS.items():
        yield f"{group:64.64}" + "".join(f"{number:3}" for number in range(1, len(TITLES) + 1))
        for row in rows:
            marks = [
                "✗"
                if any(Cell(group, row.id, column) not in passed for column in columns)
                else "✓"
                if cell(row, title).startswith("✓")
                else "~"
                for title, columns in TITLES.items()
            ]
            yield f"  {row.id:62.62}" + "".join(f"{mark:>3}" for mark in marks)
