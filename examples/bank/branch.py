"""A process of the bank's that reads who its partners are: ``python -m examples.bank.branch FD SOURCE``."""

from __future__ import annotations

import logging
import os
import socket
import sys
from threading import Thread
from typing import TYPE_CHECKING

import waitress  # type: ignore[import-untyped]
from flask import Flask

from flask_corsguard import CorsGuard
from flask_corsguard.live import LiveOrigins

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from flask_corsguard.live import Source


def source_at(place: str) -> Source:
    """Return the list of partners in a file, or in Redis if *place* is its URL."""
    if place.startswith("redis://"):
        from flask_corsguard.live.redis import RedisSet

        return RedisSet(place, key="bank:partners")
    from flask_corsguard.live.file import OriginsFile

    return OriginsFile(place)


def create_branch(partners: LiveOrigins) -> Flask:
    """Return an application that the partners of this moment may read."""
    app = Flask(__name__)
    CorsGuard(app, origins=[partners])

    @app.get("/conditions")
    def conditions() -> ResponseReturnValue:
        return {"overdraft": "12 %"}

    return app


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)


def _main() -> None:
    fd, place = sys.argv[1:]
    Thread(target=_end_with_parent, daemon=True).start()
    # Browsers open connections ahead of need, and a queue for a moment is not worth a warning here.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    partners = LiveOrigins(source_at(place))
    app = create_branch(partners)
    # So that the first request finds them.
    partners.refresh()
    waitress.create_server(app, sockets=[socket.socket(fileno=int(fd))], threads=4).run()


if __name__ == "__main__":
    _main()
