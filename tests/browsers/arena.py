"""Real servers for real browsers: six origins, a log of requests for each run, a way back to the agent."""

from __future__ import annotations

import base64
import hashlib
import itertools
import secrets
import ssl
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from browsers.agent import PREFIX, Agent
from browsers.recorder import Recorder
from browsers.steps import Names, Seen

LOOPBACK: Final = "127.0.0.1"
#: Names that need no set-up: browsers resolve them to this machine (RFC 6761, section 6.3).
HOSTS: Final = (
    "app.localhost",
    "api.localhost",
    "third.localhost",
    "bank.demo.localhost",
    "partner.demo.localhost",
    "attacker.demo.localhost",
)
#: Names of which no browser knows that they are this machine's: over http no context is secure, and no
#: request has ``Sec-Fetch-Site``.
PLAIN_HOSTS: Final = ("app.test", "api.test", "third.test")
#: Seconds without a byte, after which a connection is given up, so that no thread lives for ever: longer
#: than any step may take, so that it is never the server who ends one.
IDLE: Final = 300
#: What ends a connection without being anybody's mistake: browsers open some that they never use.
_HARMLESS: Final = (ConnectionError, TimeoutError, ssl.SSLError)


class Run:
    """One application for as long as a test needs it, and the requests that it got."""

    def __init__(self, app, path: str) -> None:
        #: Where it is below each origin; "" if it has a whole origin.
        self.path = path
        self.seen: list[Seen] = []
        self._changed = threading.Condition()
        self.application = Recorder(app, self.seen, self._changed)

    def wait_for(self, count: int, seconds: float = 60) -> list[Seen]:
        """Return what was seen as soon as these are *count* requests, or what there is after *seconds*."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.seen) >= count, seconds)
            return list(self.seen)


class _Handler(WSGIRequestHandler):
    """Serves one connection in a thread of its own."""

    protocol_version = "HTTP/1.1"
    #: Else what follows a handshake waits for an acknowledgement.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        # Not in accept(): a browser that connects only to be prepared would block all others.
        if isinstance(self.request, ssl.SSLSocket):
            self.request.do_handshake()
        super().setup()

    def connection_dropped(self, error, environ=None) -> None:
        self.close_connection = True

    def log(self, type, message, *args) -> None:  # noqa: A002 - Werkzeug's name
        """Requests are recorded by the arena."""


class _Server(ThreadedWSGIServer):
    """A server on a free port of the loopback, which remembers what applications raised."""

    def __init__(self, app, errors: list[str], context: ssl.SSLContext | None) -> None:
        super().__init__(LOOPBACK, 0, app, _Handler)
        # Only now: Werkzeug would make the socket one that does the handshake in accept().
        self.ssl_context = context
        self._errors = errors
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,))
        self._thread.start()

    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(IDLE)
        if self.ssl_context is not None:
            connection = self.ssl_context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def log(self, type, message, *args) -> None:  # noqa: A002 - Werkzeug's name
        """Write nothing: an exception of an application is stored before it is answered."""

    def handle_error(self, request, client_address) -> None:
        if not isinstance(sys.exc_info()[1], _HARMLESS):
            self._errors.append(traceback.format_exc())

    def stop(self) -> None:
        self.shutdown()
        self._thread.join(60)


class Arena:
    """Three origins in the clear and three by TLS, on which runs, whole applications and agents are."""

    def __init__(self) -> None:
        #: The tracebacks of what applications raised.
        self.errors: list[str] = []
        self._runs: dict[str, Run] = {}
        self._mounts: dict[str, Run] = {}
        self._agents: dict[str, Agent] = {}
        self._back: str | None = None
        # Random, so that no cache that outlives this process could know a run's path.
        self._paths = (f"/run-{secrets.token_hex(3)}-{number}" for number in itertools.count(1))
        authority = trustme.CA()
        leaf = authority.issue_cert(LOOPBACK, *HOSTS)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        self.authority: bytes = authority.cert_pem.bytes()
        self.key_digest = _key_digest(leaf.cert_chain_pems[0].bytes())
        self._servers = [_Server(self, self.errors, each) for each in [None] * 3 + [context] * 3]
        a, b, c, d, e, f = (server.port for server in self._servers)
        self.layouts = {
            "ports": Names(*(f"http://{LOOPBACK}:{port}" for port in (a, b, c)), "same-site"),
            "localhost": Names(*_origins("http", HOSTS, (a, b, c)), "cross-site"),
            "https": Names(*_origins("https", HOSTS, (d, e, f)), "cross-site"),
            "plain": Names(*_origins("http", PLAIN_HOSTS, (a, b, c)), "cross-site"),
            "mixed": Names(
                *_origins("https", HOSTS, (d,)), *_origins("http", HOSTS, (a, b, c))[1:], "cross-site"
            ),
        }

    def __enter__(self) -> Arena:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the servers; browsers are stopped before."""
        for agent in self._agents.values():
            agent.close()
        for server in self._servers:
            server.stop()

    @contextmanager
    def run(self, app) -> Iterator[Run]:
        """Serve *app* below a path of its own, at every origin."""
        run = Run(app, next(self._paths))
        self._runs[run.path] = run
        try:
            yield run
        finally:
            del self._runs[run.path]

    @contextmanager
    def mount(self, origin: str, app) -> Iterator[Run]:
        """Serve *app* as the whole of *origin*, but for the agent's page."""
        run = self._mounts[origin] = Run(app, "")
        try:
            yield run
        finally:
            del self._mounts[origin]

    def neighbour(self, origin: str) -> str:
        """Return another origin of the same layout as *origin*, or of the same scheme."""
        for names in self.layouts.values():
            if origin in names[:3]:
                return next(each for each in names[:3] if each != origin)
        return self.layouts["https" if origin.startswith("https:") else "localhost"].third

    def add_agent(self, agent: Agent) -> None:
        """Serve the page of *agent* at every origin."""
        self._agents[agent.id] = agent

    @contextmanager
    def sending_back(self, url: str) -> Iterator[None]:
        """Have the page at *url* follow the next documents of applications.

        Their responses get a ``Refresh`` header, of which the recorders know nothing.
        """
        self._back = url
        try:
            yield
        finally:
            self._back = None

    def __call__(self, environ, start_response):
        """Answer, and store what is raised meanwhile."""
        try:
            body = self._dispatch(environ, start_response)
        except Exception:
            self.errors.append(traceback.format_exc())
            raise
        return _Watched(body, self.errors)

    def _dispatch(self, environ, start_response):
        """Answer by the first that there is: an agent, the application of an origin, a run."""
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX):
            agent = self._agents.get(path.removeprefix(PREFIX).partition("/")[0])
            return (agent or _not_found)(environ, start_response)
        run = self._mounts.get(f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}")
        if run is None:
            first = "/" + path[1:].partition("/")[0]
            run = self._runs.get(first)
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = first, path[len(first) :]
        # A browser's window asks for its icon on nobody's account.
        if run is None or path == "/favicon.ico":
            return _not_found(environ, start_response)
        # Without Sec-Fetch-Dest it may be a document: the header does nothing to other responses.
        if self._back is not None and environ.get("HTTP_SEC_FETCH_DEST", "document") == "document":
            start_response = partial(_start_and_return, start_response, self._back)
        return run.application(environ, start_response)


class _Watched:
    """A body whose exceptions are stored."""

    def __init__(self, body, errors: list[str]) -> None:
        self._body = body
        self._errors = errors

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except Exception:
            self._errors.append(traceback.format_exc())
            raise

    def close(self) -> None:
        if hasattr(self._body, "close"):
            self._body.close()


def _start_and_return(start_response, back: str, status: str, headers, exc_info=None):
    """Start a response whose document gives way to *back*; redirects go on to theirs before."""
    if not any(name.lower() == "location" for name, _ in headers):
        headers = [*headers, ("Refresh", f"0;url={back}")]
    return start_response(status, headers, exc_info)


def _not_found(environ, start_response):
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


def _origins(scheme: str, hosts: tuple[str, ...], ports: tuple[int, ...]) -> list[str]:
    return [f"{scheme}://{host}:{port}" for host, port in zip(hosts, ports, strict=False)]


def _key_digest(certificate: bytes) -> str:
    """Return what Chromium knows a certificate by: its public key's SHA-256 (RFC 7469, section 2.4)."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()
