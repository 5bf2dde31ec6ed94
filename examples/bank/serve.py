"""One of the three servers, in its own process: ``python -m examples.bank.serve NAME FD A B C``."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
from threading import Thread
from typing import TYPE_CHECKING

import waitress  # type: ignore[import-untyped]

from .bank import create_bank
from .pages import create_page
from .policies import policies_for
from .sites import NAMES, Sites, sites_at

if TYPE_CHECKING:
    from flask import Flask


def create(name: str, sites: Sites) -> Flask:
    """Return the application of one of the three."""
    if name == "bank":
        return create_bank(sites, policies_for(sites))
    return create_page(sites.partner if name == "partner" else sites.attacker, sites)


def serve(name: str, listener: socket.socket, sites: Sites) -> None:
    """Serve one of the three until the process ends."""
    Thread(target=_end_with_parent, daemon=True).start()
    # Browsers open connections ahead of need, and a queue for a moment is not worth a warning here.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # What the guard refuses is on the bank's page, and in the table.
    logging.getLogger("flask_corsguard").setLevel(logging.ERROR)
    waitress.create_server(create(name, sites), sockets=[listener], threads=8).run()


def _end_with_parent() -> None:
    # Nothing is ever written there. It closes when the parent closes it, or ends in any way.
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.bank.serve")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("fd", type=int)
    parser.add_argument("ports", type=int, nargs=3)
    parser.add_argument("--plain", action="store_true")
    said = parser.parse_args()
    bank, partner, attacker = said.ports
    sites = sites_at((bank, partner, attacker), plain=said.plain)
    serve(said.name, socket.socket(fileno=said.fd), sites)


if __name__ == "__main__":
    _main()
