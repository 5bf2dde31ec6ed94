"""What the routing remembers from one request to the next, which changes no answer."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, Response, request, session, url_for
from flask.views import MethodView, View
from werkzeug.routing import Rule, RuleFactory

from cases import EVIL, LISTED, A
from flask_corsguard import CorsGuard, Policy, cors, cors_refused
from flask_corsguard.flask.marks import Marks
from harness import call, make_environ, preflight

EVERYONE = Policy(origins="*")

PARTNER = Policy(origins=[EVIL])

#: Requests after which there is nothing left to find out.
ENOUGH = 4


def allowed(app, path, origin=EVIL, method="GET"):
    """Return the ``Access-Control-Allow-Origin`` of the response to a request to *path*."""
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
    """The requests take turns, so that what one leaves behind would show in the next."""
    app = marked_app()

    for _ in range(10):
        assert {asked: allowed(app, asked[1], asked[2], asked[0]) for asked in EXPECTED} == EXPECTED


def test_an_application_without_marks_answers_the_tenth_time_as_the_first():
    """Its one policy then applies to every response, and no rule is looked up."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page", methods=["GET", "PUT"])
    CorsGuard(app, LISTED)

    for _ in range(10):
        assert allowed(app, "/", A) == allowed(app, "/missing", A) == A
        assert allowed(app, "/", EVIL) is None
        assert preflight(app, A, "PUT").get("Access-Control-Allow-Methods") == "GET, HEAD, PUT"
        assert preflight(app, EVIL, "PUT").code == 403
        assert call(app, "PUT", "/", {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}).code == 403
        assert call(app, "PUT", "/", {"Origin": A, "Sec-Fetch-Site": "cross-site"}).code == 200


def test_a_policy_with_methods_answers_preflights_without_the_url_map(monkeypatch):
    """Once it is known that nothing is marked, no route can change the answer."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page")
    CorsGuard(app, LISTED.replace(methods=["PATCH"]))
    first = preflight(app, A, "PATCH")
    for _ in range(ENOUGH):
        call(app, headers={"Origin": A})
    monkeypatch.setattr(app, "url_map", None)

    assert preflight(app, A, "PATCH").headers == first.headers


def test_a_blueprint_registered_between_two_preflights_is_found_by_the_second():
    """A preflight opens no request of Flask's, so the application is still being set up."""
    app = Flask(__name__)
    CorsGuard(app, LISTED)
    codes = []
    for name in ("first", "second"):
        app.register_blueprint(cors(PARTNER)(Blueprint(name, __name__, url_prefix=f"/{name}")))
        codes.append((preflight(app, EVIL, path=f"/{name}/x").code, preflight(app, EVIL, path="/x").code))

    assert codes == [(204, 403), (204, 403)]


def test_a_mark_put_after_requests_applies_to_the_next_one():
    """The policy that was remembered before is forgotten."""
    app = marked_app()
    for _ in range(ENOUGH):
        allowed(app, "/plain")

    cors(EVERYONE)(app.view_functions["plain"])

    assert allowed(app, "/plain") == "*"


def test_the_first_mark_of_an_application_applies_to_the_next_request():
    """The application was known to have no marks, and that is forgotten."""
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
        """Nothing calls it; only its mark matters."""


def test_a_mark_put_while_a_policy_is_found_applies_to_the_next_request(monkeypatch):
    """The policy that was found without it is not remembered."""
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


def test_a_mark_put_while_the_policy_of_a_preflight_is_found_applies_to_the_next_one(monkeypatch):
    """The policy that was found without it may be remembered, but not for a view with another mark."""
    app = marked_app()
    find = Marks.find

    def finding(marks, *endpoint):
        found = find(marks, *endpoint)
        monkeypatch.undo()
        cors(PARTNER)(app.view_functions["plain"])
        return found

    monkeypatch.setattr(Marks, "find", finding)

    codes = [(preflight(app, A, path="/plain").code, preflight(app, EVIL, path="/plain").code) for _ in "12"]
    assert codes == [(204, 204), (403, 204)]


def test_a_view_class_on_a_rule_for_every_method_has_a_policy_for_each_method():
    """The rule lists no methods, so nothing is remembered by it."""
    app = Flask(__name__)
    app.url_map.add(Rule("/", endpoint="any", methods=None))
    app.view_functions["any"] = AnyMethod.as_view("any")
    CorsGuard(app, LISTED)

    for _ in range(ENOUGH):
        assert allowed(app, "/", A) == A
        assert allowed(app, "/", EVIL, "PURGE") == "*"


