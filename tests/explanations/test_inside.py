"""In this process, the policies of an application answer, and nothing else of it runs."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask_cors import CORS, cross_origin
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import BaseConverter

from flask_corsguard import SAME_ORIGIN, UNMANAGED, CorsGuard, CorsMiddleware, Policy, asgi, cors
from flask_corsguard.explanations.asked import Asked, outcome_of
from flask_corsguard.explanations.explanation import explain_inside
from flask_corsguard.explanations.inside import FLASK_CORS, has_host, url_of
from flask_corsguard.explanations.stand_in import NoPolicy, answer_nothing
from flask_corsguard.live import LiveOrigins
from flask_corsguard.testing import OriginSource

PAGE = "https://app.example"
HERE = Path(__file__)


def asked(path="/names/7", **fields):
    """Return a request for a path."""
    return Asked(**{"origin": PAGE, "url": f"https://api.example{path}", **fields})


@pytest.fixture
def shop():
    """Return an application whose views must not run."""
    app = Flask("shop")

    @app.before_request
    def forbid():
        raise AssertionError("nothing of the application runs")

    api = cors(origins=["https://partner.example"])(Blueprint("api", __name__, url_prefix="/api"))
    api.add_url_rule("/rates", view_func=lambda: "1", endpoint="rates")
    app.add_url_rule("/names/<int:number>", view_func=lambda number: "x", endpoint="name", methods=["PUT"])
    app.add_url_rule(
        "/open", view_func=cors(origins="*")(lambda: "x"), endpoint="open", methods=["GET", "PUT"]
    )
    app.register_blueprint(api)
    CorsGuard(app, origins=[PAGE], paths={"/files": SAME_ORIGIN})
    return app


@pytest.mark.parametrize(
    ("path", "place", "change"),
    [
        ("/api/rates", "blueprint api", 'origins=["https://partner.example", "https://app.example"],'),
        ("/files/a", "path /files", 'origins=["https://app.example"],'),
    ],
)
def test_whose_policy_decides_is_shown_with_the_change(shop, path, place, change):
    """And the line that it is written in."""
    explanation = explain_inside(asked(path), shop)

    assert explanation.is_refused
    assert (explanation.applied.place, explanation.needed.code) == (place, change)
    assert explanation.where.startswith(f"{HERE}:")
    assert "To allow it" in explanation.decision.explain()


def test_the_policy_of_a_view_is_found_by_its_mark(shop):
    """With its line."""
    explanation = explain_inside(asked("/open"), shop)

    assert not explanation.is_refused
    assert explanation.applied.place == "view"
    assert explanation.where.startswith(f"{HERE}:")


def test_nothing_is_logged_and_no_listener_is_called(shop, caplog):
    """Nobody was refused anything."""
    caplog.set_level(logging.DEBUG, "flask_corsguard")

    explanation = explain_inside(asked(origin="https://evil.example", method="PUT"), shop)

    assert explanation.diagnosis.code == "preflight-no-allow-origin"
    assert caplog.records == []


CHANGES = [
    ({"method": "PUT", "headers": (("X-Tenant", "1"),)}, 'allow_headers=["Content-Type", "X-Tenant"],'),
    ({"method": "PUT", "credentials": True}, "credentials=True,"),
    (
        {
            "method": "PUT",
            "origin": "https://b.example",
            "headers": (("Authorization", "1"),),
            "credentials": True,
        },
        (
            'origins=["https://app.example", "https://b.example"],\n'
            'allow_headers=["Content-Type", "Authorization"],\ncredentials=True,'
        ),
    ),
    ({"path": "/open", "credentials": True}, 'credentials=True,\norigins=["https://app.example"],'),
    ({"path": "/open", "headers": (("X-A", "1"),)}, 'allow_headers=["Content-Type", "X-A"],'),
]


@pytest.mark.parametrize(("request_", "change"), CHANGES)
def test_the_change_is_whole(shop, request_, change):
    """Every field that has to change is in it, and no other one."""
    explanation = explain_inside(asked(**{"path": "/names/7", **request_}), shop)

    assert explanation.needed.code.splitlines() == change.splitlines()


POLICIES = [
    Policy(origins=[PAGE]),
    Policy(origins=["https://b.example"], methods=["GET"]),
    Policy(origins="*", methods="*", allow_headers="*"),
    Policy(origins="*"),
    Policy(origins=[PAGE], allow_headers=["*", "Authorization"], methods="*", credentials=True),
    SAME_ORIGIN,
]
REQUESTS = [
    {"method": "DELETE", "headers": (("Authorization", "1"), ("X-A", "1"))},
    {"method": "PUT", "credentials": True},
    {"method": "POST", "manner": "form"},
    {"manner": "no-cors", "method": "POST"},
    {"headers": (("Content-Type", "application/json"),), "method": "POST"},
]


@pytest.mark.parametrize("policy", POLICIES, ids=repr)
@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_the_change_of_any_policy_allows_the_request(policy, request_):
    """A browser agrees, and so does the guard."""
    explanation = explain_inside(asked(**request_), policy)
    if not explanation.is_refused:
        return
    needed = explanation.needed

    refused = []
    application = CorsMiddleware(answer_nothing, needed.policy, on_refusal=lambda *_: refused.append(1))
    assert outcome_of(asked(**request_), application).refusal is None
    assert refused == []
    changed = policy.replace(**eval(f"dict({needed.code})"))
    assert changed == needed.policy


def test_what_no_policy_can_allow_is_reported():
    """With the reason why not."""
    explanation = explain_inside(asked(origin="null", credentials=True), Policy(origins=[PAGE]))

    assert explanation.diagnosis.code == "null-origin"
    assert explanation.needed.policy is None
    assert explanation.needed.why_not


def test_origins_that_have_no_spelling_are_left_to_the_reader():
    """A callable, for example."""
    policy = Policy(origins=[lambda origin: False])

    assert explain_inside(asked(), policy).needed.code == 'origins=[..., "https://app.example"],'


AUDIENCES = [Policy(origins=["https://own.example"], credentials=True), Policy(origins=["https://b.example"])]


@pytest.mark.parametrize(
    ("origin", "change"),
    [
        (PAGE, 'origins=["https://b.example", "https://app.example"],\ncredentials=True,'),
        ("https://b.example", "credentials=True,"),
        ("https://own.example", None),
    ],
)
def test_of_a_list_of_policies_the_one_that_applies_is_explained(origin, change):
    """The first that allows the origin, or else the last one."""
    app = Flask("shop")
    app.add_url_rule("/names", view_func=lambda: "x")
    CorsGuard(app, AUDIENCES)
    request = asked("/names", origin=origin, credentials=True)

    for loaded in (app, CorsMiddleware(answer_nothing, AUDIENCES)):
        needed = explain_inside(request, loaded).needed
        assert (needed and needed.code) == change


@pytest.mark.parametrize(
    ("header", "manner", "note"),
    [
        (
            ("Cookie", "a=1"),
            "cors",
            "No page can set Cookie: the browser leaves it out, or writes it itself.",
        ),
        (("Origin", PAGE), "no-cors", "No page can set Origin"),
        (("X-A", "1"), "form", "No form can set X-A"),
        (("X-A", "1"), "no-cors", "In the mode no-cors, the browser leaves out X-A."),
        (
            ("Content-Type", "application/json"),
            "no-cors",
            "In the mode no-cors, the browser leaves out Content-Type.",
        ),
        (("Content-Type", "text/plain"), "no-cors", ""),
        (("X-A", "1"), "cors", ""),
    ],
)
def test_a_header_that_the_browser_leaves_out_is_noted(header, manner, note):
    """Otherwise a user may believe that it was sent."""
    notes = explain_inside(
        asked(headers=(header,), manner=manner, method="POST"), Policy(origins=[PAGE])
    ).notes

    assert [each[: len(note)] for each in notes] == ([note] if note else [])


def test_what_is_unmanaged_is_asked_itself():
    """Its policy does not decide what it answers."""
    app = Flask("shop")
    app.add_url_rule(
        "/names", view_func=cors(UNMANAGED)(lambda: ("x", {"Access-Control-Allow-Origin": PAGE}))
    )
    CorsGuard(app)

    with pytest.raises(NoPolicy, match=r"The policy is UNMANAGED there \(view\)"):
        explain_inside(asked("/names"), app)
    assert explain_inside(asked("/names"), app, runs=True).diagnosis is None


def test_a_mapping_of_paths_is_explained_like_an_application():
    """Whose policy it is is its path."""
    explanation = explain_inside(asked("/api/x"), {"/api": Policy(origins="*"), "/": SAME_ORIGIN})

    assert (explanation.is_refused, explanation.applied.place) == (False, "path /api")


def test_an_application_around_another_is_looked_through(shop):
    """A dispatcher, for example."""
    explanation = explain_inside(asked("/api/rates"), DispatcherMiddleware(shop))

    assert explanation.applied.place == "blueprint api"


def test_the_application_answers_with_run():
    """Its view runs, and its status is the real one."""
    app = Flask("shop")
    app.add_url_rule("/names", view_func=lambda: ("no", 418))
    CorsGuard(app, origins=[PAGE])

    explanation = explain_inside(asked("/names"), app, runs=True)

    assert explanation.outcome.response.status == 418
    assert explanation.applied.place == "application"
    assert not explanation.is_answered_by_policies


def test_what_the_application_raises_is_a_500_as_servers_make_it():
    """It is reported, and nobody sees a traceback."""

    def application(environ, start_response):
        start_response("200 OK", [])
        raise RuntimeError("broken")

    explanation = explain_inside(asked(), application, runs=True)

    assert explanation.diagnosis.code == "no-allow-origin"
    assert explanation.notes == ("The application raised RuntimeError: broken.",)
    assert explanation.outcome.exchanges[0].status == 500


def test_an_application_may_raise_late_or_never_end():
    """Its headers were there."""

    def late(environ, start_response):
        start_response("200 OK", [("Access-Control-Allow-Origin", PAGE)])
        yield b"x"
        raise RuntimeError("late")

    def endless(environ, start_response):
        start_response("200 OK", [("Access-Control-Allow-Origin", PAGE)])
        while True:
            yield b"x" * 1024

    assert explain_inside(asked(), late, runs=True).diagnosis is None
    assert explain_inside(asked(), endless, runs=True).diagnosis is None


@pytest.mark.parametrize(
    ("path", "method", "note"),
    [
        ("/nothing", "GET", "No view answers this URL: the application answers 404."),
        ("/names/7", "GET", "No view takes GET at this URL, only OPTIONS, PUT: the application answers 405."),
        ("/slash", "GET", "The application redirects to https://api.example/slash/: request that URL."),
    ],
)
def test_a_url_without_a_view_is_noticed(shop, path, method, note):
    """The page would read that error."""
    shop.add_url_rule("/slash/", view_func=lambda: "x", endpoint="slash")

    assert explain_inside(asked(path, method=method), shop).notes == (note,)


def test_a_converter_that_raises_does_no_harm(shop):
    """It is the application's."""

    class Broken(BaseConverter):
        def to_python(self, value):
            raise RuntimeError

    shop.url_map.converters["broken"] = Broken
    shop.add_url_rule("/broken/<broken:value>", view_func=lambda value: "x", endpoint="broken")

    assert explain_inside(asked("/broken/1"), shop).notes == ()


