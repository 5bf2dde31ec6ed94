"""What an inventory has an entry for, whose policy that is, and where it was given."""

from __future__ import annotations

import functools
import inspect

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView, View
from quart import Quart
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, Rule

import flask_corsguard.asgi
from cases import A
from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Policy, cors, inventory

OF_APPLICATION = Policy(origins=[A])
OTHER = Policy(origins=["https://other.example"])
THIRD = Policy(origins=["https://third.example"])


def inner(environ, start_response):
    """Answer as no Flask application does."""
    start_response("200 OK", [])
    return []


def here(offset: int = 0) -> str:
    """Return the line of the caller, or one that is *offset* lines away."""
    return f"{__file__}:{inspect.stack()[1].lineno + offset}"


@pytest.fixture
def app():
    """Return an application without static files."""
    return Flask("shop", static_folder=None)


def said(app, *names):
    """Return these fields of the entries that are not for HEAD or OPTIONS."""
    return [
        tuple(getattr(each, name) for name in names)
        for each in inventory(app)
        if each.method not in {"HEAD", "OPTIONS"}
    ]


def test_an_entry_has_the_policy_whose_it_is_and_the_line_that_gave_it(app):
    """The mark of the view, or the call that initialised the extension."""
    app.add_url_rule("/open", "view", cors(OTHER)(lambda: ""))
    marked = here(-1)
    app.add_url_rule("/plain", "plain", lambda: "", methods=["GET", "PUT"])
    CorsGuard(app, OF_APPLICATION)
    called = here(-1)

    assert said(app, "rule", "method", "endpoint", "policy", "source", "where") == [
        ("/plain", "GET", "plain", OF_APPLICATION, "application", called),
        ("/plain", "PUT", "plain", OF_APPLICATION, "application", called),
        ("/open", "GET", "view", OTHER, "view", marked),
        ("/", "*", None, OF_APPLICATION, "application", called),
    ]
    assert {each.method for each in inventory(app)} == {"GET", "HEAD", "OPTIONS", "PUT", "*"}


def test_a_policy_that_is_assigned_later_was_given_there(app):
    """The inventory is of the application as it is now."""
    CorsGuard(app, OF_APPLICATION)
    app.extensions["corsguard"].policy = OTHER
    assigned = here(-1)

    assert said(app, "policy", "where") == [(OTHER, assigned)]


def test_debug_mode_does_not_give_a_policy():
    """Its place stays that of the policy."""
    layer = CorsMiddleware(inner, OTHER)
    made = here(-1)
    layer.debug = True

    assert said(layer, "policy", "where") == [(OTHER, made)]


def test_the_line_of_a_wrapped_view_or_class_is_that_of_its_mark(app):
    """Of a method, of the class, or of the class below it."""

    def logged(function):
        @functools.wraps(function)
        def wrapper():
            return function()

        return wrapper

    wrapped = logged(cors(OTHER)(lambda: ""))
    on_wrapped = here(-1)

    # Not as decorators: before Python 3.11 these are called on the line of what is below them.
    class Base(MethodView):
        def put(self):
            pass

        def get(self):
            pass

    cors(THIRD)(Base)
    on_class = here(-1)
    cors(OTHER)(Base.put)
    on_method = here(-1)

    class Page(Base):
        pass

    class Only(MethodView):
        def get(self):
            pass

    cors(OTHER)(Only.get)
    on_get = here(-1)
    app.add_url_rule("/only", "c", Only.as_view("only"))
    app.add_url_rule("/wrapped", "a", wrapped)
    app.add_url_rule("/page", "b", Page.as_view("page"))
    CorsGuard(app)

    (head,) = (each for each in inventory(app) if each.endpoint == "c" and each.method == "HEAD")
    assert head.where == on_get
    assert said(app, "rule", "method", "source", "where")[:3] == [
        ("/wrapped", "GET", "view", on_wrapped),
        ("/page", "GET", "view", on_class),
        ("/page", "PUT", "view", on_method),
    ]


