"""Where a mark can be, and where it cannot."""

from __future__ import annotations

import functools

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView, View

from cases import EVIL, LISTED, SAME_ORIGIN, VARY, A, allow
from flask_corsguard import CorsGuard, Policy, PolicyError, cors
from harness import PYPY, call, preflight

EVERYONE = Policy(origins="*")
PARTNER = Policy(origins=[EVIL])


@pytest.fixture
def app():
    """An application that is open to A."""
    app = Flask(__name__)
    CorsGuard(app, LISTED)
    return app


def allowed(app, path, origin=EVIL, method="GET"):
    """Return ``Access-Control-Allow-Origin`` of the answer to a request to *path*."""
    return call(app, method, path, {"Origin": origin}).get("Access-Control-Allow-Origin")


def passing(view):
    """Wrap as well-behaved decorators do."""

    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        return view(*args, **kwargs)

    return wrapper


def passing_without_attributes(view):
    """Wrap as decorators do that copy no attributes."""
    return functools.wraps(view, updated=())(lambda *args, **kwargs: view(*args, **kwargs))


def test_a_mark_returns_what_it_is_put_on(app):
    """Nothing is wrapped, whatever it is."""

    def view():
        return "x"

    class Page(View):
        pass

    blueprint = Blueprint("b", __name__)

    for target in (view, Page, blueprint):
        assert cors(EVERYONE)(target) is target


def test_a_mark_may_be_above_or_below_the_route(app):
    """The order of decorators does not matter."""

    @app.get("/below")
    @cors(EVERYONE)
    def below():
        return "x"

    @cors(origins="*")
    @app.get("/above")
    def above():
        return "x"

    assert allowed(app, "/below") == "*"
    assert allowed(app, "/above") == "*"


@pytest.mark.parametrize("wrap", [passing, passing_without_attributes])
def test_a_mark_is_found_through_wrapping_decorators(app, wrap):
    """Below one, below several, and put on the inner function only later."""

    @app.get("/once")
    @wrap
    @cors(EVERYONE)
    def once():
        return "x"

    def inner():
        return "x"

    app.add_url_rule("/later", view_func=wrap(wrap(inner)), endpoint="later")
    cors(EVERYONE)(inner)

    assert allowed(app, "/once") == "*"
    assert allowed(app, "/later") == "*"


def test_a_mark_is_found_through_a_partial(app):
    """Which has no attributes of what it calls."""
    app.add_url_rule("/p", "p", functools.partial(cors(EVERYONE)(lambda: "x")))

    assert allowed(app, "/p") == "*"


def test_wrappers_in_a_circle_are_not_followed_for_ever(app):
    """A view that wraps itself has no mark."""

    def view():
        return "x"

    view.__wrapped__ = view
    app.add_url_rule("/circle", "circle", view)

    assert allowed(app, "/circle", A) == A


@pytest.mark.parametrize("wrap", [lambda view: view, passing, passing_without_attributes])
def test_a_second_mark_with_another_policy_is_refused(wrap):
    """It would replace the first one, whose place the error names."""
    view = cors(PARTNER)(lambda: "x")

    with pytest.raises(
        RuntimeError, match=r"<lambda> is marked already at .*test_decorator\.py:\d+, with"
    ) as caught:
        cors(EVERYONE)(wrap(view))

    assert "Remove one of the two" in str(caught.value)


def test_a_second_mark_with_the_same_policy_changes_nothing(app):
    """A factory that marks objects of a module may run twice, also after a blueprint is registered."""
    view = cors(PARTNER)(cors(origins=[EVIL])(lambda: "x"))
    app.add_url_rule("/", "view", view)
    blueprint = cors(PARTNER)(Blueprint("b", __name__, url_prefix="/b"))
    app.register_blueprint(blueprint)
    cors(PARTNER)(blueprint)

    assert allowed(app, "/") == allowed(app, "/b/missing") == EVIL


def test_a_partial_of_a_marked_view_has_a_mark_of_its_own(app):
    """The error recommends it for another policy on another route of the view."""
    view = cors(PARTNER)(lambda: "x")
    app.add_url_rule("/partner", "partner", view)
    app.add_url_rule("/everyone", "everyone", cors(EVERYONE)(functools.partial(view)))

    assert (allowed(app, "/partner"), allowed(app, "/everyone")) == (EVIL, "*")


