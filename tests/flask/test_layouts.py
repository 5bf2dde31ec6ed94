"""The ways in which Flask applications are laid out, with the same exchanges in each."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Blueprint, Flask, g
from flask.views import MethodView, View
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cases import EVIL, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsGuardWarning, Policy, cors
from harness import assert_headers_exactly, call, preflight, raw_exchange, serving

PARTNER = Policy(origins=[A], methods=None)


@dataclass
class Layout:
    """An application, and where in it the marked page ``item/`` is, which takes PUT."""

    application: object
    prefix: str = ""
    host: str = "api.example"


def unmarked(view):
    """Leave the mark to what the view belongs to."""
    return view


MARKED = cors(PARTNER)


def add_item(target, mark=MARKED, **where):
    """Add the page to an application or blueprint."""
    target.add_url_rule("/item/", "item", mark(lambda **values: "item"), methods=["PUT"], **where)
    return target


def make_app(**arguments):
    """Make an application that is closed but for what is marked in it."""
    app = Flask(__name__, **arguments)
    CorsGuard(app)
    return app


def plain():
    """Views of an application."""
    return Layout(add_item(make_app()))


def host_matching():
    """Views by host, of which the others' are closed."""
    app = make_app(host_matching=True, static_host="static.example")
    app.add_url_rule("/item/", "closed", lambda: "closed", host="www.example", methods=["PUT"])
    return Layout(add_item(app, host="<name>.shop.example:8443"), host="a.shop.example:8443")


