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


#: What a column of the matrix for WSGI is called, and the columns of the table that it stands for.
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

The same exchanges, byte by byte over a socket, under each of these servers and in each of these
frameworks. `make interop` has written this page from the run itself.

{software}

Every server for WSGI runs two applications, one in Flask and one that is a bare function under
`CorsMiddleware`; both answer alike in every row. nginx is in front of gunicorn gthread, with the
configuration of [the deployment page](deployment.md#nginx). The frameworks are under `CorsMiddleware` in
waitress.

The second table of each chapter is [for ASGI](asgi.md). uvicorn and hypercorn run two applications, too, one
in Quart and one that is a bare coroutine, both under `flask_corsguard.asgi.CorsMiddleware`. uvicorn parses
HTTP with h11 where nothing else is installed, and with httptools where `uvicorn[standard]` is. The frameworks
are in uvicorn with h11.

A check mark: the status and every header of CORS are what the policy says, and the application was called
if, and only if, it should have been. Else the cell says what comes instead:

400 and other statuses
: The server, or the framework, answers so. What a server refuses before it asks anyone has no headers of
  CORS.

no answer
: The server ends the connection.

granted, not granted
: The name that the server makes of these bytes is allowed, or is not. What is granted is granted to the
  allowed origin, and never to another one.

executed
: The server makes of these bytes a request that no other origin has sent, so that the guard lets it pass.
  No browser sends it; see [below](#servers-that-confuse-names).

no 100
: The server has sent no `100 Continue`. To uWSGI the client has sent the body all the same, after a wait;
  uvicorn refuses the request without asking for its body.

two connections
: The server has ended the connection after its first answer.

"""

_FOOT: Final = """\

(servers-that-confuse-names)=
## Servers that confuse names

The guard relies on `Sec-Fetch-Site`, which no page can set. To cheroot, and to uWSGI's own HTTP server,
`Sec_Fetch_Site` is the same name; and where a line is there twice, cheroot takes the last one. No page
sends either unasked: to set `Sec_Fetch_Site` it has to send a preflight, and whoever may not call you is
refused there. Against other clients CORS is no defence under any server. To be rid of it all the same, put
nginx in front, which drops such names, or have cheroot drop them: its `DropUnderscoreHeaderReader`.

uWSGI and Apache resolve the dots of a path before anyone else sees it.

With h11, uvicorn and hypercorn leave an absolute target, such as `GET http://api.example/items`, in the path.
Such a path gets the closed policy, whatever a framework makes of it. Clients send one to proxies alone.

## Bodies that nobody reads

What the guard refuses it does not read. Every server either reads the rest of the body or ends the
connection, and none takes it for the next request. Three things remain:

- cheroot does not read the rest of a body in chunks. The next request on that connection is answered 400.
  Browsers send no chunks over HTTP/1.1.
- gunicorn ends the connection before a large body has come. nginx in front of it then says 502 for some of
  the requests that were refused.
- uWSGI gives a body in chunks to nobody who does not call its own function for that, and Connexion none to
  Flask; mod_wsgi takes none without `WSGIChunkedRequest On`.

waitress sends the body of an answer to `HEAD` that Django leaves to the server to leave out.

## Preflights and connections

waitress ends the connection after a preflight: it tells the end of an answer by its length, and a 204 must
not have one. The request that follows takes another connection.

## An exception outside of every layer

What a framework makes of an exception has the headers. If nothing inside of `CorsMiddleware` catches it, the
server answers, and nobody adds a header; for ASGI it is the same. uWSGI does not answer at all. Pyramid
leaves every exception to the server unless there is a view for it:
`config.add_exception_view(view, context=Exception)`.
"""


def missing(passed: Iterable[Cell]) -> set[Cell]:
    """Give the cells that nobody has passed yet."""
    wanted = {
        Cell(group, row.id, column) for group, rows in GROUPS.items() for row in rows for column in COLUMNS
    }
    return wanted - set(passed)


def write(software: Mapping[str, str], page: Path = PAGE) -> None:
    """Write the page for servers that call themselves so, and have passed every cell."""
    page.write_text(render(_versions(software)), encoding="utf-8")


def render(versions: str) -> str:
    """Give the text of the page."""
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
    """Give what a page says of versions."""
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
    """Give what the matrix says of *row* in the column of that title."""
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
    """Say by what *told* differs from the usual."""
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
    """Give the lines of the matrix as far as it was run, with a number for each title."""
    passed = set(passed)
    yield "; ".join(f"{number}: {title}" for number, title in enumerate(TITLES, start=1))
    yield "✓ as the policy says; ~ as the table tells of this server or framework; ✗ not passed"
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
