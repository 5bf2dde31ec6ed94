"""The bank takes on a new partner while it runs: in two processes, and without a restart."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from flask_corsguard.testing import Browser, FetchRefused

from .client import Relay
from .servers import BACKLOG, PATIENCE, ROOT, Child
from .sites import LOOPBACK, Site

BRANCHES: Final = ("branch-1", "branch-2")
NEWCOMER: Final = "http://newcomer.demo.localhost"
EARLIER: Final = "http://partner.demo.localhost"

#: Seconds within which a change is in force in every process.
SOON: Final = 1.0
#: Seconds after which a process counts as one that has not received it.
_LATE: Final = 60
_LOOK: Final = 0.01
#: Seconds for which a look counts, at most: on a busy machine it takes longer, and so does a change.
_LONGEST_LOOK: Final = 0.03

_FIRST: Final = "the newcomer's page asks both processes of the bank"


class RedisMissingError(Exception):
    """There is no redis-server; the message explains what to do."""


class Partners(NamedTuple):
    """Where the bank lists its partners, and how it changes the list."""

    place: str
    name: str
    #: List the newcomer, too; or no longer.
    take_on: Callable[[], None]
    part_with: Callable[[], None]


class Step(NamedTuple):
    """What was done, and what both processes then answered to the newcomer's page."""

    title: str
    #: Whether the page reads the answer, by process.
    reads: tuple[bool, ...]
    #: Seconds until the last process answered so; ``None`` of the first step, in which they start.
    seconds: float | None
    problem: str


def in_file(directory: Path) -> Partners:
    """Return a list in a file, which is replaced as a whole."""
    path = directory / "partners.txt"

    def write(*origins: str) -> None:
        other = path.with_suffix(".new")
        other.write_text("".join(f"{origin}\n" for origin in origins))
        other.replace(path)

    write(EARLIER)
    return Partners(str(path), "a file", lambda: write(EARLIER, NEWCOMER), lambda: write(EARLIER))


@contextmanager
def in_redis() -> Iterator[Partners]:
    """Return a list in a set of Redis, on a server that ends with the block.

    :raises RedisMissingError: if there is no redis-server.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise RedisMissingError("redis-server is missing: install Debian's package redis-server.")
    from flask_corsguard.live.redis import RedisSet

    with closing(_listen()) as listener:
        port = listener.getsockname()[1]
    options = ["--port", str(port), "--bind", LOOPBACK, "--save", "", "--loglevel", "warning"]
    with TemporaryDirectory() as directory:
        server = subprocess.Popen([program, *options], cwd=directory, stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait_for(port)
            store = RedisSet(place := f"redis://{LOOPBACK}:{port}/0", key="bank:partners")
            store.add(EARLIER)
            yield Partners(place, "Redis", lambda: store.add(NEWCOMER), lambda: store.discard(NEWCOMER))
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((LOOPBACK, 0))
    listener.listen(BACKLOG)
    return listener


def _wait_for(port: int) -> None:
    until = time.monotonic() + _LATE
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
            return
        time.sleep(_LOOK)


@contextmanager
def branches(place: str) -> Iterator[tuple[Site, ...]]:
    """Have two processes of the bank's that read the same list, and end them with the block."""
    children: list[Child] = []
    sites = []
    try:
        for name in BRANCHES:
            with closing(_listen()) as listener:
                sites.append(Site(name, f"{name}.demo.localhost", listener.getsockname()[1]))
                fd = listener.fileno()
                command = [sys.executable, "-m", "examples.bank.branch", str(fd), place]
                children.append(
                    subprocess.Popen(  # noqa: S603
                        command, cwd=ROOT, stdin=subprocess.PIPE, pass_fds=[fd], start_new_session=True
                    )
                )
        yield tuple(sites)
    finally:
        for child in children:
            if child.stdin is not None:
                child.stdin.close()
        for child in children:
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def tell(partners: Partners) -> Iterator[Step]:
    """Carry the story out, step by step."""
    with branches(partners.place) as sites:
        browser = Browser({site.origin: Relay(site) for site in sites})
        # Both have started when they answer.
        yield _step(_FIRST, browser, sites, reads=False)
        partners.take_on()
        yield _step(f"the bank adds the newcomer to {partners.name}", browser, sites, reads=True)
        partners.part_with()
        yield _step(f"the bank takes the newcomer out of {partners.name}", browser, sites, reads=False)


def _step(title: str, browser: Browser, sites: tuple[Site, ...], *, reads: bool) -> Step:
    began = last = time.monotonic()
    counted = 0.0
    while True:
        found = tuple(_reads(browser, site) for site in sites)
        now = time.monotonic()
        seconds, counted, last = now - began, counted + min(now - last, _LONGEST_LOOK), now
        if set(found) == {reads} or seconds > _LATE:
            break
        time.sleep(_LOOK)
    problem = ""
    if set(found) != {reads}:
        problem = f"it is not so in every process after {_LATE} seconds"
    elif title == _FIRST:
        return Step(title, found, None, problem)
    elif counted > SOON:
        problem = f"it took longer than {SOON} s"
    return Step(title, found, seconds, problem)


def _reads(browser: Browser, site: Site) -> bool:
    try:
        browser.open(NEWCOMER).fetch(f"{site.origin}/conditions")
    except FetchRefused:
        return False
    return True