def test_an_attribute_of_a_view_class_that_raises_is_not_read():
    """Any access to a proxy of Flask's raises outside of a request."""

    class Page(View):
        proxy = session

        def dispatch_request(self):
            return "page"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Page.as_view("page"))
    CorsGuard(app, LISTED)

    for _ in range(ENOUGH):
        assert allowed(app, "/", A) == A


def test_a_mark_put_while_marks_are_looked_for_applies_to_the_next_request(monkeypatch):
    """Another thread may put it; that nothing was marked before is not remembered."""
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


def test_paths_are_looked_up_for_every_request():
    """One rule of the URL map may lie below several path rules."""
    app = Flask(__name__)
    app.add_url_rule("/<name>", "page", lambda name: name)
    CorsGuard(app, LISTED, paths={"/open": EVERYONE})

    for _ in range(ENOUGH):
        assert allowed(app, "/open") == "*"
        assert allowed(app, "/other") is None


def test_headers_of_a_marked_view_are_merged_every_time():
    """A ``Vary`` and a name that is not plain are compared for each response."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", cors(LISTED)(lambda: ("page", {"X-Own": "1", "Vary": "Cookie"})))
    CorsGuard(app)

    for _ in range(ENOUGH):
        result = call(app, headers={"Origin": A})
        assert (result.get("X-Own"), result.get("Vary")) == ("1", "Cookie, Origin")
        assert result.get("Access-Control-Allow-Origin") == A


@pytest.mark.parametrize("make", [tuple, iter])
def test_headers_of_a_marked_view_in_another_iterable_are_completed_every_time(make):
    """PEP 3333 asks for a list; a layer inside may pass a tuple or an iterator."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", cors(LISTED)(lambda: "page"))
    flask = app.wsgi_app
    app.wsgi_app = lambda environ, start: flask(environ, lambda status, headers: start(status, make(headers)))
    CorsGuard(app)

    for _ in range(ENOUGH):
        result = call(app, headers={"Origin": A})
        assert result.get("Access-Control-Allow-Origin") == A
        assert result.get("Content-Length") == "4"


def hostile_methods(count):
    """Yield *count* spellings of a method of a rule, of other methods, and of texts that are not methods."""
    name = "PROPPATCHPROPPATCH"
    for number in range(count):
        spelling = "".join(
            letter.lower() if number >> place & 1 else letter for place, letter in enumerate(name)
        )
        yield (spelling, f"M{number}", f"\xdf{number}", spelling)[number % 4]


@pytest.mark.parametrize("endpoint", ["late", "closed"])
def test_a_rule_that_is_added_to_a_url_later_takes_its_method_out_of_what_is_granted(endpoint):
    """A browser would cache the grant for a view with another policy, whether its endpoint is new or not."""
    app = Flask(__name__)
    app.add_url_rule("/x/<int:number>", "x", cors(EVERYONE)(lambda number: "x"), methods=["GET", "PUT"])
    app.add_url_rule("/x/1", "closed", cors(LISTED)(lambda: "closed"), methods=["DELETE"])
    CorsGuard(app)
    for _ in range(2):
        assert preflight(app, A, "PUT", "/x/2").get("Access-Control-Allow-Methods") == "GET, HEAD, PUT"

    app.view_functions["late"] = app.view_functions["closed"]
    app.url_map.add(Rule("/x/2", endpoint=endpoint, methods=["PUT"]))
    with app.test_request_context():
        url_for("x", number=2)

    for _ in range(2):
        assert preflight(app, A, "GET", "/x/2").get("Access-Control-Allow-Methods") == "GET, HEAD"


def test_a_factory_that_fails_halfway_is_an_addition():
    """Its first rules are in the map."""

    class Halfway(RuleFactory):
        def get_rules(self, url_map):
            yield Rule("/x/2", endpoint="closed", methods=["PUT"])
            raise LookupError("the second rule")

    app = Flask(__name__)
    app.add_url_rule("/x/<int:number>", "x", cors(EVERYONE)(lambda number: "x"), methods=["GET", "PUT"])
    app.add_url_rule("/x/1", "closed", cors(LISTED)(lambda: "closed"), methods=["DELETE"])
    CorsGuard(app)
    assert preflight(app, A, "PUT", "/x/2").get("Access-Control-Allow-Methods") == "GET, HEAD, PUT"

    with pytest.raises(LookupError):
        app.url_map.add(Halfway())

    assert preflight(app, A, "GET", "/x/2").get("Access-Control-Allow-Methods") == "GET, HEAD"


