"""What clients send every day."""

from __future__ import annotations

from interop.policies import EVIL, HOST, PARTNER, A
from interop.rows import (
    CREDENTIALS,
    REFUSED_PREFLIGHT,
    UNREADABLE,
    Header,
    Row,
    Said,
    allow,
    allowed,
    ask,
    by,
    granted,
)

CROSS = ("Sec-Fetch-Site", "cross-site")
FROM_A, FROM_EVIL = ("Origin", A), ("Origin", EVIL)
FORM = ("Content-Type", "application/x-www-form-urlencoded")
#: More than any buffer between two programs can contain, and than servers read of what nobody wants.
LARGE = b"x" * 2**20
#: The body of a refused request that is itself a request, without any sign of a browser. A server that reads
#: it as the next request of the connection has executed what the guard has refused.
HIDDEN = ask("POST", "/api/items", body=b"hidden")


def _row(name: str, asked: bytes, *said, told=(), after_continue: bytes = b"", silent=()) -> Row:
    # uWSGI leaves it to the application to announce that it will read.
    silent = frozenset({"uwsgi", *silent}) if after_continue else frozenset()
    return Row(name, (asked,), (Said(*said),), after_continue, dict(told), silent=silent)


def _preflight(name: str, path: str, origin: str, method: str, headers: str | None, *said) -> Row:
    lines: list[Header] = [("Origin", origin), ("Access-Control-Request-Method", method)]
    if headers is not None:
        lines.append(("Access-Control-Request-Headers", headers))
    return _row(name, ask("OPTIONS", path, *lines), *said)


def chunked(method: str, path: str, *headers: Header, body: bytes) -> bytes:
    """Return the bytes of a request whose body comes in one chunk."""
    encoded = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return ask(method, path, ("Transfer-Encoding", "chunked"), *headers) + encoded


def _post(path: str, *headers: Header, body: bytes = b"a=1&b") -> bytes:
    return ask("POST", path, FORM, *headers, body=body)


_GET_FROM_A = ask("GET", "/api/items", FROM_A)
_READ = Said(200, allowed(), True, b"text\n")
_MADE = Said(200, allowed(), True, b"made 5\n")


def _by_falcon(status: int) -> dict[str, tuple[Said, ...]]:
    """Return answers with the ``Vary`` of Falcon, whose errors depend on ``Accept``."""
    *others, (name, value) = allowed()
    return by(Said(status, (*others, (name, f"Accept, {value}")), True), "falcon")


_FORGED = (FROM_EVIL, CROSS)

PREFLIGHTS = [
    _preflight("granted", "/api/items", A, "PUT", "x-asked", 204, granted()),
    _preflight("granted to a subdomain", "/api/items", PARTNER, "POST", None, 204, granted(PARTNER)),
    _preflight("granted with credentials", "/account", A, "PUT", None, 204, granted(A, CREDENTIALS)),
    _preflight(
        "granted to everyone",
        "/open",
        EVIL,
        "GET",
        None,
        204,
        (
            allow("*"),
            ("Access-Control-Allow-Methods", "GET, HEAD, POST"),
            ("Access-Control-Allow-Headers", "Content-Type"),
            ("Access-Control-Max-Age", "600"),
            *REFUSED_PREFLIGHT,
        ),
    ),
    _preflight("for another method: the lists without it", "/api/items", A, "PATCH", None, 204, granted()),
    _preflight("for another header: the lists without it", "/api/items", A, "PUT", "x-b", 204, granted()),
    _preflight("refused to another origin", "/api/items", EVIL, "PUT", None, 403, REFUSED_PREFLIGHT),
    _preflight("refused to null", "/api/items", "null", "PUT", None, 403, REFUSED_PREFLIGHT),
    _preflight("refused by the closed policy", "/closed", A, "PUT", None, 403, REFUSED_PREFLIGHT),
    _preflight("of what is missing", "/api/missing", A, "PUT", None, 204, granted()),
    _preflight("of a missing slash", "/api/folder", A, "PUT", None, 204, granted()),
]

