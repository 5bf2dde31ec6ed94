"""From a request to its policy, as the application's own URL map has it."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, current_app, request, session
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import BaseConverter, Map, RequestRedirect, Rule

from cases import EVIL, LISTED, SAME_ORIGIN, A
from flask_corsguard import CorsGuard, Policy, cors
from flask_corsguard.flask.url_rules import shares_urls, target_of
from flask_corsguard.flask.warnings.bypass import WATCHED
from flask_corsguard.wsgi.path_rules import is_ambiguous
from harness import call, make_environ, preflight

EVERYONE = Policy(origins="*")

PARTNER = Policy(origins=[EVIL])

ACAO = "Access-Control-Allow-Origin"


#: Converters for one segment, and converters for more.
OF_ONE_SEGMENT = [
    *(
        "<name>",
        "<string:name>",
        "<int:x1>",
        "<float:x>",
        "<uuid:_x>",
        "<string(length=2):x>",
        "<int(max=9):x>",
    ),
    *(
        "<float(max=1.5):x>",
        "<string(minlength=1, maxlength=2):x>",
        "<int():x>",
        "v<x>",
        "<x>v",
        "<x>.<int:y>",
    ),
    *("v-<x>-<int(max=9):y>-w", "v<int:x>"),
]
OF_MANY_SEGMENTS = [
    *("<path:x>", "<any(a, b):x>", "v<path:x>", "<x>-<path:y>", "<path:y>-<x>", "<path:x>v"),
    # Brackets that are those of no converter: what is not understood may be anything.
    *("<x>>", "><x>", "<x>>y"),
]


def allowed(app, path, origin=EVIL, method="GET", **extra):
    """Return ``Access-Control-Allow-Origin`` of the answer to a request to *path*."""
    return call(app, method, path, {"Origin": origin}, **extra).get("Access-Control-Allow-Origin")


def methods_told(app, path, method, origin=A, **extra):
    """Return ``Access-Control-Allow-Methods`` of the answer to a preflight."""
    return preflight(app, origin, method, path, **extra).get("Access-Control-Allow-Methods")


@pytest.fixture
def app():
    """An application whose methods are its routes'."""
    app = Flask(__name__)
    CorsGuard(app, LISTED)
    app.add_url_rule("/item", "get", lambda: "get")
    app.add_url_rule("/item", "put", cors(PARTNER)(lambda: "put"), methods=["PUT"])
    app.add_url_rule("/items/", "items", lambda: "items", methods=["GET", "POST", "DELETE"])
    return app


def test_the_letters_of_a_path_do_not_change_when_a_redirect_is_followed(app):
    """Its slashes alone are put together."""
    app.add_url_rule("/X/", "x", lambda: "x", methods=["DELETE"])
    blueprint = cors(PARTNER)(Blueprint("tax", __name__, url_prefix="/TAX/"))
    app.register_blueprint(blueprint)

    assert methods_told(app, "/X", "DELETE") == "DELETE"
    assert allowed(app, "/TAX/none") == EVIL
    assert allowed(app, "/TA/none") is None


def test_a_method_that_another_rule_of_the_url_takes_is_not_named(app):
    """A browser would cache it for this URL, where it has another policy."""
    app.add_url_rule("/<name>", "any", lambda name: name, methods=["GET", "DELETE", "PATCH"])
    app.add_url_rule("/<int:number>", "one", cors(PARTNER)(lambda number: "one"), methods=["DELETE"])

    for _ in range(2):
        assert methods_told(app, "/7", "GET") == "GET, HEAD, PATCH"
        assert methods_told(app, "/x", "GET") == "DELETE, GET, HEAD, PATCH"
        assert methods_told(app, "/7", "DELETE", EVIL) == "DELETE"


