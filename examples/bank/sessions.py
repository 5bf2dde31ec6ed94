"""Who is signed in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from flask import session

from .ledger import ACCOUNT

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

P = ParamSpec("P")


def is_signed_in() -> bool:
    """Whether the request comes with Alice's session."""
    return session.get("account") == ACCOUNT


def sign_in() -> None:
    """Begin Alice's session; nobody asks for a password here."""
    session["account"] = ACCOUNT


def sign_out() -> None:
    """End the session."""
    session.clear()


def customer_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Call a view if there is a session, and answer 401 without one."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if not is_signed_in():
            return {"error": "nobody is signed in"}, 401
        return view(*args, **kwargs)

    return guarded