@pytest.mark.parametrize(
    "config", [{}, {"SESSION_COOKIE_SAMESITE": "None"}, {"SESSION_COOKIE_SAMESITE": "Strict"}]
)
def test_the_session_cookie_that_is_not_sent_is_found(shop, config):
    """If the application names its host; otherwise it may."""
    shop.secret_key = "a"
    shop.config.update(config)
    request = asked("/names/7", method="PUT", credentials=True)

    unknown = explain_inside(request, shop)
    shop.config["SERVER_NAME"] = "api.example"
    known = explain_inside(request, shop)

    assert unknown.findings == ()
    assert unknown.notes[-1].startswith(
        "If the application is served from another site than the page: The cookie"
    )
    assert known.findings[0].startswith("The cookie session is not sent: ")


def test_a_session_cookie_for_other_sites_is_not_a_finding(shop):
    """Nor is one that cannot be written."""
    shop.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True, SERVER_NAME="api.example")
    request = asked("/names/7", method="PUT", credentials=True)

    assert explain_inside(request, shop).findings == ()
    shop.secret_key = "a"
    assert explain_inside(request, shop).findings == ()


def test_a_cookie_with_another_path_is_not_sent():
    """Under every ``SameSite``."""

    def application(environ, start_response):
        cookie = ("Set-Cookie", "a=1; SameSite=None; Secure; Path=/other")
        start_response("200 OK", [cookie])
        return [b""]

    app = CorsMiddleware(application, Policy(origins=[PAGE], credentials=True))

    (finding,) = explain_inside(asked("/x", credentials=True), app, runs=True).findings
    assert "it is not for https://api.example/x" in finding


