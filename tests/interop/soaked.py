"""An application whose policy is replaced, by a thread of its own in each worker, while it answers."""

from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path

from flask_corsguard import CorsMiddleware, Policy, asgi
from interop.policies import BOTH, EVERY, ONE, TWO
from interop.recorder import CALLS

_numbers = itertools.count(1)
_due, _wanted, _replaced = (threading.Semaphore(0) for _ in range(3))


def replaced_meanwhile(origin) -> bool:
    """Allow nobody; but when it is due, have the policy replaced while the one that asks decides."""
    if _due.acquire(blocking=False):
        _wanted.release()
        _replaced.acquire()
    return False


#: They differ in everything that a response can show.
FIRST = Policy(
    origins=[ONE, BOTH, replaced_meanwhile],
    methods=["GET", "POST", "PUT"],
    allow_headers=["X-One"],
    expose_headers=["X-First"],
    max_age=1,
)
SECOND = Policy(
    origins=[TWO, BOTH, replaced_meanwhile],
    methods=["GET", "POST", "DELETE"],
    allow_headers=["X-Two"],
    expose_headers=["X-Second"],
    max_age=2,
    credentials=True,
    timing=True,
)


def app(environ, start_response):
    """Return the number of the process that answers."""
    body = b"%d\n" % os.getpid()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


async def app_asgi(scope, receive, send):
    """Do the same for ASGI."""
    body = b"%d\n" % os.getpid()
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


guarded = CorsMiddleware(app, FIRST)
guarded_asgi = asgi.CorsMiddleware(app_asgi, FIRST)


def _replace() -> None:
    count = Path(f"{os.environ[CALLS]}-{os.getpid()}")
    for number, policy in enumerate(itertools.cycle((SECOND, FIRST)), start=1):
        _wanted.acquire()
        guarded.policy = guarded_asgi.policy = policy
        count.write_text(str(number))
        _replaced.release()


threading.Thread(target=_replace, daemon=True).start()


def application(environ, start_response):
    """Have the policy replaced once in so many requests, and answer."""
    if next(_numbers) % EVERY == 0:
        _due.release()
    return guarded(environ, start_response)


async def application_asgi(scope, receive, send):
    """Do the same for ASGI."""
    if scope["type"] == "http" and next(_numbers) % EVERY == 0:
        _due.release()
    await guarded_asgi(scope, receive, send)