def test_a_method_that_is_redirected_elsewhere_is_not_named(app):
    """The target of the redirect takes it, and the URL that was asked for has another rule for it."""
    app.add_url_rule("/<name>/", "any", lambda name: name, methods=["GET", "DELETE", "PATCH"])
    app.add_url_rule("/<int:number>", "one", cors(PARTNER)(lambda number: "one"), methods=["DELETE"])

    assert methods_told(app, "/7", "GET") == "GET, HEAD, PATCH"
    assert methods_told(app, "/7", "PATCH") == "GET, HEAD, PATCH"
    assert methods_told(app, "/7", "DELETE", EVIL) == "DELETE"
    assert methods_told(app, "/x", "DELETE") == "DELETE, GET, HEAD, PATCH"


def test_a_method_of_a_shared_url_that_is_redirected_is_not_named(app):
    """One rule takes it at this URL, and the nearer one sends it to another."""
    app.add_url_rule("/<path:rest>", "any", lambda rest: rest, methods=["GET", "DELETE", "PATCH"])
    app.add_url_rule("/<int:number>/", "one", cors(PARTNER)(lambda number: "one"), methods=["DELETE"])

    assert methods_told(app, "/7", "GET") == "GET, HEAD, PATCH"


@pytest.mark.parametrize(
    ("other", "methods", "shares"),
    [
        ("/a/<int:number>", ["DELETE"], True),
        ("/a/b", ["DELETE", "PUT"], True),
        ("/a/b/", ["PUT"], True),
        ("/a//b", ["PUT"], True),
        ("/<path:rest>", ["PUT"], True),
        ("/a/<path:rest>/c", ["PUT"], True),
        ("/<any('a/b'):name>", ["PUT"], True),
        ("/<name>/x-<string(length=2):other>", ["PUT"], True),
        ("/a/<path:rest>", None, True),
        ("/b/<name>", ["PUT"], False),
        ("/b/<string(length=22):name>", ["PUT"], False),
        ("/b/x-<int:number>.<name>", ["PUT"], False),
        ("/a", ["PUT"], False),
        ("/a/<name>/b", ["PUT"], False),
        ("/b/<path:rest>", ["GET"], False),
        ("/a/<name>", ["GET", "POST", "PATCH"], False),
        # Two segments more than the other rule has, unless the first one can be any number of segments.
        *((f"/{converted}/c/d", ["PUT"], False) for converted in OF_ONE_SEGMENT),
        *((f"/{converted}/c/d", ["PUT"], True) for converted in OF_MANY_SEGMENTS),
    ],
)
def test_a_rule_shares_urls_with_each_that_could_match_them(other, methods, shares):
    """For a method that a preflight has to name; and a rule shares nothing with itself."""
    url_map = Map([Rule("/a/<name>", endpoint="a", methods=["GET", "PUT", "DELETE"])])
    (rule,) = url_map.iter_rules()
    assert not shares_urls(rule, url_map)

    url_map.add(Rule(other, endpoint="b", methods=methods))

    assert shares_urls(rule, url_map) is shares


def test_a_rule_that_only_builds_urls_shares_none():
    """It matches no request."""
    url_map = Map([Rule("/a", endpoint="a", methods=["PUT"])])
    (rule,) = url_map.iter_rules()

    url_map.add(Rule("/a", endpoint="b", methods=["PUT"], build_only=True))

    assert not shares_urls(rule, url_map)


def test_looking_a_policy_up_leaves_nothing_in_the_environ(app):
    """What the application finds there is the server's."""
    environ = make_environ("OPTIONS", "/item", {"Origin": A, "Access-Control-Request-Method": "GET"})
    before = dict(environ)

    for _ in range(WATCHED):
        call(app)
    app(environ, lambda *args: None)

    assert environ == before


def test_a_preflight_is_answered_by_the_endpoint_of_the_requested_method(app):
    """GET and PUT of one URL may have two policies."""
    assert methods_told(app, "/item", "GET") == "GET, HEAD"
    assert preflight(app, A, "PUT", "/item").code == 403
    assert methods_told(app, "/item", "PUT", EVIL) == "PUT"
    assert preflight(app, EVIL, "GET", "/item").code == 403


