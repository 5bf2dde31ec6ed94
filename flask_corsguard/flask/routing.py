"""Which policy a Flask request has: found before the application runs, or by the rule that has matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_corsguard.core.audiences import AnyCompiled, compiled_any, lasting
from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS
from flask_corsguard.wsgi.environ import ORIGIN, REQUEST, method_to_judge
from flask_corsguard.wsgi.proxy_fix import as_seen_inside

from .memory import Memory, RulePolicy
from .settlement import settled
from .url_policies import UrlPolicies
from .warnings.misplaced_marks import is_any_mark_unshown

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import Rule

    from flask_corsguard.core.compiled import CompiledPolicy


class RoutedPolicies(UrlPolicies):
    """Finds the policy of a request; the arguments are those of :class:`.UrlPolicies`."""

    one = None

    def find(self, environ: WSGIEnvironment) -> CompiledPolicy:
        """Return the policy of a preflight, or of a request that the guard may refuse, by the URL map."""
        one = self.memory.one
        method = method_to_judge(environ) or environ["REQUEST_METHOD"]
        if one is not None and (
            one.policy.methods is not None
            # Every route allows a safelisted method; only a preflight gets all methods of its route.
            or (method in SAFELISTED_METHODS and environ["REQUEST_METHOD"] != "OPTIONS")
        ):
            return one
        return self.for_method(environ, method)

    def for_method(self, environ: WSGIEnvironment, method: str) -> CompiledPolicy:
        """Return the policy of the endpoint that the URL has for *method*, with the methods of its rule."""
        seen = as_seen_inside(self._fixes, environ)
        found = self._find(seen, seen.get("PATH_INFO", ""), method, with_methods=True)
        if found.is_lasting:
            return found  # type: ignore[return-value]  # no list does
        return settled(found, self.app, environ, environ.get(ORIGIN))

    def of_response(
        self, environ: WSGIEnvironment, path: str, method: str, earlier: object, origin: str | None
    ) -> CompiledPolicy:
        """Return the policy of a response that starts, by the rule that Flask has matched.

        :param environ: the environ of the request, which the application may have changed.
        :param path: its path before the application ran.
        :param method: its method before the application ran.
        :param earlier: the request that Werkzeug had left in it before the application ran.
        :param origin: its origin before the application ran.
        """
        # Bound first: if a mark is put meanwhile, what is found here must go into the memory that is
        # replaced.
        memory = self.memory
        request = environ.get(REQUEST)
        # An earlier request is an outer application's; a rule of another map is an inner application's.
        rule = None if request is earlier else getattr(request, "url_rule", None)
        if rule is None or rule.map is not self.app.url_map:
            found = self._find(environ, path, method, with_methods=False)
        else:
            found = self._of_rule(memory, rule, path, method)
        return lasting(found) or settled(found, self.app, environ, origin)

    def _of_rule(self, memory: Memory, rule: Rule, path: str, method: str) -> AnyCompiled:
        """Return the policy of the rule that Flask has matched, and remember it if it lasts."""
        view = self.app.view_functions.get(rule.endpoint)
        found = compiled_any(self._of_endpoint(rule.endpoint, path, method))
        if self._paths is None:
            by_policy = lasting(found)
            if by_policy is not None and not hasattr(view, "view_class"):
                memory.by_rule[id(rule)] = RulePolicy(rule, by_policy, view)
            if not memory.is_one_decided:
                memory.is_one_decided = True
                if not self._marks.any() and not is_any_mark_unshown():
                    memory.one = lasting(compiled_any(self._policy))
        return found