def test_a_map_that_replaces_another_is_watched_too():
    """Its rules can share URLs as those of the first one can."""
    app = Flask(__name__)
    app.view_functions = {"x": cors(EVERYONE)(lambda number: "x"), "closed": cors(LISTED)(lambda: "closed")}
    CorsGuard(app)
    for _ in range(2):
        methods = ["GET", "PUT"]
        app.url_map = app.url_map_class(
            [Rule("/x/<int:number>", endpoint="x", methods=methods)], host_matching=False
        )
        assert preflight(app, A, "PUT", "/x/2").get("Access-Control-Allow-Methods") == "GET, HEAD, PUT"

        app.url_map.add(Rule("/x/2", endpoint="closed", methods=["PUT"]))

        assert preflight(app, A, "GET", "/x/2").get("Access-Control-Allow-Methods") == "GET, HEAD"


@pytest.mark.slow
def test_a_hundred_thousand_hostile_methods_are_not_remembered():
    """What is remembered by a method is bounded by the methods of the rules."""
    app = Flask(__name__)
    app.add_url_rule("/x", "x", cors(EVERYONE)(lambda: "x"), methods=["GET", "PROPPATCHPROPPATCH"])
    app.add_url_rule("/any", "any", lambda: "any")
    app.url_map.add(Rule("/any", endpoint="any", methods=None))
    CorsGuard(app, LISTED)
    routes = app.extensions["corsguard"]._source
    environs = [make_environ(path=path) for path in ("/x", "/any", "/missing")]
    preflight(app, A, "GET", "/x")

    for method in hostile_methods(100_000):
        for environ in environs[: 1 + (len(method) < 9)]:
            routes.for_method(environ, method)

    assert len(routes.memory.by_rule_and_method) <= 4
    assert len(routes._copies._copies) <= 4
    assert len(routes.memory.by_rule) <= 2


def test_a_method_in_another_case_is_remembered_once_and_not_granted():
    """Werkzeug matches it, and browsers send it as it is."""
    app = Flask(__name__)
    app.add_url_rule("/x", "x", cors(EVERYONE)(lambda: "x"), methods=["GET", "PATCH"])
    CorsGuard(app, LISTED)
    told = []

    def note(sender, decision):
        told.append(str(decision))

    with cors_refused.connected_to(note, app):
        for method in ("PATCH", "patch", "Patch", "PATCH"):
            assert preflight(app, A, method, "/x").get("Access-Control-Allow-Methods") == "GET, HEAD, PATCH"

    assert told == ["method-not-allowed: patch", "method-not-allowed: Patch"]
    assert len(app.extensions["corsguard"]._source.memory.by_rule_and_method) == 1


def test_copies_of_policies_that_come_and_go_are_not_stored_for_ever(monkeypatch):
    """A callable can make a policy for each request."""
    monkeypatch.setattr("flask_corsguard.flask.memory.MAX_COPIES", 3)
    app = Flask(__name__)
    CorsGuard(app, LISTED)
    routes = app.extensions["corsguard"]._source
    policies = [Policy(origins=[A], max_age=number) for number in range(10)]

    copies = [routes._with_methods(policy, ("GET",)) for policy in policies]

    assert [copy.policy.max_age for copy in copies] == list(range(10))
    assert len(routes._copies._copies) <= 3
    assert routes._with_methods(policies[9], ("GET",)) is copies[9]


@pytest.mark.parametrize("is_marked", [True, False], ids=["a marked application", "an unmarked one"])
def test_a_marked_view_that_is_put_in_later_has_its_mark(is_marked):
    """Its mark was put before the requests, so that none came between; a mark of a class counts, too."""

    @cors(EVERYONE)
    class Page(MethodView):
        def get(self):
            return "x"

    view = cors(EVERYONE)(lambda: "x")
    app = marked_app() if is_marked else Flask(__name__)
    app.testing = True
    for name in ("one", "two"):
        app.add_url_rule(f"/{name}", name, lambda: "plain")
    if not is_marked:
        CorsGuard(app, LISTED)
    for _ in range(ENOUGH):
        assert allowed(app, "/one") is allowed(app, "/two") is None

    app.view_functions["one"] = view
    app.view_functions["two"] = Page.as_view("two")

    for _ in range(ENOUGH):
        assert allowed(app, "/one") == allowed(app, "/two") == "*"
        assert preflight(app, EVIL, path="/one").code == preflight(app, EVIL, path="/two").code == 204