def test_a_view_class_can_be_marked(app):
    """Its views have the policy, and so have those of its subclasses unless they override it."""

    @cors(EVERYONE)
    class Page(View):
        def dispatch_request(self):
            return "x"

    class Inherited(Page):
        pass

    @cors(PARTNER)
    class Other(Page):
        pass

    for path, view in {"/page": Page, "/inherited": Inherited, "/other": Other}.items():
        app.add_url_rule(path, view_func=view.as_view(path[1:]))

    assert allowed(app, "/page") == "*"
    assert allowed(app, "/inherited") == "*"
    assert allowed(app, "/other") == EVIL


def test_a_method_of_a_view_class_can_be_marked(app):
    """Then GET and PUT of one URL differ, in preflights, too; HEAD is GET's."""

    @cors(LISTED)
    class Item(MethodView):
        @cors(EVERYONE)
        def get(self):
            return "x"

        def put(self):
            return "x"

    app.add_url_rule("/item", view_func=Item.as_view("item"))

    assert allowed(app, "/item", method="GET") == "*"
    assert allowed(app, "/item", method="HEAD") == "*"
    assert allowed(app, "/item", method="PUT") is None
    assert preflight(app, EVIL, "GET", "/item").get("Access-Control-Allow-Methods") == "GET, HEAD"
    assert preflight(app, EVIL, "PUT", "/item").code == 403
    assert preflight(app, A, "PUT", "/item").get("Access-Control-Allow-Methods") == "PUT"


def test_a_view_class_with_a_head_of_its_own_has_its_own_mark_there(app):
    """HEAD is GET's only where the class leaves it to GET."""

    class Item(MethodView):
        @cors(EVERYONE)
        def get(self):
            return "x"

        @cors(PARTNER)
        def head(self):
            return ""

    app.add_url_rule("/item", view_func=Item.as_view("item"))

    assert allowed(app, "/item", method="GET") == "*"
    assert allowed(app, "/item", method="HEAD") == EVIL


def test_the_view_that_a_class_gives_can_be_marked(app):
    """Also by the class's own list of decorators."""

    class Page(View):
        decorators = [cors(EVERYONE)]

        def dispatch_request(self):
            return "x"

    class Plain(View):
        def dispatch_request(self):
            return "x"

    app.add_url_rule("/listed", view_func=Page.as_view("listed"))
    app.add_url_rule("/given", view_func=cors(EVERYONE)(Plain.as_view("given")))

    assert allowed(app, "/listed") == "*"
    assert allowed(app, "/given") == "*"


def test_nested_blueprints_take_the_nearest_mark(app):
    """The inner one's, else the outer one's, else the application's; nothing is merged."""
    outer = cors(EVERYONE)(Blueprint("outer", __name__, url_prefix="/outer"))
    plain = Blueprint("plain", __name__, url_prefix="/plain")
    inner = cors(PARTNER)(Blueprint("inner", __name__, url_prefix="/inner"))
    for blueprint in (outer, plain, inner):
        blueprint.add_url_rule("/", "index", lambda: "x")
    inner.add_url_rule("/own", "own", cors(LISTED)(lambda: "x"))
    plain.register_blueprint(inner)
    outer.register_blueprint(plain)
    app.register_blueprint(outer)

    assert allowed(app, "/outer/") == "*"
    assert allowed(app, "/outer/plain/") == "*"
    assert allowed(app, "/outer/plain/inner/") == EVIL
    assert allowed(app, "/outer/plain/inner/own") is None
    assert allowed(app, "/outer/plain/inner/own", A) == A


def test_what_lies_below_a_blueprints_prefix_is_the_blueprints():
    """Its 404 and 405 are readable by those who may read its pages, at segment boundaries."""
    app = Flask(__name__)
    outer = cors(EVERYONE)(Blueprint("outer", __name__, url_prefix="/outer"))
    inner = cors(PARTNER)(Blueprint("inner", __name__, url_prefix="/inner/"))
    outer.add_url_rule("/page", "page", lambda: "x")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    CorsGuard(app, SAME_ORIGIN)

    answers = {
        path: (call(app, "GET", path, {"Origin": EVIL}).code, allowed(app, path))
        for path in ("/outer/missing", "/outer", "/outer/", "/outer/inner/missing", "/outer/inner", "/outerx")
    }

    assert answers == {
        "/outer/missing": (404, "*"),
        "/outer": (404, "*"),
        "/outer/": (404, "*"),
        "/outer/inner/missing": (404, EVIL),
        "/outer/inner": (404, EVIL),
        "/outerx": (404, None),
    }
    assert call(app, "DELETE", "/outer/page", {"Origin": EVIL}).cors == [allow("*")]
    assert allowed(app, "/outer/../missing") is None
    assert preflight(app, EVIL, "GET", "/outer/missing").code == 204


