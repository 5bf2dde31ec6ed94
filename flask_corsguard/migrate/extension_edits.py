"""What takes the place of ``CORS(app)`` and ``cors.init_app(app)``."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from .configuration import Configuration, KeyUse
from .options import KEYS, OPTIONS
from .path_edits import PathWriter, join, paths_argument
from .policy_text import PolicyText
from .project import Module
from .questions import Answer
from .rendering import Group, Listing, arguments_of, flat, render
from .settings import Setting, Settings, settings_of_keywords, without
from .sites import ExtensionCall
from .source import Edit
from .translation import resolve_ignored
from .unions import expression_of
from .values import Value
from .work import Work

PREFIX: Final = "CORSGUARD_"


@dataclass(eq=False)
class Initialisation:
    """An application, or a blueprint, that is initialised.

    :ivar call: the call with the application.
    :ivar maker: the call of ``CORS()`` before it, if that is another one.
    """

    call: ExtensionCall
    maker: ExtensionCall | None
    settings: Settings = field(default_factory=Settings)
    policy: PolicyText | None = None
    rules: dict[str, PolicyText] = field(default_factory=dict)
    #: Rules that the application needs besides, such as that of Flask-SocketIO.
    extra: dict[str, PolicyText] = field(default_factory=dict)
    #: Later calls for the same application, which become one with this.
    also: list[Initialisation] = field(default_factory=list)


class ExtensionEdits:
    """Writes the extension's calls anew."""

    def __init__(self, work: Work, configuration: Configuration) -> None:
        self._work = work
        self._configuration = configuration
        self._paths = PathWriter(work)

    def settings_of(self, initialisation: Initialisation) -> Settings:
        """Return the options of an application, those of its configuration included."""
        result = Settings()
        late = self._late_keys(initialisation.call)
        target = initialisation.call.target
        source = initialisation.call.module.source
        for name, setting in self._configuration.settings().by_name.items():
            if setting.name in late:
                continue
            uses = self._configuration.of(setting.name)
            if target is not None:
                is_read = self._configuration.is_read(setting.name)
                key = setting.name if is_read else f"APP_{setting.name}"
                read = f'["{key}"]' if len(uses) == 1 else f'.get("{key}", {render(OPTIONS[name].default)})'
                setting.run_time_text = f"{source.of(target)}.config{read}"
                if is_read:
                    setting.text = setting.run_time_text
            result.by_name[name] = setting
        for each in (initialisation.maker, initialisation.call):
            if each is not None:
                found = settings_of_keywords(
                    each.call, each.module, each.scope, self._work.resolver, self._work.evaluator
                )
                result = result.with_others(found)
        return result

    def _late_keys(self, call: ExtensionCall) -> set[str]:
        """Return the keys that are set only after the application was initialised."""
        return {
            key
            for key in self._configuration.known_keys()
            if all(self._is_late(use, call) for use in self._configuration.of(key))
        }

    def _is_late(self, use: KeyUse, call: ExtensionCall) -> bool:
        if use.how in {"attribute", "variable"}:
            loads = self._work.targets.calls_of("from_object")
            return bool(loads) and all(
                where is call.module and scope.node is call.scope.node and node.lineno > call.node.lineno
                for where, scope, node in loads
            )
        line = getattr(use.node, "lineno", 0)
        return use.module is call.module and use.scope.node is call.scope.node and line > call.node.lineno

    def write(self, initialisation: Initialisation, origins: Answer | None = None) -> None:
        """Write what takes the place of the call."""
        work, call = self._work, initialisation.call
        settings = self.settings_of(initialisation)
        if settings.opaque:
            text = ", ".join(call.module.source.of(each) for each in settings.opaque)
            work.say(
                "by hand",
                call.module,
                call.node,
                "opaque-options",
                f"only run time knows the options in **{text}: write "
                f'CorsGuard({self._target(call)}policy_from_flask_cors(**{text}, on_problem="warn", '
                f"guard={work.guard!r})), or rename the options where they come from",
            )
            return
        settings = self._settle_late(initialisation, settings)
        settings = self._resolve_resources(call, settings)
        initialisation.settings = settings
        resources = settings.by_name.get("resources")
        base = without(settings, ["resources"])
        if initialisation.also:
            self._write_joined(initialisation, origins)
            return
        rules = None if resources is None else self._paths.read(resources, base, initialisation, origins)
        if resources is not None and rules is None:
            return
        if rules is None:
            policy = work.writer.write(base, self._place(initialisation).module, call.place, origins)
            initialisation.policy = policy
            if work.say_policy(call.module, call.node, policy):
                self._write_policy(initialisation, base, policy)
            return
        initialisation.rules = rules.policies
        said = [work.say_policy(call.module, call.node, policy) for policy in rules.policies.values()]
        if all(said) and rules.is_ready:
            self._write_rules(initialisation, base, rules)

    def _write_joined(self, initialisation: Initialisation, origins: Answer | None) -> None:
        """Write one call instead of several."""
        work, call = self._work, initialisation.call
        parts = [self._rules_of(each, origins) for each in (initialisation, *initialisation.also)]
        rules = join([each for each in parts if each is not None])
        if rules is None or None in parts or initialisation.extra:
            if not work.open:
                text = "the application is initialised twice, and only run time knows one of the two: write one call"
                work.say("by hand", call.module, call.node, "two-calls", text)
            return
        listing = arguments_of(call.module.source, call.call)
        for at, node in enumerate(_in_order(call.call)):
            listing.items[at].is_removed = isinstance(node, ast.keyword) and node.arg != "app"
        guard = [f'guard="{work.guard}"'] if work.guard != "enforce" else []
        if set(rules) == {"/"}:
            listing.added.append(expression_of(rules["/"]))
        else:
            listing.added += [*guard, paths_argument(rules)]
        initialisation.rules = {rule: policies[0] for rule, policies in rules.items()}
        work.need(call.module, {name for each in rules.values() for policy in each for name in policy.names})
        for each in initialisation.also:
            each.call.module.source.remove_statement(each.call.statement)
        self._finish(initialisation, call, listing)

    def _rules_of(
        self, initialisation: Initialisation, origins: Answer | None
    ) -> dict[str, PolicyText] | None:
        settings = self._resolve_resources(initialisation.call, self.settings_of(initialisation))
        resources, base = settings.by_name.get("resources"), without(settings, ["resources"])
        call = initialisation.call
        if settings.opaque:
            return None
        if resources is None:
            policy = self._work.writer.write(base, call.module, call.place, origins)
            return {"/": policy} if self._work.say_policy(call.module, call.node, policy) else None
        rules = self._paths.read(resources, base, initialisation, origins)
        if rules is None or not rules.is_ready:
            return None
        said = [self._work.say_policy(call.module, call.node, each) for each in rules.policies.values()]
        return rules.policies if all(said) else None

    def _target(self, call: ExtensionCall) -> str:
        return f"{call.module.source.of(call.target)}, " if call.target is not None else ""

    def _settle_late(self, initialisation: Initialisation, settings: Settings) -> Settings:
        call = initialisation.call
        late = [key for key in self._late_keys(call) if KEYS[key] not in settings.by_name]
        if not late:
            return settings
        answer = self._work.ask(
            call.module,
            call.node,
            "late-config",
            f"{', '.join(sorted(late))} was set after CORS had read the configuration, so it had no effect. "
            "Apply it, or go on without it?",
        )
        for key in late:
            for use in self._configuration.of(key):
                value = self._work.evaluator.value(use.value, use.module, use.scope)
                if answer == "as-written":
                    settings.by_name[KEYS[key]] = Setting(key, value, None, use.module, use.scope, None)
                if answer is not None:
                    remove_key(use)
        return settings

    def _resolve_resources(self, call: ExtensionCall, settings: Settings) -> Settings:
        """Return the options with those for paths that were misspelt, if an answer says so."""
        first = next(settings.combinations())
        renames, _ = resolve_ignored(first, self._work.answers, call.place)
        for name, meant in renames.items():
            if meant == "resources":
                settings.by_name["resources"] = settings.by_name.pop(name)
        return settings

    def _place(self, initialisation: Initialisation) -> ExtensionCall:
        """Return the call that the policy is written into."""
        maker, call = initialisation.maker, initialisation.call
        policy = initialisation.policy
        is_helper = policy is not None and policy.kind == "helper"
        if maker is None or call.call.keywords:
            return call
        settings = initialisation.settings.by_name.values()
        return call if any(each.text or (is_helper and each.run_time_text) for each in settings) else maker

    def _write_policy(self, initialisation: Initialisation, base: Settings, policy: PolicyText) -> None:
        place = self._place(initialisation)
        listing = arguments_of(place.module.source, place.call)
        renamed = self._rename_keys(base, policy)
        texts = {name: text for name, text in policy.texts.items() if name not in renamed}
        if policy.kind == "closed":
            texts = {}
        write_fields(listing, place.call, base, texts, policy)
        if policy.kind == "helper":
            listing.wrapped = "policy_from_flask_cors"
            listing.wrapped_from = len(place.call.args)
            listing.added += ['on_problem="warn"']
            self._work.need(place.module, ["policy_from_flask_cors"])
        listing.added += policy.guard_argument
        if initialisation.extra:
            (listing.outside if listing.wrapped else listing.added).append(
                paths_argument({rule: [policy] for rule, policy in initialisation.extra.items()})
            )
            self._work.need(
                place.module, {name for each in initialisation.extra.values() for name in each.names}
            )
        self._finish(initialisation, place, listing)

    def _write_rules(self, initialisation: Initialisation, base: Settings, rules: Any) -> None:
        place = self._place(initialisation)
        listing = arguments_of(place.module.source, place.call)
        for at, keyword in enumerate(_in_order(place.call)):
            if isinstance(keyword, ast.keyword) and keyword.arg != "app":
                listing.items[at].is_removed = keyword is not rules.keyword
                if keyword is rules.keyword:
                    listing.items[at].edits += rules.edits
        for setting in base.by_name.values():
            if isinstance(setting.holder, (ast.Assign, ast.AnnAssign, ast.keyword, ast.Constant)):
                for use in self._configuration.of(setting.name):
                    remove_key(use)
        rules.rename_key(self._configuration)
        guard = [f'guard="{self._work.guard}"'] if self._work.guard != "enforce" else []
        is_lifted = set(rules.policies) == {"/"}
        if is_lifted and rules.policies["/"].kind == "helper":
            guard = []
        listing.added += [*rules.added, *guard] if is_lifted else [*guard, *rules.added]
        self._work.need(place.module, rules.names)
        self._finish(initialisation, place, listing)

    def _rename_keys(self, base: Settings, policy: PolicyText) -> set[str]:
        """Rename the keys of the configuration; return the fields that are written there."""
        renamed: set[str] = set()
        for name, setting in base.by_name.items():
            if (
                setting.text
                or setting.holder is None
                or not isinstance(setting.holder, (ast.Assign, ast.AnnAssign, ast.keyword, ast.Constant))
            ):
                continue
            target = OPTIONS[name].field
            uses = self._configuration.of(setting.name)
            if target in policy.texts and policy.kind == "fields":
                for use in uses:
                    text = policy.texts[target]
                    if use.module is not setting.module or text != use.module.source.of(use.value):
                        use.module.source.replace(use.value, text)
                    rename_key(use, f"{PREFIX}{target.upper()}")  # type: ignore[union-attr]  # a field
                renamed.add(target or "")
            elif policy.kind == "helper" and target is not None:
                for use in uses:
                    rename_key(use, f"APP_{use.key}")
            else:
                for use in uses:
                    remove_key(use)
        return renamed

    def _finish(self, initialisation: Initialisation, place: ExtensionCall, listing: Listing) -> None:
        work = self._work
        source = place.module.source
        before, edits = source.of(place.call), listing.edits()
        for edit in edits:
            source.edit(*edit)
        if not place.is_init:
            edits = [*edits, Edit(source.start(place.call.func), source.end(place.call.func), "CorsGuard")]
        for each in {place, *filter(None, (initialisation.maker,)), initialisation.call}:
            if not each.is_init:
                each.module.source.replace(each.call.func, "CorsGuard")
                work.need(each.module, ["CorsGuard"])
            if each is not place:
                self._empty(each)
        after = applied(before, source.start(place.call), edits)
        work.say("done", place.module, place.node, "extension", f"{_short(before)} -> {_short(after)}")

    def _empty(self, call: ExtensionCall) -> None:
        """Remove the options of a call, which are written elsewhere."""
        if not call.call.keywords:
            return
        listing = arguments_of(call.module.source, call.call)
        for at, node in enumerate(_in_order(call.call)):
            listing.items[at].is_removed = isinstance(node, ast.keyword) and node.arg != "app"
        for edit in listing.edits():
            call.module.source.edit(*edit)


