"""What is remembered from one request to the next, and that nobody can tell, but by the time it takes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from flask import Blueprint, Flask, request, session
from flask.views import MethodView, View
from werkzeug.routing import Rule

from cases import EVIL, LISTED, A
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors
from flask_corsguard.core.guard import MAX_UPGRADE_LENGTH
from flask_corsguard.flask.marks import Marks
from harness import SpyApp, call, preflight

EVERYONE = Policy(origins="*")
PARTNER = Policy(origins=[EVIL])

#: Requests after which there is nothing left to find out.
ENOUGH = 4


def allowed(app, path, origin=EVIL, method="GET"):
    """Give what a request to *path* is told of its origin."""
    return call(app, method, path, {"Origin": origin}).get("Access-Control-Allow-Origin")


def marked_app():
    """Make an application with a mark of every kind, and with views that have none."""

    class Both(MethodView):
        @cors(EVERYONE)
        def get(self):
            return "read"

        def post(self):
            return "written"

    app = Flask(__name__)
    app.add_url_rule("/plain", "plain", lambda: "plain")
    app.add_url_rule("/view", "view", cors(PARTNER)(lambda: "view"))
    app.add_url_rule("/both", view_func=Both.as_view("both"))
    inner = cors(EVERYONE)(Blueprint("inner", __name__, url_prefix="/inner"))
    inner.add_url_rule("/page", "page", lambda: "page")
    app.register_blueprint(inner)
    CorsGuard(app, LISTED)
    return app


EXPECTED = {
    ("GET", "/plain", A): A,
    ("GET", "/plain", EVIL): None,
    ("GET", "/view", A): None,
    ("GET", "/view", EVIL): EVIL,
    ("GET", "/both", EVIL): "*",
    ("POST", "/both", A): A,
    ("GET", "/inner/page", EVIL): "*",
    ("GET", "/inner/missing", EVIL): "*",
    ("GET", "/missing", EVIL): None,
    ("PUT", "/plain", A): A,
}


def test_a_marked_application_answers_the_tenth_time_as_the_first():
    """Whatever is asked in between."""
    app = marked_app()

    for _ in range(10):
        assert {asked: allowed(app, asked[1], asked[2], asked[0]) for asked in EXPECTED} == EXPECTED


def test_an_application_without_marks_answers_the_tenth_time_as_the_first():
    """Its one policy then holds for every response, and no rule is looked at."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page", methods=["GET", "PUT"])
    CorsGuard(app, LISTED)

    for _ in range(10):
        assert allowed(app, "/", A) == allowed(app, "/missing", A) == A
        assert allowed(app, "/", EVIL) is None
        assert preflight(app, A, "PUT").get("Access-Control-Allow-Methods") == "GET, HEAD, PUT"
        assert preflight(app, EVIL, "PUT").code == 403
        assert call(app, "PUT", "/", {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}).code == 403


def test_a_policy_that_names_its_methods_grants_without_asking_for_the_route():
    """Once it is known that there is no other, the answer lies ready."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page")
    CorsGuard(app, LISTED.replace(methods=["PATCH"]))
    first = preflight(app, A, "PATCH")
    for _ in range(ENOUGH):
        call(app, headers={"Origin": A})
    app.url_map = None

    assert preflight(app, A, "PATCH").headers == first.headers


@pytest.mark.parametrize("name", ["view", "plain"])
def test_a_mark_that_is_put_after_requests_is_heeded(name):
    """What was found before is forgotten."""
    app = marked_app()
    for _ in range(ENOUGH):
        allowed(app, f"/{name}")

    cors(EVERYONE)(app.view_functions[name])

    assert allowed(app, f"/{name}") == "*"


def test_the_first_mark_of_all_is_heeded_after_requests_too():
    """An application that had none so far has stopped looking for them."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page")
    CorsGuard(app, LISTED)
    for _ in range(ENOUGH):
        assert allowed(app, "/") is None

    cors(EVERYONE)(app.view_functions["page"])

    assert allowed(app, "/") == "*"


class AnyMethod(View):
    """A view class whose rule names no method, with a mark on one that is rarely asked for."""

    def dispatch_request(self):
        return request.method

    @cors(EVERYONE)
    def purge(self):
        """Nothing calls it: its mark is what counts."""


