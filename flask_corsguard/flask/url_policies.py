"""Which policy a URL has for a method, by the application's own URL map.

The map is asked, not imitated: converters, host and subdomain matching, redirects and the prefix that an
application is mounted under decide here as they will decide in the application.
"""

from __future__ import annotations

import logging
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect, Rule

from flask_corsguard.core.audiences import AnyCompiled, AnyPolicy, compiled_any
from flask_corsguard.core.decision import is_method_under_wildcard
from flask_corsguard.core.fetch_standard import UPPER_CASE_METHODS, is_forbidden_method
from flask_corsguard.wsgi.path_rules import PathRules, is_ambiguous

from .blueprint_prefixes import BlueprintPrefixes
from .closed_policy import ClosedPolicy
from .marks import Marks, observe_marks
from .memory import Copies, Memory
from .rule_additions import additions_to
from .url_binding import UrlBinding, pushed
from .url_rules import decoded, mismatched_rule, rank, rule_of, rules_of, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask
    from typing_extensions import Self
    from werkzeug.routing import MapAdapter


logger: Final = logging.getLogger("flask_corsguard")

#: How many redirects of the URL map are followed to find a policy; a map can contain a circle of them.
MAX_REDIRECTS: Final = 4


class UrlPolicies:
    """Finds the policy of a URL and method: that of its view, blueprint, path or application, in this order.

    :param app: the application; its URL map, views and blueprints are read when a request needs them.
    :param policy: the policy of the application.
    :param paths: the policies of views without a mark, by path.
    :param fixes: the ``ProxyFix`` layers inside the middleware.
    :param blueprints: the policies of blueprints, by their registered names.
    """

    def __init__(
        self,
        app: Flask,
        policy: AnyPolicy,
        paths: PathRules | None,
        fixes: tuple[Any, ...] = (),
        blueprints: Mapping[str, AnyPolicy] = MappingProxyType({}),
    ) -> None:
        self.app = app
        self._policy = policy
        self._paths = paths
        self._fixes = fixes
        self._blueprints = blueprints
        self._copies = Copies()
        self._binding = UrlBinding(app)
        self._marks = Marks(app, blueprints)
        self._prefixes = BlueprintPrefixes(app, blueprints, self._marks)
        self._closed = self._closed_policy()
        self.memory = Memory()
        observe_marks(self)

    def forget(self) -> None:
        """Forget what was found before a view or a blueprint was marked."""
        self.memory = Memory()
        self._closed.forget()

    def with_policy(self, policy: AnyPolicy) -> Self:
        """Return the same with another policy of the application."""
        other = copy(self)
        other._policy = policy  # noqa: SLF001 - of this class
        other._closed = other._closed_policy()  # noqa: SLF001
        other.memory = Memory()
        observe_marks(other)
        return other

    def of_url(self, environ: WSGIEnvironment, method: str, *, with_methods: bool) -> AnyCompiled:
        """Return the policy, or the list, that the URL of *environ* has for *method*.

        :param with_methods: whether a policy that lists no methods gets those of the URL.
        """
        return self._find(environ, environ["PATH_INFO"], method, with_methods=with_methods)

    def _closed_policy(self) -> ClosedPolicy:
        paths = () if self._paths is None else self._paths.policies
        return ClosedPolicy(self.app, self._marks, (self._policy, *paths))

    def _of_endpoint(self, endpoint: str, path: str, method: str) -> AnyPolicy:
        return self._marks.find(endpoint, method) or self._of_path(path)

    def _of_path(self, path: str) -> AnyPolicy:
        found = self._paths and self._paths.find(path)
        if self._paths is not None and found is self._paths.closed:
            return self._closed.find()
        return found or self._policy

    def _find(self, environ: WSGIEnvironment, path: str, method: str, *, with_methods: bool) -> AnyCompiled:
        try:
            return self._match(environ, path, method, with_methods=with_methods)
        except Exception:  # noqa: BLE001 - converters are the application's, and may do anything
            logger.debug("the URL map raised; asking it once more, in an application context")
        try:
            # Some converters need the database, and some the session. Only they pay for a context.
            try:
                with pushed(self.app.app_context()):
                    return self._match(environ, path, method, with_methods=with_methods)
            except (RuntimeError, AttributeError):
                # What Flask's proxies raise without a request, and what others have that are None then.
                with pushed(self.app.request_context(dict(environ))):
                    return self._match(environ, path, method, with_methods=with_methods)
        except Exception:
            logger.exception("the URL map raised; the closed policy applies")
            return compiled_any(self._closed.find())

    def _match(self, environ: WSGIEnvironment, path: str, method: str, *, with_methods: bool) -> AnyCompiled:
        shared = self._binding.shared(environ)
        if shared is not None:
            try:
                return self._match_once(shared, path, method, with_methods=with_methods)
            except RequestRedirect:
                logger.debug("the URL map redirects; asking it for this host")
        try:
            adapter = self._binding.bind(environ)
        except HTTPException:
            # No endpoint answers a host that is not trusted, for example.
            return self._without_endpoint(self._of_path(path), with_methods=with_methods)
        by_policy, target = self._follow(adapter, path, method, with_methods=with_methods)
        methods = by_policy.policy.methods
        if not with_methods or target == path or methods is None or methods == "*":
            return by_policy
        policy = self._follow(adapter, path, method, with_methods=False)[0].policy
        if policy is by_policy.policy:
            return by_policy
        # A browser caches the methods of a preflight for the requested URL, but other methods of that URL may
        # have other redirects.
        led = (
            each
            for each in methods
            if self._follow(adapter, path, each, with_methods=False)[0].policy is policy
        )
        return self._with_methods(policy, tuple(led))

    def _follow(
        self, adapter: MapAdapter, path: str, method: str, *, with_methods: bool
    ) -> tuple[AnyCompiled, str]:
        for _ in range(MAX_REDIRECTS):
            try:
                return self._match_once(adapter, path, method, with_methods=with_methods), path
            except RequestRedirect as redirect:
                target = target_of(redirect, adapter)
                if target is None:
                    break
                path = target
        return self._without_endpoint(self._of_path(path), with_methods=with_methods), path

    def _match_once(self, adapter: MapAdapter, path: str, method: str, *, with_methods: bool) -> AnyCompiled:
        info = decoded(path)
        rules: dict[str, Rule]
        try:
            rules = {method: adapter.match(info, method, return_rule=True)[0]}
            chosen = method
        except MethodNotAllowed as refusal:
            if (rule := mismatched_rule(refusal, adapter, info, method)) is not None:
                policy = self._of_endpoint(rule.endpoint, path, method)
                return self._without_endpoint(policy, with_methods=with_methods)
            # The policy of the URL is that of its GET, if it has one. The answer names the methods.
            methods = sorted(refusal.valid_methods or (), key=rank)
            found = {each: rule_of(adapter, info, each) for each in methods}
            rules = {each: rule for each, rule in found.items() if rule is not None}
            if not rules:
                unknown = self._of_unknown(adapter, path, info)
                return self._without_endpoint(unknown, with_methods=with_methods)
            chosen = next(iter(rules))
        except RequestRedirect:
            raise
        except HTTPException as error:
            if (rule := mismatched_rule(error, adapter, info, method)) is not None:
                policy = self._of_endpoint(rule.endpoint, path, method)
            else:
                policy = self._of_unknown(adapter, path, info)
            return self._without_endpoint(policy, with_methods=with_methods)
        rule = rules[chosen]
        policy = self._of_endpoint(rule.endpoint, path, chosen)
        if not with_methods or policy.methods is not None:
            return compiled_any(policy)
        if rule.methods is None:
            return self._with_methods(policy, "*")
        if chosen == method:
            return self._with_methods_of_rule(policy, rule, method, path, adapter)
        return self._with_lacking_method(policy, self._methods_of(policy, path, rules), method)

    def _without_endpoint(self, policy: AnyPolicy, *, with_methods: bool) -> AnyCompiled:
        # No method has a view, so every method may reach the error, and a page reads it.
        if not with_methods or policy.methods is not None or not policy.origins:
            return compiled_any(policy)
        return self._with_methods(policy, "*")

    def _with_lacking_method(self, policy: AnyPolicy, methods: tuple[str, ...], method: str) -> AnyCompiled:
        """Return the policy of a URL none of whose rules takes *method*, so that a page reads the 405.

        Tempting: ``"*"``. But a browser would cache that for the URL (#cors-preflight-cache), and so for the
        methods of views that have other policies. *method* has no view.
        """
        if method in methods or not policy.origins or not is_method_under_wildcard(method):
            return self._with_methods(policy, methods)
        named = tuple(sorted((*methods, method)))
        if method in UPPER_CASE_METHODS:
            return self._with_methods(policy, named)
        # Not remembered: anyone can send new ones.
        return compiled_any(policy).for_methods(named)

    def _with_methods_of_rule(
        self, policy: AnyPolicy, rule: Rule, method: str, path: str, adapter: MapAdapter
    ) -> AnyCompiled:
        # The same rules are asked for again and again, and the outcome only depends on the view.
        view = self.app.view_functions.get(rule.endpoint)
        memory = self.memory
        if memory.addition is not memory.additions.last:
            memory.renew(memory.additions)
        remembered = memory.by_rule_and_method
        # Werkzeug has matched the method in upper case, and a stranger may write it in a thousand ways.
        key = id(rule), method.upper()
        known = remembered.get(key)
        if known is not None and known[0] is rule and known[1] is view and known[2] is policy:
            return known[3]
        if (additions := additions_to(rule.map)) is not memory.additions:
            memory.renew(additions)
            remembered = memory.by_rule_and_method
        if memory.is_shared(rule, self.app.url_map):
            # The browser caches the methods of a preflight for the URL, where other methods have other rules.
            rules = rules_of(adapter, decoded(path), rule.methods or ())
            return self._with_methods(policy, self._methods_of(policy, path, rules))
        rules = dict.fromkeys(rule.methods or (), rule)
        by_policy = self._with_methods(policy, self._methods_of(policy, path, rules))
        if self._paths is None:
            remembered[key] = rule, view, policy, by_policy
        return by_policy

    def _methods_of(self, policy: AnyPolicy, path: str, rules: dict[str, Rule]) -> tuple[str, ...]:
        # A browser caches every method that a preflight names (#cors-preflight-cache), so a method that has
        # another policy is not named.
        return tuple(
            sorted(
                method
                for method, rule in rules.items()
                if not (method == "OPTIONS" and getattr(rule, "provide_automatic_options", False))
                and not is_forbidden_method(method)
                and self._of_endpoint(rule.endpoint, path, method) is policy
            )
        )

    def _with_methods(self, policy: AnyPolicy, methods: Literal["*"] | tuple[str, ...]) -> AnyCompiled:
        return self._copies.of(policy, methods)

    def _of_unknown(self, adapter: MapAdapter, path: str, info: str) -> AnyPolicy:
        if not self._prefixes.any():
            return self._of_path(path)
        if is_ambiguous(path):
            return self._closed.find()
        return self._prefixes.find(adapter.subdomain, info) or self._of_path(path)