def subdomain():
    """A blueprint on a subdomain."""
    app = make_app(subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example:8443"
    app.register_blueprint(add_item(Blueprint("api", __name__, subdomain="api")))
    return Layout(app, host="api.site.example:8443")


def subdomain_of_a_tenant():
    """A blueprint on every subdomain, with a prefix of two nested ones."""
    app = make_app(subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example"
    outer = cors(PARTNER)(Blueprint("outer", __name__, subdomain="<tenant>", url_prefix="/<int:version>"))
    outer.register_blueprint(add_item(Blueprint("inner", __name__, url_prefix="/inner"), unmarked))
    app.register_blueprint(outer)
    return Layout(app, "/3/inner", "ada.site.example")


def application_root():
    """An application that knows the prefix that it is mounted under."""
    app = make_app()
    app.config["APPLICATION_ROOT"] = "/root"
    return Layout(DispatcherMiddleware(NotFound(), {"/root": add_item(app)}), "/root")


def dispatched():
    """One of two applications, each with a policy of its own."""
    other = Flask("other")
    CorsGuard(other, origins=[EVIL])
    other.add_url_rule("/item/", "item", lambda: "other", methods=["PUT"])
    return Layout(DispatcherMiddleware(other, {"/a": make_app(), "/a/b": add_item(make_app())}), "/a/b")


def mounted_within():
    """An application within another, whose own layer is further in."""
    outer = Flask("outer")
    CorsGuard(outer, origins=[EVIL])
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/inner": add_item(make_app())})
    return Layout(outer, "/inner")


_guard = CorsGuard()


def _create_app(name, prefix, origins):
    app = Flask(name)
    app.config["CORSGUARD_ORIGINS"] = origins
    _guard.init_app(app)
    blueprint = add_item(Blueprint("pages", __name__), unmarked)
    app.register_blueprint(blueprint, url_prefix=prefix)
    return app


def factory():
    """One of several that a factory has made, from its configuration."""
    _create_app("first", "/pages", EVIL)
    made = _create_app("second", "/pages", A)
    _create_app("third", "/pages", EVIL)
    return Layout(made, "/pages")


def view_class():
    """A view class that is one object for all requests."""

    @cors(PARTNER)
    class Item(View):
        methods = ("PUT",)
        init_every_request = False

        def dispatch_request(self):
            return "item"

    app = make_app()
    app.add_url_rule("/item/", view_func=Item.as_view("item"))
    return Layout(app)


def method_view():
    """A method of a class with decorators, in a blueprint."""

    def decorated(view):
        def wrapper(*args, **values):
            return view(*args, **values)

        return wrapper

    class Item(MethodView):
        decorators = (decorated,)

        @cors(PARTNER)
        def put(self):
            return "item"

    app = make_app()
    blueprint = Blueprint("b", __name__, url_prefix="/b")
    blueprint.add_url_rule("/item/", view_func=Item.as_view("item"))
    app.register_blueprint(blueprint)
    return Layout(app, "/b")


def nested_blueprints():
    """The innermost of three blueprints, whose outermost alone is marked."""
    inner = add_item(Blueprint("inner", __name__, url_prefix="/c"), unmarked)
    middle = Blueprint("middle", __name__, url_prefix="/<name>")
    outer = cors(PARTNER)(Blueprint("outer", __name__, url_prefix="/a"))
    middle.register_blueprint(inner)
    outer.register_blueprint(middle)
    app = make_app()
    app.register_blueprint(outer)
    return Layout(app, "/a/b/c")


def values_taken_out():
    """A prefix with a value that a preprocessor takes out of the URL."""
    blueprint = add_item(Blueprint("pages", __name__, url_prefix="/<language>"))

    @blueprint.url_value_preprocessor
    def take(endpoint, values):
        g.language = values.pop("language")

    app = make_app()
    app.register_blueprint(blueprint)
    return Layout(app, "/de")


LAYOUTS = [
    *(plain, host_matching, subdomain, subdomain_of_a_tenant, application_root, dispatched, mounted_within),
    *(factory, view_class, method_view, nested_blueprints, values_taken_out),
]


@pytest.fixture(params=LAYOUTS, ids=lambda make: make.__name__.replace("_", " "))
def layout(request):
    """One layout."""
    return request.param()


def ask(layout, method, path, headers):
    """Send a request to the layout's host."""
    return call(layout.application, method, layout.prefix + path, headers, HTTP_HOST=layout.host)


def asks_before(layout, origin, method="PUT", path="/item/"):
    """Send a preflight to the layout's host."""
    return preflight(layout.application, origin, method, layout.prefix + path, HTTP_HOST=layout.host)


def test_the_preflight_of_the_page_is_answered_by_its_policy(layout):
    """With the method that the route takes, and no other."""
    allowed, refused = asks_before(layout, A), asks_before(layout, EVIL)

    assert allowed.code == 204
    assert allowed.get("Access-Control-Allow-Methods") == "PUT"
    assert allowed.get("Access-Control-Allow-Origin") == A
    assert refused.code == 403
    assert refused.get("Access-Control-Allow-Origin") is None


def test_the_page_is_read_by_who_may_and_not_sent_by_who_may_not(layout):
    """The guard knows the same policy as the headers."""
    allowed, refused = (ask(layout, "PUT", "/item/", {"Origin": origin}) for origin in (A, EVIL))
    own = ask(layout, "PUT", "/item/", {})

    assert (allowed.code, allowed.body) == (200, b"item")
    assert_headers_exactly(allowed.headers, [allow(A), VARY])
    assert refused.code == 403
    assert_headers_exactly(refused.headers, [VARY])
    assert (own.code, own.body) == (200, b"item")
    assert_headers_exactly(own.headers, [VARY])


def test_a_method_that_is_not_taken_reads_405(layout):
    """The preflight grants it, because nothing but the 405 answers it."""
    told, answered = asks_before(layout, A, "PATCH"), ask(layout, "PATCH", "/item/", {"Origin": A})

    assert told.code == 204
    assert told.get("Access-Control-Allow-Methods") == "PATCH, PUT"
    assert answered.code == 405
    assert_headers_exactly(answered.headers, [allow(A), VARY])


def test_a_missing_slash_is_followed_to_the_page(layout):
    """The preflight passes, and the redirect can be read and leads below the prefix."""
    told, answered = asks_before(layout, A, path="/item"), ask(layout, "PUT", "/item", {"Origin": A})

    assert (told.code, told.get("Access-Control-Allow-Methods")) == (204, "PUT")
    assert answered.code == 308
    assert answered.get("Location") == f"http://{layout.host}{layout.prefix}/item/"
    assert_headers_exactly(answered.headers, [allow(A), VARY])


@pytest.mark.slow
def test_over_a_socket_it_is_the_same(layout):
    """What a server makes of prefix and host is what the application's own map gets."""
    with serving(layout.application) as port:
        path, host = f"{layout.prefix}/item/", layout.host
        status, headers, _ = raw_exchange(
            port,
            f"OPTIONS {path} HTTP/1.1\nHost: {host}\nOrigin: {A}\n"
            "Access-Control-Request-Method: PUT\nConnection: close\n\n",
        )
        answer, answered, body = raw_exchange(
            port,
            f"PUT {path} HTTP/1.1\nHost: {host}\nOrigin: {A}\nContent-Length: 0\nConnection: close\n\n",
        )

    assert status == "HTTP/1.1 204 No Content"
    assert ("Access-Control-Allow-Methods", "PUT") in headers
    assert (answer, body) == ("HTTP/1.1 200 OK", b"item")
    assert_headers_exactly(answered, [allow(A), VARY])


def test_what_is_dispatched_elsewhere_is_the_others():
    """Two applications in one process answer by their own policies, side by side."""
    layout = dispatched()

    for path, origin in [("/item/", EVIL), ("/a/b/item/", A)]:
        for asked in (A, EVIL):
            result = call(layout.application, "PUT", path, {"Origin": asked})
            assert result.get("Access-Control-Allow-Origin") == (asked if asked == origin else None)
            assert result.code == (200 if asked == origin else 403)
    assert preflight(layout.application, A, "PUT", "/a/item/").code == 403


def test_what_no_application_answers_has_no_policy():
    """Outside of every layer of ours nothing is added."""
    layout = application_root()

    assert call(layout.application, "GET", "/elsewhere", {"Origin": A}).cors == []


def test_an_application_within_the_layer_of_another_is_answered_for_by_that():
    """Initialised last, the outer layer is around both; its policy replaces the inner, with a warning."""
    outer, inner = Flask("outer"), add_item(make_app())
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/inner": inner})
    CorsGuard(outer, origins=[A, EVIL], methods=["PUT"])

    with pytest.warns(
        CorsGuardWarning, match="mounted at '/inner' has a CorsGuard or CorsMiddleware of its own"
    ):
        assert preflight(outer, EVIL, "PUT", "/inner/item/").code == 204
    with pytest.warns(CorsGuardWarning, match="sets 'Access-Control-Allow-Origin' itself"):
        answered = call(outer, "PUT", "/inner/item/", {"Origin": A})
    assert answered.code == 200
    assert_headers_exactly(answered.headers, [allow(A), VARY])
    # The inner guard still applies: it refuses what it does not allow.
    refused = call(outer, "PUT", "/inner/item/", {"Origin": EVIL})
    assert refused.code == 403
    assert_headers_exactly(refused.headers, [allow(EVIL), VARY])


def test_one_blueprint_has_one_mark_and_two_prefixes_in_two_applications():
    """What is below the prefix of one is nothing to the other."""
    blueprint = add_item(cors(PARTNER)(Blueprint("api", __name__)), unmarked)
    apps = [make_app(), make_app()]
    for app, prefix in zip(apps, ("/v1", "/v2"), strict=True):
        app.register_blueprint(blueprint, url_prefix=prefix)

    told = [
        [
            call(app, "GET", f"{prefix}/missing", {"Origin": A}).get("Access-Control-Allow-Origin")
            for app in apps
        ]
        for prefix in ("/v1", "/v2")
    ]

    assert told == [[A, None], [None, A]]


def test_the_policy_of_one_application_is_replaced_and_not_the_others():
    """Also of two that one factory has made."""
    first, second = (_create_app(name, "/pages", A) for name in ("one", "two"))
    first.extensions["corsguard"].policy = SAME_ORIGIN

    assert preflight(first, A, "PUT", "/pages/item/").code == 403
    assert preflight(second, A, "PUT", "/pages/item/").code == 204
