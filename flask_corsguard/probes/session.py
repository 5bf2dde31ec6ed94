"""The session of a check: it sends requests, at a bounded rate and up to a limit, and writes them as curl."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from flask_corsguard.core.decision import decide
from flask_corsguard.core.fetch_standard import ACAC, ACAO, ACRM
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.request import Request
from flask_corsguard.explanations.wire import Header, Server, WireAnswer, WireRequest, exchange
from flask_corsguard.testing.headers import split
from flask_corsguard.testing.urls import Url

from .catalogue import FINDINGS

#: What the requests call themselves, so that a log shows where they came from.
USER_AGENT: Final = "flask-corsguard check"
#: An origin that no policy lists.
STRANGER: Final = "https://stranger.example"
#: The query parameter that makes a URL fresh for caches.
FRESH: Final = "corsguard"


class LimitReached(Exception):  # noqa: N818 - the check ends there
    """The check has sent the greatest number of requests."""


class Finding(NamedTuple):
    """What is wrong, and the request that shows it."""

    #: A stable code, such as ``"vary.missing"``.
    code: str
    #: What is wrong, in a sentence.
    sentence: str
    #: What to do about it.
    hint: str
    #: The request, for a shell.
    curl: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request of the check."""

    request: WireRequest
    wire: WireAnswer

    @property
    def allowed(self) -> str | None:
        """The value of ``Access-Control-Allow-Origin``; two lines are joined."""
        values = self.wire.values(ACAO)
        return ", ".join(values) if values else None

    @property
    def credentials(self) -> str | None:
        """The value of ``Access-Control-Allow-Credentials``; two lines are joined."""
        values = self.wire.values(ACAC)
        return ", ".join(values) if values else None

    @property
    def varies(self) -> bool:
        """Whether ``Vary`` names ``Origin``."""
        names = {name.lower() for value in self.wire.values("Vary") for name in split(value)}
        return not names.isdisjoint({"origin", "*"})


class Session:
    """A server, the URL that is checked, and the origins that ought to be allowed.

    :param server: the server.
    :param url: the URL.
    :param policy: a policy with the origins that ought to be allowed; ``None`` if none is known.
    :param origin: one of them.
    :param rate: how many requests are sent in a second, at most.
    :param limit: how many requests are sent, at most.
    :param timeout: how long one of them may take, in seconds.
    """

    def __init__(
        self,
        server: Server,
        url: Url,
        policy: Policy | None = None,
        origin: str | None = None,
        *,
        rate: float = 20,
        limit: int = 100,
        timeout: float = 10,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._server = server
        self._url = url
        self._policy = policy
        self.origin = origin
        self._pause = 1 / rate
        self._limit = limit
        self._timeout = timeout
        self._sleep = sleep
        self.sent = 0

    @property
    def host(self) -> str:
        """The host of the URL, without its port."""
        return self._url.host

    @property
    def missing(self) -> str:
        """The target of a URL below the one that is checked, where nothing is."""
        return f"{self._url.path.rstrip('/')}/corsguard-finds-nothing-here"

    def fresh(self) -> str:
        """Return the target with a query that no cache has seen."""
        joint = "&" if self._url.query else "?"
        return f"{self._url.target}{joint}{FRESH}={time.time_ns():x}"

    def expects(self, origin: str) -> bool:
        """Return whether *origin* ought to be allowed."""
        policy = self._policy
        return policy is not None and decide(policy, Request(method="GET", origin=origin)).allowed

    def ask(
        self,
        *origins: str,
        method: str = "GET",
        target: str = "",
        headers: Iterable[Header] = (),
        timeout: float | None = None,
    ) -> Answer:
        """Send a request, and return its answer.

        :param origins: the values of ``Origin``, one for each line.
        :param target: the path with the query; that of the URL if it is empty.
        :param headers: further headers; ``Host`` replaces that of the URL.
        :raises Unreachable: if there is no answer.
        :raises LimitReached: if no more requests may be sent.
        """
        if self.sent >= self._limit:
            raise LimitReached
        if self.sent:
            self._sleep(self._pause)
        self.sent += 1
        headers = tuple(headers)
        has_host = any(name == "Host" for name, _ in headers)
        lines = [] if has_host else [("Host", self._url.authority)]
        lines += [
            ("User-Agent", USER_AGENT),
            ("Accept", "*/*"),
            *(("Origin", each) for each in origins),
            *headers,
        ]
        request = WireRequest(method, target or self._url.target, tuple(lines))
        return Answer(request, exchange(self._server, request, timeout or self._timeout))

    def preflight(self, origin: str, target: str = "") -> Answer:
        """Send a preflight for GET."""
        return self.ask(origin, method="OPTIONS", target=target, headers=[(ACRM, "GET")])

    def finding(self, code: str, sentence: str, answer: Answer) -> Finding:
        """Return a finding that *answer* shows."""
        return Finding(code, sentence, FINDINGS[code].hint, self._curl(answer.request))

    def _curl(self, request: WireRequest) -> str:
        words = ["curl", "-si"]
        if request.method == "HEAD":
            words += ["-I"]
        elif request.method != "GET":
            words += ["-X", request.method]
        for name, value in request.headers:
            if name in {"User-Agent", "Accept"} or (name, value) == ("Host", self._url.authority):
                continue
            # An empty header needs a semicolon; a colon alone would leave it out.
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
        words.append(f"{self._url.scheme}://{self._url.authority}{request.target}")
        return shlex.join(words)
