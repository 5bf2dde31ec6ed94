"""What no honest client sends. Whatever a server makes of it: no grant, no forged request, no echo."""

from __future__ import annotations

from interop.policies import EVIL, HOST, A
from interop.rows import REFUSED_PREFLIGHT, UNREADABLE, Row, Said, allow, allowed, by, granted, raw

_HOST = f"Host: {HOST}"
_GET = "GET /api/items HTTP/1.1"
_POST = "POST /api/items HTTP/1.1"
_FORM = "Content-Type: text/plain"
_ASKS = (f"Origin: {A}", "Access-Control-Request-Method: PUT")
KIB_16 = 16 * 1024

GUNICORN = ("gunicorn-sync", "gunicorn-gthread", "gunicorn-gevent")
#: The servers for ASGI that parse HTTP with h11.
H11 = ("uvicorn", "hypercorn")
BAD = Said(400)
#: The connection ends without an answer.
CUT = Said(None)
READ = Said(200, UNREADABLE, True)
GRANTED = Said(200, allowed(), True)
PREFLIGHT = Said(204, granted())
#: Characters that a field must not have (RFC 9110, section 5.5) are an error to most servers.
CONTROLS = by(BAD, *GUNICORN, "waitress", "mod_wsgi", "nginx", "uvicorn-httptools")
#: Headers that are longer than a server's buffer.
LONG = {**by(Said(431), *GUNICORN), **by(CUT, "uwsgi"), **by(BAD, "mod_wsgi", "nginx")}
#: A forged request that a server has misread as the application's own, or as nobody's.
EXECUTED = Said(200, UNREADABLE, True)


def _row(
    name: str, lines: tuple[str, ...], *said, body: bytes = b"", told=(), fooled: tuple[str, ...] = ()
) -> Row:
    if body:
        lines = (*lines, f"Content-Length: {len(body)}")
    return Row(
        name,
        (raw(*lines, body=body),),
        (Said(*said),),
        told={**dict(told), **by(EXECUTED, *fooled)},
        fooled=frozenset(fooled),
        hostile=True,
    )


def _get(name: str, *lines: str, told=(), said=READ) -> Row:
    return _row(name, (_GET, _HOST, *lines), *said, told=told)


def _post(name: str, *lines: str, told=(), fooled: tuple[str, ...] = ()) -> Row:
    return _row(
        name, (_POST, _HOST, _FORM, *lines), 403, UNREADABLE, body=b"forged", told=told, fooled=fooled
    )


def _options(name: str, *lines: str, told=(), said=PREFLIGHT) -> Row:
    return _row(name, ("OPTIONS /api/items HTTP/1.1", _HOST, *lines), *said, told=told)


def _other_options(said: Said) -> dict[str, tuple[Said, ...]]:
    """Return the answers to OPTIONS of frameworks that have no answer of their own to it."""
    return {
        **by(said._replace(status=405), "bottle", "starlette", "fastapi", "connexion"),
        **by(said._replace(status=404), "pyramid"),
    }


ORIGINS = [
    _get(
        "two Origin lines, the second allowed", f"Origin: {EVIL}", f"Origin: {A}", told=by(GRANTED, "cheroot")
    ),
    _get("two Origin lines, the first allowed", f"Origin: {A}", f"Origin: {EVIL}"),
    _get("an empty Origin", "Origin:"),
    _get(
        "spaces around Origin",
        f"Origin:  \t {A} \t ",
        told=by(READ, "werkzeug", "uwsgi", "uvicorn-httptools"),
        said=GRANTED,
    ),
    _get("a space within Origin", f"Origin: {A} {EVIL}"),
    _get("Origin in upper case", f"Origin: {A.upper()}"),
    _get("a NUL in Origin", f"Origin: {A}\0.evil.example", told={**CONTROLS, **by(BAD, *H11)}),
    _get("a control character in Origin", f"Origin: {A}\x01", told=CONTROLS),
    _get(
        "a lone CR in Origin",
        f"Origin: {EVIL}\rOrigin: {A}",
        told={**CONTROLS, **by(CUT, "uwsgi"), **by(BAD, *H11)},
    ),
    _get(
        "a lone LF in Origin",
        f"Origin: {EVIL}\nX-More: 1",
        told=by(BAD, *GUNICORN, "waitress", "cheroot", "mod_wsgi", "uvicorn-httptools"),
    ),
    _get("bytes that are not ASCII in Origin", "Origin: https://\xe4pp.example\xff"),
    _get("an Origin of 16 KiB", f"Origin: {EVIL}{'e' * KIB_16}", told=LONG),
    _get(
        "a folded Origin",
        f"Origin: {EVIL}",
        f" {A}",
        told={**by(BAD, *GUNICORN, "nginx", "uvicorn-httptools"), **by(GRANTED, "cheroot")},
    ),
    _get(
        "a space before the colon",
        f"Origin : {A}",
        told={
            **by(BAD, *GUNICORN, *H11, "waitress", "mod_wsgi", "nginx", "uvicorn-httptools"),
            **by(GRANTED, "cheroot"),
        },
    ),
    _post("forged, two Origin lines", f"Origin: {EVIL}", f"Origin: http://{HOST}", fooled=("cheroot",)),
    _post("forged, an empty Origin", "Origin:"),
    _post("forged, bytes that are not ASCII in Origin", "Origin: https://\xe4pp.example"),
]

