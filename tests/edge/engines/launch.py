"""Engines, each started for real in front of an application, with files that an export has written."""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import trustme

from flask_corsguard.edge.export import export
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.losses import ACCEPTABLE
from flask_corsguard.edge.places import Source
from flask_corsguard.edge.vectors import Site
from flask_corsguard.edge.wire import Wire, WireError
from flask_corsguard.edge.writing import write_files
from interop.launch import Home, ServerMissingError, free_port

#: Seconds in which an engine that listens has to pass requests on.
PATIENCE: Final = 120
UPSTREAM: Final = Path(__file__).with_name("upstream.py")


def of_environment(name: str, package: str) -> str:
    """Return the path of a program that a Python package installs."""
    path = Path(sys.prefix) / "bin" / name
    if not path.exists():
        raise ServerMissingError(f"{name} is missing: install {package}, or run `make edge`")
    return str(path)


@dataclass
class Running:
    """An engine that runs.

    :ivar port: where it is reached.
    :ivar inner_port: where it listens itself; another port, if something in front of it ends TLS.
    :ivar behind: the port of the application.
    """

    home: Home
    engine: Engine
    port: int
    inner_port: int
    behind: int
    tls: bool
    source: Source
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        """Where it is reached."""
        return Site("https" if self.tls else "http", f"localhost:{self.port}")

    @property
    def context(self) -> ssl.SSLContext | None:
        """What a connection to it is encrypted with."""
        if not self.tls:
            return None
        context = ssl.create_default_context()
        authority().configure_trust(context)
        return context

    @contextmanager
    def wire(self):
        """Open a connection to it."""
        with Wire("localhost", self.port, self.context) as wire:
            yield wire

    def write(self, source: Source, change: Callable[[str, str], str] | None = None, **options) -> None:
        """Write the files of an export, each changed by *change*, and the engine's own around them."""
        directory = self.home.path / "corsguard"
        if not self.engine.knows_host:
            options.setdefault("own", [f"http://{self.site.host}", f"https://{self.site.host}"])
        if not FORMATS[self.engine.form].is_full:
            options.setdefault("accepted", ACCEPTABLE)
        made = export(source, FORMATS[self.engine.form], directory=self.engine.directory(self), **options)
        files = {name: change(name, text) if change else text for name, text in made.files.items()}
        write_files(directory, files)
        self.engine.configure(self)
        self.source = source


@dataclass(frozen=True)
class Engine:
    """How one is configured, started and reloaded.

    :ivar name: with the version that is meant, as tests show it.
    :ivar form: the name of the format.
    :ivar configure: writes what is around the exported files.
    :ivar command: returns the command that runs it in the foreground.
    :ivar reload: has it read its files again.
    :ivar version: returns what it calls itself.
    :ivar directory: returns how its configuration names the directory of the exported files.
    :ivar tls_command: returns the command that ends TLS in front of it; ``None``: it does so itself.
    :ivar knows_host: whether it compares ``Origin`` with ``Host``, and need not know its own origins.
    """

    name: str
    form: str
    configure: Callable[[Running], None]
    command: Callable[[Running], list[str]]
    reload: Callable[[Running], None]
    version: Callable[[], str]
    directory: Callable[[Running], str] = lambda running: str(running.home.path / "corsguard")
    tls_command: Callable[[Running], list[str]] | None = None
    knows_host: bool = True

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=1)
def authority() -> trustme.CA:
    """Return the authority whose certificates the tests trust."""
    return trustme.CA()


def write_certificate(home: Home) -> None:
    """Write a key and its certificates into one file, and into two."""
    certificate = authority().issue_cert("localhost", "127.0.0.1")
    key = certificate.private_key_pem.bytes()
    chain = b"".join(each.bytes() for each in certificate.cert_chain_pems)
    for name, content in (("tls.pem", key + chain), ("tls.key", key), ("tls.crt", chain)):
        (home.path / name).write_bytes(content)


def wait_until_it_forwards(started: Running) -> None:
    """Wait until a request reaches the application: some engines listen before they have read everything."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with started.wire() as wire, suppress(OSError, WireError):
            answer = wire.ask("GET", "/", [("Host", started.site.host)])
            if answer.values("x-reached"):
                return
        assert time.monotonic() < deadline, f"{started.engine} passes nothing on"
        time.sleep(0.02)


@contextmanager
def running(
    engine: Engine,
    source: Source,
    *,
    tls: bool = False,
    change=None,
    behind: int | None = None,
    sockets: bool = False,
    **options,
):
    """Start *engine* with the export of *source*.

    :param behind: the port of the application; by default, a small one is started.
    :param sockets: whether the small one opens WebSockets.
    """
    home = Home()
    try:
        if behind is None:
            behind = free_port()
            flags = ["--sockets"] if sockets else []
            home.start([sys.executable, str(UPSTREAM), str(behind), *flags], behind)
        port, tls_command = free_port(), engine.tls_command if tls else None
        inner_port = free_port() if tls_command else port
        started = Running(home, engine, port, inner_port, behind, tls, source)
        if tls:
            write_certificate(home)
        started.write(source, change, **options)
        home.start(engine.command(started), inner_port)
        if tls_command:
            home.start(tls_command(started), port)
        wait_until_it_forwards(started)
        yield started
    finally:
        home.stop()