def test_the_line_of_a_mark_that_flask_puts_is_that_of_the_program(app):
    """Flask itself calls the decorators of a view class."""

    class Page(View):
        decorators = (cors(OTHER),)

        def dispatch_request(self):
            return ""

    app.add_url_rule("/page", view_func=Page.as_view("page"))
    made = here(-1)
    CorsGuard(app)

    assert said(app, "rule", "where")[0] == ("/page", made)


def test_a_mark_that_was_not_recorded_has_no_line(app):
    """An object with slots cannot be remembered."""

    class Slotted:
        __slots__ = ("__corsguard_policy__", "__name__")

        def __call__(self):
            pass

    view = Slotted()
    view.__name__ = "slotted"
    app.add_url_rule("/", "slotted", cors(OTHER)(view))
    CorsGuard(app)

    assert said(app, "source", "where")[0] == ("view", "")


def test_a_blueprint_has_an_entry_for_what_no_rule_matches(app):
    """And its rules have those of the innermost one that has a policy."""
    outer, nested = Blueprint("api", __name__, url_prefix="/api"), Blueprint("v1", __name__)
    cors(OTHER)(outer)
    marked = here(-1)
    nested.add_url_rule("/x", "x", lambda: "")
    outer.register_blueprint(nested, url_prefix="/v1")
    app.register_blueprint(outer)
    CorsGuard(app, blueprints={"api.v1": THIRD})
    called = here(-1)

    assert said(app, "rule", "policy", "source", "where") == [
        ("/api/v1/x", THIRD, "blueprint api.v1", called),
        ("/api", OTHER, "blueprint api", marked),
        ("/api/v1", THIRD, "blueprint api.v1", called),
        ("/", SAME_ORIGIN, "application", called),
    ]


def test_a_prefix_with_a_converter_has_the_policy_of_its_blueprint(app):
    """Whatever values the converter takes; the first of two that only name them differently is found."""

    class Asking(BaseConverter):
        def to_python(self, value):
            from flask import request

            return request.path

    app.url_map.converters["asking"] = Asking
    for name, policy, prefix in [
        ("one", OTHER, "/<asking:tenant>"),
        ("two", THIRD, "/<asking:shop>"),
        ("three", THIRD, "/fixed"),
    ]:
        app.register_blueprint(cors(policy)(Blueprint(name, __name__, url_prefix=prefix)))
    CorsGuard(app)

    assert said(app, "rule", "policy", "source") == [
        ("/<asking:tenant>", OTHER, "blueprint one"),
        ("/fixed", THIRD, "blueprint three"),
        ("/", SAME_ORIGIN, "application"),
    ]


def test_a_blueprint_without_a_prefix_has_no_404_of_its_own(app):
    """Unless it has a subdomain."""
    app.register_blueprint(cors(OTHER)(Blueprint("bare", __name__)))
    app.register_blueprint(cors(THIRD)(Blueprint("sub", __name__, subdomain="a")))
    app.config["SERVER_NAME"] = "shop.example"
    CorsGuard(app)

    assert said(app, "rule", "host", "policy", "source") == [
        ("/", "a", THIRD, "blueprint sub"),
        ("/", "", SAME_ORIGIN, "application"),
    ]


def test_a_rule_has_an_entry_for_each_path_rule_that_some_of_its_urls_are_below(app):
    """And one for the others, if there are any."""
    for rule in ("/<path:rest>", "/a/<int:number>", "/<any(a, b):name>/x", "/x-<name>", "/caf\xe9"):
        app.add_url_rule(rule, rule, lambda **_: "")
    CorsGuard(
        app,
        OF_APPLICATION,
        paths={"/a/7": OTHER, "/a": THIRD, "/x-7": OTHER, "/caf\xe9": THIRD},
    )

    found = {}
    for rule, source in said(app, "rule", "source"):
        found.setdefault(rule, []).append(source)
    assert found == {
        "/<any(a, b):name>/x": ["path /a", "application"],
        "/<path:rest>": ["application", "path /a", "path /a/7", "path /x-7", "path /caf\xe9"],
        "/a/<int:number>": ["path /a", "path /a/7"],
        "/caf\xe9": ["path /caf\xe9"] * 2,
        "/x-<name>": ["application", "path /x-7"],
        "/a/7": ["path /a/7"],
        "/a": ["path /a"],
        "/x-7": ["path /x-7"],
        "/": ["application"],
    }


