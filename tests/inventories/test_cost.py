"""What an inventory costs grows with the number of routes, and no faster."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from click.testing import CliRunner
from flask import Blueprint, Flask

from cases import A
from flask_corsguard import CorsGuard, Policy, cors
from flask_corsguard.cli.routes import command

#: How many calls of functions a route with two methods may cost, its line in the output included; 276 were
#: counted.
CALLS_PER_ROUTE = 340


class Chosen:
    """An application of so many routes, as a group has found it."""

    def __init__(self, routes: int) -> None:
        self.app = Flask("shop")
        policy = Policy(origins=[A])
        for number in range(routes // 100):
            blueprint = Blueprint(f"b{number}", "shop", url_prefix=f"/b{number}")
            if number % 2:
                cors(policy)(blueprint)
            for route in range(100):
                view = lambda **_: ""  # noqa: E731 - each route has one of its own
                blueprint.add_url_rule(f"/r{route}/<int:id>", f"r{route}", view, methods=["GET", "PUT"])
            self.app.register_blueprint(blueprint)
        CorsGuard(self.app, policy, paths={"/b2/r2": policy, "/b4": policy})

    def load_app(self) -> Flask:
        """Return the application."""
        return self.app


def calls_for(routes: int, *arguments: str) -> int:
    """Return how many functions of Python the command calls."""
    chosen = Chosen(routes)
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = CliRunner().invoke(command, arguments, obj=chosen)
    finally:
        sys.setprofile(before)
    assert result.exit_code == 0
    return count


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--origin", A)], ids=["table", "json", "origin"])
def test_each_route_costs_a_bounded_number_of_calls(arguments):
    """In each form of the output, however many routes there are."""
    calls_for(100, *arguments)
    few, many = calls_for(200, *arguments), calls_for(1000, *arguments)

    assert (many - few) / 800 < CALLS_PER_ROUTE, (few, many)