NAMES = [
    _post(
        "forged, Sec_Fetch_Site",
        f"Origin: {EVIL}",
        "Sec_Fetch_Site: same-origin",
        fooled=("uwsgi", "cheroot"),
    ),
    _post(
        "forged, Sec-Fetch-Site and Sec_Fetch_Site",
        f"Origin: {EVIL}",
        "Sec-Fetch-Site: cross-site",
        "Sec_Fetch_Site: same-origin",
        fooled=("cheroot",),
    ),
    _post(
        "forged, two Sec-Fetch-Site lines",
        f"Origin: {EVIL}",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-origin",
        fooled=("cheroot",),
    ),
    _post(
        "forged, two Sec-Fetch-Site lines the other way round",
        f"Origin: {EVIL}",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site",
    ),
    _post("forged, X-Forwarded-Host", f"Origin: {EVIL}", "X-Forwarded-Host: evil.example"),
    _post(
        "forged, two Host lines",
        f"Origin: {EVIL}",
        "Host: evil.example",
        told=by(BAD, *GUNICORN, *H11, "mod_wsgi", "nginx"),
        fooled=("cheroot",),
    ),
]

PREFLIGHTS = [
    _options(
        "two Access-Control-Request-Method lines: not a preflight",
        *_ASKS,
        "Access-Control-Request-Method: DELETE",
        said=GRANTED,
        told={**_other_options(GRANTED), **by(PREFLIGHT, "cheroot")},
    ),
    _options(
        "two Origin lines: not a preflight",
        f"Origin: {EVIL}",
        *_ASKS,
        said=READ,
        told={**_other_options(READ), **by(PREFLIGHT, "cheroot")},
    ),
    _options(
        "Access_Control_Request_Method: not a preflight",
        f"Origin: {A}",
        "Access_Control_Request_Method: PUT",
        said=GRANTED,
        told={**_other_options(GRANTED), **by(PREFLIGHT, "cheroot", "uwsgi")},
    ),
    _options(
        "an Access-Control-Request-Headers of 16 KiB",
        *_ASKS,
        "Access-Control-Request-Headers: " + ",".join(["x-evil"] * (KIB_16 // 7)),
        told=LONG,
    ),
    _options(
        "a control character in Access-Control-Request-Method",
        f"Origin: {A}",
        "Access-Control-Request-Method: PUT\x01",
        told=CONTROLS,
    ),
    _options(
        "markup in Access-Control-Request-Headers",
        *_ASKS,
        "Access-Control-Request-Headers: <script>evil.example</script>",
    ),
]

#: Of a path that gets the closed policy beside others: other spellings of it may have another policy.
_MISSING = Said(404, UNREADABLE, True)
#: Falcon's errors depend on Accept.
_FALCON = by(Said(404, (("Vary", "Accept, Origin"),), True), "falcon")
_RESOLVED = Said(200, (), True)
REQUESTS = [
    _get("a header of 16 KiB", f"Origin: {A}", f"X-Long: {'x' * KIB_16}", told=LONG, said=GRANTED),
    _get(
        "headers of 16 KiB together",
        f"Origin: {A}",
        *(f"X-{n}: {'x' * 240}" for n in range(64)),
        told=by(CUT, "uwsgi"),
        said=GRANTED,
    ),
    _row(
        "OPTIONS *",
        ("OPTIONS * HTTP/1.1", _HOST, f"Origin: {A}"),
        *_MISSING,
        # cheroot makes the path "/*" of it.
        told={
            **_FALCON,
            **by(Said(200), "mod_wsgi"),
            **by(BAD, "nginx"),
            **by(Said(404, (), True), "cheroot"),
        },
    ),
    _row(
        "OPTIONS *, a preflight",
        ("OPTIONS * HTTP/1.1", _HOST, *_ASKS),
        403,
        REFUSED_PREFLIGHT,
        told={**by(Said(200), "mod_wsgi"), **by(BAD, "nginx")},
    ),
    _row(
        "an absolute target",
        (f"GET http://{HOST}/api/items HTTP/1.1", _HOST, f"Origin: {A}"),
        *GRANTED,
        # Servers for ASGI leave it as it is, and a path that begins so gets the closed policy.
        told={
            **by(_MISSING, "uwsgi", "starlette", "fastapi", "connexion", "django_asgi"),
            **by(BAD, "cheroot"),
            **by(READ, *H11),
        },
    ),
    _row(
        "forged, an absolute target of another host",
        (
            "POST http://evil.example/api/items HTTP/1.1",
            _HOST,
            _FORM,
            f"Origin: {EVIL}",
            "Sec-Fetch-Site: cross-site",
        ),
        403,
        UNREADABLE,
        body=b"forged",
        told=by(BAD, "cheroot"),
    ),
    _row("HTTP/1.0 without Host", ("GET /api/items HTTP/1.0", f"Origin: {A}"), *GRANTED),
    _row("HTTP/1.0 without Host, everyone may", ("GET /open HTTP/1.0",), 200, (allow("*"),), True),
    _row(
        "forged, HTTP/1.0 without Host",
        ("POST /api/items HTTP/1.0", _FORM, "Origin: http://"),
        403,
        UNREADABLE,
        body=b"forged",
    ),
    _row("HTTP/1.1 without Host", (_GET, f"Origin: {A}"), *GRANTED, told=by(BAD, "mod_wsgi", "nginx", *H11)),
    _row(
        "a path with dots: the closed policy",
        ("GET /api/../closed HTTP/1.1", _HOST, f"Origin: {A}"),
        *_MISSING,
        told={**_FALCON, **by(_RESOLVED, "uwsgi", "mod_wsgi")},
    ),
    _row(
        "a path with encoded dots: the closed policy",
        ("GET /api/%2e%2e/closed HTTP/1.1", _HOST, f"Origin: {A}"),
        *_MISSING,
        told={**_FALCON, **by(_RESOLVED, "mod_wsgi")},
    ),
    _row(
        "forged, a method in lower case",
        ("post /api/items HTTP/1.1", _HOST, _FORM, f"Origin: {EVIL}"),
        403,
        UNREADABLE,
        body=b"forged",
        told=by(BAD, *GUNICORN, "waitress", "cheroot", "nginx", "uvicorn-httptools"),
    ),
    _row(
        "forged, a method that nobody knows",
        ("FORGE /api/items HTTP/1.1", _HOST, _FORM, f"Origin: {EVIL}"),
        403,
        UNREADABLE,
        body=b"forged",
        told=by(BAD, "uvicorn-httptools"),
    ),
    _row(
        "forged, Content-Length and Transfer-Encoding",
        (_POST, _HOST, _FORM, f"Origin: {EVIL}", "Transfer-Encoding: chunked"),
        403,
        UNREADABLE,
        body=b"0\r\n\r\nforged",
        told={
            **by(BAD, *GUNICORN, "nginx", "uvicorn-httptools"),
            **by(Said(411), "mod_wsgi"),
            **by(Said(403, UNREADABLE, surplus=b"HTTP/1.1 400 "), "cheroot"),
        },
    ),
]

GROUPS = {
    "Hostile: origins": ORIGINS,
    "Hostile: names": NAMES,
    "Hostile: preflights": PREFLIGHTS,
    "Hostile: requests": REQUESTS,
}
