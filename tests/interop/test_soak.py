"""Many requests over few connections while the policy is replaced under them."""

from __future__ import annotations

import itertools
import re
import socket
import statistics
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from harness import cors_headers
from interop.launch import START, Home, free_port
from interop.policies import BOTH, ONE, TWO
from interop.rows import UNREADABLE, allow
from interop.servers import SERVERS, THREADS, gunicorn

REQUESTS = 50_000
CONNECTIONS = 4
#: Requests between two looks at the memory of the workers.
SAMPLE = 500
#: KiB by which a worker may grow from the second third of the run to the last: some pages of an allocator.
#: A leak of 64 bytes for each request would be twice as much in either worker.
GROWTH = 256

_PREFLIGHT_VARY = ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
Answer = tuple[int, frozenset[tuple[str, str]]]


class Exchange(NamedTuple):
    """A request, and what either policy answers."""

    sent: bytes
    answers: tuple[Answer, Answer]


def request(method: str, origin: str | None, *lines: str) -> bytes:
    """Return the bytes of a request from *origin*."""
    said = ["Host: api.example", *([f"Origin: {origin}"] if origin else []), *lines]
    return "\r\n".join([f"{method} / HTTP/1.1", *said, "", ""]).encode()


def read(origin: str | None, policy: int) -> tuple[tuple[str, str], ...]:
    """Return the headers by which *origin* may read under the first or the second policy."""
    if origin is None or origin not in ((ONE, BOTH), (TWO, BOTH))[policy]:
        return UNREADABLE
    if policy == 0:
        return (allow(origin), ("Access-Control-Expose-Headers", "X-First"), *UNREADABLE)
    return (
        allow(origin),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-Second"),
        ("Timing-Allow-Origin", origin),
        *UNREADABLE,
    )


def granted(origin: str | None, policy: int) -> Answer:
    """Return the answer to a preflight of *origin*."""
    if origin not in ((ONE, BOTH), (TWO, BOTH))[policy]:
        return 403, frozenset([_PREFLIGHT_VARY])
    methods, header, age = (("GET, POST, PUT", "X-One", "1"), ("GET, POST, DELETE", "X-Two", "2"))[policy]
    of_second = {("Access-Control-Allow-Credentials", "true")}
    return 204, frozenset(
        {
            allow(origin),
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", header),
            ("Access-Control-Max-Age", age),
            _PREFLIGHT_VARY,
        }
    ) | (of_second if policy else set())


def exchanges() -> list[Exchange]:
    """Return what is sent, over and over."""
    found = []
    for origin in (ONE, TWO, BOTH, "https://evil.example", "null", None):
        headers = [frozenset(read(origin, policy)) for policy in (0, 1)]
        found.append(Exchange(request("GET", origin), ((200, headers[0]), (200, headers[1]))))
        if origin is not None:
            asked = request("OPTIONS", origin, "Access-Control-Request-Method: PUT")
            found.append(Exchange(asked, (granted(origin, 0), granted(origin, 1))))
        # GET, HEAD and POST are allowed by either policy, as in the standard.
        allowed = [origin is None or read(origin, policy) != UNREADABLE for policy in (0, 1)]
        codes = [200 if each else 403 for each in allowed]
        cross = ["Sec-Fetch-Site: cross-site"] if origin else []
        sent = request("POST", origin, *cross, "Content-Length: 0")
        found.append(Exchange(sent, ((codes[0], headers[0]), (codes[1], headers[1]))))
    return found


class Client:
    """A persistent connection, and what has come over it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=START)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def ask(self, sent: bytes) -> tuple[Answer, bytes]:
        """Send a request and give the answer's status and headers of CORS, and its body."""
        self.socket.sendall(sent)
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("ascii").split("\r\n")
        headers = [(name.title(), value) for name, _, value in (line.partition(": ") for line in lines)]
        length = int(dict(headers).get("Content-Length", 0))
        while len(self._buffer) < length:
            self._fill()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        cors = cors_headers(headers)
        assert len(cors) == len(dict(cors))
        return (int(first.split()[1]), frozenset(cors)), body

    def _fill(self) -> None:
        data = self.socket.recv(65536)
        assert data, "the server has closed the connection"
        self._buffer += data