def test_the_answer_of_a_policy_without_methods_names_those_of_the_route(app):
    """Not more than the route takes, and not the OPTIONS that Flask adds by itself."""
    assert methods_told(app, "/items/", "DELETE") == "DELETE, GET, HEAD, POST"


def test_the_answer_of_a_policy_with_methods_names_these(app):
    """The route is not asked."""
    app.add_url_rule("/own", "own", cors(LISTED.replace(methods=["PUT"]))(lambda: "x"))

    assert methods_told(app, "/own", "GET") == "PUT"


def test_a_preflight_names_the_options_that_a_route_answers_itself(app):
    """The answer names what the view takes, and a preflight of it still never reaches the view."""
    called = []
    app.add_url_rule("/o", "o", lambda: called.append(1) or "x", methods=["GET", "OPTIONS"])

    assert methods_told(app, "/o", "OPTIONS") == "GET, HEAD, OPTIONS"
    assert called == []
    assert call(app, "OPTIONS", "/o", {"Origin": A}).body == b"x"


def test_a_route_without_automatic_options_has_its_preflight(app):
    """It does not need Flask's OPTIONS."""
    app.add_url_rule("/n", "n", lambda: "x", methods=["PATCH"], provide_automatic_options=False)

    assert methods_told(app, "/n", "PATCH") == "PATCH"


def test_a_method_that_the_url_does_not_take_reads_405(app):
    """The preflight names it beside those that share the policy, and no other."""
    app.add_url_rule("/only", "only", cors(PARTNER)(lambda: "x"), methods=["PUT", "DELETE"])
    told = preflight(app, A, "PATCH", "/item")

    assert told.code == 204
    assert told.get("Access-Control-Allow-Methods") == "GET, HEAD, PATCH"
    assert call(app, "PATCH", "/item", {"Origin": A}).code == 405
    assert call(app, "PATCH", "/item", {"Origin": EVIL}).code == 403
    assert methods_told(app, "/items/", "PATCH") == "DELETE, GET, HEAD, PATCH, POST"
    assert methods_told(app, "/only", "GET", EVIL) == "DELETE, GET, PUT"


@pytest.mark.parametrize("method", ["TRACE", "connect", "P" * 35, "P/T"])
def test_a_lacking_method_that_no_page_sends_is_not_named(app, method):
    """It is refused, as under any policy that takes every method."""
    assert methods_told(app, "/item", method) == "GET, HEAD"
    assert call(app, method, "/item", {"Origin": A}).code == 403


def test_lacking_methods_are_not_remembered(app):
    """But for the few that are registered: anyone can send new ones."""
    for number in range(50):
        assert methods_told(app, "/item", f"M{number}") == f"GET, HEAD, M{number}"

    assert app.extensions["corsguard"]._source._copies._copies == {}


def test_a_list_of_methods_applies_exactly_where_nothing_answers(app):
    """Only a policy that leaves the methods to the route allows others to reach the error."""
    app.extensions["corsguard"].policy = LISTED.replace(methods=["GET"])

    for path in ("/missing", "/items/"):
        assert methods_told(app, path, "PATCH") == "GET"
        assert call(app, "PATCH", path, {"Origin": A}).code == 403


def test_any_method_reads_404_where_a_converter_takes_no_such_value(app):
    """The preflight grants it, and the guard allows an allowed page, and no other, to reach the 404."""
    app.add_url_rule("/numbers/<int:n>", "number", lambda n: "x", methods=["DELETE"])

    for path in ("/numbers/abc", "/missing"):
        assert methods_told(app, path, "DELETE") == "*"
        assert call(app, "DELETE", path, {"Origin": A}).code == 404
        assert call(app, "DELETE", path, {"Origin": EVIL}).code == 403