def write_fields(
    listing: Listing, call: ast.Call, settings: Settings, texts: dict[str, str], policy: PolicyText
) -> None:
    """Put the fields of a policy into a call in the place of its options."""
    left = dict(texts)
    for at, node in enumerate(_in_order(call)):
        item = listing.items[at]
        if not isinstance(node, ast.keyword) or node.arg == "app":
            continue
        option = policy.renames.get(node.arg or "", node.arg or "")
        target = option if policy.kind == "helper" else (OPTIONS[option].field if option in OPTIONS else None)
        setting = settings.by_name.get(node.arg or "")
        if target not in left or (setting is not None and setting.node is not node.value):
            item.is_removed = True
            continue
        text = left.pop(target)
        start = item.start
        item.edits.append(Edit(start, start + len(node.arg or ""), target))
        source = listing.source
        if text != source.of(node.value):
            item.edits.append(Edit(source.start(node.value), source.end(node.value), text))
    listing.added += [f"{name}={text}" for name, text in left.items()]


def _in_order(call: ast.Call) -> list[ast.expr | ast.keyword]:
    nodes: Iterable[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def rename_key(use: KeyUse, key: str) -> None:
    """Give a key of the configuration another name."""
    source = use.module.source
    start = source.offset(use.node.lineno, use.node.col_offset)  # type: ignore[attr-defined]  # a statement, say
    at = source.text.index(use.key, start)
    source.edit(at, at + len(use.key), key)


def remove_key(use: KeyUse) -> None:
    """Remove a key of the configuration."""
    source, parents = use.module.source, use.module.scope.parents
    if isinstance(use.node, ast.stmt):
        source.remove_statement(use.node)
        return
    parent = parents[use.node]
    if use.how == "keyword" and isinstance(parent, ast.Call):
        listing = arguments_of(source, parent)
        nodes: list[Any] = _in_order(parent)
        listing.items[nodes.index(use.node)].is_removed = True
    else:
        from .rendering import entries_of

        assert isinstance(parent, ast.Dict)  # noqa: S101 - an entry is in one
        listing = entries_of(source, parent)
        listing.items[parent.keys.index(use.node)].is_removed = True  # type: ignore[arg-type]  # its key
    for edit in listing.edits():
        source.edit(*edit)


def applied(text: str, start: int, edits: list[Edit]) -> str:
    """Return *text*, which begins at *start*, after *edits*."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    return text


def _short(text: str) -> str:
    return " ".join(text.split())