def test_flask_cors_is_asked_in_its_place():
    """Its hook runs on an empty response; the view does not."""
    app = Flask("shop")
    app.add_url_rule("/names", view_func=lambda: 1 / 0)
    CORS(app, origins=["https://other.example"])

    explanation = explain_inside(asked("/names"), app)

    assert explanation.diagnosis.code == "no-allow-origin"
    assert explanation.needed.code == 'Policy(origins=["https://app.example"])'
    assert explanation.notes == (FLASK_CORS,)
    assert explain_inside(asked("/names", origin="https://other.example"), app).diagnosis is None


def test_an_application_without_a_policy_is_not_run():
    """Its own code would decide."""
    app = Flask("shop")
    app.add_url_rule("/names", view_func=cross_origin()(lambda: 1 / 0))

    with pytest.raises(NoPolicy, match="The application 'shop' has no CorsGuard"):
        explain_inside(asked("/names"), app)
    with pytest.raises(NoPolicy, match="The application 'function' has no CorsGuard"):
        explain_inside(asked("/names"), lambda environ, start_response: [])


async def _asgi(scope, receive, send):
    """Answer nothing."""


def test_a_policy_of_asgi_is_explained_if_it_is_not_a_callable():
    """What needs a scope needs a server."""
    policy = Policy(origins=["https://b.example"])

    assert explain_inside(asked(), asgi.CorsMiddleware(_asgi, policy)).diagnosis.code == "no-allow-origin"
    with pytest.raises(NoPolicy, match="a callable of ASGI"):
        explain_inside(asked(), asgi.CorsMiddleware(_asgi, lambda scope: policy))
    with pytest.raises(NoPolicy, match="--run needs a WSGI application"):
        explain_inside(asked(), asgi.CorsMiddleware(_asgi, policy), runs=True)


