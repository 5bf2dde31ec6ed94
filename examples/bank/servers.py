"""The three servers: a process each, on sockets that are bound before any of them starts."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from .client import NoAnswerError
from .edge import FOLLOW, FOLLOWED
from .sites import LOOPBACK, NAMES, Sites, sites_at

Child = subprocess.Popen[bytes]

ROOT: Final = Path(__file__).parents[2]

#: Seconds that a server has to end by itself before it is killed.
PATIENCE: Final = 5
#: Connections that wait while a server is still starting.
BACKLOG: Final = 64


class PortTakenError(Exception):
    """A port is not free; the message names it, and explains what to do."""


def bind(ports: tuple[int, int, int], stack: ExitStack) -> list[socket.socket]:
    """Return a listening socket for each port, 0 meaning any free one; *stack* closes them.

    :raises PortTakenError: for the first that cannot be had.
    """
    sockets = []
    for name, port in zip(NAMES, ports, strict=True):
        listener = stack.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)))
        # Without this, the ports of a demo that has just ended would stay taken for a minute.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(BACKLOG)
        except OSError as error:
            reason = error.strerror or str(error)
            raise PortTakenError(
                f"Port {port}, for the {name}, cannot be used ({reason}): end what listens there, "
                'choose three others with --ports A B C (make demo PORTS="A B C"), or give none.'
            ) from error
        sockets.append(listener)
    return sockets


@contextmanager
def serving(
    ports: tuple[int, int, int], *, plain: bool, edge: bool = False
) -> Iterator[tuple[Sites, list[Child]]]:
    """Have the three origins served, and ended again however the block is left.

    :param edge: whether nginx is in front of the bank; it is the last of the children then, and has to be
        passed to :func:`follow`.
    :raises PortTakenError: if a port cannot be had; then nothing was started.
    """
    children: list[Child] = []
    try:
        with ExitStack() as stack:
            sockets = bind(ports, stack)
            bank, partner, attacker = (listener.getsockname()[1] for listener in sockets)
            sites = sites_at((bank, partner, attacker), plain=plain)
            if edge:
                # nginx has the bank's port, and the bank another one.
                sockets[0].close()
                sockets[0] = stack.enter_context(closing(socket.create_server((LOOPBACK, 0))))
            for name, listener in zip(NAMES, sockets, strict=True):
                children.append(_start(name, listener, sites, plain=plain))
            if edge:
                children.append(_start_edge(sockets[0].getsockname()[1], sites, plain=plain))
        # The sockets are the children's alone now: if one ends, its port refuses and does not hang.
        yield sites, children
    finally:
        _stop(children)


def _start(name: str, listener: socket.socket, sites: Sites, *, plain: bool) -> Child:
    words = ["examples.bank.serve", name, str(listener.fileno())]
    return _child(words, sites, plain=plain, inherits=[listener.fileno()])


def _start_edge(behind: int, sites: Sites, *, plain: bool) -> Child:
    return _child(["examples.bank.edge", str(behind)], sites, plain=plain)


def _child(words: list[str], sites: Sites, *, plain: bool, inherits: Iterable[int] = ()) -> Child:
    ports = [str(site.port) for site in sites]
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", *words, *ports, *(["--plain"] if plain else [])],
        cwd=ROOT,
        # Two pipes for life: the child ends when stdin does, and stdout closes when the child ends.
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=tuple(inherits),
        # Ctrl-C in a terminal reaches a whole session; the children leave it to us.
        start_new_session=True,
    )


def follow(edge: Child) -> None:
    """Have nginx answer as the switch of the guard now requires.

    :raises NoAnswerError: if it does not start.
    """
    if edge.stdin is not None and edge.stdout is not None:
        with suppress(BrokenPipeError):
            edge.stdin.write(FOLLOW)
            edge.stdin.flush()
        if edge.stdout.read(len(FOLLOWED)) != FOLLOWED:
            raise NoAnswerError("nginx in front of the bank did not start; its own message is above.")


def wait_for_end(children: list[Child]) -> str:
    """Wait until one of the servers ends, which none should, and return its name."""
    outputs = [child.stdout for child in children if child.stdout is not None]
    ended = select.select(outputs, [], [])[0][0]
    position = outputs.index(ended)
    code = children[position].wait(PATIENCE)
    name = f"server of the {NAMES[position]}" if position < len(NAMES) else "engine in front"
    return f"The {name} ended by itself, with {code}."


def _stop(children: list[Child]) -> None:
    # A second Ctrl-C changes nothing: the end is near and bounded.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in children:
        if child.stdin is not None:
            child.stdin.close()
    for child in children:
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()
    signal.signal(signal.SIGINT, previous)