def test_with_credentials_the_preflight_of_a_404_gets_the_requested_method(app):
    """There ``*`` would only be a name."""
    app.extensions["corsguard"].policy = LISTED.replace(credentials=True)

    assert methods_told(app, "/missing", "PATCH") == "PATCH"


def test_a_mounted_application_is_not_taken_for_nothing(app):
    """What the URL map does not know, another application may answer, with any method."""
    plain = Flask(__name__)
    plain.wsgi_app = DispatcherMiddleware(plain.wsgi_app, {"/mounted": lambda *args: [b""]})
    CorsGuard(plain, LISTED)

    assert methods_told(plain, "/mounted/x", "DELETE") == "GET, HEAD, POST"
    assert call(plain, "DELETE", "/mounted/x", {"Origin": A}).code == 403


def test_a_missing_slash_is_answered_by_its_target(app):
    """A preflight passes and the redirect itself is readable, so that it can be followed."""
    assert methods_told(app, "/items", "DELETE") == "DELETE, GET, HEAD, POST"

    redirect = call(app, "POST", "/items", {"Origin": A}, SCRIPT_NAME="/pre")

    assert redirect.code == 308
    assert redirect.get("Location").endswith("/pre/items/")
    assert redirect.get("Access-Control-Allow-Origin") == A


def test_a_redirect_of_the_map_is_followed_to_its_policy(app):
    """Also through names that are not ASCII, and not forever."""
    app.add_url_rule("/caf\xe9/<name>/", "cafe", cors(EVERYONE)(lambda name: name))
    app.url_map.add(Rule("/old/<name>", redirect_to="/caf\xe9/<name>/"))
    app.url_map.add(Rule("/a", redirect_to="/b"))
    app.url_map.add(Rule("/b", redirect_to="/a"))
    app.url_map.add(Rule("/out", redirect_to="https://elsewhere.example/caf\xe9/x/"))

    assert allowed(app, "/caf\xc3\xa9/\xc3\xa9") == "*"
    assert allowed(app, "/old/\xc3\xa9") == "*"
    assert allowed(app, "/a", A) == A
    assert allowed(app, "/a") is None
    assert allowed(app, "/out", A) == A
    assert allowed(app, "/out") is None


def test_what_has_no_route_is_the_applications(app):
    """A 404 is readable for those who may read the rest."""
    assert preflight(app, A, "PUT", "/missing").code == 204
    assert methods_told(app, "/missing", "PUT") == "*"


def test_a_rule_for_every_method_grants_all(app):
    """Rules that were put into the map by hand may name none; no requested method is remembered."""
    app.url_map.add(Rule("/raw", endpoint="get"))

    for number in range(50):
        assert methods_told(app, "/raw", f"M{number}") == "*"

    assert len(app.extensions["corsguard"]._source._copies._copies) == 1


def test_a_rule_without_a_view_is_the_applications(app):
    """The endpoint need not exist for its URL to be answered."""
    app.url_map.add(Rule("/nowhere", endpoint="nowhere", methods=["GET"]))

    assert preflight(app, A, "GET", "/nowhere").code == 204


def test_a_mark_put_on_a_view_later_is_seen():
    """Views are read per request, as Flask reads them."""
    app = Flask(__name__)
    CorsGuard(app)
    app.add_url_rule("/", "view", lambda: "x")

    before = allowed(app, "/")
    app.view_functions["view"] = cors(EVERYONE)(lambda: "x")

    assert (before, allowed(app, "/")) == (None, "*")


