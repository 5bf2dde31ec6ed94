"""What stands between browsers and an application: a shared cache, and nginx, as WSGI layers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_DIRECTIVE: Final = re.compile(
    r"(?m)^ *(proxy_set_header|proxy_hide_header|add_header) (\S+) ?(.*?)(?: always)?;"
)


class _Answer(NamedTuple):
    status: str
    headers: list[tuple[str, str]]
    body: bytes


class SharedCache:
    """A cache for all browsers.

    :param vary: whether it obeys ``Vary``.
    :param key: request headers that are in its key.
    :param drops: request headers that it does not forward.
    """

    def __init__(
        self, app: WSGIApplication, *, vary: bool = True, key: Iterable[str] = (), drops: Iterable[str] = ()
    ) -> None:
        self._app = app
        self._vary = vary
        self._key = tuple(key)
        self._drops = tuple(drops)
        #: By host and path: what was asked with, by name, and the answer to that.
        self._stored: dict[tuple[str, str], list[tuple[dict[str, str | None], _Answer]]] = {}
        #: What the application has been asked.
        self.passed: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the store, or pass on what is asked and store the answer."""
        answer = self._select(environ) if environ["REQUEST_METHOD"] == "GET" else None
        if answer is None:
            answer = self._pass_on(environ)
        start_response(answer.status, answer.headers)
        return [answer.body]

    def _select(self, environ: WSGIEnvironment) -> _Answer | None:
        for asked, answer in self._stored.get(_place(environ), ()):
            if asked == _headers(environ, asked):
                return answer
        return None

    def _pass_on(self, environ: WSGIEnvironment) -> _Answer:
        self.passed.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        came = dict(environ)
        for name in self._drops:
            environ.pop(variable(name), None)
        answer = _ask(self._app, environ)
        headers = dict(answer.headers)
        if came["REQUEST_METHOD"] == "GET" and "max-age" in headers.get("Cache-Control", ""):
            varies = re.findall(r"[^\s,]+", headers.get("Vary", "")) if self._vary else []
            kept = self._stored.setdefault(_place(came), [])
            kept.append((_headers(came, [*self._key, *varies]), answer))
        return answer


class Nginx:
    """As much of nginx as the blocks of its configuration in the documentation ask for.

    It ends TLS, passes requests on over http to port 8000, and obeys ``proxy_set_header``,
    ``proxy_hide_header`` and ``add_header``.

    :param everywhere: directives for all requests.
    :param location: a block ``location``, whose directives are for what begins with its path.
    """

    def __init__(self, app: WSGIApplication, everywhere: str, location: str) -> None:
        self._app = app
        self._everywhere = everywhere
        found = re.search(r"location (\S+) \{", location)
        assert found is not None
        self._location, self._prefix = location, found[1]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, and its answer back."""
        values = {"$http_host": environ["HTTP_HOST"], "$scheme": environ["wsgi.url_scheme"]}
        text = self._everywhere
        if environ["PATH_INFO"].startswith(self._prefix):
            text += self._location
        directives = _DIRECTIVE.findall(text)
        environ |= {"wsgi.url_scheme": "http", "HTTP_HOST": "127.0.0.1:8000"}
        environ |= {
            variable(name): values[said] for what, name, said in directives if what == "proxy_set_header"
        }
        hidden = {name.lower() for what, name, _ in directives if what == "proxy_hide_header"}
        added = [(name, said.strip('"')) for what, name, said in directives if what == "add_header"]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            kept = [header for header in headers if header[0].lower() not in hidden]
            return start_response(status, kept + added, exc_info)

        return self._app(environ, start)


def variable(name: str) -> str:
    """Give the key that the request header *name* has in an environ."""
    return f"HTTP_{name.upper().replace('-', '_')}"


def _place(environ: WSGIEnvironment) -> tuple[str, str]:
    return environ["HTTP_HOST"], environ["PATH_INFO"]


def _headers(environ: WSGIEnvironment, names: Iterable[str]) -> dict[str, str | None]:
    return {name: environ.get(variable(name)) for name in names}


def _ask(app: WSGIApplication, environ: WSGIEnvironment) -> _Answer:
    started: list[Any] = []
    iterable = app(environ, lambda status, headers, exc_info=None: started.extend((status, headers)))
    body = b"".join(iterable)
    if hasattr(iterable, "close"):
        iterable.close()
    return _Answer(*started[:2], body)
