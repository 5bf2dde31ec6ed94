"""Random Flask applications whose views record that they ran, and by whose policy they have to be answered.

Every policy allows the one origin that asks and shows its number: in ``Access-Control-Expose-Headers`` on an
answer, in ``Access-Control-Max-Age`` on a preflight.
"""

from __future__ import annotations

import functools
from random import Random
from typing import Any

from flask import Blueprint, Flask, current_app, request
from flask.views import MethodView, View
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, ValidationError

from cases import A
from flask_corsguard import CorsGuard, Policy, cors
from naive.layer import covers, is_ambiguous

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO"]
HOSTS = ["main.example", "a.main.example", "b.main.example", "main.example:8000", "10.0.0.7", "other.example"]
SEGMENTS = ["a", "b", "api", "7", "caf\xe9"]
TEMPLATES = [
    *("/", "/a", "/a/", "/b", "/b/", "/a/b", "/a/b/", "/api", "/api/", "/api/a", "/7", "/caf\xe9"),
    *(
        "/<name>",
        "/<int:number>",
        "/<int:number>/",
        "/<path:rest>",
        "/<path:rest>/",
        "/a/<name>",
        "/a/<name>/b",
    ),
    *(
        "/<lang>/a",
        "/<even:number>",
        "/<known:name>",
        "/<known:name>/<name2>",
        "/api/<path:rest>/b",
        "/<lang>/",
    ),
    *("/<hosted:name>", "/<hosted:name>/<int:number>", "/b/<hosted:name>/"),
    *("/a//b", "/<float:number>", "/<any(a, b):name>", "/<any(a, b):name>/", "/x-<name>"),
]
PREFIXES = [None, "/", "/a", "/a/", "/api", "/<name0>", "/api/<known:name0>", "/b/c"]
PATH_RULES = ["/", "/a", "/a/b", "/api", "/b", "/caf\xe9", "/api/a"]

#: The number of a policy is what its preflights last longer than this, in seconds.
FIRST_AGE = 1000
#: The number of the closed policy, which shows none.
CLOSED = 0


class Even(BaseConverter):
    """A converter that refuses some of what its expression matches."""

    regex = r"\d+"

    def to_python(self, value):
        if int(value) % 2:
            raise ValidationError
        return int(value)


class Known(BaseConverter):
    """A converter that asks the application, as one that queries a database does."""

    regex = "[a-z]+"

    def to_python(self, value):
        if value not in current_app.config["KNOWN"]:
            raise ValidationError
        return value


class Hosted(BaseConverter):
    """A converter that reads the request that it is matched for."""

    regex = "[a-z]+"

    def to_python(self, value):
        if request.host.startswith("b.") or request.args.get("a"):
            raise ValidationError
        return value


def _allows_a(origin):
    """Allow pages of A; the application is that of the request."""
    assert current_app.config["KNOWN"]
    return str(origin) == A


