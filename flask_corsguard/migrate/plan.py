"""The steps of a migration, in order. They change the texts of the project in memory, and nothing on disk."""

from __future__ import annotations

import ast
from typing import Any, Final

from .added_guards import AddedGuards
from .app_policy import policy_of
from .application_settings import Initialisation
from .blueprint_edits import BlueprintEdits
from .call_fields import remove_key
from .call_order import are_exclusive, is_conditional, runs_after
from .configuration import Configuration
from .extension_edits import ExtensionEdits
from .import_edits import ImportEdits
from .mark_edits import MarkEdits
from .neighbours import Neighbours
from .path_expressions import is_everything
from .policy_text import PolicyText
from .project import Module
from .questions import Answer
from .resolver import Definition
from .settings import known_settings, without
from .sites import ExtensionCall
from .values import shows_paths
from .work import Work

ASGI: Final = "flask_corsguard.asgi.CorsMiddleware"


class Plan:
    """Moves a project."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._configuration = Configuration(work)
        self._extensions = ExtensionEdits(work, self._configuration)
        self._neighbours = Neighbours(work)
        self._apps: list[Initialisation] = []
        self._blueprints: list[tuple[ExtensionCall, ExtensionCall | None]] = []
        self._removed: dict[Module, set[str]] = {}

    def run(self) -> None:
        """Change the texts, or report what is open."""
        work = self._work
        for module, node, text in work.sites.unclear:
            work.say("by hand", module, node, "unclear", f"{text}: nothing takes its place")
        for module, node in work.sites.quart:
            work.say("by hand", module, node, "asgi", f"Quart is an ASGI framework: use {ASGI}")
        for module, node in self._configuration.unclear if work.sites.calls else ():
            text = "keys of the configuration are put together, and only run time knows them: write them down"
            work.say("by hand", module, node, "config-keys", text)
        self._sort_calls()
        self._merge_calls()
        origins = self._settle_hand_written()
        self._settle_sockets()
        for each in self._apps:
            self._extensions.write(each, origins)
        policy = policy_of(self._apps)
        blueprints = BlueprintEdits(work, policy)
        for call, maker in self._blueprints:
            blueprints.write(call, maker)
        marks = MarkEdits(work, self._configuration, policy)
        for site in work.sites.decorations:
            marks.write_decoration(site)
        if marks.is_marked or self._blueprints:
            AddedGuards(work, self._apps).add()
        self._finish()

    def _sort_calls(self) -> None:
        """Tell applications from blueprints."""
        work = self._work
        initialised: set[ExtensionCall] = set()
        for call in work.sites.calls:
            if call.target is None:
                continue
            maker = call.made_by
            if maker is not None:
                initialised.add(maker)
            kind = work.targets.kind(call.target, call.module, call.scope)
            if kind == "app":
                self._apps.append(Initialisation(call, maker))
            elif kind == "blueprint":
                self._blueprints.append((call, maker))
            elif kind == "asgi":
                work.say(
                    "by hand", call.module, call.node, "asgi", f"this is an ASGI application: use {ASGI}"
                )
            else:
                text = call.module.source.of(call.target)
                work.say(
                    "by hand",
                    call.module,
                    call.node,
                    "unknown-target",
                    f"it does not show whether {text} is an application or a blueprint: write "
                    f"CorsGuard({text}, ...) or cors(...)({text})",
                )
        for call in work.sites.calls:
            if call.target is None and call not in initialised:
                self._apps.append(Initialisation(call, None))

    def _merge_calls(self) -> None:
        """Remove the second of two calls with the same options; leave calls with others to the user."""
        kept: list[Initialisation] = []
        for each in self._apps:
            other = next((one for one in kept if self._is_same_app(one.call, each.call)), None)
            if other is None or are_exclusive(other.call, each.call):
                kept.append(each)
                continue
            first, second = self._extensions.settings.of(other), self._extensions.settings.of(each)
            values = [next(settings.combinations()) for settings in (first, second)]
            if values[0] == values[1] and isinstance(each.call.statement, ast.Expr):
                each.call.module.source.remove_statement(each.call.statement)
                self._work.say(
                    "done", each.call.module, each.call.node, "two-calls", "the second call is removed"
                )
            elif self._can_join(other, each):
                other.also.append(each)
            else:
                self._work.say(
                    "by hand",
                    each.call.module,
                    each.call.node,
                    "two-calls",
                    f"it is initialised at {other.call.place}, too, with other options: write one call",
                )
        self._apps = kept

    def _can_join(self, one: Initialisation, other: Initialisation) -> bool:
        """Whether two calls can become one, where the first is."""
        calls = one.call, other.call
        is_beside = calls[0].module is calls[1].module and calls[0].scope.node is calls[1].scope.node
        is_plain = all(
            isinstance(each.statement, (ast.Expr, ast.Assign)) and not each.is_init for each in calls
        )
        source = calls[0].module.source
        has_comment = any(
            source.has_comment(source.start(each.node), source.end(each.node)) for each in calls
        )
        return is_beside and is_plain and not has_comment and not any(map(is_conditional, calls))

    def _is_same_app(self, one: ExtensionCall, other: ExtensionCall) -> bool:
        if one.target is None or other.target is None:
            return False
        targets = self._work.targets
        first = {id(each.node) for each in targets.made(one.target, one.module, one.scope)}
        second = {id(each.node) for each in targets.made(other.target, other.module, other.scope)}
        if first and second:
            return bool(first & second)
        return len(self._work.apps) <= 1

    def _policy_before(self) -> dict[str, Any] | None:
        """Return the policy of the application, before it is written."""
        if not self._apps:
            return {}
        if len(self._apps) > 1:
            return None
        only = self._apps[0]
        settings = self._extensions.settings.of(only)
        if settings.opaque:
            return None
        resources = settings.by_name.get("resources")
        if resources is not None:
            value = resources.value.candidates[0] if resources.value.candidates else None
            keys = list(value) if isinstance(value, (dict, list, tuple)) else [value]
            if len(keys) != 1 or not shows_paths(resources.value) or not is_everything(keys[0]):
                return None
            if isinstance(value, dict):
                options = next(iter(value.values()))
                options = options.value.candidates[0] if hasattr(options, "value") else options
                settings = settings.with_others(known_settings(options, only.call.module, only.call.scope))
        base = without(settings, ["resources"])
        policy = self._work.writer.write(base, only.call.module, only.call.place)
        return policy.values

    def _settle_hand_written(self) -> Answer | None:
        hands = self._neighbours.hand_written()
        if not hands or not (self._work.sites.calls or self._work.sites.decorations):
            return None
        _, given = self._neighbours.settle(hands, self._policy_before())
        self._neighbours.options_handlers()
        return given

    def _settle_sockets(self) -> None:
        work = self._work
        for each in self._apps:
            call = each.call
            for module, scope, socket in self._neighbours.sockets():
                made = work.targets.made(call.target or call.call, call.module, call.scope)
                if runs_after(
                    (module, scope, socket),
                    (call.module, call.scope, call.call),
                    work.targets.calls_of,
                    is_made_there=bool(made) and all(each.module is call.module for each in made),
                ):
                    continue
                answer = work.ask(
                    call.module,
                    call.node,
                    "socketio-inside",
                    "CorsGuard is outside of Flask-SocketIO now and answers for /socket.io, too. Does the "
                    "policy apply there, or its own cors_allowed_origins, as it was?",
                )
                if answer == "keep":
                    each.extra["/socket.io"] = PolicyText("unmanaged")

    def _finish(self) -> None:
        work = self._work
        for use in self._configuration.dead():
            remove_key(use)
            work.say("done", use.module, use.node, "dead-key", f"{use.key} was never read, and is removed")
        for module, node, name in work.sites.renamed:
            module.source.replace(node, name)  # type: ignore[arg-type]  # an expression
            work.need(module, [name])
        for call in work.sites.calls:
            self._remove_variable(call)
        ImportEdits(work, work.sites, self._removed).write()

    def _remove_variable(self, call: ExtensionCall) -> None:
        """Remove the variable of the extension, if nothing reads it."""
        statement = call.statement
        if call.is_init or not isinstance(statement, ast.Assign) or statement.value is not call.node:
            return
        target = statement.targets[0]
        if len(statement.targets) != 1 or call.target is None or not isinstance(target, ast.Name):
            return
        name, module = target.id, call.module
        uses = [
            n for n in module.source.nodes if isinstance(n, ast.Name) and n.id == name and n is not target
        ]
        imported = any(
            isinstance(node, ast.ImportFrom)
            and any(alias.name == name for alias in node.names)
            and any(
                isinstance(each, Definition) and each.node is call.node
                for each in work_lookup(self._work, other, node, name)
            )
            for other in self._work.project.modules
            for node in other.source.nodes
        )
        if not uses and not imported:
            source = module.source
            source.edit(source.start(statement), source.start(statement.value), "")
            self._removed.setdefault(module, set()).add(name)


def work_lookup(work: Work, module: Module, node: ast.ImportFrom, name: str) -> list[Any]:
    """Return what an import in *module* refers to."""
    bound = next((alias.asname or alias.name for alias in node.names if alias.name == name), name)
    return work.resolver.lookup(ast.Name(bound, ast.Load()), module, module.scope.nodes[node])
