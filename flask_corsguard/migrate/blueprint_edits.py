"""The replacement for ``CORS(blueprint)``."""

from __future__ import annotations

import re
from typing import Any

from .app_policy import AppPolicy
from .path_expressions import is_everything, matches, read_path
from .policy_text import PolicyText
from .rendering import Group
from .routes import Route, Routes
from .settings import Settings, known_settings, plain, settings_of_keywords, without
from .sites import ExtensionCall, Site
from .unions import expression_of, union
from .values import shows_paths
from .work import Work


class BlueprintEdits:
    """Writes the marks of blueprints.

    :param app_policy: the policy of the application.
    """

    def __init__(self, work: Work, app_policy: AppPolicy) -> None:
        self._work = work
        self._app_policy = app_policy

    def write(self, call: ExtensionCall, maker: ExtensionCall | None) -> None:
        """Write the replacement for the extension for a blueprint."""
        work, source = self._work, call.module.source
        settings = Settings()
        for each in filter(None, (maker, call)):
            settings = settings.with_others(
                settings_of_keywords(each.call, each.module, each.scope, work.resolver, work.evaluator)
            )
        if settings.opaque:
            work.say("by hand", call.module, call.node, "opaque-options", "only run time knows the options")
            return
        narrowed = self._of_resources(call, settings)
        if narrowed is None:
            return
        policy = work.writer.write(narrowed, call.module, call.place)
        if not work.say_policy(call.module, call.node, policy):
            return
        app = self._app_policy.at(route.path for route in self._own_routes(call))
        text = self._settle_union(call, policy, app)
        if text is None:
            return
        target = source.of(call.target or call.call)
        group = Group("cors(", tuple(text), f")({target})")
        indent = source.indent_at(source.start(call.call))
        work.need(call.module, ["cors"])
        source.replace(call.call, group.text(indent, source.newline))
        work.say(
            "done",
            call.module,
            call.node,
            "blueprint",
            f"{' '.join(source.of(call.call).split())} -> {group.flat}",
        )

    def _of_resources(self, call: ExtensionCall, settings: Settings) -> Settings | None:
        """Return the options of the blueprint's paths; ``None`` if these are not all of them."""
        work = self._work
        resources = settings.by_name.get("resources")
        base = without(settings, ["resources"])
        if resources is None:
            return base
        value = resources.value.candidates[0] if resources.value.candidates else None
        keys = list(value) if isinstance(value, (dict, list, tuple, set)) else [value]
        options = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else {}
        if len(keys) == 1 and isinstance(keys[0], (str, re.Pattern)) and shows_paths(resources.value):
            own = self._own_routes(call)
            key = keys[0]
            if is_everything(key) or (own and all(matches(key, route.path) for route in own)):
                return base.with_others(known_settings(plain(options), call.module, call.scope))
            if read_path(key, own).never or (own and not any(matches(key, r.path) for r in own)):
                answer = work.ask(
                    call.module,
                    call.node,
                    "never-matched",
                    f"resources={key!r} matched no path of the blueprint: it is compared with the whole "
                    "path. Is the whole blueprint meant?",
                )
                if answer is None:
                    return None
                if answer == "as-written":
                    return base.with_others(known_settings(options, call.module, call.scope))
                return base.with_others(known_settings({"origins": []}, call.module, call.scope))
        work.say(
            "by hand",
            call.module,
            call.node,
            "paths-of-blueprint",
            "resources= covers some paths of the blueprint: write paths= where CorsGuard(app) is, or @cors "
            "on views",
        )
        return None

    def _own_routes(self, call: ExtensionCall) -> list[Route]:
        work = self._work
        finder = Routes(work.project, work.resolver, work.evaluator, work.targets)
        prefixes = finder.prefixes(call.target or call.call, call.module, call.scope)
        return [route for route in work.routes if any(route.path.startswith(p) for p in prefixes if p)]

    def _settle_union(
        self, call: ExtensionCall, policy: PolicyText, app: dict[str, Any] | None
    ) -> list[str | Group] | None:
        """Return what marks a blueprint in an application with a policy; ``None`` if that is unknown."""
        policies = union(policy, app)
        if policies is None:
            self._work.say(
                "by hand",
                call.module,
                call.node,
                "two-policies",
                "the application's policy applied to the blueprint, too, and one of the two is not known "
                "yet: answer the questions, or write cors([policy, policy_of_the_application])",
            )
            return None
        if len(policies) == 1:
            return arguments_for(policies[0], call, self._work)
        self._work.need(call.module, {name for each in policies for name in each.names})
        return [expression_of(policies)]


def arguments_for(policy: PolicyText, site: Site, work: Work) -> list[str | Group]:
    """Return the arguments of ``cors``, and record what they need."""
    if policy.kind == "fields":
        return [*policy.arguments]
    work.need(site.module, policy.names)
    return [policy.expression()]
