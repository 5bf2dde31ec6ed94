"""Debug mode in Flask: the header that names whose policy decided, and the refusals on the console."""

from __future__ import annotations

import io

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from cases import EVIL, A
from flask_corsguard import CorsGuard, Policy, cors, cors_refused
from harness import call

POLICY = Policy(origins=[A])


def make_app(*, paths=True):
    """Make an application with a policy at every place."""
    app = Flask(__name__)
    app.debug = True
    outer = cors(Policy(origins=[A]))(Blueprint("outer", __name__, url_prefix="/outer"))
    inner = cors(Policy(origins=[A]))(Blueprint("inner", __name__, url_prefix="/inner"))
    plain = Blueprint("plain", __name__, url_prefix="/plain")

    @app.route("/marked", methods=["GET", "PUT"])
    @cors(Policy(origins=[A]))
    def marked():
        return "marked"

    class Page(MethodView):
        @cors(Policy(origins=[A]))
        def put(self):
            return "put"

        def get(self):
            return "get"

    app.add_url_rule("/page", view_func=Page.as_view("page"))
    for target in (app, outer, inner, plain):
        target.add_url_rule("/x", "x", lambda: "x", methods=["GET", "PUT"])
    app.add_url_rule("/api/x", "api_x", lambda: "x", methods=["GET", "PUT"])
    outer.register_blueprint(inner)
    outer.register_blueprint(plain)
    app.register_blueprint(outer)
    CorsGuard(app, POLICY, **({"paths": {"/api": Policy(origins=[A])}} if paths else {}))
    return app


PLACES = [
    ("PUT", "/marked", "view"),
    ("GET", "/marked", "view"),
    ("PUT", "/page", "view"),
    ("GET", "/page", "application"),
    ("GET", "/x", "application"),
    ("GET", "/outer/x", "blueprint outer"),
    ("PUT", "/outer/x", "blueprint outer"),
    ("GET", "/outer/inner/x", "blueprint outer.inner"),
    ("GET", "/outer/plain/x", "blueprint outer"),
    ("GET", "/outer/none", "blueprint outer"),
    ("DELETE", "/outer/none", "blueprint outer"),
    ("GET", "/api/x", "path /api"),
    ("GET", "/api/none", "path /api"),
    ("GET", "/none", "application"),
    ("GET", "//x", "closed"),
    ("GET", "/x/../none", "closed"),
    ("GET", "/outer/./none", "closed"),
]


@pytest.mark.parametrize(("method", "path", "place"), PLACES)
@pytest.mark.parametrize("kind", ["allowed", "stranger", "preflight"])
def test_in_debug_a_header_names_whose_policy_it_is(kind, method, path, place):
    """The view's, the innermost blueprint's, the path's or the application's."""
    headers = {"Origin": EVIL if kind == "stranger" else A}
    asked = {"Access-Control-Request-Method": method} if kind == "preflight" else {}

    result = call(make_app(), "OPTIONS" if asked else method, path, {**headers, **asked})

    assert result.get("X-CorsGuard").partition("; policy=")[2] == place


def test_the_header_stays_where_everything_is_remembered():
    """Later requests are answered from memory, and still traced."""
    app = Flask(__name__)
    app.debug = True
    app.add_url_rule("/x", "x", lambda: "x")
    CorsGuard(app, POLICY)

    values = {call(app, "GET", "/x", {"Origin": A}).get("X-CorsGuard") for _ in range(4)}
    strangers = {call(app, "GET", "/x", {"Origin": EVIL}).get("X-CorsGuard") for _ in range(4)}

    assert values == {"allowed; policy=application"}
    assert strangers == {"origin-not-allowed; policy=application"}
    app.debug = False
    assert call(app, "GET", "/x", {"Origin": A}).get("X-CorsGuard") is None


@pytest.mark.parametrize(("debug", "testing"), [(False, False), (True, True), (False, True)])
def test_outside_of_debug_mode_there_is_no_such_header(debug, testing):
    """Tests see what users see."""
    app = make_app()
    app.debug, app.testing = debug, testing

    for origin in (A, EVIL):
        assert call(app, "GET", "/x", {"Origin": origin}).get("X-CorsGuard") is None


def test_a_refusal_of_the_guard_has_the_header():
    """Its answer comes from the error handlers."""
    assert call(make_app(), "PUT", "/outer/x", {"Origin": EVIL}).get("X-CorsGuard") == (
        "origin-not-allowed; policy=blueprint outer"
    )


def test_a_withheld_answer_is_signalled_and_logged_once(caplog):
    """By a policy that is known before, or only when the response starts; here it is started twice."""
    caplog.set_level("INFO", "flask_corsguard")
    app = make_app(paths=False)
    app.debug = False
    inside = app.wsgi_app.app

    def anew(environ, start_response):
        inside(environ, start_response)
        return inside(environ, lambda *args: start_response(*args, (ValueError, ValueError(), None)))

    app.wsgi_app.app = anew
    told = []

    def note(sender, decision):
        told.append(str(decision))

    with cors_refused.connected_to(note, app):
        call(app, "GET", "/outer/x", {"Origin": EVIL})

    assert told == ["origin-not-allowed"]
    assert [record.levelname for record in caplog.records] == ["INFO"]


def test_the_line_of_a_withheld_answer_has_the_path_that_was_asked_for(caplog):
    """The application may change its environ."""
    caplog.set_level("INFO", "flask_corsguard")
    app = make_app()
    app.debug = False
    inside = app.wsgi_app.app

    def elsewhere(environ, start_response):
        environ.update(PATH_INFO="/x", REQUEST_METHOD="PUT")
        return inside(environ, start_response)

    app.wsgi_app.app = elsewhere
    call(app, "GET", "/first", {"Origin": EVIL})

    assert "method='GET'" in caplog.text
    assert "path='/first'" in caplog.text


def test_in_debug_a_withheld_answer_appears_on_the_console(monkeypatch):
    """Nobody has to set up the log."""
    monkeypatch.setattr("flask_corsguard.wsgi.log._reaches_a_handler", lambda level: False)
    console = io.StringIO()

    call(make_app(), "GET", "/x", {"Origin": EVIL}, **{"wsgi.errors": console})

    assert console.getvalue().startswith("flask_corsguard: answer withheld: origin-not-allowed")


@pytest.mark.parametrize("path", ["/named/x", "/named/none"])
def test_the_header_names_a_blueprint_that_the_application_has_a_policy_for(path):
    """It need not be marked itself."""
    app = Flask(__name__)
    app.debug = True
    named = Blueprint("named", __name__, url_prefix="/named")
    named.add_url_rule("/x", "x", lambda: "x")
    app.register_blueprint(named)
    CorsGuard(app, blueprints={"named": POLICY})

    assert call(app, "GET", path, {"Origin": A}).get("X-CorsGuard") == "allowed; policy=blueprint named"
