"""How a consumer's code uses the layer for ASGI; checked by two type checkers, and run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from flask_corsguard import SAME_ORIGIN, UNMANAGED, Decision, Policy
from flask_corsguard.asgi import CorsMiddleware

Messages = MutableMapping[str, Any]


async def application(
    scope: Messages, receive: Callable[[], Awaitable[Messages]], send: Callable[[Messages], Awaitable[None]]
) -> None:
    """Answer."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def policy_of(scope: Messages) -> Policy:
    """Choose by path."""
    return SAME_ORIGIN if scope["path"] == "/" else Policy(origins="*")


async def policies_of(scope: Messages) -> list[Policy]:
    """Choose after a query."""
    return [Policy(origins=["https://app.example"]), policy_of(scope)]


def note(scope: Messages, decision: Decision) -> None:
    """Receive a refusal."""
    print(scope["path"], decision.reason)


async def note_later(scope: Messages, decision: Decision) -> None:
    """Receive a refusal, and wait."""
    note(scope, decision)


everyone = Policy(origins="*")
guarded = CorsMiddleware(application, everyone)
by_path = CorsMiddleware(guarded, {"/api": [everyone], "/own": UNMANAGED, "/": SAME_ORIGIN}, debug=True)
by_callable = CorsMiddleware(application, policy_of, on_refusal=note)
asked = CorsMiddleware(application, policies_of, on_refusal=note_later, refusal_headers={"X-A": "b"})
guarded.policy = policies_of