def test_hosts_are_matched_by_the_map():
    """One path on two hosts has two policies."""
    app = Flask(__name__, host_matching=True, static_host="static.example")
    CorsGuard(app, SAME_ORIGIN)
    app.add_url_rule("/", "one", cors(EVERYONE)(lambda: "x"), host="one.example")
    app.add_url_rule("/", "two", cors(PARTNER)(lambda: "x"), host="two.example", methods=["PUT"])

    assert allowed(app, "/", HTTP_HOST="one.example") == "*"
    assert allowed(app, "/", HTTP_HOST="two.example", method="PUT") == EVIL
    assert preflight(app, A, "GET", "/", HTTP_HOST="one.example").code == 204
    assert methods_told(app, "/", "PUT", EVIL, HTTP_HOST="two.example") == "PUT"
    assert preflight(app, A, "GET", "/", HTTP_HOST="three.example").code == 403


def test_subdomains_are_matched_by_the_map():
    """A blueprint on a subdomain has its pages and its 404 there, and nowhere else."""
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "site.example"
    CorsGuard(app, SAME_ORIGIN)
    api = cors(EVERYONE)(Blueprint("api", __name__, subdomain="api"))
    api.add_url_rule("/page", "page", lambda: "x")
    app.register_blueprint(api)

    for host, expected in [("api.site.example", "*"), ("site.example", None)]:
        for path in ("/page", "/missing", "/"):
            assert allowed(app, path, HTTP_HOST=host) == expected
            assert preflight(app, EVIL, "GET", path, HTTP_HOST=host).code == (204 if expected else 403)


def test_a_host_that_is_not_trusted_gets_the_applications_policy():
    """Its 400 is readable for those who may read the rest."""
    app = Flask(__name__)
    app.config["TRUSTED_HOSTS"] = ["good.example"]
    CorsGuard(app, LISTED)

    assert allowed(app, "/", A, HTTP_HOST="bad.example") == A
    assert preflight(app, A, "GET", "/", HTTP_HOST="bad.example").code == 204


def test_a_converter_that_needs_the_application_gets_its_context(caplog):
    """Some look things up; for the preflight they find the context that Flask would have given."""

    class Lookup(BaseConverter):
        def to_python(self, value):
            return current_app.name + value

    app = Flask(__name__)
    app.url_map.converters["lookup"] = Lookup
    CorsGuard(app, LISTED)
    app.add_url_rule("/<lookup:item>", "item", cors(PARTNER)(lambda item: item), methods=["PUT"])

    assert methods_told(app, "/x", "PUT", EVIL) == "PUT"
    assert caplog.records == []


@pytest.mark.parametrize(
    "needed", [lambda: request.method, lambda: session.get("who")], ids=["request", "session"]
)
def test_a_converter_that_needs_the_request_gets_its_context(needed, caplog):
    """The view is the one that Flask will find, for the preflight and for the request after it."""

    class Needing(BaseConverter):
        def to_python(self, value):
            return f"{value} {needed()}"

    app = Flask(__name__)
    app.secret_key = "test"
    app.url_map.converters["needing"] = Needing
    app.teardown_request(lambda error: 1 / 0 if request.method == "OPTIONS" else None)
    CorsGuard(app, LISTED)
    app.add_url_rule("/<needing:item>", "item", cors(PARTNER)(lambda item: item), methods=["PUT"])

    assert methods_told(app, "/x", "PUT", EVIL) == "PUT"
    assert preflight(app, A, "PUT", "/x").code == 403
    assert call(app, "PUT", "/x", {"Origin": EVIL}).code == 200
    assert call(app, "PUT", "/x", {"Origin": A}).code == 403
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
@pytest.mark.parametrize("upgrade", [{}, {"Upgrade": "websocket", "Connection": "Upgrade"}], ids=str)
def test_rules_for_sockets_are_matched_as_flask_matches_them(scheme, upgrade):
    """Whatever scheme the server names, the policy is that of the view that Flask finds."""
    app = Flask(__name__)
    for websocket, policy in ((True, PARTNER), (False, LISTED)):
        view = cors(policy)(lambda websocket=websocket: str(websocket))
        app.add_url_rule(
            "/c",
            str(websocket),
            view,
            websocket=websocket,
        )
    CorsGuard(app)
    environ = make_environ("GET", "/c", upgrade, **{"wsgi.url_scheme": scheme})
    with app.request_context(dict(environ)):
        endpoint = request.endpoint
    owner = {"True": EVIL, "False": A}[endpoint]
    extra = {"wsgi.url_scheme": scheme}

    told = {call(app, "GET", "/c", {"Origin": each, **upgrade}, **extra).get(ACAO) for each in (A, EVIL)}

    assert told == {None, owner}


