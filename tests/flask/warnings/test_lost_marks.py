"""The warnings about marks that are not in force, at the first request and with the place of the mark."""

from __future__ import annotations

import functools
import inspect
import sys
import types
from functools import cached_property

import pytest
from flask import Blueprint, Flask, request
from flask.views import MethodView, View
from flask_restx import Api, Resource
from werkzeug.local import LocalProxy
from werkzeug.utils import import_string

from cases import SAME_ORIGIN, VARY, A, allow
from flask_corsguard import CorsGuard, CorsGuardWarning, cors
from flask_corsguard.flask.warnings.bypass import WATCHED
from harness import assert_headers_exactly, call, warned


@pytest.fixture
def app():
    """Make an application that is open, with credentials, to A, and has no session."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A], credentials=True)
    return app


def plain(view):
    """Wrap a view as decorators do that know nothing of functools.wraps."""

    def wrapper(*args, **values):
        return view(*args, **values)

    return wrapper


def keeping(view):
    """Wrap a view with functools.wraps."""

    @functools.wraps(view)
    def wrapper(*args, **values):
        return view(*args, **values)

    return wrapper


class Wrapper:
    """A decorator that is a class."""

    def __init__(self, view):
        self.view = view
        self.__name__ = "wrapper"

    def __call__(self, **values):
        return self.view(**values)


class InSlots:
    """A decorator that is a class without a dictionary, which nobody can look into."""

    __slots__ = ("view",)

    def __init__(self, view):
        self.view = view

    def __call__(self, **values):
        return self.view(**values)


HIDING = {
    "a function": plain,
    "two functions": lambda view: plain(plain(view)),
    "a default": lambda view: lambda view=view: view(),
    "a default by name": lambda view: lambda *, view=view: view(),
    "a list": lambda view: lambda views=[view]: views[0](),
    "a dictionary": lambda view: lambda views={"it": view}: views["it"](),
    "an object": Wrapper,
    "a method of an object": lambda view: Wrapper(view).__call__,
    "an argument of a partial": lambda view: functools.partial(lambda view: view(), view),
    "an argument of a partial by name": lambda view: functools.partial(lambda view: view(), view=view),
}


@pytest.mark.parametrize("hide", HIDING.values(), ids=HIDING)
@pytest.mark.parametrize("testing", [True, False])
def test_a_mark_that_a_decorator_hides_is_warned_of(app, hide, testing):
    """Its mark closed the view, and the policy of the application opens it; tests get the warning, too."""
    app.testing = testing

    def transfer():
        return "done"

    cors(SAME_ORIGIN)(transfer)
    line = inspect.currentframe().f_lineno - 1
    app.add_url_rule("/transfer", "transfer", hide(transfer))

    with warned("transfer has no effect: the view of /transfer is") as caught:
        results = [call(app, "GET", "/transfer", {"Origin": A}) for _ in range(2)]

    assert (caught[0].filename, caught[0].lineno) == (__file__, line)
    assert [result.get("Access-Control-Allow-Origin") for result in results] == [A, A]


def test_the_remedies_for_a_mark_that_a_function_hides_put_it_in_force(app):
    """With functools.wraps, or above the decorator, the view is closed."""
    app.add_url_rule("/wraps", "wraps", keeping(cors(SAME_ORIGIN)(lambda: "x")))
    app.add_url_rule("/above", "above", cors(SAME_ORIGIN)(plain(lambda: "x")))

    with warned():
        for path in ("/wraps", "/above"):
            assert_headers_exactly(call(app, "GET", path, {"Origin": A}).headers, [])


def test_the_remedy_for_a_mark_that_an_object_hides_puts_it_in_force(app):
    """The object takes a mark of its own."""
    app.add_url_rule("/hidden", "hidden", Wrapper(cors(SAME_ORIGIN)(lambda: "x")))
    with warned("Mark the object itself, as in view_func=cors(policy)(Wrapper(...))."):
        call(app, "GET", "/hidden")

    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    app.add_url_rule("/hidden", "hidden", cors(SAME_ORIGIN)(Wrapper(lambda: "x")))
    with warned():
        assert call(app, "GET", "/hidden", {"Origin": A}).cors == []


@pytest.mark.parametrize("wrap", [plain, keeping])
def test_a_mark_above_a_decorator_that_is_above_the_route_is_warned_of(app, wrap):
    """The route runs what is below it, and that has no mark."""

    @cors(SAME_ORIGIN)
    @wrap
    @app.get("/below")
    def below():
        return "x"

    with warned("it is above a decorator that is above the route /below, which runs what is below it"):
        assert call(app, "GET", "/below", {"Origin": A}).get("Access-Control-Allow-Origin") == A


@pytest.mark.parametrize("wrap", [plain, keeping])
def test_a_route_above_all_other_decorators_has_the_mark(app, wrap):
    """The remedy recommends it."""

    @app.get("/below")
    @cors(SAME_ORIGIN)
    @wrap
    def below():
        return "x"

    with warned():
        assert call(app, "GET", "/below", {"Origin": A}).cors == []


@pytest.mark.parametrize(
    ("put", "name"),
    [
        (lambda app: app.errorhandler(404), "error_handler_spec"),
        (lambda app: app.errorhandler(LookupError), "error_handler_spec"),
        (lambda app: app.before_request, "before_request_funcs"),
        (lambda app: app.after_request, "after_request_funcs"),
        (lambda app: app.teardown_request, "teardown_request_funcs"),
        (lambda app: app.teardown_appcontext, "teardown_appcontext_funcs"),
        (lambda app: app.context_processor, "template_context_processors"),
        (lambda app: app.url_defaults, "url_default_functions"),
        (lambda app: app.url_value_preprocessor, "url_value_preprocessors"),
    ],
)
def test_a_mark_on_a_hook_or_an_error_handler_is_warned_of(app, put, name):
    """What they answer has the policy of the URL."""

    @put(app)
    @cors(SAME_ORIGIN)
    def hook(*args):
        return args[0] if name == "after_request_funcs" else None

    app.add_url_rule("/", "index", lambda: "x")

    with warned(f"it is in {name}, and what that answers has the policy of the URL"):
        call(app)


def test_a_mark_on_an_error_handler_of_a_blueprint_is_warned_of(app):
    """The place of the mark tells which."""
    blueprint = Blueprint("b", __name__)
    blueprint.errorhandler(404)(cors(SAME_ORIGIN)(lambda error: ("x", 404)))
    app.register_blueprint(blueprint)

    with warned("it is in error_handler_spec"):
        call(app)


class LazyView:
    """A view that is imported when it is first called, as Flask's documentation has it."""

    def __init__(self, import_name):
        self.__module__, self.__name__ = import_name.rsplit(".", 1)
        self.import_name = import_name

    @cached_property
    def view(self):
        return import_string(self.import_name)

    def __call__(self, *args, **kwargs):
        return self.view(*args, **kwargs)


