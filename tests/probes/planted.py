"""The bank of the demo, served for real, and proxies before it that each have one fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import waitress

from examples.bank.bank import create_bank
from examples.bank.policies import policies_for
from examples.bank.sites import Sites, sites_at
from explanations.small_servers import PATIENCE, Server, serving
from flask_corsguard.explanations import wire

SITES = sites_at((8001, 8002, 8003), plain=False)
PARTNER = SITES.partner.origin
#: What a check of the bank is about: a file that the partner may read.
LOGO = "/brand/logo.svg"

Headers = list[tuple[str, str]]


@contextmanager
def bank(sites: Sites = SITES) -> Iterator[int]:
    """Serve the bank, and yield its port."""
    server = waitress.create_server(
        create_bank(sites, policies_for(sites)), host="127.0.0.1", port=0, threads=4
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # In its own thread, which would otherwise wait for what is closed.
        server.trigger.pull_trigger(server.close)
        thread.join(PATIENCE)


class Proxy(Server):
    """A reverse proxy that passes everything on, in both directions, but for its fault."""

    def __init__(self, port: int) -> None:
        super().__init__(self._forward)
        self._behind = wire.Server("http", "127.0.0.1", port)

    def pass_on(self, method: str, target: str, headers: Headers) -> wire.WireAnswer:
        """Ask the server behind."""
        return wire.exchange(self._behind, wire.WireRequest(method, target, tuple(headers)), PATIENCE)

    def _forward(self, method: str, target: str, headers: Headers) -> tuple[int, Headers, bytes]:
        answer = self.answered(method, target, headers)
        return answer.status, [pair for pair in answer.headers if pair[0] != "Date"], answer.body

    def answered(self, method: str, target: str, headers: Headers) -> wire.WireAnswer:
        """Return the answer; a faulty proxy overrides this."""
        return self.pass_on(method, target, headers)


def value(headers: Headers, name: str) -> str | None:
    """Return the value of a header."""
    return next((each for key, each in headers if key.lower() == name.lower()), None)


def without(headers: Headers, *names: str) -> Headers:
    """Return *headers* without some."""
    return [pair for pair in headers if pair[0].lower() not in names]


Fault = Callable[[Proxy, str, str, Headers], wire.WireAnswer]
ALLOW = "access-control-allow-origin"


def reflects(proxy, method, target, headers):
    """Send back whatever origin is sent."""
    answer = proxy.pass_on(method, target, headers)
    origin = value(headers, "Origin")
    own = [] if origin is None else [("Access-Control-Allow-Origin", origin)]
    return answer._replace(headers=without(answer.headers, ALLOW) + own)


def drops_vary(proxy, method, target, headers):
    """Drop Vary."""
    answer = proxy.pass_on(method, target, headers)
    return answer._replace(headers=without(answer.headers, "vary"))


def adds_everyone(proxy, method, target, headers):
    """Add a header of its own."""
    answer = proxy.pass_on(method, target, headers)
    return answer._replace(headers=[*answer.headers, ("Access-Control-Allow-Origin", "*")])


def allows_everyone_with_cookies(proxy, method, target, headers):
    """Replace the header, and add another one."""
    answer = proxy.pass_on(method, target, headers)
    own = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Credentials", "True")]
    return answer._replace(headers=without(answer.headers, ALLOW) + own)


def caching():
    """Return a fault: to store the first answer, and send it to everyone."""
    stored = {}

    def caches(proxy, method, target, headers):
        if method != "GET" or value(headers, "Range") or value(headers, "If-None-Match"):
            return proxy.pass_on(method, target, headers)
        if target not in stored:
            stored[target] = proxy.pass_on(method, target, headers)
        return stored[target]

    return caches


def drops_fetch_site(proxy, method, target, headers):
    """Pass the headers on that it knows."""
    return proxy.pass_on(method, target, without(headers, "sec-fetch-site"))


def drops_origin(proxy, method, target, headers):
    """Pass no Origin on with what it takes for harmless."""
    return proxy.pass_on(method, target, without(headers, "origin") if method == "POST" else headers)


def takes_underscores(proxy, method, target, headers):
    """Take an underscore for a hyphen; the last one counts."""
    names = {name.lower().replace("_", "-"): (name.replace("_", "-"), each) for name, each in headers}
    return proxy.pass_on(method, target, list(names.values()))


def trusts_forwarded_host(proxy, method, target, headers):
    """Pass the forwarded host on as the host."""
    host = value(headers, "X-Forwarded-Host")
    if host is not None:
        headers = [*without(headers, "host"), ("Host", host)]
    return proxy.pass_on(method, target, headers)


def accelerates(proxy, method, target, headers):
    """Answer from a file of its own, and use only the type of the application's answer."""
    answer = proxy.pass_on(method, target, headers)
    if method == "OPTIONS":
        return answer
    kept = [pair for pair in answer.headers if pair[0].lower() in {"content-type", "content-length"}]
    return answer._replace(headers=[*kept, ("X-Accel-Redirect", "/internal/logo.svg")])


def answers_preflights_itself(proxy, method, target, headers):
    """Answer OPTIONS with an error, and with the header."""
    if method != "OPTIONS":
        return proxy.pass_on(method, target, headers)
    own = [("Access-Control-Allow-Origin", PARTNER), ("Vary", "Origin")]
    return wire.WireAnswer(405, "", own, b"", "")


def has_bare_errors(proxy, method, target, headers):
    """Write its own error pages."""
    answer = proxy.pass_on(method, target, headers)
    if answer.status < 404:
        return answer
    return answer._replace(headers=[("Content-Type", "text/html")], body=b"<h1>error</h1>")


def limits_bodies(proxy, method, target, headers):
    """Refuse large bodies itself."""
    if int(value(headers, "Content-Length") or 0) > 1_000_000:
        return wire.WireAnswer(413, "", [("Content-Type", "text/html")], b"", "")
    return proxy.pass_on(method, target, headers)


def only_on(*statuses_or_methods):
    """Return a fault: to drop the header on some answers."""

    def drops(proxy, method, target, headers):
        answer = proxy.pass_on(method, target, headers)
        if not {method, answer.status} & set(statuses_or_methods):
            return answer
        return answer._replace(headers=without(answer.headers, ALLOW, "vary"))

    return drops


def allowing(is_allowed):
    """Return a fault: to allow origins by a comparison of its own."""

    def compares(proxy, method, target, headers):
        origin = value(headers, "Origin")
        answer = proxy.pass_on(method, target, headers)
        own = [("Vary", "Origin")]
        if origin is not None and is_allowed(origin):
            own.append(("Access-Control-Allow-Origin", origin))
        return answer._replace(headers=without(answer.headers, ALLOW, "vary") + own)

    return compares


def planted(fault: Fault) -> type[Proxy]:
    """Return a proxy with a fault."""
    return type("Faulty", (Proxy,), {"answered": lambda *arguments: fault(*arguments)})


@contextmanager
def proxied(port: int, fault: Fault | None) -> Iterator[str]:
    """Serve a proxy before *port*, and yield the URL of the logo."""
    made = (Proxy if fault is None else planted(fault))(port)
    with serving(made) as server:
        yield f"{server.url}{LOGO}"