def test_a_converter_that_fails_applies_the_closed_policy(caplog):
    """Nobody knows which view it would have been, so nobody is allowed."""

    class Broken(BaseConverter):
        def to_python(self, value):
            raise OSError("database")

    app = Flask(__name__)
    app.url_map.converters["broken"] = Broken
    CorsGuard(app, EVERYONE)
    app.add_url_rule("/<broken:item>", "item", lambda item: item)

    assert preflight(app, A, "GET", "/x").code == 403
    assert allowed(app, "/x") is None
    assert [record.exc_info[0] for record in caplog.records if record.name == "flask_corsguard"] == [
        OSError
    ] * 2


def test_paths_apply_to_views_without_a_mark():
    """View, blueprint, path, application: the first that speaks counts."""
    app = Flask(__name__)
    blueprint = cors(PARTNER)(Blueprint("b", __name__, url_prefix="/open/b"))
    blueprint.add_url_rule("/page", "page", lambda: "x")
    app.register_blueprint(blueprint)
    app.add_url_rule("/open/page", "page", lambda: "x")
    app.add_url_rule("/open/own", "own", cors(LISTED)(lambda: "x"))
    app.add_url_rule("/page", "other", lambda: "x")
    CorsGuard(app, SAME_ORIGIN, paths={"/open": EVERYONE})

    assert allowed(app, "/open/page") == "*"
    assert allowed(app, "/open/missing") == "*"
    assert allowed(app, "/open/own") is None
    assert allowed(app, "/open/own", A) == A
    assert allowed(app, "/open/b/page") == EVIL
    assert allowed(app, "/open/b/missing") == EVIL
    assert allowed(app, "/page") is None
    assert allowed(app, "/openx") is None
    assert preflight(app, EVIL, "GET", "/open/page").code == 204


@pytest.mark.parametrize(
    "path",
    [
        *("/open/..", "/open/../x", "/open/.", "/open/./x", "/..", "/open//x", "//open", "/open\\x"),
        *("/open/%2e%2e/x", "/open/%2E", "/open%2fx", "/open%5Cx", "/open\x00x"),
    ],
)
def test_a_path_that_others_could_read_otherwise_is_closed(path):
    """No rule covers it, not even the one for everything."""
    app = Flask(__name__)
    app.add_url_rule("/<path:rest>", "all", lambda rest: rest)
    CorsGuard(app, EVERYONE, paths={"/open": EVERYONE, "/": EVERYONE})

    assert is_ambiguous(path)
    assert allowed(app, path) is None
    assert preflight(app, A, "GET", path).code == 403


def test_a_handshake_for_a_url_that_takes_none_is_answered_readably(caplog):
    """The URL's policy answers, and nothing is logged, whatever the method."""
    app = Flask(__name__)
    CorsGuard(app)
    app.add_url_rule("/x", "x", cors(EVERYONE)(lambda: "x"))
    upgrade = {"Origin": A, "Upgrade": "websocket", "Connection": "Upgrade"}

    assert call(app, "POST", "/x", upgrade).cors == [("Access-Control-Allow-Origin", "*")]
    assert call(app, "GET", "/missing", upgrade).cors == []
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_handshake_and_a_plain_request_for_one_url_have_one_policy():
    """That of the view there, although it answers only one of the two: an engine sees the URL alone."""
    app = Flask(__name__)
    CorsGuard(app)
    app.add_url_rule("/plain", "plain", cors(LISTED)(lambda: "x"))
    app.add_url_rule("/plain", "put", cors(EVERYONE)(lambda: "x"), methods=["PUT"])
    app.add_url_rule("/socket", "socket", cors(LISTED)(lambda: "x"), websocket=True)
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}

    for path in ("/plain", "/socket"):
        for headers in ({}, upgrade):
            told = call(app, "GET", path, {"Origin": A, **headers})
            assert ("Access-Control-Allow-Origin", A) in told.cors
    assert call(app, "GET", "/plain", {"Origin": A, **upgrade}).code == 405
    assert call(app, "GET", "/plain", {"Origin": EVIL, **upgrade}).code == 403