@pytest.fixture
def imported(monkeypatch):
    """A module that is imported late: it marks its view then."""
    module = types.ModuleType("imported_late")

    def make(name):
        if name != "view":
            raise AttributeError(name)
        module.view = cors(SAME_ORIGIN)(lambda: "late")
        return module.view

    module.__getattr__ = make
    monkeypatch.setitem(sys.modules, "imported_late", module)
    return "imported_late.view"


def test_a_mark_on_a_view_that_is_imported_late_is_warned_of(app, imported):
    """At the first request after it was put, which is the second of that view."""
    app.add_url_rule("/late", "late", LazyView(imported))

    with warned():
        call(app, "GET", "/late")
    with warned("the view of /late is of the class LazyView, which hides it"):
        call(app, "GET", "/late")
        call(app, "GET", "/late")


def test_a_mark_on_the_object_that_imports_a_view_late_is_in_force(app, imported):
    """The remedy recommends it."""
    app.add_url_rule("/late", "late", cors(SAME_ORIGIN)(LazyView(imported)))

    with warned():
        assert call(app, "GET", "/late", {"Origin": A}).cors == []


def test_a_mark_on_a_method_that_no_request_has_is_warned_of(app):
    """Methods of a view class that are asked for are named for the methods of HTTP."""

    class Page(View):
        @cors(SAME_ORIGIN)
        def dispatch_request(self):
            return "x"

    app.add_url_rule("/", view_func=Page.as_view("page"))

    with warned("Page.dispatch_request has no effect: no view, blueprint or class"):
        call(app)


