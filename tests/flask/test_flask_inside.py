"""What the package leans on of Flask and Werkzeug beyond their documentation, and why, in one place.

Each test checks one such thing in the release that is installed; its docstring names what depends on it.
Where one fails, the new release has to be understood first. Until then the package may be slower with it, or
answer a refusal without the error handlers: test_url_binding.py and test_refusal.py see to that.
"""

from __future__ import annotations

import copy
import inspect
from importlib.metadata import version

import pytest
from flask import Blueprint, Flask, Request, session
from flask.ctx import AppContext
from flask.sessions import SecureCookieSessionInterface
from flask.views import View
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Map, Rule

from flask_corsguard import CrossOriginRefused
from flask_corsguard.core.decision import Request as CrossOriginRequest
from flask_corsguard.core.guard import judge
from flask_corsguard.core.policy import SAME_ORIGIN
from flask_corsguard.flask.refusal import SESSION_ATTRIBUTES
from flask_corsguard.flask.url_binding import KNOWN_READS, UrlBinding, _names_in
from flask_corsguard.wsgi.environ import REQUEST
from harness import make_environ


class OpensNone(SecureCookieSessionInterface):
    """A session interface whose sessions must not be opened."""

    def open_session(self, app, request):
        pytest.fail("a session was opened")


def test_the_url_map_is_bound_by_what_is_known_to_be_read():
    """One adapter serves all requests where no setting makes the host matter; a new one would not be seen.

    Leans on it: url_binding.py. Otherwise a preflight costs twice as much.
    """
    reads = set(_names_in(Flask.create_url_adapter.__code__))

    assert reads in KNOWN_READS, f"Flask {version('flask')} reads {sorted(reads)}"


def test_a_plain_application_shares_its_adapter():
    """Its method, its map and its class of requests are those of the libraries, its settings the defaults.

    Leans on it: url_binding.py.
    """
    app = Flask(__name__)

    assert type(app.url_map) is Map
    assert app.request_class is Request
    assert (app.url_map.host_matching, app.subdomain_matching) == (False, False)
    assert (app.config["SERVER_NAME"], app.config.get("TRUSTED_HOSTS"), Request.trusted_hosts) == (None,) * 3
    assert UrlBinding(app).shared(make_environ()) is not None


def test_a_request_context_has_the_adapter_that_flask_matches_with():
    """It is there before the context is pushed, and nothing of the application runs for it.

    Leans on it: url_binding.py, which binds the map as the application does.
    """
    app = Flask(__name__)
    app.session_interface = OpensNone()
    app.before_request(lambda: pytest.fail("a hook ran"))

    context = app.request_context(make_environ(headers={"Host": "api.example"}))

    assert context.url_adapter.map is app.url_map
    assert context.url_adapter.server_name == "api.example"
    assert context.request.routing_exception is None


def test_a_request_context_stores_its_session_under_a_known_name():
    """An empty session goes into the attribute of that name, so that none is opened for a refused request.

    Leans on it: refusal.py. Otherwise the refusal is plain text.
    """
    held = vars(Flask(__name__).request_context(make_environ()))

    assert [name for name in SESSION_ATTRIBUTES if name in held and held[name] is None], sorted(held)


def test_a_request_context_that_has_a_session_opens_none():
    """It hands out what it has.

    Leans on it: refusal.py.
    """
    app = Flask(__name__)
    app.session_interface = OpensNone()
    context = app.request_context(make_environ())
    empty = app.session_interface.make_null_session(app)
    (name,) = [name for name in SESSION_ATTRIBUTES if name in vars(context)]

    setattr(context, name, empty)

    with context:
        assert session._get_current_object() is empty


