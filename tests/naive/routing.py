"""Which policy a Flask request has: looked up from scratch, in a table of marks beside the app."""

from __future__ import annotations

from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, request
from flask.views import MethodView
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect, Rule

from flask_corsguard import CorsGuard, Policy, cors
from naive import layer
from naive.headers import SAFELISTED, allows_method

ANY_METHOD = Policy(origins="*", methods="*")

#: Everything in :func:`make_site` that can be marked.
PLACES = ["view", "twin view", "class", "method", "outer", "inner", "view in inner"]
PATHS = [
    *("/", "/plain", "/marked", "/class", "/split", "/slash/", "/slash", "/item/7", "/item/x", "/none"),
    *("/outer/page", "/outer/none", "/outer", "/outerx", "/outer/inner/page", "/outer/inner/marked"),
    *("/outer/inner/none", "/outer/inner", "/free/page", "/free/none", "/outer/../x", "/outer//page"),
]


#: Those that can be marked after the application has answered requests: all but blueprints.
LATE_PLACES = [place for place in PLACES if place not in {"outer", "inner"}]

T = TypeVar("T")


class Site(NamedTuple):
    """An application, and what is marked in it."""

    app: Flask
    policy: Policy
    paths: dict[str, Policy]
    marks: dict[str, Policy]
    #: By place, what a mark is put on.
    targets: dict[str, object]
    #: The requests that Flask has opened.
    opened: list[str]

    def mark(self, place: str, policy: Policy) -> None:
        """Mark *place* with *policy*."""
        mark(place, self.targets[place], policy)
        self.marks[place] = policy


def mark(place: str, target: T, policy: Policy) -> T:
    """Mark *target*, which is at *place*, once for each of its routes; return it."""
    for _ in range(2 if place in {"view", "twin view"} else 1):
        cors(policy)(target)
    return target


class Pages(MethodView):
    """A page that takes several methods; each example marks a class of its own."""

    def get(self):
        return "get"

    def put(self):
        return "put"


def make_site(policy: Policy, paths: dict[str, Policy], marks: dict[str, Policy]) -> Site:
    """Make an application with every kind of place for a mark, of which *marks* are marked."""
    app, targets, opened = Flask(__name__), {}, []
    app.testing = True

    @app.before_request
    def note():
        opened.append(request.path)

    def marked(place, target):
        targets[place] = target
        return mark(place, target, marks[place]) if place in marks else target

    def view():
        return lambda **values: "page"

    one, twin = marked("view", view()), marked("twin view", view())

    app.add_url_rule("/", "index", view())
    app.add_url_rule("/plain", "plain", view(), methods=["GET", "POST"])
    app.add_url_rule("/marked", "marked", one, methods=["GET", "PUT", "PURGE"])
    app.add_url_rule("/split", "split", one)
    app.add_url_rule("/split", "split put", twin, methods=["PUT", "POST"])
    app.add_url_rule("/slash/", "slash", twin, methods=["GET", "DELETE"])
    app.add_url_rule("/item/<int:number>", "item", view(), methods=["DELETE"])
    delete = marked("method", lambda self: "delete")
    pages = marked("class", type("Pages", (Pages,), {"delete": delete}))
    app.add_url_rule("/class", view_func=pages.as_view("class"))

    outer, inner, free = (
        Blueprint(name, __name__, url_prefix=f"/{name}") for name in ("outer", "inner", "free")
    )
    outer, inner = marked("outer", outer), marked("inner", inner)
    for blueprint in (outer, inner, free):
        blueprint.add_url_rule("/page", "page", view(), methods=["GET", "PUT"])
    inner.add_url_rule("/marked", "marked", marked("view in inner", view()), methods=["POST"])
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    app.register_blueprint(free)
    CorsGuard(app, policy, paths=paths or None)
    return Site(app, policy, paths, dict(marks), targets, opened)


def of_endpoint(site: Site, endpoint: str, method: str, path: str) -> Policy | layer.Found:
    """Walk outwards: the method, the view, its class, the blueprints, the paths, the application."""
    places = {
        "marked": ["view"],
        "split": ["view"],
        "split put": ["twin view"],
        "slash": ["twin view"],
        "class": ["method", "class"] if method == "DELETE" else ["class"],
        "outer.page": ["outer"],
        "outer.inner.page": ["inner", "outer"],
        "outer.inner.marked": ["view in inner", "inner", "outer"],
    }
    for place in places.get(endpoint, []):
        if place in site.marks:
            return site.marks[place]
    return of_path(site, path)


def closed(site: Site) -> layer.Found:
    """Return the closed policy beside all that are written."""
    return layer.closed([site.policy, *site.paths.values(), *site.marks.values()])


def of_path(site: Site, path: str) -> Policy | layer.Found:
    """Return the policy of the first rule, or else the application's."""
    if site.paths and layer.is_ambiguous(path):
        return closed(site)
    for rule, policy in site.paths.items():
        if layer.covers(rule, path):
            return policy
    return site.policy


def of_nothing(site: Site, path: str) -> Policy | layer.Found:
    """Return the policy of a path without a page: of the nearest blueprint whose prefix it has."""
    marked = [place for place in ("inner", "outer") if place in site.marks]
    if marked and layer.is_ambiguous(path):
        return closed(site)
    for place in marked:
        if layer.covers({"inner": "/outer/inner", "outer": "/outer"}[place], path):
            return site.marks[place]
    return of_path(site, path)


def policy_for(
    site: Site, environ: dict[str, object], method: str, path: str | None = None
) -> Policy | layer.Found:
    """Return the policy of the page that the URL has for *method*, with the methods of its route."""
    path = str(environ["PATH_INFO"]) if path is None else path
    try:
        rules = rules_of(site, environ, method, path)
    except RequestRedirect as redirect:
        return policy_for(site, environ, method, urlsplit(redirect.new_url).path)
    except NotFound:
        policy = of_nothing(site, path)
        if isinstance(policy, layer.Found):
            return policy
        return policy if policy.methods is not None or not policy.origins else policy.replace(methods="*")
    lacking = [] if method in rules else [method]
    if lacking:
        # Not allowed: the policy of the URL is that of its GET, or else of the first by name.
        method = next(each for each in ["GET", *sorted(rules)] if each in rules and each != "OPTIONS")
    policy = of_endpoint(site, rules[method].endpoint, method, path)
    if isinstance(policy, layer.Found) or policy.methods is not None or not policy.origins:
        return policy
    shared = [
        each
        for each, rule in rules.items()
        if of_endpoint(site, rule.endpoint, each, path) is policy and each != "OPTIONS"
    ]
    # What no page of the URL has may reach the 405.
    shared += [each for each in lacking if each not in shared and allows_method(ANY_METHOD, each)]
    if environ["REQUEST_METHOD"] != "OPTIONS":
        # The route's list is not the policy's word: what the route lacks, it refuses itself.
        shared += [each for each in SAFELISTED if each not in shared]
    return policy.replace(methods=sorted(shared))


def rules_of(site: Site, environ: dict[str, object], method: str, path: str) -> dict[str, Rule]:
    """Give, by method, the rule that the URL map has for *method*, or else all that it has for the URL."""
    adapter = site.app.url_map.bind_to_environ(environ)
    try:
        rule = adapter.match(path, method, return_rule=True)[0]
    except MethodNotAllowed as refusal:
        return {each: adapter.match(path, each, return_rule=True)[0] for each in refusal.valid_methods}
    return dict.fromkeys(rule.methods, rule)