@pytest.mark.parametrize(("new", "told"), [(lambda: "x", None), (cors(PARTNER)(lambda: "x"), EVIL)])
def test_a_marked_view_that_another_one_replaces_takes_its_mark_along(new, told):
    """The policy of the new one counts, which may be that of the application."""
    app = marked_app()
    app.add_url_rule("/open", "open", cors(EVERYONE)(lambda: "x"))
    for _ in range(ENOUGH):
        assert allowed(app, "/open") == "*"

    app.view_functions["open"] = new

    for _ in range(ENOUGH):
        assert allowed(app, "/open") == told


def test_views_that_change_places_have_their_own_marks():
    """Nothing is marked meanwhile."""
    app = marked_app()
    app.add_url_rule("/open", "open", cors(EVERYONE)(lambda: "x"))
    for _ in range(ENOUGH):
        assert (allowed(app, "/open"), allowed(app, "/view")) == ("*", EVIL)

    views = app.view_functions
    views["open"], views["view"] = views["view"], views["open"]

    for _ in range(ENOUGH):
        assert (allowed(app, "/open"), allowed(app, "/view")) == (EVIL, "*")


def test_a_rule_that_is_put_into_the_map_later_has_the_policy_of_its_view():
    """A marked view without a rule is a view of the application."""
    app = Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page")
    app.view_functions["late"] = cors(EVERYONE)(lambda: "late")
    CorsGuard(app, LISTED)
    for _ in range(ENOUGH):
        assert allowed(app, "/") is None

    app.url_map.add(Rule("/late", endpoint="late", methods=["GET", "HEAD"]))

    for _ in range(ENOUGH):
        assert (allowed(app, "/late"), allowed(app, "/")) == ("*", None)
        assert preflight(app, EVIL, path="/late").code == 204


def test_a_rule_that_takes_a_method_of_a_class_later_has_the_policy_of_that():
    """No rule took it before."""

    class Page(MethodView):
        def get(self):
            return "x"

        @cors(EVERYONE)
        def purge(self):
            return "x"

    app = Flask(__name__)
    app.testing = True
    app.add_url_rule("/", view_func=Page.as_view("page"), methods=["GET"])
    app.add_url_rule("/plain", "plain", lambda: "x")
    CorsGuard(app, LISTED)
    for _ in range(ENOUGH):
        assert allowed(app, "/") is allowed(app, "/plain") is None

    app.url_map.add(Rule("/", endpoint="page", methods=["PURGE"]))

    for _ in range(ENOUGH):
        assert allowed(app, "/", method="PURGE") == "*"


def test_an_application_whose_marks_are_elsewhere_remembers_that_it_has_none():
    """A mark that another application shows does not cost this one its memory."""
    other, app = marked_app(), Flask(__name__)
    app.add_url_rule("/", "page", lambda: "page")
    CorsGuard(app, LISTED)
    call(other)
    for _ in range(ENOUGH):
        call(app)

    assert app.extensions["corsguard"]._source.memory.one is not None


def test_a_call_within_a_view_has_the_policy_of_its_own_path():
    """A layer inside answers the call alone, and the policy of the calling view is a wider one."""
    app = Flask(__name__)
    inner = app.wsgi_app

    def layer(environ, start_response):
        if environ["PATH_INFO"] != "/inside":
            return inner(environ, start_response)
        start_response("200 OK", [])
        return []

    def calling():
        response = Response.from_app(app, {**request.environ, "PATH_INFO": "/inside"})
        return response.headers.get("Access-Control-Allow-Origin", "none")

    app.add_url_rule("/open", view_func=cors(origins="*")(calling))
    app.wsgi_app = layer
    CorsGuard(app, origins=[A])

    for _ in range(ENOUGH):
        response = call(app, "GET", "/open", {"Origin": EVIL})
        assert response.get("Access-Control-Allow-Origin") == "*"
        assert response.body == b"none"