def test_a_mark_on_a_method_of_a_class_is_in_force(app):
    """Also one that a base has, and one of a class whose rule takes every method."""

    class Base(MethodView):
        @cors(SAME_ORIGIN)
        def get(self):
            return "x"

    class Page(Base):
        @cors(SAME_ORIGIN)
        def put(self):
            return "x"

    app.add_url_rule("/", view_func=Page.as_view("page"))

    with warned():
        call(app)


@pytest.mark.parametrize("decorators", [lambda mark: [mark], lambda mark: {"get": [mark]}])
def test_method_decorators_that_mark_are_warned_of(app, decorators):
    """Flask-RESTX and Flask-RESTful call them for each request, when its policy has long been found."""
    mark = cors(SAME_ORIGIN)
    line = inspect.currentframe().f_lineno - 1
    api = Api(app, doc=False)

    @api.route("/page")
    class Page(Resource):
        method_decorators = decorators(mark)

        def get(self):
            return "x"

    with warned(
        "method_decorators of test_method_decorators_that_mark_are_warned_of.<locals>.Page"
    ) as caught:
        call(app)
        call(app)
        with pytest.raises(TypeError, match="or, if it is in method_decorators, the class"):
            # As the extension does for each request.
            mark(Page().get)
        # After another mark all of them are checked again, and each is warned of once.
        cors(origins="*")(Page)
        call(app)

    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


def test_a_mark_above_a_resource_is_in_force(app):
    """The remedy for ``method_decorators`` recommends it; a method of it takes a mark, too."""
    api = Api(app, doc=False)

    @api.route("/class")
    @cors(SAME_ORIGIN)
    class Closed(Resource):
        def get(self):
            return "x"

    @api.route("/method")
    class Method(Resource):
        @cors(origins="*")
        def get(self):
            return "x"

    with warned():
        assert call(app, "GET", "/class", {"Origin": A}).cors == []
        assert call(app, "GET", "/method", {"Origin": A}).cors == [allow("*")]


def test_a_mark_that_nothing_shows_is_warned_of(app):
    """As one that a decorator hides in a way that nobody can look into."""
    view = cors(SAME_ORIGIN)(lambda: "x")
    app.add_url_rule("/", "view", InSlots(view))

    with warned("no view, blueprint or class of an application with CorsGuard shows it"):
        call(app)


def test_a_test_need_not_register_all_that_is_marked(app):
    """An application under test need not be whole."""
    app.testing = True
    view = cors(SAME_ORIGIN)(lambda: "x")

    with warned():
        call(app)
    assert view() == "x"


def test_a_mark_of_another_directory_is_not_warned_of(app, tmp_path):
    """It may belong to another application, of another package."""
    app.root_path = str(tmp_path)
    view = cors(SAME_ORIGIN)(lambda: "x")

    with warned():
        call(app)
    assert view() == "x"


def test_a_mark_in_force_in_another_application_is_not_warned_of(app):
    """Either may be asked first."""
    other = Flask(__name__)
    CorsGuard(other)
    other.add_url_rule("/", "view", cors(origins=[A])(lambda: "x"))

    with warned():
        call(app)
        assert_headers_exactly(call(other, headers={"Origin": A}).headers, [allow(A), VARY])


left_out = Blueprint("left_out", __name__)


def test_a_mark_in_a_blueprint_that_is_left_out_is_not_warned_of(app):
    """Nothing of it answers, so no answer has another policy."""

    @left_out.route("/view")
    @cors(SAME_ORIGIN)
    def view():
        return "x"

    @cors(SAME_ORIGIN)
    class Page(View):
        pass

    left_out.add_url_rule("/class", view_func=Page.as_view("class"))

    with warned():
        call(app)


def test_the_module_of_a_function_is_where_it_was_written(app):
    """Whatever name of a module it has been given."""

    @cors(SAME_ORIGIN)
    def view():
        return "x"

    view.__module__ = "no.such.module"
    left_out.route("/renamed")(view)

    with warned():
        call(app)


def test_a_mark_is_warned_of_once_whatever_else_is_marked_later(app):
    """A new mark has all of them looked at again."""
    app.add_url_rule("/", "view", plain(cors(SAME_ORIGIN)(lambda: "x")))
    app.add_url_rule("/other", "other", lambda: "x")
    with warned("the view of /"):
        call(app)

    cors(origins="*")(app.view_functions["other"])

    with warned():
        call(app)


