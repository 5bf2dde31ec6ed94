"""What every ASGI server runs: the Quart application and the bare one, chosen by a header of the request."""

from __future__ import annotations

from interop import bare_asgi, in_quart


async def application(scope, receive, send):
    """Call the application that ``X-App`` names; whatever else comes is for Quart."""
    names = [value for name, value in scope.get("headers", ()) if name == b"x-app"]
    chosen = bare_asgi if names and names[0].startswith(b"bare") else in_quart
    await chosen.application(scope, receive, send)
