"""How an application is called: the loops that are timed, which are the same for a row and its baseline.

The garbage collector rests while a loop runs, as in :mod:`timeit`: it would bill one row for the
garbage of others. What the application writes is read to its end, and closed (PEP 3333).
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from itertools import islice, repeat
from time import perf_counter
from typing import Any, NamedTuple, Protocol

from .scenarios.applications import WSGIApplication, start_response
from .scenarios.requests import Environ

Message = dict[str, Any]
#: Gives a context in which an application is called.
Around = Callable[[], AbstractContextManager[object]]
ASGIApplication = Callable[..., Awaitable[None]]

#: Calls before the clock starts, for a sample with few calls. The caches of the processor then contain the
#: code and tables that they contain in a server, and not those of the row before.
WARM_UPS = 4


class Answer(NamedTuple):
    """The status and the headers of a response, the names in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """Return the values of a header as WSGI would join them; ``None`` if there is none."""
        return ", ".join(value for each, value in self.headers if each == name) or None


class Exchange(Protocol):
    """A request and who answers it."""

    #: The most calls that one sample may make; ``None`` where there is no bound.
    most: int | None

    def once(self) -> Answer:
        """Return the answer."""

    def time(self, loops: int) -> float:
        """Return the seconds that *loops* calls take."""


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Switch the garbage collector off."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Reused:
    """A request whose environ is the same object each time: for who does not write into it."""

    most: int | None = None

    def __init__(
        self,
        app: WSGIApplication,
        environ: Environ,
        around: Around = nullcontext,
    ) -> None:
        self.app = app
        self.environ = environ
        self.around = around

    def once(self) -> Answer:
        """Return the answer."""
        with self.around():
            return answer_of(self.app, self.environ.copy())

    def time(self, loops: int) -> float:
        """Return the seconds that *loops* calls take."""
        app, start = self.app, start_response
        with self.around(), collector_at_rest():
            begin = perf_counter()
            for environ in repeat(self.environ, loops):
                body = app(environ, start)
                for _ in body:
                    pass
                if hasattr(body, "close"):
                    body.close()
            return perf_counter() - begin


class Copied(Reused):
    """A request whose environ is a copy each time: for who writes into it, as Flask and Django do."""

    def time(self, loops: int) -> float:
        """Return the seconds that *loops* calls take, the copies included."""
        app, start = self.app, start_response
        with self.around(), collector_at_rest():
            for environ in repeat(self.environ, WARM_UPS):
                answer_of(app, environ.copy())
            begin = perf_counter()
            for environ in repeat(self.environ, loops):
                body = app(environ.copy(), start)
                for _ in body:
                    pass
                if hasattr(body, "close"):
                    body.close()
            return perf_counter() - begin


class Anew(Reused):
    """A request of which every call has strings of its own, as from a socket.

    A string caches its hash, so that a second look-up of the same object is cheaper than any that a
    server makes. Where that is the question, the strings are made before the clock starts.
    """

    def __init__(
        self,
        app: WSGIApplication,
        make: Callable[[], Environ],
        most: int,
        around: Around = nullcontext,
        *,
        asked: Environ | None = None,
    ) -> None:
        super().__init__(app, asked or make(), around)
        self.make = make
        self.most = most

    def time(self, loops: int) -> float:
        """Return the seconds that *loops* calls take."""
        app, start = self.app, start_response
        environs = [self.make() for _ in range(loops + WARM_UPS)]
        with self.around(), collector_at_rest():
            for environ in islice(environs, WARM_UPS):
                answer_of(app, environ)
            begin = perf_counter()
            for environ in islice(environs, WARM_UPS, None):
                body = app(environ, start)
                for _ in body:
                    pass
                if hasattr(body, "close"):
                    body.close()
            return perf_counter() - begin


def answer_of(app: WSGIApplication, environ: Environ) -> Answer:
    """Call a WSGI application as a server does, and return the head of its response."""
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> None:
        said.append((status, list(headers)))

    body = app(environ, start)
    for _ in body:
        pass
    if hasattr(body, "close"):
        body.close()
    status, headers = said[-1]
    return Answer(int(status[:3]), tuple((name.lower(), value) for name, value in headers))


@lru_cache(maxsize=1)
def event_loop() -> asyncio.AbstractEventLoop:
    """Return the one event loop that every ASGI application runs in."""
    return asyncio.new_event_loop()


class Awaited:
    """A request to an ASGI application, inside of a running event loop."""

    most: int | None = None

    def __init__(self, app: ASGIApplication, scope: Message) -> None:
        self.app = app
        self.scope = scope

    def once(self) -> Answer:
        """Return the answer."""
        return event_loop().run_until_complete(self._once())

    def time(self, loops: int) -> float:
        """Return the seconds that *loops* calls take."""
        return event_loop().run_until_complete(self._time(loops))

    async def _once(self) -> Answer:
        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        await self.app(self.scope.copy(), _receive(), send)
        head = next(message for message in said if message["type"] == "http.response.start")
        named: Sequence[tuple[bytes, bytes]] = list(head["headers"])
        return Answer(head["status"], tuple((name.decode().lower(), value.decode()) for name, value in named))

    async def _time(self, loops: int) -> float:
        app = self.app

        async def send(_: Message) -> None:
            pass

        with collector_at_rest():
            begin = perf_counter()
            for scope in repeat(self.scope, loops):
                await app(scope.copy(), _receive(), send)
            return perf_counter() - begin


def _receive() -> Callable[[], Awaitable[Message]]:
    """Return what tells an application that the body is empty, and then of nothing more."""
    messages: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        # A client that stays: a task that waits for its end is cancelled when the answer is there.
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    return receive