def test_a_mark_that_is_hidden_after_many_requests_is_warned_of(app):
    """Nothing was left to check by then."""
    app.add_url_rule("/", "view", lambda: "x")
    for _ in range(WATCHED + 4):
        call(app)

    app.view_functions["view"] = plain(cors(SAME_ORIGIN)(lambda: "x"))

    with warned("the view of /"):
        call(app)


def test_marks_are_looked_at_by_one_request_at_a_time(app):
    """Another one does not wait for that."""
    app.add_url_rule("/", "view", plain(cors(SAME_ORIGIN)(lambda: "x")))
    with app.extensions["corsguard"].first_request._marks._lock, warned():
        assert call(app).code == 200

    with warned("the view of /"):
        call(app)


def test_each_mark_is_warned_of_where_warnings_are_errors(app):
    """Each request warns of one, until there was a warning of each."""
    views = [cors(SAME_ORIGIN)(lambda: "x"), cors(SAME_ORIGIN)(lambda: "y")]
    for number, view in enumerate(views):
        app.add_url_rule(f"/{number}", f"view{number}", plain(view))

    for rule in ("/0", "/1"):
        with pytest.raises(CorsGuardWarning, match=f"the view of {rule} "):
            call(app, "GET", "/0")
    assert call(app, "GET", "/0").code == 200


def test_a_function_that_is_marked_for_one_of_its_routes_is_warned_of(app):
    """The mark is on the function, and so it applies to the other route, too."""

    def view():
        return "x"

    app.add_url_rule("/private", "private", view)
    app.add_url_rule("/public", "public", cors(origins="*")(view))

    with warned("applies wherever that function is the view: at /private, /public"):
        for _ in range(2):
            assert call(app, "GET", "/private", {"Origin": A}).cors == [allow("*")]


def test_the_remedies_for_a_function_of_two_routes_work(app):
    """A partial is marked alone; one endpoint, or a mark for each route, applies to all of them."""

    def view():
        return "x"

    app.add_url_rule("/private", "private", view)
    app.add_url_rule("/public", "public", cors(origins="*")(functools.partial(view)))

    @app.get("/one")
    @app.get("/two")
    @cors(origins="*")
    def both():
        return "x"

    def each():
        return "x"

    app.add_url_rule("/first", "first", cors(origins="*")(each))
    app.add_url_rule("/second", "second", cors(origins="*")(each))

    with warned():
        answers = {
            path: call(app, "GET", path, {"Origin": A}).get("Access-Control-Allow-Origin")
            for path in ("/private", "/public", "/one", "/two", "/first", "/second")
        }
    assert answers == {"/private": A, "/public": "*", "/one": "*", "/two": "*", "/first": "*", "/second": "*"}


def test_a_marked_view_of_a_blueprint_that_is_registered_twice_is_not_warned_of(app):
    """It is written once."""
    blueprint = Blueprint("b", __name__)
    blueprint.add_url_rule("/page", "page", cors(origins="*")(lambda: "x"))
    app.register_blueprint(blueprint, url_prefix="/one")
    app.register_blueprint(blueprint, url_prefix="/two", name="again")

    with warned():
        call(app)


def test_a_marked_class_of_two_routes_is_not_warned_of(app):
    """A mark on a class applies to everything that is made of it, subclasses included."""

    @cors(origins="*")
    class Page(MethodView):
        def get(self):
            return "x"

    class Below(Page):
        pass

    for number, each in enumerate((Page, Page, Below)):
        app.add_url_rule(f"/{number}", view_func=each.as_view(f"page{number}"))

    with warned():
        for number in range(3):
            assert call(app, "GET", f"/{number}", {"Origin": A}).cors == [allow("*")]


def test_a_view_may_contain_anything(app):
    """A proxy that raises, an empty cell and an object that contains itself do no harm."""
    ring = []
    ring.append(ring)

    failing = LocalProxy(lambda: 1 / 0)

    def view(proxy=request, other=failing, ring=ring):
        return later()

    if ring is None:
        later = None
    view.itself = view
    app.add_url_rule("/", "view", view)
    marked = cors(SAME_ORIGIN)(lambda: "x")
    app.add_url_rule("/x", "x", plain(marked))

    with warned("the view of /x"):
        call(app, "GET", "/x")
