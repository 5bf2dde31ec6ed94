"""What a Flask application has: the policies of its static rules, and the prefixes that all others lie below.

The URL map is asked, by the code that answers requests, and never read a second time. What only the map can
know is a problem: a rule with a converter whose policy is not that of the prefix above it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from flask_corsguard.core.audiences import AnyCompiled, closed_policy, compiled_any
from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS, UPPER_CASE_METHODS
from flask_corsguard.core.problems import Problem
from flask_corsguard.flask.url_binding import pushed
from flask_corsguard.inventories.urls import as_text, as_wsgi, paths_of

from .audiences import members_of
from .losses import loss
from .places import Place, Source

#: A segment that no application has a rule for.
_NOWHERE: Final = "/corsguard-nowhere"

#: A method that no page may send, so that no policy names it.
_NO_METHOD: Final = "TRACE"

_METHODS: Final = tuple(sorted(UPPER_CASE_METHODS))

_HINT: Final = "Give the policy to a blueprint with a prefix, or to a path, and export that."


def source_of_application(layer: Any) -> Source:
    """Return what the application of *layer* has.

    :param layer: the layer that ``CorsGuard`` has put around a Flask application.
    """
    if callable(layer.policy):
        hint = "Export each of its policies, and choose among them by host in the engine."
        problems = (loss("edge.callable", "application", layer.policy, hint),)
        nothing = compiled_any(closed_policy([]))
        return Source((Place("/", nothing, "application"),), nothing, lambda *_: nothing, problems)
    return _Application(layer).source()


class _Application:
    """Reads the policies of one application."""

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self._finder: Any = layer.source.finder()
        self._problems: list[Problem] = []
        self._prefixes = {prefix: self._of_prefix(prefix) for prefix in self._all_prefixes()}
        self._exact: dict[str, Place] = {}
        self._adapter = layer.flask.url_map.bind("localhost")
        #: By what decides on them: the policies of the methods of a URL.
        self._known: dict[object, tuple[AnyCompiled, dict[str, AnyCompiled]]] = {}

    def source(self) -> Source:
        """Return what it has."""
        for rule in self._layer.flask.url_map.iter_rules():
            if not rule.build_only:
                self._add(rule)
        for prefix, policy in self._prefixes.items():
            self._check_prefix(prefix, policy)
            self._add_prefix_itself(prefix, policy)
        places = [Place(path, policy, f"path {path}") for path, policy in self._prefixes.items()]
        places += self._exact.values()
        policies = {id(each): each for place in places for each in place.policies}
        closed = compiled_any(closed_policy([each.policy for each in policies.values()]))
        return Source(tuple(places), closed, self._find, tuple(self._problems))

    def _all_prefixes(self) -> Iterator[str]:
        yield "/"
        yield from (as_text(path) for path in getattr(self._layer.settings.paths, "rules", ()))
        yield from (each.prefix for each in self._finder.mounted() if each.prefix)
        for name, prefix, subdomain in self._finder.registrations():
            path = prefix.rstrip("/")
            if subdomain or "<" in path:
                hint = "Give the blueprint a prefix without a converter, or its policy to the application."
                self._problems.append(loss("edge.marks", f"blueprint {name}", prefix, hint))
            elif path:
                yield path

    def _of_prefix(self, prefix: str) -> AnyCompiled:
        """Return the policy of what no rule matches below *prefix*.

        A policy without methods names there whatever was asked for, so that a page reads the 404. An engine
        gives the ordinary ones: it is stricter.
        """
        return self._ask(as_wsgi(prefix.rstrip("/") + _NOWHERE), "GET", with_methods=False)

    def _check_prefix(self, prefix: str, policy: AnyCompiled) -> None:
        # A rule that matches paths below it may be for some methods, or for paths of one segment only.
        for below, method in product((_NOWHERE, 2 * _NOWHERE), _METHODS):
            found = self._ask(as_wsgi(prefix.rstrip("/") + below), method, with_methods=False)
            if found.policy != policy.policy:
                self._problems.append(loss("edge.marks", f"path {prefix}", f"{method} {below}", _HINT))
                return

    def _add_prefix_itself(self, prefix: str, policy: AnyCompiled) -> None:
        # A rule such as "/<path:name>" matches every path below it, and not the prefix.
        for path in (prefix, f"{prefix.rstrip('/')}/"):
            found = (self._ask(as_wsgi(path), method, with_methods=False) for method in _METHODS)
            if any(each.policy != policy.policy for each in found):
                self._add_path(path, f"path {path}")

    def _ask(
        self, path: str, method: str, *, with_methods: bool = True, upgrade: str | None = None
    ) -> AnyCompiled:
        environ = {
            **({} if upgrade is None else {"HTTP_UPGRADE": upgrade, "HTTP_CONNECTION": "Upgrade"}),
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "HTTP_HOST": "localhost",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
        }
        found: AnyCompiled = self._finder.of_url(environ, method, with_methods=with_methods)
        return found

    def _add(self, rule: Any) -> None:
        where = f"{rule.rule} ({rule.endpoint})"
        if rule.host or rule.subdomain:
            hint = "Export a second application that has the rules of this host alone."
            self._problems.append(loss("edge.marks", where, rule.host or rule.subdomain, hint))
            return
        if rule.arguments - set(rule.defaults or ()):
            self._check_dynamic(rule, where)
            return
        for path in paths_of(rule, ()):
            self._add_path(path, where)
            if rule.websocket and not self._is_the_same_for_sockets(path):
                hint = "Give a view for WebSockets a path of its own, or the policy of the other view there."
                self._problems.append(loss("edge.marks", where, path, hint))
            if path != "/" and path.endswith("/"):
                # A path that redirects there has the policy of its target.
                self._add_path(path.rstrip("/"), where)
            elif not rule.strict_slashes:
                self._add_path(f"{path}/", where)

    def _is_the_same_for_sockets(self, path: str) -> bool:
        # An engine does not choose a rule by whether a connection is to be upgraded.
        plain, upgraded = (
            self._ask(as_wsgi(path), "GET", with_methods=False, upgrade=each) for each in (None, "websocket")
        )
        return plain.policy == upgraded.policy

    def _add_path(self, path: str, where: str) -> None:
        if path in self._exact or "//" in path or not path:
            return
        other, found = self._policies_of(path)
        taken = self._methods_of(path)
        by_method = tuple(
            # A URL map compares the methods that its rules have without case.
            (f"(?i:{method})" if method in taken else method, policy)
            for method, policy in found.items()
            if policy is not other
        )
        self._exact[path] = Place(path, other, where, exact=True, by_method=by_method)

    def _policies_of(self, path: str) -> tuple[AnyCompiled, dict[str, AnyCompiled]]:
        """Return the policy for a method that no view of *path* has, and those for the usual methods."""
        sent = as_wsgi(path)
        # Most URLs have the same methods with the same policies, and to ask for each method takes its time.
        methods = sorted(self._methods_of(path))
        asked = (self._ask(sent, method, with_methods=False) for method in (*methods, _NO_METHOD))
        key = tuple(methods), tuple(id(each.policy) for each in asked), self._options_of(path)
        if key not in self._known or not methods:
            found = {method: self._ask(sent, method) for method in _METHODS}
            self._known[key] = self._ask(sent, _NO_METHOD), found
        return self._known[key]

    def _methods_of(self, path: str) -> set[str]:
        return set(self._with_request(lambda: self._adapter.allowed_methods(path)))

    def _options_of(self, path: str) -> object:
        """Return whether Flask answers ``OPTIONS`` itself, or *path*: a redirect is not as any other URL."""
        try:
            rule, _ = self._with_request(lambda: self._adapter.match(path, "OPTIONS", return_rule=True))
        except RequestRedirect:
            return path
        except HTTPException:
            return False
        return bool(getattr(rule, "provide_automatic_options", False))

    def _with_request(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except (RuntimeError, AttributeError):
            # What Flask's proxies raise in a converter that reads the request, or the application.
            with pushed(self._layer.flask.test_request_context()):
                return ask()

    def _check_dynamic(self, rule: Any, where: str) -> None:
        for path in paths_of(rule, self._prefixes):
            above = self._above(path)
            for method in sorted(rule.methods or ("GET",)):
                found = self._ask(as_wsgi(path), method, with_methods=False)
                if found.policy != above.policy:
                    self._problems.append(loss("edge.marks", where, f"{method} {path}", _HINT))
                    return
            beyond = set(rule.methods or ()) - SAFELISTED_METHODS - {"OPTIONS"}
            if beyond and any(each.methods is None and each.origins for each in members_of(above)):
                # A browser may send the other methods under every list.
                hint = "List the methods in the policy that applies to it."
                self._problems.append(loss("edge.methods", where, path, hint))
                return

    def _above(self, path: str) -> AnyCompiled:
        covering = (prefix for prefix in self._prefixes if _covers(prefix, path))
        return self._prefixes[max(covering, key=len)]

    def _find(self, path: str, method: str) -> AnyCompiled:
        text = as_text(path)
        if text in self._exact:
            # A method that no view has is named in Python, so that a page reads the 405; in an engine, the
            # usual ones are.
            is_known = method in _METHODS or method.upper() in self._methods_of(text)
            return self._ask(path, method if is_known else _NO_METHOD)
        return self._above(text) if text.startswith("/") else compiled_any(closed_policy([]))


def _covers(prefix: str, path: str) -> bool:
    return prefix in {"/", path} or path.startswith(f"{prefix}/")