def test_the_line_of_a_policy_of_asgi_is_not_known():
    """That of the program that explains it is not named instead."""
    explanation = explain_inside(asked(), asgi.CorsMiddleware(_asgi, Policy(origins=["https://app.example"])))

    assert explanation.where == ""


def test_live_origins_that_nobody_has_read_here_are_noticed():
    """The running application may allow what is refused in this process."""
    source = OriginSource(["https://app.example"])
    tenants = LiveOrigins(source, clock=source.clock)
    layer = CorsMiddleware(lambda *_: [], Policy(origins=[tenants]))

    (note,) = (each for each in explain_inside(asked(), layer).notes if "LiveOrigins" in each)
    assert note.startswith(
        f"{tenants!r} allows nobody before it is read, in this process, too: call its refresh()"
    )
    tenants.refresh()
    assert not any("LiveOrigins" in each for each in explain_inside(asked(), layer).notes)


def test_what_a_dispatcher_calls_beside_the_policy_is_not_explained_by_it():
    """It has a policy of its own; with run, it answers itself."""
    app, admin = Flask("shop"), Flask("admin")
    CorsGuard(app, origins=["https://app.example"])
    CorsGuard(admin)
    served = DispatcherMiddleware(app, {"/admin": admin})

    assert explain_inside(asked("/administration"), served).diagnosis is None
    with pytest.raises(NoPolicy, match="calls another application for /admin: name that one with --app"):
        explain_inside(asked("/admin/x"), served)
    assert explain_inside(asked("/admin/x"), served, runs=True).diagnosis.code == "no-allow-origin"


def test_an_application_of_asgi_without_a_policy_needs_a_layer():
    """It cannot be run here either."""
    with pytest.raises(NoPolicy, match=r"Write application = flask_corsguard\.asgi\.CorsMiddleware"):
        explain_inside(asked(), _asgi)


def test_the_host_of_a_path_is_the_applications_own():
    """As far as it names one."""
    app = Flask("shop")

    assert url_of("/a", app, PAGE) == "https://api.example/a"
    assert url_of("/a", app, "http://localhost:3000") == "http://api.example/a"
    assert not has_host(Policy(origins="*"))
    app.config["TRUSTED_HOSTS"] = [".shop.example"]
    assert url_of("/a", app, PAGE) == "https://shop.example/a"
    app.config["SERVER_NAME"] = "api.shop.example:8443"
    assert url_of("/a", app, PAGE) == "https://api.shop.example:8443/a"
