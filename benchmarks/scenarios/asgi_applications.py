"""The ASGI applications: what those of :mod:`.applications` are for WSGI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from flask_corsguard.asgi import CorsMiddleware

from .policies import policy
from .requests import ALLOWED

Send = Callable[[dict[str, Any]], Awaitable[None]]
ASGIApplication = Callable[[Any, Any, Any], Awaitable[None]]

_TWO_FIXED_HEADERS: Final = (
    (b"access-control-allow-origin", ALLOWED.encode()),
    (b"vary", b"Origin"),
)


async def bare(_scope: object, _receive: object, send: Send) -> None:
    """Answer with the fewest headers, and do nothing else."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


class Floor:
    """The least that a layer can do to add headers: one closure, and two headers that never change."""

    def __init__(self, app: ASGIApplication) -> None:
        self.app = app

    async def __call__(self, scope: object, receive: object, send: Send) -> None:
        """Hand the request on, and two more headers back."""

        def send_more(message: dict[str, Any]) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_TWO_FIXED_HEADERS]}
            return send(message)

        await self.app(scope, receive, send_more)


def guarded(policy_name: str, app: ASGIApplication = bare) -> ASGIApplication:
    """Put *app* under the policy of that name."""
    return CorsMiddleware(app, policy(policy_name))
