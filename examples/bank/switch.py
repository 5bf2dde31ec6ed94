"""The guard's switch: another policy for the application, assigned while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, abort, redirect, request

from flask_corsguard import CorsMiddleware, Policy, cors

from .policies import Policies

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


class Switch:
    """Turns the guard of *app* on and off, for all that has no policy of its own.

    :param app: an application with the extension.
    :param policy: the policy that it has.
    """

    def __init__(self, app: Flask, policy: Policy) -> None:
        self._middleware: CorsMiddleware = app.extensions["corsguard"]
        self._policy = policy

    @property
    def policy(self) -> Policy:
        """The policy of the application as it is now."""
        return self._policy

    @property
    def is_on(self) -> bool:
        """Whether the guard is on."""
        return self._policy.guard == "enforce"

    def turn(self, *, on: bool) -> None:
        """Turn the guard on or off, for every request from now on."""
        self._policy = self._policy.replace(guard="enforce" if on else "off")
        self._middleware.policy = self._policy


def add_switch(app: Flask, policies: Policies) -> Switch:
    """Add the switch's two views to *app*: everyone may read it, and the bank's own page turn it."""
    switch = Switch(app, policies.application)

    @app.get("/guard")
    @cors(policies.public)
    def guard() -> ResponseReturnValue:
        return {"on": switch.is_on}

    # Its own policy, or with the guard off any page could leave it off.
    @app.post("/guard")
    @cors(policies.switch)
    def turn() -> ResponseReturnValue:
        wanted = request.form.get("guard")
        if wanted not in {"on", "off"}:
            abort(400)
        switch.turn(on=wanted == "on")
        return redirect("/", 303)

    return switch
