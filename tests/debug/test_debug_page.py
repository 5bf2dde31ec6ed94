"""The debug page: who can reach it, what it shows, and what it answers."""

from __future__ import annotations

import re

import pytest
from flask import Blueprint, Flask, session
from werkzeug.test import Client

from cases import A
from flask_corsguard import CorsGuard, Policy, cors
from flask_corsguard.debug.refusals import MAX_REFUSALS, Refusals
from flask_corsguard.flask.warnings.first_request import FirstRequest
from html_reader import Read

EVIL = "https://evil.example"
CROSS_SITE = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}


def an_app(**config):
    """Return an application in debug mode."""
    app = Flask("shop", static_folder=None)
    app.debug = True
    app.config.update(config)
    return app


def opened(app, **fields):
    """Return *app* with the extension and its debug page."""
    CorsGuard(app, **{"origins": [A], "debug_page": True, **fields})
    return app


@pytest.fixture
def app():
    """Return an application with a view that no test may run."""
    app = an_app(SECRET_KEY="no key")
    api = cors(Policy(origins=[A], credentials=True))(Blueprint("api", __name__, url_prefix="/api"))

    @api.put("/orders/<int:number>")
    def change(number):
        raise AssertionError(session)

    app.register_blueprint(api)
    return opened(app)


@pytest.fixture
def client(app):
    """Return a client of it."""
    return app.test_client()


