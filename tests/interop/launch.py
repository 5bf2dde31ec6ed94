"""How a program is started: a directory of its own, a free port, bounds in time, and its end."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from interop.recorder import CALLS

ROOT: Final = Path(__file__).parents[2]

#: Seconds for a server to listen; a cold disk and a busy machine need most of them.
START: Final = 120
#: Seconds in which a server that was asked to end must have ended, and that one needs that was killed.
END: Final = 5
KILLED: Final = 60
#: Seconds for which a server lives if nobody stops it: longer than all tests take on a slow machine.
LIFE: Final = 3600
#: Seconds between two looks at whether a server listens.
LOOK: Final = 0.02


#: The ports that this process has chosen: what is to listen there may not do so yet, or not any more.
_CHOSEN: Final[set[int]] = set()


class ServerError(RuntimeError):
    """A server did not do what it was asked to."""


class ServerMissingError(ServerError):
    """A server is not installed."""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens at, and another one each time.

    It is below those that systems give to clients (49152 and above, Linux 32768): of these any
    connection, even the one that looks whether the server listens, could take it meanwhile. Each process of
    pytest-xdist has ports of its own: the server does not listen yet, and another process could choose it.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    left = [port for port in range(20_000 + worker, 32_000, workers) if port not in _CHOSEN]
    # Not from the seed of the tests, which is the same in all processes.
    for port in random.SystemRandom().sample(left, 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            _CHOSEN.add(port)
            return port
    raise ServerError("no port is free")


def program(name: str, package: str) -> str:
    """Return the path of a program of Debian's *package*."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise ServerMissingError(
            f"{name} is missing: install Debian's package {package}, or run `make interop`"
        )
    return found


class Home:
    """A fresh directory in which servers store everything they write, and those servers."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="corsguard-interop-"))
        # A server that gives up root must still get here, and write down what was called.
        self.path.chmod(0o755)
        self.calls = self.path / "calls"
        self.calls.touch()
        self.calls.chmod(0o666)
        self._log = self.path / "log"
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, command: Sequence[str], port: int, **more: str) -> None:
        """Start *command*, for as long as LIFE at most, and wait until it listens at *port*."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                ["timeout", "-k", str(END), str(LIFE), *command],
                cwd=self.path,
                env=self._environ(more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        deadline = time.monotonic() + START
        while not _listens(port):
            # The wait for its end is the wait between two looks.
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK)
                raise ServerError(f"{command[0]} ended with {process.returncode}:\n{self.said()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{command[0]} does not listen after {START} s:\n{self.said()}")

    def _environ(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {key: each for key, each in os.environ.items() if not key.lower().endswith("_proxy")}
        paths = os.pathsep.join((str(ROOT / "tests"), str(ROOT)))
        return {**kept, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", CALLS: str(self.calls), **more}

    def said(self) -> str:
        """Return the end of what the servers have written."""
        return self._log.read_text("utf-8", "replace")[-4000:] if self._log.exists() else ""

    def called(self) -> set[str]:
        """Return the tokens of the requests that have reached the application."""
        return set(self.calls.read_text("latin-1").split("\n"))

    def stop(self) -> None:
        """End what was started, and remove what it has written."""
        for process in reversed(self._processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(END)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(KILLED)
        shutil.rmtree(self.path, ignore_errors=True)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
