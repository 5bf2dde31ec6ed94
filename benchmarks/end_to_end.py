"""gunicorn (sync, one worker) on the loopback address, driven by wrk: what is left of it all in a server.

The socket is opened here and handed on, so that nobody waits for a server to listen: a request that
comes early waits in the system until the worker takes it.
"""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from .progress import Progress
from .results import Results, Series
from .rows import RowError, named
from .scenarios.requests import ALLOWED, SHORT_PATH

ROOT: Final = Path(__file__).parent.parent
LIBRARIES: Final = ("bare", "flask-corsguard", "flask-cors")

#: Connections of wrk: a sync worker serves one, and because of the others it never waits for the next.
CONNECTIONS: Final = 4
#: Seconds for which a server lives if nobody stops it, and in which one that is asked to end must end.
LIFE: Final = 600
END: Final = 5
#: Seconds for a first answer; a cold disk needs most of them.
START: Final = 30

#: What a page of the allowed origin sends.
HEADERS: Final = {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"}

_RATE = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)


def throughput(library: str) -> str:
    """Return the name of the row of an application with that library."""
    return named(measure="throughput", server="gunicorn-sync", library=library, request="get-allowed")


def allowed_by(library: str) -> str | None:
    """Return the origin that an application with that library allows."""
    return None if library == "bare" else ALLOWED


ROWS: Final = tuple(throughput(library) for library in LIBRARIES)


#: How many times as many turns there are as of other processes: two seconds of wrk differ by a tenth.
TIMES: Final = 2


def seconds(drive: int, turns: int, rows: Sequence[str]) -> float:
    """Return the nominal seconds of it all."""
    return drive * turns * TIMES * len(rows)


def run(rows: Sequence[str], drive: int, turns: int, results: Results, progress: Progress) -> None:
    """Drive each application for *drive* seconds a turn, in servers of the turn's own.

    The applications alternate every second: a machine that others use is slower for seconds at a time.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        print("wrk is missing, so no server is driven: run benchmarks/install", file=sys.stderr)
        return
    libraries = [library for library in LIBRARIES if throughput(library) in rows]
    for _ in range(turns * TIMES):
        with ExitStack() as stack:
            ports = {library: stack.enter_context(_served(library)) for library in libraries}
            for library, port in ports.items():
                _check(library, port)
            for second in range(drive):
                for library in in_order(libraries, second):
                    progress.says(throughput(library))
                    rate = _drive(wrk, ports[library], 1)
                    results.add(throughput(library), rate, Series(unit="integer", duration=1))
                    progress.advance(1)


def in_order(libraries: Sequence[str], second: int) -> list[str]:
    """Return the order of the applications: the first two, which are compared, side by side and in turns."""
    compared, others = list(libraries[:2]), list(libraries[2:])
    if second % 2:
        compared.reverse()
    return [*others, *compared] if second % 4 > 1 else [*compared, *others]


@contextmanager
def _served(library: str) -> Iterator[int]:
    """Serve an application for as long as the context lasts; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [
            *("timeout", "-k", str(END), str(LIFE), sys.executable, "-m", "gunicorn"),
            *("--bind", f"fd://{listening.fileno()}", "--worker-class", "sync", "--workers", "1"),
            *("--log-level", "error", "--graceful-timeout", "1", "--no-control-socket"),
            f"benchmarks.served:application('{library}')",
        ]
        process = subprocess.Popen(  # noqa: S603 - a server of ours
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
            # Ctrl-C is for this process, which ends the other one.
            start_new_session=True,
        )
        try:
            yield listening.getsockname()[1]
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(END)


def _check(library: str, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START)
    connection.request("GET", SHORT_PATH, headers=HEADERS)
    response = connection.getresponse()
    allowed = response.getheader("Access-Control-Allow-Origin")
    connection.close()
    if response.status != http.client.OK or allowed != allowed_by(library):
        raise RowError(f"{throughput(library)}: answered {response.status}, allowed {allowed!r}")


def _drive(wrk: str, port: int, drive: int) -> float:
    headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
    url = f"http://127.0.0.1:{port}{SHORT_PATH}"
    done = subprocess.run(  # noqa: S603 - the path is that of Debian's wrk
        [wrk, "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{drive}s", *headers, url],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
        timeout=drive + START,
        start_new_session=True,
    )
    found = _RATE.search(done.stdout)
    if found is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise RowError(f"wrk has met errors:\n{done.stdout}")
    return float(found[1])
