"""The replacement for ``resources``: path rules, each with its policy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from .call_fields import rename_key
from .configuration import Configuration
from .options import OPTIONS
from .path_arguments import paths_argument
from .path_expressions import PathReading, covers, is_everything, matches, order_of, read_path
from .policy_text import PolicyText
from .questions import Answer
from .rendering import Group, entries_of, render
from .settings import Setting, Settings, dictionary_of, known_settings, plain, settings_of_dictionary
from .sites import ExtensionCall
from .source import Edit, Source
from .values import shows_paths
from .work import Work


@dataclass(eq=False)
class Rules:
    """The rules of an application.

    :ivar policies: by the path that they cover.
    :ivar added: arguments to add to the call.
    :ivar edits: of the argument ``resources``, if it is changed in place.
    :ivar keyword: that argument.
    """

    policies: dict[str, PolicyText] = field(default_factory=dict)
    added: list[str | Group] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    keyword: ast.keyword | None = None
    names: set[str] = field(default_factory=set)
    is_ready: bool = True
    key: Setting | None = None

    def rename_key(self, configuration: Configuration) -> None:
        """Rename ``CORS_RESOURCES``, if the rules are written there."""
        if self.key is None:
            return
        for use in configuration.of(self.key.name):
            for edit in self.edits:
                use.module.source.edit(*edit)
            rename_key(use, "CORSGUARD_PATHS")


@dataclass(eq=False)
class _Entry:
    """A key of ``resources``, with its options."""

    key: Any
    settings: Settings
    node: ast.expr | None = None
    key_node: ast.expr | None = None
    reading: PathReading = field(default_factory=PathReading)
    policy: PolicyText = field(default_factory=PolicyText)


class PathWriter:
    """Writes path rules."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def read(
        self, resources: Setting, base: Settings, initialisation: Any, origins: Answer | None
    ) -> Rules | None:
        """Return the rules; ``None`` if that is impossible, and the report has a line about it."""
        work, call = self._work, initialisation.call
        if not shows_paths(resources.value):
            work.say(
                "by hand",
                call.module,
                call.node,
                "run-time-paths",
                "only run time knows the paths of resources=, or their options: write "
                "paths={...: policy_from_flask_cors(...)}",
            )
            return None
        entries = list(self._entries(resources, base, call))
        everything = [each for each in entries if is_everything(each.key)]
        for each in entries:
            each.reading = read_path(each.key, work.routes)
            each.policy = work.writer.write(each.settings, call.module, call.place, origins)
        rules = Rules()
        if not all(self._settle(each, call, has_rest=bool(everything)) for each in entries):
            rules.is_ready = False
        # As Flask-CORS tried them; those of a list in their own order.
        is_list = not isinstance(resources.value.candidates[0], dict)
        ordered = list(entries) if is_list else sorted(entries, key=lambda each: order_of(each.key))
        self._check_order(ordered, call)
        for each in ordered:
            for rule in each.reading.rules:
                rules.policies.setdefault(rule, each.policy)
        for each in entries:
            if each.policy.questions:
                rules.is_ready = False
                rules.policies.setdefault(f"?{each.key}", each.policy)
        extra = initialisation.extra
        if rules.is_ready:
            for rule, policy in extra.items():
                rules.policies.setdefault(rule, policy)
            self._write(rules, entries, resources, call)
        return rules

    def _entries(self, resources: Setting, base: Settings, call: ExtensionCall) -> Iterator[_Entry]:
        value = resources.value.candidates[0]
        if not isinstance(value, dict):
            keys = [value] if isinstance(value, (str, re.Pattern)) else list(value)
            for key in keys:
                yield _Entry(key, base)
            return
        node = cast("ast.expr", resources.node)
        found = dictionary_of(node, resources.module, resources.scope, self._work.resolver)
        nodes = found.node if found is not None and isinstance(found.node, ast.Dict) else None
        for at, (key, options) in enumerate(value.items()):
            inner = None
            entry_node = key_node = None
            if nodes is not None and len(nodes.keys) == len(value) and None not in nodes.keys:
                entry_node, key_node = nodes.values[at], nodes.keys[at]
                visible = dictionary_of(entry_node, found.module, found.scope, self._work.resolver)  # type: ignore[union-attr]
                if visible is not None:
                    inner = settings_of_dictionary(visible, self._work.evaluator)
            if inner is None:
                known = plain(options)
                inner = known_settings(known if isinstance(known, dict) else {}, call.module, call.scope)
            yield _Entry(key, base.with_others(inner), entry_node, key_node)

    def _settle(self, entry: _Entry, call: ExtensionCall, *, has_rest: bool) -> bool:
        """Ask about a key that has no exact rule; return whether its rules are settled."""
        work, reading, policy = self._work, entry.reading, entry.policy
        if policy.kind == "closed" and not policy.questions and not has_rest:
            # Nobody is allowed there, as where there is no rule.
            reading.rules, reading.opened, reading.lost = [], [], []
            return True
        if policy.questions:
            return False
        shown = entry.key.pattern if isinstance(entry.key, re.Pattern) else entry.key
        meant = f"/{str(shown).strip('/*.^$')}"
        if reading.never:
            answer = work.ask(
                call.module,
                call.node,
                "never-matched",
                f"resources={shown!r} matched no path, so nobody was allowed by it. Is {meant} meant?",
            )
            reading.rules = []
            if answer == "as-written" or isinstance(answer, tuple):
                reading.rules = read_path(f"{meant}/*", work.routes).rules
            return answer is not None
        if reading.is_clear and not reading.opened and not reading.lost:
            return True
        text = f"resources={shown!r} "
        opened, rules = ", ".join(reading.opened[:3]), ", ".join(reading.rules)
        text += (
            f"did not cover {opened}, and the path {rules} does. "
            if opened
            else "is not a path of whole segments. "
        )
        answer = work.ask(
            call.module,
            call.node,
            "path-regex",
            f"{text}Use {', '.join(reading.rules) or 'no path'}, or nothing?",
        )
        if answer == "closed":
            reading.rules = []
        return answer is not None

    def _check_order(self, ordered: list[_Entry], call: ExtensionCall) -> None:
        """Ask if, on some route, another key came first than the longest rule that covers it."""
        rules = {rule: each for each in reversed(ordered) for rule in each.reading.rules}
        for route in self._work.routes:
            ours = max((r for r in rules if covers([r], route.path)), key=len, default=None)
            first = next((e for e in ordered if matches(e.key, route.path)), None)
            if ours is None or first is None or _texts(rules[ours]) == _texts(first):
                continue
            self._work.say(
                "by hand",
                call.module,
                call.node,
                "order-of-paths",
                f"{route.path} had the options of {first.key!r}, and the rule {ours} covers it now",
            )

    def _write(self, rules: Rules, entries: list[_Entry], resources: Setting, call: ExtensionCall) -> None:
        if set(rules.policies) == {"/"}:
            self._lift(rules)
            return
        if not rules.policies:
            return
        own = {rule for each in entries for rule in each.reading.rules}
        has_extra = not own.issuperset(rules.policies)
        if not has_extra and self._write_in_place(rules, entries, resources, call):
            return
        rules.added.append(paths_argument({rule: [each] for rule, each in rules.policies.items()}))
        rules.names |= {name for each in rules.policies.values() for name in each.names}

    def _lift(self, rules: Rules) -> None:
        """Give the policy of every path to the application."""
        policy = rules.policies["/"]
        if policy.kind == "helper":
            rules.added.append(policy.expression())
            rules.names |= policy.names
        rules.added += [f"{name}={text}" for name, text in policy.texts.items() if policy.kind == "fields"]

    def _write_in_place(
        self, rules: Rules, entries: list[_Entry], resources: Setting, call: ExtensionCall
    ) -> bool:
        """Change the dictionary where it is; return whether that is possible."""
        node = resources.node
        if not isinstance(node, ast.Dict) or any(each.policy.kind != "fields" for each in entries):
            return False
        rule_of = [each.reading.rules for each in entries]
        if any(len(each) != 1 for each in rule_of) or any(
            not isinstance(each.node, ast.Dict) for each in entries
        ):
            return False
        firsts = [each[0] for each in rule_of]
        if len(set(firsts)) != len(firsts) or any(
            covers([earlier], later) for at, earlier in enumerate(firsts) for later in firsts[at + 1 :]
        ):
            return False
        source = resources.module.source
        keyword = next((each for each in call.call.keywords if each.value is node), None)
        is_key = resources.name.startswith("CORS_")
        if not is_key and (keyword is None or "\n" not in source.of(node)):
            # One line is written anew.
            return False
        for each, rule in zip(entries, firsts, strict=True):
            rules.edits += _edits_of(each, rule, source)
        if keyword is None:
            rules.key = resources
        else:
            rules.keyword = keyword
            start = source.start(keyword)
            rules.edits.insert(0, Edit(start, start + len(keyword.arg or ""), "paths"))
        return True


def _texts(entry: _Entry) -> dict[str, str]:
    return entry.policy.texts


def _edits_of(entry: _Entry, rule: str, source: Source) -> list[Edit]:
    node, policy, key = cast("ast.Dict", entry.node), entry.policy, cast("ast.expr", entry.key_node)
    edits = [Edit(source.start(key), source.end(key), render(rule))]
    listing = entries_of(source, node)
    left = dict(policy.texts)
    names = cast("list[ast.Constant]", node.keys)
    for item, name, value in zip(listing.items, names, node.values, strict=True):
        written = str(name.value)
        option = policy.renames.get(written, written)
        target = OPTIONS[option].field if option in OPTIONS else None
        if target not in left:
            item.is_removed = True
            continue
        text = left.pop(target)
        # The prefix of a raw text is not needed.
        quote = source.of(name)[-1]
        item.edits.append(Edit(source.start(name), source.end(name), f"{quote}{target}{quote}"))
        if text != source.of(value):
            item.edits.append(Edit(source.start(value), source.end(value), text))
    listing.added = [f'"{name}": {text}' for name, text in left.items()]
    if policy.guard_argument:
        listing.added.append(f'"guard": "{policy.guard}"')
    return edits + listing.edits()
