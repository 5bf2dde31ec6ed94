"""Redis and PostgreSQL, started for a test: killed, stopped, continued and started again."""

from __future__ import annotations

import gc
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from interop.launch import LIFE, START, Home, ServerMissingError, free_port, program


class Server:
    """A process that a test treats badly."""

    def __init__(self) -> None:
        self.home, self.port = Home(), free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return the command that starts it."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Whether it answers."""
        raise NotImplementedError

    def _run(self, command: list[str], **more: object) -> subprocess.Popen[bytes]:
        with (self.home.path / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.home.path, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more
            )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = self._run(["timeout", "-k", "5", str(LIFE), *self.command()], start_new_session=True)
        deadline = time.monotonic() + START
        while not self.is_ready():
            assert self._process.poll() is None, self.home.said()
            assert time.monotonic() < deadline, self.home.said()
            time.sleep(0.02)

    def _signal(self, number: signal.Signals) -> None:
        for process in self._processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def _processes(self) -> list[int]:
        """Return the process of `timeout`, and what descends from it."""
        children: dict[int, list[int]] = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                words = status.read_text().rpartition(")")[2].split()
                children.setdefault(int(words[1]), []).append(int(status.parent.name))
        found = [self._process.pid] if self._process else []
        for process in found:
            found += children.get(process, [])
        return found

    def kill(self) -> None:
        """End it, as the kernel does when memory is short."""
        # Nobody starts another process meanwhile.
        self.hang()
        processes = self._processes()
        self._signal(signal.SIGKILL)
        if self._process:
            self._process.wait(START)
        # Only then its port is free.
        self._wait_until(lambda: {state_of(each) for each in processes} <= {"Z"})

    def hang(self) -> None:
        """Stop it: its connections stay, and nothing answers."""
        self._wait_until(self._is_stopped)

    def _is_stopped(self) -> bool:
        # A process may have started another one meanwhile.
        self._signal(signal.SIGSTOP)
        return {state_of(each) for each in self._processes()} <= {"T", "Z"}

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START
        while not holds():
            assert time.monotonic() < deadline, self.home.said()
            time.sleep(0.005)

    def go_on(self) -> None:
        """Make it answer again."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it, and remove what it has written."""
        # First what asks it, which would log what happens into the next test.
        gc.collect()
        self.kill()
        self.home.stop()


def state_of(process: int) -> str:
    """Return the letter of what a process does; of one that is gone, that of one that has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    return "Z"


class RedisServer(Server):
    """Debian's redis-server."""

    @property
    def url(self) -> str:
        """Its URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> list[str]:
        """Return what starts it: nothing is written to a disk."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "enable-debug-command": "yes"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return [program("redis-server", "redis-server"), *words]

    def is_ready(self) -> bool:
        """Whether it answers."""
        import redis

        with suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    @cached_property
    def client(self):
        """A client for what a test does itself."""
        import redis

        return redis.Redis(port=self.port, socket_timeout=START, decode_responses=True)

    def close(self) -> None:
        """End it, and remove what it has written."""
        # Left to the garbage collector, its connections could end in a warning, in any test.
        self.client.close()
        super().close()


class PostgresServer(Server):
    """Debian's PostgreSQL, as its own user where root runs the tests."""

    def __init__(self) -> None:
        super().__init__()
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if not found:
            raise ServerMissingError(
                "postgres is missing: install Debian's package postgresql, or `make interop`"
            )
        self._bin = found[-1].parent
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        data = self.home.path / "data"
        data.mkdir()
        if os.geteuid() == 0:
            shutil.chown(data, self._user)
        options = ["-D", str(data), "-A", "trust", "-U", "tenants", "--no-sync", "-E", "UTF8"]
        self._run(self._as_user([str(self._bin / "initdb"), *options])).wait(LIFE)

    def _as_user(self, command: list[str]) -> list[str]:
        return ["runuser", "-u", self._user, "--", *command] if os.geteuid() == 0 else command

    @property
    def url(self) -> str:
        """Its URL."""
        return f"postgresql+psycopg://tenants@127.0.0.1:{self.port}/postgres?connect_timeout=2"

    def command(self) -> list[str]:
        """Return what starts it: on loopback alone, and without waiting for a disk."""
        data = self.home.path / "data"
        options = ["-p", str(self.port), "-h", "127.0.0.1", "-c", "fsync=off", "-k", ""]
        return self._as_user([str(self._bin / "postgres"), "-D", str(data), *options])

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # One that was killed has left it behind, and its number counts until its parent asks for its end.
        (self.home.path / "data" / "postmaster.pid").unlink(missing_ok=True)
        super().start()

    def is_ready(self) -> bool:
        """Whether it answers."""
        import psycopg

        with suppress(psycopg.Error):
            self.execute("SELECT 1")
            return True
        return False

    def execute(self, *statements: str) -> None:
        """Execute statements in a transaction."""
        import psycopg

        with psycopg.connect(
            f"postgresql://tenants@127.0.0.1:{self.port}/postgres", connect_timeout=START
        ) as connection:
            for each in statements:
                connection.execute(each)
