"""The replacement for ``@cross_origin``."""

from __future__ import annotations

import ast
from typing import Any, Final, cast

from .app_policy import AppPolicy
from .blueprint_edits import arguments_for
from .call_fields import applied, write_fields
from .configuration import Configuration
from .options import OPTIONS
from .policy_text import PolicyText
from .rendering import Group, Listing, arguments_of, elements_of
from .settings import Settings, settings_of_keywords
from .sites import Decoration
from .source import Edit
from .work import Work

_ROUTERS: Final = frozenset({"route", "get", "post", "put", "patch", "delete", "doc", "expect"})
_HOOKS: Final = frozenset(
    {"errorhandler", "app_errorhandler", "before_request", "after_request", "teardown_request"}
)


class MarkEdits:
    """Writes marks.

    :param app_policy: the policy of the application.
    """

    def __init__(self, work: Work, configuration: Configuration, app_policy: AppPolicy) -> None:
        self._work = work
        self._configuration = configuration
        self._app_policy = app_policy
        self.is_marked = False

    def _of_app(self, site: Decoration) -> dict[str, Any] | None:
        """Return the application's policy where *site* is."""
        return self._app_policy.at([r.path for r in self._work.routes if r.view is site.owner and site.owner])

    def write_decoration(self, site: Decoration) -> None:
        """Write the replacement for ``cross_origin``."""
        work, module = self._work, site.module
        if site.how in {"value", "method list"} or not self._is_view(site):
            work.say(
                "by hand",
                module,
                site.node,
                "decorator",
                f"{' '.join(module.source.of(site.node).split())} is not on a view: mark the view with @cors",
            )
            return
        settings = self._settings(site)
        if settings is None:
            return
        policy = work.writer.write(settings, module, site.place)
        if not work.say_policy(module, site.node, policy):
            return
        if _is_dead(site):
            self._write_dead(site, policy)
        elif self._may_stay(site, policy):
            self._mark(site, policy)

    def _settings(self, site: Decoration) -> Settings | None:
        work = self._work
        settings = Settings()
        for name, setting in self._configuration.settings().by_name.items():
            is_set = bool(self._configuration.of(setting.name))
            if is_set and name != "resources" and OPTIONS[name].field is not None:
                setting.node = setting.node if setting.module is site.module else None
                settings.by_name[name] = setting
        if site.call is not None:
            found = settings_of_keywords(site.call, site.module, site.scope, work.resolver, work.evaluator)
            settings = settings.with_others(found)
        if settings.opaque:
            text = ", ".join(site.module.source.of(each) for each in settings.opaque)
            work.say(
                "by hand",
                site.module,
                site.node,
                "opaque-options",
                f"only run time knows the options in **{text}: write "
                f'@cors(policy_from_flask_cors(**{text}, on_problem="warn", guard={work.guard!r}))',
            )
            return None
        return settings

    def _is_view(self, site: Decoration) -> bool:
        if site.how != "decorator" or not isinstance(site.owner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return True
        words = {_word(each) for each in site.owner.decorator_list}
        return not words & _HOOKS

    def _write_dead(self, site: Decoration, policy: PolicyText) -> None:
        """Settle a decorator above the route, which Flask never called."""
        work, module = self._work, site.module
        if policy.values is not None and policy.values == self._of_app(site):
            self._remove(site)
            work.say(
                "done",
                module,
                site.node,
                "above-route",
                "it had no effect, and repeats the options of the application",
            )
            return
        answer = work.ask(
            module,
            site.node,
            "above-route",
            f"@{' '.join(module.source.of(site.node).split())} is above the route, where it had no effect. "
            "Remove it, or apply it from now on?",
        )
        if answer == "closed":
            self._remove(site)
            work.say("done", module, site.node, "above-route", "removed")
        elif answer == "as-written":
            self._mark(site, policy)

    def _may_stay(self, site: Decoration, policy: PolicyText) -> bool:
        work, module = self._work, site.module
        if site.call is None and site.how == "decorator":
            if policy.values is not None and policy.values == self._of_app(site):
                return True
            answer = work.ask(
                module,
                site.node,
                "above-route",
                "@cross_origin without parentheses made every request fail. Remove it, or apply it?",
            )
            if answer == "closed":
                self._remove(site)
            return answer == "as-written"
        app = self._of_app(site)
        if _is_wider(policy.values, app):
            answer = work.ask(
                module,
                site.node,
                "wider-than-app",
                f"{_name(site)} allows {_who(policy.values)}, the application {_who(app)}. Is that meant?",
            )
            if answer == "closed":
                self._remove(site)
            return answer == "keep"
        return True

    def _mark(self, site: Decoration, policy: PolicyText) -> None:
        work, module = self._work, site.module
        source = module.source
        before = " ".join(source.of(site.node).split())
        work.need(module, ["cors"])
        self.is_marked = True
        if site.call is not None and policy.kind == "fields" and not _has_spread(site.call):
            listing: Listing = arguments_of(source, site.call)
            settings = settings_of_keywords(site.call, module, site.scope, work.resolver, work.evaluator)
            write_fields(listing, site.call, settings, policy.texts, policy)
            listing.added += policy.guard_argument
            edits = [Edit(source.start(site.call.func), source.end(site.call.func), "cors"), *listing.edits()]
            for edit in edits:
                source.edit(*edit)
            after = applied(source.of(site.node), source.start(site.node), edits)
        else:
            group = Group("cors(", tuple(arguments_for(policy, site, work)), ")")
            after = group.flat
            source.replace(site.node, group.text(source.indent_at(source.start(site.node)), source.newline))
        self._move(site)
        work.say("done", module, site.node, "decorator", f"@{before} -> @{' '.join(after.split())}")

    def _move(self, site: Decoration) -> None:
        """Report each decorator above that would hide the mark."""
        if site.how != "decorator" or not isinstance(site.owner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        decorators = site.owner.decorator_list
        above = decorators[: decorators.index(site.node)]
        for each in above:
            if _word(each) in _ROUTERS:
                continue
            if self._hides(each, site):
                self._work.say(
                    "by hand",
                    site.module,
                    each,
                    "hidden-mark",
                    f"@{_word(each)} has no functools.wraps and hides the mark: add it, or move @cors up",
                )

    def _hides(self, decorator: ast.expr, site: Decoration) -> bool:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        for found in self._work.resolver.lookup(function, site.module, site.scope):
            node = getattr(found, "node", None)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                inner = [
                    each for each in ast.walk(node) if isinstance(each, ast.FunctionDef) and each is not node
                ]
                text = found.module.source.of(node)  # type: ignore[union-attr]  # a definition
                if (
                    inner
                    and "wraps" not in text
                    and "update_wrapper" not in text
                    and "__wrapped__" not in text
                ):
                    return True
        return False

    def _remove(self, site: Decoration) -> None:
        source = site.module.source
        if site.how == "decorator":
            at = source.text.rindex("@", 0, source.start(site.node))
            source.edit(source.line_start(at), source.line_end(source.end(site.node)), "")
            return
        around = site.module.scope.parents[site.node]
        if isinstance(around, ast.Call):
            source.replace(around, source.of(around.args[0]))
            return
        listed = cast("ast.List", around)
        listing = elements_of(source, listed)
        listing.items[listed.elts.index(site.node)].is_removed = True
        for edit in listing.edits():
            source.edit(*edit)


def _has_spread(call: ast.Call) -> bool:
    return any(keyword.arg is None for keyword in call.keywords)


def _word(node: ast.expr) -> str:
    function = node.func if isinstance(node, ast.Call) else node
    return str(getattr(function, "attr", None) or getattr(function, "id", ""))


def _is_dead(site: Decoration) -> bool:
    """Whether the route was registered before the decorator was called."""
    if site.how != "decorator" or not isinstance(site.owner, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    decorators = site.owner.decorator_list
    below = decorators[decorators.index(site.node) + 1 :]
    above = decorators[: decorators.index(site.node)]
    is_routed = any(_word(each) in _ROUTERS and isinstance(each, ast.Call) for each in below)
    return is_routed and not any(_word(each) in _ROUTERS and isinstance(each, ast.Call) for each in above)


def _is_wider(values: dict[str, Any] | None, app: dict[str, Any] | None) -> bool:
    if not values or app == {}:
        return False
    if app is None:
        return bool(values["origins"] == "*")
    origins, theirs = values.get("origins", []), app.get("origins", [])
    if theirs != "*" and (origins == "*" or any(each not in theirs for each in origins)):
        return True
    return bool(values.get("credentials")) and not app.get("credentials")


def _name(site: Decoration) -> str:
    return str(getattr(site.owner, "name", "the view"))


def _who(values: dict[str, Any] | None) -> str:
    if values is None:
        return "origins that are not known yet"
    with_cookies = ", with cookies" if values.get("credentials") else ""
    if values["origins"] == "*":
        return f"everyone{with_cookies}"
    return ", ".join(str(getattr(each, "pattern", each)) for each in values["origins"]) + with_cookies
