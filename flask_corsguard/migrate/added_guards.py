"""``CorsGuard(app)`` for applications that had decorators and blueprints only."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from .application_settings import Initialisation
from .call_order import is_conditional
from .targets import Creation
from .work import Work


class AddedGuards:
    """Initialises applications.

    :param initialised: the applications that have the extension.
    """

    def __init__(self, work: Work, initialised: Sequence[Initialisation]) -> None:
        self._work = work
        self._apps = initialised

    def add(self) -> None:
        """Initialise the applications that had marks only."""
        work = self._work
        if not work.apps and not self._apps:
            for module in dict.fromkeys(site.module for site in [*work.sites.decorations, *work.sites.calls]):
                work.say(
                    "by hand",
                    module,
                    module.source.tree,
                    "no-application",
                    "no application is made in these files: add CorsGuard(app) where it is",
                )
            return
        for each in self._apps:
            if is_conditional(each.call):
                work.say(
                    "by hand",
                    each.call.module,
                    each.call.node,
                    "conditional",
                    "marks need CorsGuard(app) in every case: add an else with it",
                )
        initialised = self._initialised()
        if initialised is None:
            return
        for creation in work.apps:
            if creation.node not in initialised:
                self._guard(creation)

    def _initialised(self) -> set[ast.AST] | None:
        """Return the applications that are initialised; ``None`` if it is all of them."""
        found: set[ast.AST] = set()
        for each in self._apps:
            if each.call.target is None:
                return None
            made = self._work.targets.made(each.call.target, each.call.module, each.call.scope)
            if not made:
                return None
            found |= {one.node for one in made}
        return found

    def _guard(self, creation: Creation) -> None:
        work, module = self._work, creation.module
        statement: ast.AST = creation.node
        while not isinstance(statement, ast.stmt):
            statement = module.scope.parents[statement]
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if len(targets) != 1 or not isinstance(targets[0], (ast.Name, ast.Attribute)):
            work.say(
                "by hand", module, statement, "no-application", "add CorsGuard(app) for this application"
            )
            return
        source = module.source
        argument = "" if work.guard == "enforce" else f', guard="{work.guard}"'
        text = f"CorsGuard({source.of(targets[0])}{argument})"
        end = source.line_end(source.end(statement))
        ending = source.newline if source.text[end - 1 : end] not in {"\n", "\r"} else ""
        source.edit(end, end, f"{ending}{source.indent_at(source.start(statement))}{text}{source.newline}")
        work.need(module, ["CorsGuard"])
        work.say("done", module, statement, "guard", f"{text} is added: without it marks have no effect")