def test_a_mark_that_comes_while_a_policy_is_found_is_heeded(monkeypatch):
    """What was found before it is not what is remembered after it."""
    app = marked_app()
    for _ in range(ENOUGH):
        allowed(app, "/view")
    find = Marks.find

    def finding(marks, *endpoint):
        found = find(marks, *endpoint)
        monkeypatch.undo()
        cors(EVERYONE)(app.view_functions["plain"])
        return found

    monkeypatch.setattr(Marks, "find", finding)

    for _ in range(ENOUGH):
        last = allowed(app, "/plain")
    assert last == "*"


def test_a_rule_for_every_method_is_looked_at_for_every_request():
    """No list of methods says which marks there are."""
    app = Flask(__name__)
    app.url_map.add(Rule("/", endpoint="any", methods=None))
    app.view_functions["any"] = AnyMethod.as_view("any")
    CorsGuard(app, LISTED)

    for _ in range(ENOUGH):
        assert allowed(app, "/", A) == A
        assert allowed(app, "/", EVIL, "PURGE") == "*"


def test_what_lies_about_in_a_class_is_not_touched():
    """A proxy of Flask's raises outside of a request whatever is asked of it."""

    class Page(View):
        proxy = session

        def dispatch_request(self):
            return "page"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Page.as_view("page"))
    CorsGuard(app, LISTED)

    for _ in range(ENOUGH):
        assert allowed(app, "/", A) == A


def test_a_mark_that_comes_while_marks_are_looked_for_is_heeded(monkeypatch):
    """By another thread, for example."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page")
    CorsGuard(app, LISTED)
    look = Marks.any

    def looking(marks):
        found = look(marks)
        monkeypatch.undo()
        cors(EVERYONE)(app.view_functions["page"])
        return found

    monkeypatch.setattr(Marks, "any", looking)

    for _ in range(ENOUGH):
        last = allowed(app, "/")
    assert last == "*"


def test_paths_are_looked_at_for_every_request():
    """One rule of the URL map may lie below several of them."""
    app = Flask(__name__)
    app.add_url_rule("/<name>", "page", lambda name: name)
    CorsGuard(app, LISTED, paths={"/open": EVERYONE})

    for _ in range(ENOUGH):
        assert allowed(app, "/open") == "*"
        assert allowed(app, "/other") is None


def test_what_a_marked_view_says_of_its_own_is_merged_every_time():
    """A name that is not plain, and a Vary, are looked at as ever."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", cors(LISTED)(lambda: ("page", {"X-Own": "1", "Vary": "Cookie"})))
    CorsGuard(app)

    for _ in range(ENOUGH):
        result = call(app, headers={"Origin": A})
        assert (result.get("X-Own"), result.get("Vary")) == ("1", "Cookie, Origin")
        assert result.get("Access-Control-Allow-Origin") == A


@pytest.mark.parametrize("make", [tuple, iter])
def test_headers_that_are_no_list_are_completed_every_time(make):
    """PEP 3333 asks for a list; a layer inside may give a tuple, or what is read once."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", cors(LISTED)(lambda: "page"))
    flask = app.wsgi_app
    app.wsgi_app = lambda environ, start: flask(environ, lambda status, headers: start(status, make(headers)))
    CorsGuard(app)

    for _ in range(ENOUGH):
        result = call(app, headers={"Origin": A})
        assert result.get("Access-Control-Allow-Origin") == A
        assert result.get("Content-Length") == "4"


def test_an_upgrade_that_is_too_long_to_be_read_counts_as_a_handshake():
    """Whatever it asks for, the guard looks at it."""
    layer = CorsMiddleware(SpyApp(), LISTED)

    def code(upgrade):
        return call(layer, headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Upgrade": upgrade}).code

    assert code("x" * MAX_UPGRADE_LENGTH) == 200
    assert code("x" * (MAX_UPGRADE_LENGTH + 1)) == 403


@pytest.mark.slow
def test_importing_the_package_loads_no_list_and_no_tables():
    """Public suffixes are for patterns with credentials, Punycode for mistakes."""
    program = (
        "import sys, flask, flask_corsguard as it; it.Policy(origins=['https://*.a.example']); "
        "print(sorted({'publicsuffixlist', 'idna'} & set(sys.modules)))"
    )

    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