def clients_of_all_workers(port: int, workers: int) -> tuple[list[Client], list[int]]:
    """Open connections until as many as are wanted are spread evenly over the workers."""
    kept: dict[int, list[Client]] = {}
    each = CONNECTIONS // workers
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        client = Client(port)
        worker = int(client.ask(request("GET", None))[1])
        if len(kept.setdefault(worker, [])) < each:
            kept[worker].append(client)
        else:
            client.socket.close()
        if [len(clients) for clients in kept.values()] == [each] * workers:
            return [client for clients in kept.values() for client in clients], list(kept)
    raise AssertionError(f"after {START} s: {Counter({w: len(c) for w, c in kept.items()})}")


def resident(process: int) -> int:
    """Return the memory of a process, in KiB."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1])


class Soak:
    """Sends every client's share of the requests, from a thread each, and stores what was wrong."""

    def __init__(self, clients: list[Client], workers: list[int]) -> None:
        self._clients, self._workers = clients, workers
        self._exchanges = exchanges()
        self.wrong: list[object] = []
        self.seen: Counter[int] = Counter()
        self.samples: list[list[int]] = []

    def run(self) -> float:
        """Return the seconds that it took."""
        threads = [
            threading.Thread(target=self._send, args=(number, client))
            for number, client in enumerate(self._clients)
        ]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - began

    def _send(self, number: int, client: Client) -> None:
        seen: Counter[int] = Counter()
        # Each begins elsewhere, so that the origins are mixed between the connections, too.
        asked = itertools.islice(itertools.cycle(self._exchanges), number * 4, None)
        try:
            for count in range(REQUESTS // CONNECTIONS):
                exchange = next(asked)
                answer, _ = client.ask(exchange.sent)
                if answer not in exchange.answers:
                    self.wrong.append((exchange, answer))
                elif exchange.answers[0] != exchange.answers[1]:
                    seen[exchange.answers.index(answer)] += 1
                if number == 0 and count % SAMPLE == 0:
                    self.samples.append([resident(worker) for worker in self._workers])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was wrong
            self.wrong.append(error)
        finally:
            client.socket.close()
        self.seen.update(seen)


def start_gunicorn(home: Home, port: int) -> int:
    """Start two workers of four threads each."""
    options = (*THREADS, "--workers", "2")
    gunicorn(*options)(home, "interop.soaked:application", port)
    return 2


def start_asgi(server: str, home: Home, port: int) -> int:
    """Start one process, whose requests take turns."""
    SERVERS[server].start(home, "interop.soaked:application_asgi", port)
    return 1


@pytest.fixture(scope="module", params=["gunicorn", "uvicorn", "hypercorn"])
def soaked(request):
    """Run the soak once under each server."""
    home, port = Home(), free_port()
    try:
        start = start_gunicorn if request.param == "gunicorn" else partial(start_asgi, request.param)
        soak = Soak(*clients_of_all_workers(port, start(home, port)))
        soak.server = request.param
        soak.seconds = soak.run()
        soak.replaced = sum(int(each.read_text()) for each in home.path.glob("calls-*"))
        soak.said = home.said()
    finally:
        home.stop()
    return soak


def test_no_answer_is_of_neither_policy(soaked, tell):
    """While the policy is replaced 200 times, each of 50,000 answers is that of one policy, whole."""
    tell(
        f"soak, {soaked.server}: {REQUESTS} requests over {CONNECTIONS} connections, "
        f"{soaked.replaced} replacements, {REQUESTS / soaked.seconds:.0f} requests per second"
    )

    assert soaked.wrong == [], soaked.said
    assert "Traceback" not in soaked.said
    assert soaked.replaced >= 200
    # Both were in force, and neither for a moment only.
    assert min(soaked.seen.values()) > REQUESTS / 10


def test_the_memory_of_the_workers_is_flat(soaked, tell):
    """After the first third, no worker grows by more than what an allocator takes at a time."""
    third = len(soaked.samples) // 3
    for worker in zip(*soaked.samples, strict=True):
        middle, last = (statistics.median(each) for each in (worker[third : 2 * third], worker[2 * third :]))
        tell(
            f"soak, {soaked.server}: a worker's memory, median of the second third {middle} KiB, "
            f"of the last {last} KiB"
        )

        assert last - middle <= GROWTH, worker
