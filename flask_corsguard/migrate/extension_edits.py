"""The replacement for ``CORS(app)`` and ``cors.init_app(app)``."""

from __future__ import annotations

import ast
from typing import Any, Final

from .application_settings import ApplicationSettings, Initialisation
from .call_fields import applied, in_order, remove_key, rename_key, write_fields
from .configuration import Configuration
from .options import OPTIONS
from .path_arguments import join, paths_argument
from .path_edits import PathWriter
from .policy_text import PolicyText
from .questions import Answer
from .rendering import Listing, arguments_of
from .settings import Settings, without
from .sites import ExtensionCall
from .source import Edit
from .unions import expression_of
from .work import Work

PREFIX: Final = "CORSGUARD_"


class ExtensionEdits:
    """Writes the extension's calls anew."""

    def __init__(self, work: Work, configuration: Configuration) -> None:
        self._work = work
        self._configuration = configuration
        self._paths = PathWriter(work)
        self.settings = ApplicationSettings(work, configuration)

    def write(self, initialisation: Initialisation, origins: Answer | None = None) -> None:
        """Write the replacement for the call."""
        work, call = self._work, initialisation.call
        settings = self.settings.of(initialisation)
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
        settings = self.settings.settle_late(initialisation, settings)
        settings = self.settings.resolve_resources(call, settings)
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

    def _target(self, call: ExtensionCall) -> str:
        return f"{call.module.source.of(call.target)}, " if call.target is not None else ""

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
            listing.added += policy.helper_arguments
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
        for at, keyword in enumerate(in_order(place.call)):
            if isinstance(keyword, ast.keyword) and keyword.arg != "app":
                listing.items[at].is_removed = keyword is not rules.keyword
                if keyword is rules.keyword:
                    listing.items[at].edits += rules.edits
        is_read = any(policy.kind == "helper" for policy in rules.policies.values())
        for setting in base.by_name.values():
            is_key = isinstance(setting.holder, (ast.Assign, ast.AnnAssign, ast.keyword, ast.Constant))
            if is_key and not setting.text:
                self._leave_key(setting.name, is_read=is_read)
        rules.rename_key(self._configuration)
        guard = [f'guard="{self._work.guard}"'] if self._work.guard != "enforce" else []
        is_lifted = set(rules.policies) == {"/"}
        if is_lifted and rules.policies["/"].kind == "helper":
            guard = []
        listing.added += [*rules.added, *guard] if is_lifted else [*guard, *rules.added]
        self._work.need(place.module, rules.names)
        self._finish(initialisation, place, listing)

    def _leave_key(self, key: str, *, is_read: bool) -> None:
        """Remove a key of the configuration, or give it a name of the application's own, which reads it."""
        for use in self._configuration.of(key):
            if not is_read:
                remove_key(use)
            elif not self._configuration.is_open:
                rename_key(use, f"APP_{use.key}")

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
                    rename_key(use, f"{PREFIX}{target.upper()}")
                renamed.add(target or "")
            elif policy.kind == "helper" and target is not None:
                self._leave_key(setting.name, is_read=True)
            else:
                self._leave_key(setting.name, is_read=False)
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

    def _write_joined(self, initialisation: Initialisation, origins: Answer | None) -> None:
        """Write one call instead of several."""
        work, call = self._work, initialisation.call
        parts = [self._rules_of(each, origins) for each in (initialisation, *initialisation.also)]
        rules = join([each for each in parts if each is not None])
        if rules is None or None in parts or initialisation.extra:
            if not work.open:
                text = "it is initialised twice, and only run time knows the options of one: write one call"
                work.say("by hand", call.module, call.node, "two-calls", text)
            return
        listing = arguments_of(call.module.source, call.call)
        for at, node in enumerate(in_order(call.call)):
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
        settings = self.settings.resolve_resources(initialisation.call, self.settings.of(initialisation))
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

    def _empty(self, call: ExtensionCall) -> None:
        """Remove the options of a call, which are written elsewhere."""
        if not call.call.keywords:
            return
        listing = arguments_of(call.module.source, call.call)
        for at, node in enumerate(in_order(call.call)):
            listing.items[at].is_removed = isinstance(node, ast.keyword) and node.arg != "app"
        for edit in listing.edits():
            call.module.source.edit(*edit)


def _short(text: str) -> str:
    return " ".join(text.split())