def test_a_url_for_handshakes_and_for_plain_requests_names_the_plain_ones():
    """A preflight is for the latter: its answer names the methods of these."""
    app = Flask(__name__)
    CorsGuard(app, LISTED)
    app.add_url_rule("/c", "ws", lambda: "ws", websocket=True)
    app.add_url_rule("/c", "post", lambda: "post", methods=["POST"])
    app.add_url_rule("/only", "only", lambda: "ws", websocket=True)

    assert methods_told(app, "/c", "PUT") == "POST, PUT"
    assert methods_told(app, "/c", "POST") == "POST"
    assert methods_told(app, "/only", "GET") == "*"
    assert methods_told(app, "/only", "PUT") == "*"


def test_a_redirect_below_a_prefix_that_is_not_ascii_is_followed(app):
    """The prefix is taken off as it was put on."""
    told = preflight(app, A, "DELETE", "/items", SCRIPT_NAME="/caf\xc3\xa9")

    assert told.get("Access-Control-Allow-Methods") == "DELETE, GET, HEAD, POST"


def test_a_method_that_is_not_taken_where_another_would_be_redirected_is_followed(app):
    """The URL's policy is then that of where its GET leads."""
    app.add_url_rule("/all/", "all", cors(EVERYONE)(lambda page: "x"), defaults={"page": 1})
    app.add_url_rule("/all/page/<int:page>", "all")

    assert methods_told(app, "/all/page/1", "PUT", EVIL) == "GET, HEAD, PUT"
    assert allowed(app, "/all/page/1", method="PUT") == "*"


def test_the_target_of_a_redirect_is_a_path_below_the_application():
    """In the form that WSGI gives it; another host has no policy of ours."""
    adapter = Map().bind("a.example", "/prefix/")

    for url, path in (
        ("http://a.example/prefix/x/", "/x/"),
        ("http://a.example/prefix/x?y", "/x"),
        ("http://a.example/prefix/caf%C3%A9", "/caf\xc3\xa9"),
        ("http://a.example/prefix//x", "/x"),
        ("http://b.example/prefix/x/", None),
    ):
        assert target_of(RequestRedirect(url), adapter) == path


def test_a_preflight_without_a_path_is_for_the_root():
    """A server may leave an empty path out (PEP 3333)."""
    app = Flask(__name__)
    app.add_url_rule("/", "root", cors(PARTNER)(lambda: "x"))
    CorsGuard(app, LISTED)
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "GET"}
    environ = make_environ("OPTIONS", "/", asked)
    del environ["PATH_INFO"]
    started = []

    app(environ, lambda *args: started.append(args))

    assert started[0][0] == "204 No Content"


def test_a_new_mark_changes_the_closed_policy():
    """It is as strict as the strictest of all, those that come after it was asked for included."""
    app = Flask(__name__)
    app.add_url_rule("/", "view", lambda: "x")
    CorsGuard(app, LISTED, paths={"/api": LISTED})
    assert call(app, path="/a/..").get("Cross-Origin-Resource-Policy") is None

    cors(LISTED.replace(resource_policy="same-origin"))(app.view_functions["view"])

    assert call(app, path="/a/..").get("Cross-Origin-Resource-Policy") == "same-origin"
