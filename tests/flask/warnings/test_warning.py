"""Which line a warning points to, and the warning about marks without the extension."""

from __future__ import annotations

import inspect

from flask import Blueprint, Flask, request_started
from flask.views import MethodView

from cases import A
from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, cors
from harness import call, warned


def test_a_warning_points_to_the_line_that_initialised_the_extension():
    """A reader begins to look there, and a filter can name that module."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    line = inspect.currentframe().f_lineno - 1
    app.wsgi_app = CorsMiddleware(app.wsgi_app, SAME_ORIGIN)

    with warned("is outside") as caught:
        call(app)

    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


def marked_app():
    """Make an application with marks, and no extension."""
    app = Flask(__name__)
    api = cors(origins=[A])(Blueprint("api", __name__, url_prefix="/api"))
    app.register_blueprint(api)
    app.register_blueprint(Blueprint("unmarked", __name__))
    app.add_url_rule("/x", "x", cors(origins="*")(lambda: "x"))
    app.add_url_rule("/plain", "plain", lambda: "x")
    return app


def test_marks_without_an_extension_are_warned_of_once():
    """They have no effect; the message names them, and what is missing."""
    app = marked_app()

    with warned("@cors marks x, api, but the application 'tests") as caught:
        for _ in range(2):
            assert call(app, "GET", "/x", {"Origin": A}).cors == []

    assert "Write CorsGuard(app)." in str(caught[0].message)
    assert caught[0].filename == __file__


def test_a_marked_method_of_a_class_is_a_mark():
    """Also where the class itself has none."""

    class Page(MethodView):
        @cors(origins="*")
        def get(self):
            return "x"

    app = Flask(__name__)
    app.add_url_rule("/page", view_func=Page.as_view("page"))

    with warned("@cors marks page, but the application"):
        call(app, "GET", "/page")


def test_marks_with_an_extension_are_not_warned_of():
    """The extension may come before the marks or after; an application under test needs none."""
    after = marked_app()
    CorsGuard(after)
    with warned():
        call(after, "GET", "/x")
    testing = marked_app()
    testing.testing = True
    with warned():
        call(testing, "GET", "/x")


def test_an_application_without_marks_is_not_warned_of():
    """Marks of other applications do not matter to it."""
    cors(origins="*")(lambda: "x")
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "x")

    with warned():
        call(app)
        call(app)


def test_nothing_listens_to_flask_after_the_first_request():
    """The check whether a marked application has the extension then disconnects."""
    app = marked_app()
    before = list(request_started.receivers_for(app))
    with warned("has no CorsGuard"):
        call(app, "GET", "/x")

    assert (len(before), list(request_started.receivers_for(app))) == (1, [])