def test_a_blueprint_registered_twice_is_marked_both_times(app):
    """Each registration has its own prefix, converters included."""
    blueprint = cors(EVERYONE)(Blueprint("b", __name__))
    blueprint.add_url_rule("/page", "page", lambda **_: "x")
    app.register_blueprint(blueprint, url_prefix="/one")
    app.register_blueprint(blueprint, url_prefix="/<int:tenant>/two", name="again")

    for path in ("/one/page", "/7/two/page", "/one/missing", "/7/two/missing"):
        assert allowed(app, path) == "*"
    assert allowed(app, "/x/two/missing") is None


def test_a_blueprint_without_a_prefix_has_no_404_of_its_own(app):
    """What no prefix claims is the application's."""
    blueprint = cors(EVERYONE)(Blueprint("b", __name__))
    blueprint.add_url_rule("/page", "page", lambda: "x")
    app.register_blueprint(blueprint)

    assert allowed(app, "/page") == "*"
    assert allowed(app, "/missing") is None
    assert allowed(app, "/missing", A) == A


def test_a_blueprint_of_two_applications_has_its_mark_in_both():
    """And each application its own policy beside it."""
    blueprint = cors(EVERYONE)(Blueprint("b", __name__, url_prefix="/b"))
    apps = [Flask("one"), Flask("two")]
    for app, policy in zip(apps, (LISTED, PARTNER), strict=True):
        CorsGuard(app, policy)
        app.register_blueprint(blueprint)

    assert [allowed(app, "/b/missing") for app in apps] == ["*", "*"]
    assert [allowed(app, "/missing") for app in apps] == [None, EVIL]


def test_a_blueprint_with_two_policies_is_refused():
    """A factory marks a blueprint of a module again for each application: the error shows the right way."""
    blueprint = cors(EVERYONE)(Blueprint("b", __name__, url_prefix="/b"))

    with pytest.raises(RuntimeError, match=r"CorsGuard\(app, blueprints=\{'b': policy\}\)"):
        cors(PARTNER)(blueprint)


def test_a_registered_blueprint_cannot_be_marked(app):
    """Its prefix can no longer be learnt, and the error explains when to mark it."""
    blueprint = Blueprint("b", __name__)
    app.register_blueprint(blueprint)

    with pytest.raises(TypeError, match=r"mark it before app\.register_blueprint"):
        cors(EVERYONE)(blueprint)


class Plain:
    """A class that is not a view."""

    def method(self):
        """Be a bound method."""


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Flask("app"), r"write CorsGuard\(app, policy\)"),
        (Plain, r"classes of flask\.views\.View, and Plain is not one"),
        ("view", r"not str: put it above the function"),
        (None, r"not NoneType"),
        (3, r"not int"),
        (Plain().method, r"mark the function that it wraps"),
        pytest.param(
            *(len, r"mark the function that it wraps"),
            marks=pytest.mark.skipif(PYPY, reason="there a built-in function takes attributes"),
        ),
    ],
)
def test_what_is_neither_view_nor_blueprint_cannot_be_marked(target, words):
    """The error explains what can, and how."""
    with pytest.raises(TypeError, match=words):
        cors(EVERYONE)(target)


def test_a_decorator_without_its_arguments_is_an_error_that_explains_it():
    """`@cors` alone would mark nothing and return nonsense."""
    with pytest.raises(TypeError, match=r"write @cors\(policy\) or @cors\(origins=\[\.\.\.\]\)"):

        @cors
        def view():
            return "x"


@pytest.mark.parametrize(
    ("args", "fields", "code"),
    [
        ([], {}, "origins.missing"),
        (["*"], {}, "policy.type"),
        ([LISTED], {"max_age": 3}, "policy.twice"),
        ([], {"origins": "*", "credentials": True}, "credentials.any-origin"),
        ([], {"origin": "*"}, "field.unknown"),
    ],
)
def test_a_mark_with_a_wrong_policy_is_refused_at_its_own_line(args, fields, code):
    """Not when the first request comes."""
    with pytest.raises(PolicyError) as caught:
        cors(*args, **fields)

    assert code in [each.code for each in caught.value.problems]
    if code == "policy.twice":
        assert caught.value.problems[0].field == "cors"


def test_a_mapping_of_fields_is_a_policy():
    """As a configuration would contain it."""
    assert cors({"origins": "*"})(lambda: "x")


def test_a_mark_closes_as_well_as_it_opens(app):
    """The closed policy on a view is the opt-out."""
    app.add_url_rule("/", "view", cors(SAME_ORIGIN)(lambda: "x"))

    assert allowed(app, "/", A) is None
    assert call(app, "GET", "/x", {"Origin": A}).cors[-1] == VARY
