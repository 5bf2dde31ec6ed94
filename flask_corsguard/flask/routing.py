"""From a request to its policy, by the application's own URL map.

The map is asked, not imitated: converters, host and subdomain matching, redirects and the prefix
an application is mounted under come out here as they will in the application.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect, Rule

from flask_corsguard.core.compiled import Answers, Header
from flask_corsguard.core.fetch_standard import is_forbidden_method
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.wsgi.environ import REQUEST
from flask_corsguard.wsgi.merging import PLAIN_NAMES
from flask_corsguard.wsgi.path_rules import PathRules, is_ambiguous
from flask_corsguard.wsgi.response import headers_to, start_found, start_with

from .blueprint_prefixes import BlueprintPrefixes
from .decorator import REGISTRATIONS, Registration, remember
from .marks import Marks
from .url_binding import Binding

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask
    from werkzeug.routing import MapAdapter

    from flask_corsguard.wsgi.policy_source import Prepare
    from flask_corsguard.wsgi.response import Given


logger = logging.getLogger("flask_corsguard")

#: Redirects of the URL map that are followed to find a policy; a map can hold a circle of them.
MAX_REDIRECTS = 4


def start_routed(
    given: Given[RoutedPolicies], status: str, theirs: list[Header], exc_info: OptExcInfo | None = None
) -> Callable[[bytes], object]:
    """Start a response by the policy of the rule that Flask has matched, which is remembered."""
    start_response, source, environ, _, _, before, _, origin, layer = given
    request: Any = environ.get(REQUEST)
    try:
        known = source.answered.get(id(request.url_rule))
    except AttributeError:
        # Another framework's; or there is none.
        known = None
    # No rule of another application is known here. An older request may be one of this application's.
    if known is None or request is before:
        return start_found(given, status, theirs, exc_info)
    answers = known[1]
    if origin is None:
        ours = answers.to_none
    else:
        ours = answers.to_first if origin == answers.first else headers_to(answers, origin)
    if exc_info is None and type(theirs) is list:
        # As start_with() does: here, in between of all that Flask does, every call is a cold one.
        for name, _ in theirs:
            if name not in PLAIN_NAMES:
                break
        else:
            return start_response(status, theirs + ours)
    return start_with((start_response, ours, answers, layer), status, theirs, exc_info)


class RoutedPolicies:
    """Finds the policy of a request: of its view, blueprint, path or application, in this order.

    :param app: the application; its URL map, views and blueprints are read per request.
    :param policy: what holds where nothing else does.
    :param paths: the rules for views without a mark.
    :param look_around: what is asked at every request, and gives what is to start its response, until it
        gives ``None``: no more is to be found out about the application then.
    """

    def __init__(
        self,
        app: Flask,
        policy: Policy,
        paths: PathRules | None,
        look_around: Callable[[WSGIEnvironment, StartResponse], StartResponse | None],
    ) -> None:
        self.policy: Policy | None = None
        self.answers: Answers | None = None
        # Not of the class: in there, they would have to be looked for at each request.
        self.beforehand, self.start = None, start_routed
        self.app = app
        self._policy = policy
        self._paths = paths
        self._by_methods: dict[tuple[int, str | tuple[str, ...]], tuple[Policy, Policy]] = {}
        self._prefixes = BlueprintPrefixes()
        self._binding = Binding(app)
        self._marks = Marks(app)
        self._look_around = look_around
        self._has_answered = False
        self._forgotten = 0
        self.prepare: Prepare | None = self._prepare
        remember(self)
        #: By the id of a rule, for the rules of functions, which have one policy: the rule and its policy's.
        self.answered: dict[int, tuple[Rule, Answers]] = {}
        self._routed: dict[tuple[int, str], tuple[Rule, object, Policy, Policy]] = {}

    def for_method(self, environ: WSGIEnvironment, method: str) -> Policy:
        """Give the policy of the endpoint that the URL has for *method*."""
        return self._find(environ, environ.get("PATH_INFO", ""), method, with_methods=True)

    def _prepare(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        watched = self._look_around(environ, start_response)
        if watched is not None:
            return watched
        if self._has_answered:
            self._settle()
        return start_response

    def _settle(self) -> None:
        # Flask lets no route be added after the first request, and what is found is remembered from then on.
        # Who puts another view into app.view_functions by hand after that has to mark it then, or not at all.
        forgotten = self._forgotten
        self.prepare = None
        if self._paths is None and not self._marks.any():
            self.answers = self._policy.answers
            self.policy = None if self._policy.methods is None else self._policy
        if self._forgotten != forgotten:
            # A mark was put meanwhile, which may not have been seen.
            self.answers = self.policy = None

    def forget(self) -> None:
        """Forget what was found before something was marked."""
        self._forgotten += 1
        self.prepare = self._prepare
        self.policy = self.answers = None
        self.answered, self._routed = {}, {}

    def for_response(self, given: Given[Any]) -> Policy:
        """Give the policy of the view that the application has found."""
        _, _, environ, path, method, before, _, _, _ = given
        # An older request belongs to an outer application, a rule of another map to an inner one.
        request = environ.get(REQUEST)
        rule = None if request is before else getattr(request, "url_rule", None)
        if rule is not None and rule.map is self.app.url_map:
            return self._answer(rule, path, method)
        return self._find(environ, path, method, with_methods=False)

    def _answer(self, rule: Rule, path: str, method: str) -> Policy:
        self._has_answered = True
        # The one of now: what is found before a mark is put belongs to what is forgotten then.
        answered = self.answered
        policy = self._of_endpoint(rule.endpoint, path, method)
        view = self.app.view_functions.get(rule.endpoint)
        if self.prepare is None and self._paths is None and not hasattr(view, "view_class"):
            answered[id(rule)] = rule, policy.answers
        return policy

    def _of_endpoint(self, endpoint: str, path: str, method: str) -> Policy:
        return self._marks.find(endpoint, method) or self._of_path(path)

    def _of_path(self, path: str) -> Policy:
        return (self._paths and self._paths.find(path)) or self._policy

    def _find(self, environ: WSGIEnvironment, path: str, method: str, *, with_methods: bool) -> Policy:
        try:
            return self._match(environ, path, method, with_methods=with_methods)
        except Exception:  # noqa: BLE001 - converters are the application's, and may do anything
            logger.debug("the URL map raised; asking it once more, in an application context")
        try:
            # Some ask the database, through an application context. Only they pay for one.
            with self.app.app_context():
                return self._match(environ, path, method, with_methods=with_methods)
        except Exception:
            logger.exception("the URL map raised; the closed policy holds")
            return SAME_ORIGIN

    def _match(self, environ: WSGIEnvironment, path: str, method: str, *, with_methods: bool) -> Policy:
        shared = self._binding.shared(environ)
        if shared is not None:
            try:
                return self._match_once(shared, path, method, with_methods=with_methods)
            except RequestRedirect:
                logger.debug("the URL map redirects; asking it for this host")
        try:
            adapter = self._binding.bind(environ)
        except HTTPException:
            # An untrusted host, for example: whatever it is, no endpoint answers it.
            return self._of_path(path)
        for _ in range(MAX_REDIRECTS):
            try:
                return self._match_once(adapter, path, method, with_methods=with_methods)
            except RequestRedirect as redirect:
                target = _path_of(redirect, adapter)
                if target is None:
                    break
                path = target
        return self._of_path(path)

    def _match_once(self, adapter: MapAdapter, path: str, method: str, *, with_methods: bool) -> Policy:
        # See werkzeug's own reading of PATH_INFO: bytes in Latin-1 (PEP 3333), which are UTF-8.
        info = path.encode("latin-1", "replace").decode("utf-8", "replace")
        rules: dict[str, Rule]
        try:
            rules = {method: adapter.match(info, method, return_rule=True)[0]}
            chosen = method
        except MethodNotAllowed as refusal:
            # The policy of the URL: that of its GET, if it has one. Its answer names the methods.
            methods = sorted(refusal.valid_methods or (), key=_rank)
            found = {each: _rule_of(adapter, info, each) for each in methods}
            rules = {each: rule for each, rule in found.items() if rule is not None}
            if not rules:
                return self._of_unknown(adapter, path, info)
            chosen = next(iter(rules))
        except RequestRedirect:
            raise
        except HTTPException:
            # Not found; or a rule for WebSockets that is asked for something else, or the reverse.
            return self._of_unknown(adapter, path, info)
        rule = rules[chosen]
        policy = self._of_endpoint(rule.endpoint, path, chosen)
        if not with_methods or policy.methods is not None:
            return policy
        if rule.methods is None:
            return self._with_methods(policy, "*")
        if chosen == method:
            return self._with_methods_of_rule(policy, rule, method, path)
        return self._with_methods(policy, self._methods_of(policy, path, rules))

    def _with_methods_of_rule(self, policy: Policy, rule: Rule, method: str, path: str) -> Policy:
        # The same rule is asked again and again, and what it says only depends on its view.
        view = self.app.view_functions.get(rule.endpoint)
        routed = self._routed
        known = routed.get((id(rule), method))
        if known is not None and known[0] is rule and known[1] is view and known[2] is policy:
            return known[3]
        rules = dict.fromkeys(rule.methods or (), rule)
        found = self._with_methods(policy, self._methods_of(policy, path, rules))
        if self._paths is None:
            routed[id(rule), method] = rule, view, policy, found
        return found

    def _methods_of(self, policy: Policy, path: str, rules: dict[str, Rule]) -> tuple[str, ...]:
        # A browser keeps every method that it is told (#cors-preflight-cache), so it is told none
        # that has another policy.
        return tuple(
            sorted(
                method
                for method, rule in rules.items()
                if not (method == "OPTIONS" and getattr(rule, "provide_automatic_options", False))
                and not is_forbidden_method(method)
                and self._of_endpoint(rule.endpoint, path, method) is policy
            )
        )

    def _with_methods(self, policy: Policy, methods: Literal["*"] | tuple[str, ...]) -> Policy:
        key = id(policy), methods
        if key not in self._by_methods:
            # The policy stays beside its copy: that keeps its id from being given to another.
            self._by_methods[key] = policy, policy.for_methods(methods)
        return self._by_methods[key][1]

    def _of_unknown(self, adapter: MapAdapter, path: str, info: str) -> Policy:
        registrations: list[Registration] = self.app.extensions.get(REGISTRATIONS, [])
        if not registrations:
            return self._of_path(path)
        if is_ambiguous(path):
            return SAME_ORIGIN
        found = self._prefixes.find(registrations, self.app.url_map, adapter.subdomain, info)
        return found or self._of_path(path)


def _rank(method: str) -> tuple[bool, bool, str]:
    # OPTIONS last: Flask adds it to every rule, and no method of a view class stands behind it.
    return method != "GET", method == "OPTIONS", method


def _rule_of(adapter: MapAdapter, info: str, method: str) -> Rule | None:
    # A handshake may ask for a URL that has only rules for plain requests.
    for websocket in (None, False):
        try:
            return adapter.match(info, method, return_rule=True, websocket=websocket)[0]
        except RequestRedirect:
            raise
        except HTTPException:
            continue
    return None


def _path_of(redirect: RequestRedirect, adapter: MapAdapter) -> str | None:
    target = urlsplit(redirect.new_url)
    if target.netloc != adapter.get_host(None):
        return None
    path = unquote(target.path).removeprefix(adapter.script_name.rstrip("/"))
    return "/" + path.lstrip("/").encode("utf-8").decode("latin-1")
