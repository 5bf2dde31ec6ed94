"""An application with live origins, for servers that fork; where it is started is what they list."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from flask import Flask

from flask_corsguard import CorsGuard
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.file import OriginsFile
from flask_corsguard.live.redis import RedisSet

HOME = Path.cwd()


def observed(source):
    """Have a source record which thread of which process asks it, and hang when a test wants it."""
    version = source.version

    def asked():
        with (HOME / "asked").open("a") as asked:
            asked.write(f"{os.getpid()} {threading.get_native_id()}\n")
        while (HOME / "hang").exists():
            time.sleep(0.05)
        return version()

    source.version = asked
    return source


url, times = HOME / "redis.url", HOME / "times"
# The change must arrive as news, and not because it is asked for.
ttl, grace = map(float, times.read_text().split()) if times.exists() else (300.0, 3000.0)
partners = LiveOrigins(
    observed(RedisSet(url.read_text()) if url.exists() else OriginsFile(HOME / "origins.txt")),
    ttl=ttl,
    grace=grace,
)
application = Flask(__name__)
CorsGuard(application, origins=[partners], credentials=True)


@application.get("/")
def pid():
    """Return the number of the process that answers."""
    return str(os.getpid())


if (HOME / "refresh").exists():
    partners.refresh()