def asked(client, **fields):
    """Return the answer to the form."""
    response = client.get("/_cors/answer", query_string=fields)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def text_of(html):
    """Return the words of HTML."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def refusals(client, after=0):
    """Return the refusals that the page gets."""
    return client.get("/_cors/refusals", query_string={"after": after}).json["refusals"]


def test_without_debug_mode_it_is_an_error():
    """The error shows what to write, and the application stays without the extension."""
    app = Flask("shop")

    with pytest.raises(
        RuntimeError, match=r"^debug_page=True needs debug mode, and app\.debug is off: .*=app\.debug\.$"
    ):
        CorsGuard(app, origins=[A], debug_page=True)
    assert "corsguard" not in app.extensions
    CorsGuard(app, origins=[A], debug_page=app.debug)
    assert app.test_client().get("/_cors").status_code == 404


def test_where_debug_mode_is_turned_off_there_is_no_page(app, client):
    """The application answers, as to any path."""
    app.debug = False

    response = client.get("/_cors")

    assert (response.status_code, b"Not Found" in response.data) == (404, True)


def test_the_page_shows_the_inventory(client):
    """With the form, and nothing from elsewhere."""
    response = client.get("/_cors")
    read = Read(response.get_data(as_text=True))

    assert response.status_code == 200
    assert read.open == []
    assert {re.sub(r"#.*", "", each) for each in read.loads} == {
        *("", "/_cors", "/_cors/style.css", "/_cors/debug.css", "/_cors/inventory.js", "/_cors/debug.js")
    }
    assert [row[1:3] for row in read.rows[1:]] == [
        ["/api/orders/<int:number>", A],
        ["/api/… no rule: 404", A],
        ["/… no rule: 404", A],
    ]


@pytest.mark.parametrize("name", ["style.css", "debug.css", "inventory.js", "debug.js"])
def test_its_style_and_its_scripts_are_files_of_the_package(name, client):
    """Each with its type."""
    response = client.get(f"/_cors/{name}")

    assert response.status_code == 200
    assert response.mimetype == {"css": "text/css", "js": "text/javascript"}[name.rpartition(".")[2]]
    assert len(response.data) > 500


def test_nothing_else_is_there(client):
    """And nothing but reading."""
    assert client.get("/_cors/other").status_code == 404
    assert client.get("/_corset").data != client.get("/_cors").data
    response = client.put("/_cors")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert client.head("/_cors").status_code == 200


def test_no_other_page_may_show_it_or_load_it_and_no_cache_stores_it(client):
    """Its headers forbid it, whatever the policies of the application are."""
    for path in ("/_cors", "/_cors/refusals", "/_cors/other"):
        headers = client.get(path, headers={"Origin": A, "Sec-Fetch-Site": "same-origin"}).headers

        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": A}, 403),
    ],
)
def test_what_another_page_asks_for_is_refused(headers, status, client):
    """A link and an image, too; and a page that the application allows."""
    response = client.get("/_cors", headers=headers)

    assert response.status == {200: "200 OK", 403: "403 Forbidden"}[status]
    assert (b"The debug page answers to itself alone" in response.data) is (status == 403)


def test_a_forged_request_is_refused_by_the_guard_that_it_shows(client):
    """And shown."""
    response = client.post("/_cors/answer", headers=CROSS_SITE)

    assert response.status_code == 403
    (refusal,) = refusals(client)
    assert (refusal["what"], refusal["path"], refusal["source"]) == (
        "request refused",
        "/_cors/answer",
        "debug page",
    )


@pytest.mark.parametrize(
    ("host", "config", "status"),
    [
        ("localhost:5000", {}, 200),
        ("127.0.0.1", {}, 200),
        ("[::1]:80", {}, 200),
        ("shop.localhost", {}, 200),
        ("evil.example", {}, 403),
        ("localhost.evil.example", {}, 403),
        ("192.168.0.7", {}, 403),
        ("evil.example/", {}, 403),
        ("", {}, 403),
        ("shop.example", {"SERVER_NAME": "shop.example"}, 200),
        ("dev.shop.example", {"TRUSTED_HOSTS": [".shop.example"]}, 200),
        ("evil.example", {"TRUSTED_HOSTS": [".shop.example"]}, 403),
    ],
)
def test_a_name_of_a_stranger_that_leads_here_does_not_open_it(host, config, status):
    """The page is for this machine, or for hosts that the application trusts."""
    app = opened(an_app(**config))

    response = Client(app).get("/_cors", headers={"Host": host})

    assert response.status == {200: "200 OK", 403: "403 Forbidden"}[status]
    assert (b"The debug page is for the developer's own machine" in response.data) is (status == 403)


def test_the_form_is_answered_by_the_policies_and_nothing_runs(client):
    """The verdict, whose policy that is, and what is sent."""
    answer = asked(client, origin=A, method="PUT", path="/api/orders/7", credentials="1")

    assert '<h3 class="good">' in answer
    words = text_of(answer)
    assert "A browser sends PUT https://api.example/api/orders/7 , and the page reads the answer" in words
    assert "The policy is that of: blueprint api" in words
    assert "&gt; OPTIONS /api/orders/7" in answer


def test_a_refusal_names_the_change(client):
    """As code for the policy that decides."""
    answer = asked(client, origin=EVIL, method="PUT", path="/api/orders/7")

    assert '<h3 class="bad">A browser refuses' in answer
    assert f"<pre>origins=[&quot;{A}&quot;, &quot;{EVIL}&quot;],</pre>" in answer
    assert "Step of the Fetch standard: CORS-preflight fetch" in answer


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"manner": "form", "method": "POST", "origin": EVIL}, ", and the guard refuses it"),
        ({"manner": "no-cors", "origin": EVIL}, "; the page does not see the answer"),
        ({"manner": "nonsense", "origin": EVIL}, "A browser refuses GET"),
        ({"headers": "Authorization, X-Tenant: 7", "origin": A, "method": "PUT"}, "A browser refuses PUT"),
        ({"origin": "null", "method": "PUT"}, "A browser refuses PUT"),
        ({"path": "api"}, "Give the origin of the page, such as https://app.example, and a path,"),
        ({"origin": ""}, "Give the origin of the page"),
        ({"origin": "shop"}, "shop"),
        ({"method": "CONNECT"}, "CONNECT"),
        ({"path": "/nothing", "origin": A}, "No view answers this URL"),
    ],
)
def test_the_form_takes_what_explain_takes(fields, words, client):
    """And what it cannot take is a sentence."""
    answer = asked(client, **{"origin": A, "path": "/api/orders/7", **fields})

    assert words in text_of(answer), answer


def test_what_an_engine_does_otherwise_is_shown(app, client):
    """With its name: not all of them ask before they send a client hint."""
    answer = asked(client, origin=A, path="/api/orders/7", headers="DPR: 2", method="HEAD")

    assert "A browser refuses HEAD" in text_of(answer)
    assert "<p>Chromium allows it</p>" in answer


def test_what_is_asked_is_text(client):
    """Whatever it is, in the form and in the answer."""
    response = client.get("/_cors", query_string={"origin": '"><script>', "path": "/<b>", "method": "PUT"})
    html = response.get_data(as_text=True)

    assert 'value="&quot;&gt;&lt;script&gt;"' in html
    assert "<b>" not in html
    assert "<script>" not in html
    assert "<option selected>PUT</option>" in html
    assert '<div id="answer" role="status"><p>' in html


def test_the_form_works_without_a_script(client):
    """It is sent to the page itself, which shows the answer."""
    fields = {"origin": A, "path": "/api/orders/7", "method": "POST", "manner": "form", "credentials": "1"}
    html = client.get("/_cors", query_string=fields).get_data(as_text=True)

    assert '<option value="form" selected>' in html
    assert 'value="1" checked>' in html
    assert '<div id="answer" role="status"><h3' in html


def test_refusals_are_shown_as_they_come(client):
    """What it was, whose policy decided, and why."""
    client.put("/api/orders/7", headers=CROSS_SITE)
    client.options("/api/orders/7", headers={"Origin": EVIL, "Access-Control-Request-Method": "PUT"})
    client.get("/nothing", headers=CROSS_SITE)

    found = refusals(client)

    assert [(each["what"], each["requested"], each["source"]) for each in found] == [
        ("request refused", None, "blueprint api"),
        ("preflight refused", "PUT", "blueprint api"),
        ("answer withheld", None, "application"),
    ]
    assert [each["number"] for each in found] == [1, 2, 3]
    assert refusals(client, after=2) == found[2:]
    assert found[0]["sentence"].startswith(f"{EVIL} is not one of the origins that the policy allows")


def test_a_refusal_has_the_place_of_the_policy_that_is_there_now(app, client):
    """Another one may be assigned while the application runs."""
    app.extensions["corsguard"].policy = lambda environ: Policy(origins=["https://other.example"])

    client.put("/nothing", headers=CROSS_SITE)
    client.put("/api/orders/7", headers=CROSS_SITE)

    assert [each["source"] for each in refusals(client)] == ["application", "blueprint api"]
    assert "https://other.example" in refusals(client)[0]["sentence"]


def test_what_is_only_reported_is_called_that():
    """The request has run."""
    app = an_app()
    app.add_url_rule("/x", "x", lambda: "", methods=["POST"])
    client = opened(app, guard="report").test_client()

    client.post("/x", headers=CROSS_SITE)

    assert [each["what"] for each in refusals(client)] == ["request would be refused"]


def test_the_last_refusals_are_stored(app, client):
    """And a long value is cut."""
    for number in range(MAX_REFUSALS + 1):
        client.put(f"/api/orders/{number}{'0' * 600 if number == MAX_REFUSALS else ''}", headers=CROSS_SITE)

    found = refusals(client)

    assert len(found) == MAX_REFUSALS
    assert (found[0]["number"], len(found[-1]["path"])) == (2, 500)


def test_a_refusal_without_a_request_is_stored_too(app):
    """A decision need not have one."""
    from dataclasses import replace

    from flask_corsguard import SAME_ORIGIN, Request, judge

    decision = judge(SAME_ORIGIN, Request(method="POST", origin=EVIL, fetch_site="cross-site"))
    log = Refusals(lambda environ: "application")

    log.note({"REQUEST_METHOD": "POST"}, replace(decision, request=None))

    assert (log.after(0)[0]["origin"], log.after(0)[0]["what"]) == (None, "request refused")


def test_a_page_that_is_mounted_knows_where_it_is(app):
    """Its files are below the prefix."""
    response = Client(app).get("/_cors", environ_overrides={"SCRIPT_NAME": "/shop"})

    assert b'href="/shop/_cors/style.css"' in response.data


def test_the_layer_of_the_page_is_not_a_cors_layer(app, client):
    """The first request finds nothing to warn of."""
    client.get("/nothing")

    first: FirstRequest = app.extensions["corsguard"].first_request
    assert [each.code for each in first.findings()] == ["cookie.unknown-site"]
