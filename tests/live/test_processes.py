"""Live origins in servers with several processes: a change reaches each, and each ends on its signal."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from flask_corsguard.live.redis import RedisSet
from interop.launch import Home, free_port
from interop.servers import gunicorn
from live.asking import PATIENCE, A, B, Looks, eventually
from live.servers import RedisServer, state_of

pytestmark = pytest.mark.interop

WORKERS = 4
#: Seconds within which a change is in force in every worker, as looks count them.
SECOND = 1.0
#: Seconds in which a server ends after its signal: less than those after which uWSGI kills a worker.
END = 45


def uwsgi(*options: str) -> Callable[[Home, str, int], None]:
    """Return how uWSGI is started with these options."""

    def start(home: Home, application: str, port: int) -> None:
        command = [str(Path(sys.executable).parent / "pyuwsgi"), "--http-socket", f"127.0.0.1:{port}"]
        more = ["--module", application, "--master", "--die-on-term", "--need-app"]
        home.start([*command, *more, "--processes", str(WORKERS), *options], port)

    return start


_WORKERS = ("--workers", str(WORKERS))
_GTHREAD = ("--worker-class", "gthread", "--threads", "2")
SERVERS = {
    "sync": gunicorn(*_WORKERS),
    "sync preload": gunicorn(*_WORKERS, "--preload"),
    "gthread": gunicorn(*_WORKERS, *_GTHREAD),
    "gthread preload": gunicorn(*_WORKERS, *_GTHREAD, "--preload"),
    "gevent": gunicorn(*_WORKERS, "--worker-class", "gevent"),
    "gevent preload": gunicorn(*_WORKERS, "--worker-class", "gevent", "--preload"),
    "uwsgi": uwsgi("--enable-threads"),
    "uwsgi lazy": uwsgi("--enable-threads", "--lazy-apps"),
    "uwsgi threads": uwsgi("--threads", "2"),
}


def _asgi(*command: str) -> Callable[[Home, str, int], None]:
    """Give how a server for ASGI is started with this command."""

    def start(home: Home, application: str, port: int) -> None:
        address = [f"--bind=127.0.0.1:{port}"]
        if command[0] == "uvicorn":
            address = ["--host=127.0.0.1", f"--port={port}", "--timeout-graceful-shutdown=1"]
            # A worker that has not had its turn for five seconds would be replaced.
            address.append(f"--timeout-worker-healthcheck={PATIENCE}")
        home.start([sys.executable, "-m", *command, f"--workers={WORKERS}", *address, application], port)

    return start


ASGI_SERVERS = {"uvicorn": _asgi("uvicorn"), "hypercorn": _asgi("hypercorn")}
#: Where the applications are, by what the policy is.
ORIGINS, ORIGINS_ASGI = "live.served:application", "live.served_asgi:application"
POLICIES, POLICIES_ASGI = "live.served_policies:application", "live.served_policies:asgi_application"


class Running:
    """A server that runs, and what its workers answer."""

    #: The host that requests are sent to.
    host = "one.example"

    def __init__(self, start, home, application: str = ORIGINS) -> None:
        self.home, self.port = home, free_port()
        start(home, application, self.port)

    def ask(self, origin: str) -> tuple[str, bool]:
        """Return the process that answers a request of a new connection, and if the origin is allowed."""
        (answer,) = self.ask_at_once(origin, 1)
        return answer

    def ask_at_once(self, origin: str, count: int) -> list[tuple[str, bool]]:
        """Return the same of so many requests that are open at the same time."""
        with ExitStack() as stack:
            connections = [self._connect(stack) for _ in range(count)]
            for each in connections:
                each.request("GET", "/", headers={"Origin": origin, "Host": self.host})
            answers = [each.getresponse() for each in connections]
            return [
                (each.read().decode(), each.headers.get("Access-Control-Allow-Origin") == origin)
                for each in answers
            ]

    def _connect(self, stack: ExitStack) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        return stack.enter_context(closing(connection))

    def see(self, origin: str, *, allowed: bool, once_asked: bool = False) -> float:
        """Wait until every worker has answered so; give the seconds until the last one answered otherwise.

        :param once_asked: of each worker, these seconds begin with its first answer.
        """
        looks, last, seen, first = Looks(), 0.0, set(), {}

        def is_in_every_worker() -> bool:
            nonlocal last
            # Of requests that come one by one, some servers have nearly all answered by the same worker.
            answers = self.ask_at_once(origin, 2 * WORKERS)
            counted = looks.count()
            for process, is_allowed in answers:
                since = first.setdefault(process, counted) if once_asked else 0
                if is_allowed == allowed:
                    seen.add(process)
                else:
                    seen.discard(process)
                    last = max(last, counted - since)
            return len(seen) == WORKERS

        eventually(is_in_every_worker)
        return last

    def questions(self) -> Counter[str]:
        """Return how often each process has asked."""
        lines = (self.home.path / "asked").read_text().splitlines()
        return Counter(line.split()[0] for line in lines)

    def asked(self) -> dict[str, set[str]]:
        """Return the threads that have asked, by their process."""
        found: dict[str, set[str]] = {}
        for line in (self.home.path / "asked").read_text().splitlines():
            process, thread = line.split()
            found.setdefault(process, set()).add(thread)
        return found

    def end(self) -> None:
        """Tell the server to end, and wait until it has."""
        (process,) = self.home._processes
        # To the server alone, as managers of processes do: a program that limits its time is around it, which
        # signals all processes once more. hypercorn sometimes does not end then, whatever it serves.
        server, *_ = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(server), signal.SIGTERM)
        process.wait(END)


def _running(name, home, application, asgi_application):
    if name in SERVERS:
        return Running(SERVERS[name], home, application)
    return Running(ASGI_SERVERS[name], home, asgi_application)


def write(home, text):
    """Replace what the file lists."""
    new = home.path / "origins.new"
    new.write_text(text)
    new.replace(home.path / "origins.txt")


@pytest.fixture
def home():
    """A place with a file that lists one origin."""
    home = Home()
    write(home, f"{A}\n")
    yield home
    home.stop()


@pytest.mark.parametrize("name", [*SERVERS, *ASGI_SERVERS])
def test_a_change_reaches_every_worker_within_a_second(home, name):
    """One thread of each asks, none of the process that forked them, and all of them end at once."""
    running = _running(name, home, ORIGINS, ORIGINS_ASGI)
    running.see(A, allowed=True)

    write(home, f"{A}\n{B}\n")
    assert running.see(B, allowed=True) < SECOND
    write(home, f"{B}\n")
    assert running.see(A, allowed=False) < SECOND

    asked = running.asked()
    workers = {running.ask(B)[0] for _ in range(50)}
    assert workers <= set(asked)
    assert len(asked) == WORKERS
    assert all(len(threads) == 1 for threads in asked.values()), (asked, running.home.said())
    running.end()


@pytest.mark.parametrize("name", ["sync preload", "gthread preload", "gevent preload", "uwsgi"])
def test_what_is_loaded_before_the_fork_is_known_to_the_first_request(home, name):
    """Then each worker has a thread of its own, and learns of changes."""
    (home.path / "refresh").touch()
    running = Running(SERVERS[name], home)
    assert running.ask(A)[1]
    assert running.see(A, allowed=True) == 0

    write(home, f"{B}\n")
    assert running.see(B, allowed=True) < SECOND
    # The process that forked them has asked once.
    assert len(running.asked()) == WORKERS + 1


@pytest.mark.parametrize("name", ["sync", "gthread", "gevent", "uwsgi"])
def test_a_question_that_hangs_delays_no_request_and_no_end(home, name):
    """The thread is not waited for."""
    running = Running(SERVERS[name], home)
    running.see(A, allowed=True)
    before = running.questions()
    (home.path / "hang").touch()
    write(home, f"{B}\n")
    # Each has asked once more, and gets no answer.
    eventually(lambda: all(running.questions()[each] > before[each] for each in before))
    for _ in range(50):
        assert running.ask(A)[1]
    running.end()


def test_a_worker_that_is_replaced_starts_its_own(home):
    """As gunicorn replaces one that has died."""
    (home.path / "refresh").touch()
    running = Running(SERVERS["sync preload"], home)
    running.see(A, allowed=True)
    victim = running.ask(A)[0]
    os.kill(int(victim), signal.SIGKILL)
    # Until it is gone, it could take a connection with it.
    eventually(lambda: not Path(f"/proc/{victim}").exists())
    write(home, f"{B}\n")
    assert running.see(B, allowed=True) < SECOND
    assert running.see(A, allowed=False) < SECOND


@pytest.mark.parametrize("name", ["sync preload", "gthread", "gevent", "gevent preload", "uwsgi"])
def test_a_change_in_redis_reaches_every_worker_within_a_second(home, name):
    """It is published, and nobody has asked for it."""
    server = RedisServer()
    try:
        server.start()
        store = RedisSet(server.client)
        store.add(A)
        (home.path / "redis.url").write_text(server.url)
        running = Running(SERVERS[name], home)
        running.see(A, allowed=True)
        # Each has subscribed.
        eventually(lambda: len(server.client.client_list(_type="pubsub")) == WORKERS)
        store.add(B)
        assert running.see(B, allowed=True) < SECOND
        store.discard(A)
        assert running.see(A, allowed=False) < SECOND
        running.end()
    finally:
        server.close()


def test_a_uwsgi_without_threads_logs_it(home):
    """Its workers would never load anything, and nobody would know why."""
    running = Running(uwsgi(), home)
    assert not running.ask(A)[1]
    assert "Set enable-threads = true" in home.said()


def list_tenants(home, **tenants):
    """Replace the table of tenants."""
    new = home.path / "tenants.new"
    new.write_text(json.dumps({f"{name}.example": origins for name, origins in tenants.items()}))
    new.replace(home.path / "tenants.json")


@pytest.mark.parametrize("name", [*SERVERS, *ASGI_SERVERS])
def test_a_policy_of_a_host_reaches_every_worker_within_a_second(home, name):
    """As it comes, changes and goes; no other host gets it, and one thread of each process asks."""
    list_tenants(home, other=[B])
    running = _running(name, home, POLICIES, POLICIES_ASGI)
    running.see(A, allowed=False)

    list_tenants(home, one=[A], other=[B])
    # A worker loads the policy of a host that was unknown when it is asked for it.
    assert running.see(A, allowed=True, once_asked=True) < SECOND
    list_tenants(home, one=[B], other=[A])
    assert running.see(B, allowed=True) < SECOND
    assert running.see(A, allowed=False) < SECOND
    list_tenants(home, other=[A, B])
    assert running.see(B, allowed=False) < SECOND
    running.host = "stranger.example"
    assert not running.ask(A)[1]

    asked = running.asked()
    assert len(asked) == WORKERS
    assert all(len(threads) == 1 for threads in asked.values()), (asked, running.home.said())
    running.end()


@pytest.mark.parametrize("name", ["sync preload", "gthread preload", "gevent preload", "uwsgi"])
def test_a_policy_that_is_loaded_before_the_fork_is_known_to_the_first_request(home, name):
    """Then each worker has a thread of its own, and learns of changes."""
    list_tenants(home, one=[A])
    (home.path / "refresh").touch()
    running = Running(SERVERS[name], home, POLICIES)
    assert running.ask(A)[1]
    assert running.see(A, allowed=True) == 0

    list_tenants(home, one=[B])
    assert running.see(B, allowed=True) < SECOND
    assert running.see(A, allowed=False) < SECOND


@pytest.mark.parametrize("name", ["sync", "gthread preload", "gevent", "uwsgi", "uvicorn"])
def test_a_worker_that_was_stopped_allows_nobody_who_was_not_confirmed_since(home, name):
    """Its first request may come before its thread has its turn, and the source may be away: time went on."""
    (home.path / "times").write_text("0.9 2")
    running = _running(name, home, ORIGINS, ORIGINS_ASGI)
    running.see(A, allowed=True)
    workers = [int(each) for each in running.asked()]
    for each in workers:
        os.kill(each, signal.SIGSTOP)
    # From then on, nothing is confirmed.
    eventually(lambda: {state_of(each) for each in workers} == {"T"})
    (home.path / "hang").touch()
    time.sleep(2)
    for each in workers:
        os.kill(each, signal.SIGCONT)

    for _ in range(20):
        assert not running.ask(A)[1]
    (home.path / "hang").unlink()
    running.see(A, allowed=True)