READS = [
    _row("an allowed origin", _GET_FROM_A, *_READ),
    _row("a subdomain", ask("GET", "/api/items", ("Origin", PARTNER)), 200, allowed(PARTNER), True),
    _row("another origin", ask("GET", "/api/items", FROM_EVIL), 200, UNREADABLE, True),
    _row("null", ask("GET", "/api/items", ("Origin", "null")), 200, UNREADABLE, True),
    _row("without Origin", ask("GET", "/api/items"), 200, UNREADABLE, True),
    _row("everyone may, with Origin", ask("GET", "/open", FROM_EVIL), 200, (allow("*"),), True),
    _row("everyone may, without Origin", ask("GET", "/open"), 200, (allow("*"),), True),
    _row(
        "with credentials",
        ask("GET", "/account", FROM_A, ("Cookie", "a=1")),
        200,
        (
            allow(A),
            CREDENTIALS,
            *UNREADABLE,
        ),
        True,
    ),
    _row("the closed policy", ask("GET", "/closed", FROM_A), 200, (), True),
    _row(
        "OPTIONS that is not a preflight",
        ask("OPTIONS", "/api/items", FROM_A),
        200,
        allowed(),
        True,
        told={
            **by(Said(405, allowed(), True), "bottle", "starlette", "fastapi", "connexion"),
            **by(Said(404, allowed(), True), "pyramid"),
        },
    ),
    # waitress sends the body that Django leaves to the server to leave out.
    _row(
        "HEAD",
        ask("HEAD", "/api/items", FROM_A),
        200,
        allowed(),
        True,
        b"",
        told=by(Said(200, allowed(), True, b"", b"text\n"), "django"),
    ),
    _row("404", ask("GET", "/api/missing", FROM_A), 404, allowed(), True, told=_by_falcon(404)),
    _row(
        "405",
        ask("PUT", "/api/items", FROM_A),
        405,
        allowed(),
        True,
        told={**_by_falcon(405), **by(Said(404, allowed(), True), "pyramid")},
    ),
    _row("500 of the framework", ask("GET", "/api/fail", FROM_A), 500, allowed(), True, told=_by_falcon(500)),
    # Outside of every layer there is nobody to add a header. uWSGI does not even answer.
    _row(
        "500 of the server",
        ask("GET", "/api/uncaught", FROM_A),
        500,
        (),
        True,
        told=by(Said(None, (), True), "uwsgi"),
    ),
    _row("a redirect to the slash", ask("GET", "/api/folder", FROM_A), 308, allowed(), True),
    _row("a file", ask("GET", "/files/hello.txt", FROM_A), 200, allowed(), True, b"hello from a file\n"),
    _row(
        "304",
        ask("GET", "/files/hello.txt", FROM_A, ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")),
        304,
        allowed(),
        True,
        b"",
    ),
    _row("a stream", ask("GET", "/api/stream", FROM_A), 200, allowed(), True, b"one\ntwo\nthree\n"),
]

# mod_wsgi takes chunks with WSGIChunkedRequest alone, uWSGI with its own call for them; and cheroot leaves
# those that nobody has read for the next request.
_NO_CHUNKS = by(Said(411), "mod_wsgi")
_POISON = b"HTTP/1.1 400 "
# nginx may see the connection to the application end while it still sends what nobody reads.
_GATEWAY = Said(502)

WRITES = [
    _row("forged by another origin", _post("/api/items", *_FORGED), 403, UNREADABLE),
    _row("forged, by an older browser", _post("/api/items", FROM_EVIL), 403, UNREADABLE),
    _row("forged by null", _post("/api/items", ("Origin", "null"), CROSS), 403, UNREADABLE),
    _row(
        "forged by a form of an allowed origin",
        _post("/api/items", FROM_A, CROSS, ("Cookie", "a=1")),
        403,
        allowed(),
    ),
    _row("the closed policy", _post("/closed", FROM_A, CROSS), 403),
    _row("allowed", _post("/api/items", FROM_A, CROSS), *_MADE),
    _row(
        "allowed with credentials",
        _post("/account", FROM_A, CROSS, ("Cookie", "a=1")),
        200,
        (
            allow(A),
            CREDENTIALS,
            *UNREADABLE,
        ),
        True,
        b"made 5\n",
    ),
    _row("everyone may", _post("/open", *_FORGED), 200, (allow("*"),), True, b"made 5\n"),
    _row(
        "the own page",
        _post("/closed", ("Origin", f"http://{HOST}"), ("Sec-Fetch-Site", "same-origin")),
        200,
        (),
        True,
        b"made 5\n",
    ),
    _row(
        "the own page, in an older browser",
        _post("/closed", ("Origin", f"http://{HOST}")),
        200,
        (),
        True,
        b"made 5\n",
    ),
    _row("no browser", _post("/closed"), 200, (), True, b"made 5\n"),
    _row(
        "allowed, in chunks",
        chunked("POST", "/api/items", FROM_A, CROSS, body=b"a=1&b"),
        *_MADE,
        # Connexion calls Flask as WSGI, where a body in chunks needs a server that marks its end.
        told={**by(_MADE._replace(body=b"made 0\n"), "uwsgi", "connexion"), **_NO_CHUNKS},
    ),
    _row(
        "refused, in chunks",
        chunked("POST", "/api/items", *_FORGED, body=b"a=1&b"),
        403,
        UNREADABLE,
        told={**_NO_CHUNKS, **by(Said(403, UNREADABLE, surplus=_POISON), "cheroot")},
    ),
    _row(
        "allowed, after 100 Continue",
        _post("/api/items", FROM_A, CROSS, ("Expect", "100-continue"))[:-5],
        *_MADE,
        after_continue=b"a=1&b",
    ),
    _row(
        "refused, after 100 Continue",
        _post("/api/items", *_FORGED, ("Expect", "100-continue"))[:-5],
        403,
        UNREADABLE,
        after_continue=b"a=1&b",
        # It asks for a body when the application reads it.
        silent=("uvicorn", "uvicorn-httptools"),
    ),
    Row(
        "refused, 1 MiB",
        (_post("/api/items", *_FORGED, body=LARGE),),
        (Said(403, UNREADABLE),),
        races=by(_GATEWAY, "nginx"),
    ),
]

_REFUSED = Said(403, UNREADABLE)
CONNECTIONS = [
    Row("two reads", (_GET_FROM_A, _GET_FROM_A), (_READ, _READ)),
    Row(
        "a preflight, then the request",
        (PREFLIGHTS[0].asks[0], _post("/api/items", FROM_A, CROSS)),
        (Said(204, granted()), _MADE),
        # It ends every connection after an answer without a length, and a 204 must not have one.
        closed_by=frozenset({"waitress"}),
    ),
    Row(
        "a refused request with a body, then a read",
        (_post("/api/items", *_FORGED), _GET_FROM_A),
        (_REFUSED, _READ),
    ),
    Row(
        "a request refused with another in its body, then a read",
        (_post("/api/items", *_FORGED, body=HIDDEN), _GET_FROM_A),
        (_REFUSED, _READ),
    ),
    Row(
        "the same in chunks",
        (chunked("POST", "/api/items", *_FORGED, body=HIDDEN), _GET_FROM_A),
        (_REFUSED, _READ),
        told={**by((_REFUSED, Said(400)), "cheroot"), **by((Said(411), _READ), "mod_wsgi")},
        closed_by=frozenset({"mod_wsgi"}),
    ),
    Row(
        "a refused preflight with a request in its body, then a read",
        (
            ask("OPTIONS", "/api/items", FROM_EVIL, ("Access-Control-Request-Method", "PUT"), body=HIDDEN),
            _GET_FROM_A,
        ),
        (Said(403, REFUSED_PREFLIGHT), _READ),
    ),
    Row(
        "1 MiB refused, then a read",
        (_post("/api/items", *_FORGED, body=LARGE), _GET_FROM_A),
        (_REFUSED, _READ),
        races=by((_GATEWAY, _READ), "nginx"),
        closed_by=frozenset({"gunicorn-gthread", "hypercorn"}),
    ),
]

GROUPS = {"Preflights": PREFLIGHTS, "Reads": READS, "Writes": WRITES, "On one connection": CONNECTIONS}