class Laboratory:
    """A random application, all of whose views note themselves."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        #: The numbers of the policies of the views that have run.
        self.ran: list[int] = []
        self._count = 0
        #: The numbers of the policies that leave the methods to the route.
        self.leaves_methods = {CLOSED}
        #: The numbers of the policies whose guard refuses requests.
        self.enforcing = {CLOSED}
        self.templates: list[str] = []
        self.prefixes: list[str] = []
        #: The applications, and where a dispatcher has mounted each.
        self.apps: list[tuple[str, Flask]] = []
        #: What was made, for the report of a difference.
        self.story: list[str] = []
        #: Whether a path may be taken apart on its way, and whether something answers inside of the guard.
        self.dispatches = self.has_inner_mount = False
        self.application = self._make()

    def chance(self, percent: int) -> bool:
        """Return whether something happens that does in that many of a hundred cases."""
        return self.random.randrange(100) < percent

    def policy(self) -> tuple[int, Any]:
        """Return a new policy and its number."""
        self._count += 1
        methods = self.random.choice([None, None, None, None, "*", ["GET", "PUT"], [*METHODS]])
        guard = self.random.choice(["enforce", "enforce", "report", "off"])
        if guard == "enforce":
            self.enforcing.add(self._count)
        if methods is None:
            self.leaves_methods.add(self._count)
        origins = [_allows_a] if self.chance(10) else [A] if self.chance(80) else "*"
        policy = Policy(
            origins=origins,
            methods=methods,
            expose_headers=[f"P{self._count}"],
            max_age=FIRST_AGE + self._count,
            guard=guard,
        )
        if self.chance(10):
            # Pages of A have the same policy, wherever it is in a list.
            return self._count, [Policy(origins=["https://decoy.example"], methods=methods), policy]
        if origins != "*" and self.chance(10):
            return self._count, [policy, Policy(origins="*", methods=methods)]
        return self._count, policy

    def _make(self) -> Any:
        app = self._flask("main")
        others = {}
        if self.chance(25):
            others["/mounted"] = self._flask("mounted")
        if self.chance(10):
            others["/mounted/deeper"] = self._flask("deeper")
        self.apps = [("", app), *others.items()]
        application = DispatcherMiddleware(app, others) if others else app
        if others:
            self.dispatches = True
            self.story.append(f"DispatcherMiddleware(main, {list(others)})")
        if self.chance(20):
            self.story.append("ProxyFix outside")
            application = ProxyFix(application, x_host=1, x_proto=1, x_prefix=1)
        return application

    def _flask(self, name: str) -> Flask:
        kind = self.random.choice(["plain", "plain", "plain", "host", "subdomain", "named"])
        options = {
            "host": {"host_matching": True, "static_host": HOSTS[0]},
            "subdomain": {"subdomain_matching": True},
        }
        app = Flask(name, static_folder=self.random.choice([None, "static"]), **options.get(kind, {}))
        if kind in {"subdomain", "named"}:
            app.config["SERVER_NAME"] = HOSTS[0]
        if self.chance(10):
            app.config["APPLICATION_ROOT"] = "/root"
        if self.chance(10) and kind == "plain":
            app.config["TRUSTED_HOSTS"] = [HOSTS[0], ".main.example"]
        app.config["KNOWN"] = {"a", "api"}
        app.url_map.converters.update(even=Even, known=Known, hosted=Hosted)
        for setting in ("strict_slashes", "merge_slashes", "redirect_defaults"):
            if self.chance(20):
                setattr(app.url_map, setting, False)
        # What a view raises is an answer, too: a rule can name a method that its class lacks.
        app.logger.disabled = True
        of_blueprints: dict[str, int] = {}
        self.story.append(
            f"{name}: Flask, {kind}, strict_slashes={app.url_map.strict_slashes}, "
            f"merge_slashes={app.url_map.merge_slashes}"
        )
        paths = self._paths()
        number, policy = self.policy()
        of_application = Chain(self, of_blueprints, {path: each for path, (each, _) in paths.items()}, number)
        guard_first = self.chance(30)
        if guard_first:
            self._guard(app, policy, paths, number)
        for index in range(self.random.randrange(1, 7)):
            self._route(app, f"v{index}", kind, of_application)
        for index in range(self.random.choice([0, 0, 1, 2])):
            self._blueprints(app, f"bp{index}", kind, of_application)
        if not guard_first:
            self._guard(app, policy, paths, number)
        return app

    def _paths(self) -> dict[str, tuple[int, Any]]:
        chosen = self.random.sample(PATH_RULES, self.random.choice([0, 0, 0, 1, 2]))
        # A rule that an earlier one covers is refused.
        chosen.sort(key=len, reverse=True)
        return {path: self.policy() for path in chosen}

    def _guard(self, app: Flask, policy: Any, paths: dict[str, tuple[int, Any]], number: int) -> None:
        if self.chance(20):
            self.story.append("ProxyFix inside")
            app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1, x_prefix=1)
        if self.chance(8):
            self.story.append("an application mounted inside at /a")
            self.dispatches = self.has_inner_mount = True
            app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/a": _inner})
        self.story.append(f"CorsGuard: {number}, paths={ {path: each for path, (each, _) in paths.items()} }")
        if self.chance(10):
            self.story.append("a policy per request")
            given = policy
            policy = lambda environ: given  # noqa: E731
        CorsGuard(app, policy, paths={path: each for path, (_, each) in paths.items()} or None)

    def _blueprints(self, app: Flask, name: str, kind: str, chain: Chain) -> None:
        outer, outer_mark = self._blueprint(name, kind, chain)
        names = {f"{name}": outer_mark}
        if self.chance(50):
            inner, inner_mark = self._blueprint(f"{name}in", kind, chain)
            times = self.random.choice([1, 1, 2])
            for time in range(times):
                as_name = f"{name}in{time or ''}"
                outer.register_blueprint(inner, name=as_name, url_prefix=self._prefix())
                names[f"{name}.{as_name}"] = inner_mark
        for time in range(self.random.choice([1, 1, 2])):
            as_name = f"{name}{time or ''}"
            prefix = self._prefix()
            self.story.append(f"register {as_name} at {prefix}")
            app.register_blueprint(outer, name=as_name, url_prefix=prefix)
            for each, mark in names.items():
                if mark is not None:
                    chain.of_blueprints[as_name + each[len(name) :]] = mark
        self.story.append(f"blueprints: {chain.of_blueprints}")

    def _prefix(self) -> str | None:
        prefix = self.random.choice(PREFIXES)
        if prefix:
            # A rule names each of its values once, those of its prefixes among them.
            prefix = prefix.replace("name0", f"name{len(self.prefixes) + 3}")
            self.prefixes.append(prefix)
        return prefix

    def _blueprint(self, name: str, kind: str, chain: Chain) -> tuple[Blueprint, int | None]:
        options = {}
        if kind == "subdomain" and self.chance(50):
            options["subdomain"] = self.random.choice(["a", "b", "<sub>"])
        blueprint = Blueprint(name, __name__, url_prefix=self._prefix(), **options)
        mark = None
        if self.chance(60):
            mark, policy = self.policy()
            cors(policy)(blueprint)
        for index in range(self.random.randrange(3)):
            self._route(blueprint, f"w{index}", "blueprint" if kind != "subdomain" else kind, chain)
        return blueprint, mark

    def _route(self, scaffold: Flask | Blueprint, endpoint: str, kind: str, chain: Chain) -> None:
        template = self.random.choice(TEMPLATES)
        if isinstance(scaffold, Blueprint) and template == "":
            template = "/"
        self.templates.append(template)
        view = self._view(endpoint, chain)
        options = self._rule_options(kind)
        is_class = hasattr(view, "view_class") and view.view_class.methods is not None
        if not is_class or self.chance(20):
            options.setdefault("methods", self._methods())
        if is_class and self.chance(80):
            options.pop("methods", None)
        self._add(scaffold, template, endpoint, view, options)
        if self.chance(20):
            # The same endpoint below another URL: an alias of it, or its value that a rule supplies.
            other = self.random.choice(TEMPLATES)
            self.templates.append(other)
            alias = {"alias": True} if self.chance(40) else {}
            self._add(scaffold, other, endpoint, None, {**self._rule_options(kind), **alias})
        if self.chance(10):
            self._add(scaffold, template, f"{endpoint}x", view, {**options, "methods": self._methods()})

    def _add(self, scaffold: Any, template: str, endpoint: str, view: Any, options: dict[str, Any]) -> None:
        if "websocket" in options:
            options = {**options, "methods": ["GET"]}
        self.story.append(f"{scaffold.name}: {template} {endpoint} {options} {getattr(view, 'story', '')}")
        scaffold.add_url_rule(template, endpoint, view, **options)

    def _methods(self) -> list[str]:
        return self.random.sample(METHODS, self.random.randrange(1, 4))

    def _rule_options(self, kind: str) -> dict[str, Any]:
        options: dict[str, Any] = {}
        for name in ("strict_slashes", "merge_slashes"):
            if self.chance(15):
                options[name] = self.chance(50)
        if kind == "host":
            options["host"] = self.random.choice(
                ["main.example", "a.main.example", "<sub>.main.example", "10.0.0.7"]
            )
        if kind == "subdomain" and self.chance(50):
            options["subdomain"] = self.random.choice(["a", "b", "<sub>", ""])
        if self.chance(5):
            options["redirect_to"] = self.random.choice(["a", "/api/a", "b/"])
        if self.chance(5):
            options |= {"websocket": True, "methods": ["GET"]}
        if self.chance(5):
            options["build_only"] = True
        if self.chance(8):
            options["provide_automatic_options"] = self.chance(50)
        if self.chance(8):
            options["defaults"] = self.random.choice([{"name": "a"}, {"number": 8}, {"rest": "a"}])
        return options

    def _view(self, name: str, chain: Chain) -> Any:
        kind = self.random.choice(["function", "function", "function", "methods", "class"])
        if kind == "function":
            return self._function(chain)
        marks: dict[str, int] = {}
        if kind == "class":

            class Page(View):
                methods = self._methods()
                init_every_request = self.chance(50)

                def dispatch_request(self, **values):
                    return chain.note(marks.get("view") or marks.get("class"))

            return self._as_view(Page, name, marks)

        def handler(method):
            def answer(self, **values):
                return chain.note(marks.get(method) or marks.get("view") or marks.get("class"))

            return self._marked(answer, method, marks) if self.chance(30) else answer

        handled = self.random.sample(["get", "post", "put", "delete", "patch", "options", "head"], 3)
        page = type("Pages", (MethodView,), {each: handler(each) for each in handled})
        return self._as_view(page, name, marks)

    def _as_view(self, page: Any, name: str, marks: dict[str, int]) -> Any:
        if self.chance(40):
            self._marked(page, "class", marks)
        view = page.as_view(name)
        if self.chance(20):
            self._marked(view, "view", marks)
        view.story = f"{page.__name__} {sorted(page.methods or ())} {marks}"
        return view

    def _function(self, chain: Chain) -> Any:
        marks: dict[str, int] = {}

        def view(**values):
            return chain.note(marks.get("view"))

        if self.chance(50):
            view = self._marked(view, "view", marks)
        if self.chance(15):
            inside = view

            @functools.wraps(inside)
            def view(**values):
                return inside(**values)

            if not marks and self.chance(50):
                view = self._marked(view, "view", marks)
        view.story = f"view {marks}"
        return view

    def _marked(self, target: Any, place: str, marks: dict[str, int]) -> Any:
        marks[place], policy = self.policy()
        return cors(policy)(target)


class Chain:
    """What is above the views of one application: its blueprints, its paths, and itself."""

    def __init__(
        self, laboratory: Laboratory, of_blueprints: dict[str, int], of_paths: dict[str, int], number: int
    ) -> None:
        self._laboratory = laboratory
        self.of_blueprints = of_blueprints
        self._of_paths = of_paths
        self._number = number

    def note(self, mark: int | None) -> str:
        """Note that a view runs, and the number of the policy that its answer has to have."""
        self._laboratory.ran.append(self._number_for(mark))
        return "ran"

    def _number_for(self, mark: int | None) -> int:
        if mark is not None:
            return mark
        for name in request.blueprints:
            if name in self.of_blueprints:
                return self.of_blueprints[name]
        # Not request.path, which begins with a slash in any case.
        path = request.environ["PATH_INFO"]
        if self._of_paths and (is_ambiguous(path) or path[:1] not in {"", "/"}):
            return CLOSED
        return next((number for rule, number in self._of_paths.items() if covers(rule, path)), self._number)


def _inner(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"mounted inside"]