def test_the_handler_of_an_exception_is_called_without_the_hooks():
    """Nothing but the handler runs; the context comes first where contexts are one class.

    Leans on it: refusal.py. Otherwise the refusal is plain text.
    """
    app = Flask(__name__)
    app.before_request(lambda: pytest.fail("a hook ran"))
    app.after_request(lambda response: pytest.fail("a hook ran"))
    app.register_error_handler(CrossOriginRefused, lambda error: "handled")
    refusal = CrossOriginRefused(
        judge(SAME_ORIGIN, CrossOriginRequest(method="PUT", origin="https://a.example"))
    )

    with app.test_request_context() as context:
        current = (context,) if isinstance(context, AppContext) else ()
        assert app.handle_user_exception(*current, refusal) == "handled"
        assert len(inspect.signature(app.handle_user_exception).parameters) == 1 + len(current)


def test_the_request_and_its_rule_are_found_in_the_environ():
    """They are there while the response starts; the rule shows which view has answered.

    Leans on it: routing.py, which gives each response the policy of its view.
    """
    app = Flask(__name__)
    app.add_url_rule("/x", "x", lambda: "x")
    seen = []

    def start_response(status, headers, exc_info=None):
        seen.append(environ[REQUEST].url_rule)

    environ = make_environ(path="/x")
    app.wsgi_app(environ, start_response)

    assert [(rule.endpoint, rule.map is app.url_map) for rule in seen] == [("x", True)]


def test_a_rule_shows_whether_flask_answers_options_itself():
    """The methods in the answer to a preflight do not include an OPTIONS that no view answers.

    Leans on it: routing.py.
    """
    app = Flask(__name__)
    app.add_url_rule("/x", "x", lambda: "x")
    app.add_url_rule("/own", "own", lambda: "own", methods=["OPTIONS"])

    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}

    assert rules["x"].provide_automatic_options is True
    assert rules["own"].provide_automatic_options is False
    assert isinstance(rules["x"], Rule)


def test_no_route_is_added_after_the_first_request():
    """What was found out about the views and their marks stays true from then on.

    Leans on it: routing.py.
    """
    app = Flask(__name__)
    app.test_client().get("/")

    with pytest.raises(AssertionError, match="add_url_rule"):
        app.add_url_rule("/x", "x", lambda: "x")


def test_a_view_class_is_found_from_its_view():
    """The view function that is made of a class names the class, whose methods have marks of their own.

    Leans on it: decorator.py.
    """
    assert View.as_view("x").view_class is View


def test_a_nested_blueprint_is_registered_under_its_path_of_names():
    """The name of an endpoint contains its blueprints, from the outermost to the nearest.

    Leans on it: marks.py.
    """
    app, outer, inner = Flask(__name__), Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.add_url_rule("/x", "x", lambda: "x")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)

    assert app.blueprints == {"outer": outer, "outer.inner": inner}
    assert "outer.inner.x" in app.view_functions


def test_a_registration_has_the_prefix_of_a_blueprint():
    """A function that is recorded gets it, and none can be recorded after the registration.

    Leans on it: decorator.py, for the 404 below the prefix of a marked blueprint.
    """
    told = []
    app, outer, inner = Flask(__name__), Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.record(lambda state: told.append((state.app, state.url_prefix, state.subdomain)))
    outer.register_blueprint(inner, url_prefix="/inner")
    app.register_blueprint(outer, url_prefix="/outer", subdomain="api")

    assert told == [(app, "/outer/inner", "api")]
    with pytest.raises(AssertionError):
        inner.record(lambda state: None)


def test_a_proxy_fix_is_known_by_its_settings_and_can_be_asked():
    """A copy of it, with nothing inside, writes into an environ what the layers inside of it would see.

    Leans on it: proxy_fix.py of the WSGI layer.
    """
    fix = ProxyFix(Flask(__name__), x_proto=1, x_host=1)
    environ = make_environ(headers={"X-Forwarded-Host": "api.example", "X-Forwarded-Proto": "https"})
    probe = copy.copy(fix)

    probe.app = lambda environ, start_response: []
    probe(environ, lambda *args: None)

    assert isinstance(fix.app, Flask)
    assert (fix.x_proto, fix.x_host) == (1, 1)
    assert (environ["wsgi.url_scheme"], environ["HTTP_HOST"]) == ("https", "api.example")
