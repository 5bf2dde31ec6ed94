"""The commands: where each one is, and what it does, so that ``--help`` imports none of them."""

from __future__ import annotations

from typing import Final, NamedTuple


class Listed(NamedTuple):
    """A command that is imported when it is called."""

    #: Beside this module.
    module: str
    #: The name that the click command has in it.
    attribute: str
    #: One line for ``--help``.
    summary: str


#: By name, in the order of ``--help``. A command is here or it cannot be called.
COMMANDS: Final[dict[str, Listed]] = {
    "routes": Listed("routes", "command", "Show which policy applies to each route, and where it was given."),
    "explain": Listed("explain", "command", "Explain what a browser does with a request."),
    "why": Listed("why", "command", "Explain an error of a browser's console."),
    "lint": Listed("lint", "command", "Find policies that are not in force, or that allow too much."),
    "check": Listed("check", "command", "Check your own server over the network."),
    "export": Listed("export", "command", "Export the policies to the configuration of an engine in front."),
    "verify": Listed("verify", "command", "Verify an engine in front with vectors made from the policies."),
    "migrate": Listed("migrate", "command", "Move an application from Flask-CORS."),
}