def test_a_path_rule_below_a_blueprint_with_a_policy_is_never_asked(app):
    """The 404 there has the policy of the blueprint, and the entry shows it."""
    app.register_blueprint(cors(OTHER)(Blueprint("api", __name__, url_prefix="/api")))
    CorsGuard(app, paths={"/api/x": THIRD})

    assert said(app, "rule", "source", "policy")[0] == ("/api/x", "blueprint api", OTHER)


def test_a_rule_that_only_builds_urls_has_no_entry_and_one_for_any_method_has_one(app):
    """No request matches the first."""
    app.add_url_rule("/built", "built", lambda: "", build_only=True)
    app.url_map.add(Rule("/any", endpoint="any"))
    CorsGuard(app)

    assert said(app, "rule", "method") == [("/any", "*"), ("/", "*")]


def test_a_rule_that_leads_elsewhere_has_the_policy_of_where_it_leads(app):
    """Its answer is the redirect, and no view runs."""
    app.add_url_rule("/new", "new", cors(OTHER)(lambda: ""))
    app.add_url_rule("/old", "old", lambda: "", redirect_to="new")
    app.add_url_rule("/circle", "circle", lambda: "", redirect_to="circle")
    CorsGuard(app)

    assert said(app, "rule", "policy", "source")[:3] == [
        ("/circle", SAME_ORIGIN, "application"),
        ("/new", OTHER, "view"),
        ("/old", OTHER, "view"),
    ]


@pytest.mark.parametrize(
    ("options", "server", "rule"),
    [
        ({"host_matching": True, "static_host": "x.example"}, None, {"host": "<sub>.shop.example"}),
        ({"subdomain_matching": True}, "shop.example", {"subdomain": "<sub>"}),
    ],
    ids=["host", "subdomain"],
)
def test_an_entry_has_the_host_of_its_rule(options, server, rule):
    """As the rule has it; what leads elsewhere is asked for there."""
    app = Flask("shop", static_folder=None, **options)
    app.config["SERVER_NAME"] = server
    app.add_url_rule("/new", "new", cors(OTHER)(lambda sub: ""), **rule)
    app.add_url_rule("/old", "old", lambda sub: "", redirect_to="new", **rule)
    CorsGuard(app)

    host = next(iter(rule.values()))
    assert said(app, "rule", "host", "source")[:2] == [("/new", host, "view"), ("/old", host, "view")]


def test_what_a_dispatcher_answers_instead_of_the_application_has_an_entry(app):
    """And the rules that it hides have none."""
    app.add_url_rule("/a/hidden", "hidden", lambda: "")
    app.add_url_rule("/b", "b", lambda: "")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/a": inner, "/a/b": inner})
    CorsGuard(app, OF_APPLICATION, paths={"/a/b": OTHER})

    assert said(app, "rule", "endpoint", "source") == [
        ("/b", "b", "application"),
        ("/a", None, "application"),
        ("/a/b", None, "path /a/b"),
        ("/a/b", None, "path /a/b"),
        ("/", None, "application"),
    ]


def test_an_application_that_a_dispatcher_mounts_inside_has_rules_below_that_path(app):
    """Its path rules are those of the whole path."""
    app.add_url_rule("/x", "x", lambda: "")
    app.add_url_rule("/<name>", "named", lambda name: "")
    app.wsgi_app = DispatcherMiddleware(inner, {"/shop": app.wsgi_app})
    CorsGuard(app, OF_APPLICATION, paths={"/shop/x": OTHER, "/other": THIRD})

    assert said(app, "rule", "endpoint", "source") == [
        ("/shop/<name>", "named", "application"),
        ("/shop/<name>", "named", "path /shop/x"),
        ("/shop/x", "x", "path /shop/x"),
        ("", None, "application"),
        ("/shop/x", None, "path /shop/x"),
        ("/other", None, "path /other"),
        ("/", None, "application"),
    ]


