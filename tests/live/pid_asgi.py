"""An ASGI application that answers with the number of its process."""

from __future__ import annotations

import os


async def pid(scope, receive, send):
    """Return the number of the process that answers; and wait for the end of the lifespan."""
    if scope["type"] == "lifespan":
        for part in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{part}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(os.getpid()).encode()})