def test_applications_that_a_dispatcher_mounts_outside_each_have_their_entries(app):
    """Below the path that they are mounted at; one without a policy has none."""
    other = Flask("other", static_folder=None)
    other.add_url_rule("/", "home", lambda: "")
    CorsGuard(other, OTHER)
    CorsGuard(app, OF_APPLICATION)
    application = ProxyFix(DispatcherMiddleware(app, {"/other": other, "/plain": inner}))

    assert said(application, "rule", "endpoint", "policy") == [
        ("/", None, OF_APPLICATION),
        ("/other/", "home", OTHER),
        ("/other", None, OTHER),
    ]


def test_a_layer_of_wsgi_has_an_entry_for_each_of_its_paths():
    """And the closed policy for everything else."""
    application = ProxyFix(CorsMiddleware(inner, {"/api": OTHER, "/api2": THIRD}))
    made = here(-1)

    assert said(application, "rule", "method", "policy", "source", "where") == [
        ("/api", "*", OTHER, "path /api", made),
        ("/api2", "*", THIRD, "path /api2", made),
        ("/", "*", SAME_ORIGIN, "closed", made),
    ]
    assert said(CorsMiddleware(inner, {"/": OTHER}), "rule", "source") == [("/", "path /")]


@pytest.mark.parametrize("layer", [CorsMiddleware, flask_corsguard.asgi.CorsMiddleware])
def test_a_policy_that_a_callable_gives_is_not_known_before_the_request(layer):
    """A single one is."""

    async def application(scope, receive, send):
        pass

    inside = inner if layer is CorsMiddleware else application

    assert said(layer(inside, lambda _: OTHER), "policy", "source") == [(None, "application")]
    assert said(layer(inside, OTHER), "policy", "source") == [(OTHER, "application")]


def test_a_layer_in_the_attribute_of_quart_is_found():
    """Quart's application is called through ``asgi_app``, where the documentation puts the layer."""
    app = Quart("shop")
    app.asgi_app = flask_corsguard.asgi.CorsMiddleware(app.asgi_app, OTHER)

    assert said(app, "rule", "policy", "source") == [("/", OTHER, "application")]


async def asynchronous(scope, receive, send):
    """Answer as ASGI does."""


@pytest.mark.parametrize(
    ("app", "sentence"),
    [
        (Flask("bare"), "The application 'bare' has no CorsGuard. Write CorsGuard(app, policy)."),
        (inner, "> has no policy. Write application = CorsMiddleware(app, policy)."),
        (asynchronous, "> has no policy. Write application = flask_corsguard.asgi.CorsMiddleware(app, "),
        (object(), "> has no policy."),
    ],
)
def test_an_application_without_a_policy_has_no_inventory(app, sentence):
    """And the error shows what to write."""
    with pytest.raises(LookupError) as raised:
        inventory(app)

    assert sentence in str(raised.value)


def test_a_view_class_without_methods_of_its_own_has_the_policy_of_the_class(app):
    """For all methods that its rule takes."""

    @cors(OTHER)
    class Page(View):
        methods = ("GET", "POST")

        def dispatch_request(self):
            pass

    app.add_url_rule("/", "page", Page.as_view("page"))
    CorsGuard(app)

    assert said(app, "method", "policy")[:2] == [("GET", OTHER), ("POST", OTHER)]


def test_a_list_of_policies_is_a_tuple_and_that_of_a_callable_is_not_known(app):
    """Marks and paths have their own."""
    app.add_url_rule("/a", "a", cors([OTHER, THIRD])(lambda: ""))
    app.add_url_rule("/b", "b", lambda: "")
    app.add_url_rule("/c/x", "c", lambda: "")
    CorsGuard(app, lambda environ: OTHER, paths={"/c": [THIRD, OTHER]})

    assert said(app, "rule", "policy", "source") == [
        ("/a", (OTHER, THIRD), "view"),
        ("/b", None, "application"),
        ("/c/x", (THIRD, OTHER), "path /c"),
        ("/c", (THIRD, OTHER), "path /c"),
        ("/", None, "application"),
    ]


def test_a_list_of_policies_applies_to_a_layer_without_routes():
    """And to a path of it."""
    assert said(CorsMiddleware(inner, [OTHER, THIRD]), "policy") == [((OTHER, THIRD),)]
    assert said(CorsMiddleware(inner, {"/": [OTHER, THIRD]}), "policy") == [((OTHER, THIRD),)]
