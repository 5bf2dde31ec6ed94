"""The guides to single tasks work: for the page that they are for, and not for an attacker's."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Final

import pytest

from flask_corsguard import CorsGuardWarning, PolicyError
from flask_corsguard.testing import Browser, FetchRefused, assert_can_fetch, assert_cannot_fetch
from page_contents import Script, ScriptError, statuses
from recipes import program_of, script_of

EVIL: Final = "https://evil.example"
PAGE: Final = "https://app.example"
BEARER: Final = {"Authorization": "Bearer 1234"}


def run(title: str, origin: str = PAGE) -> tuple[Script, Browser]:
    """Run the script of a guide in a page of *origin*, against the program of the guide."""
    browser = Browser(program_of(title).app)
    return Script(script_of(title), browser.open(origin)), browser


# Downloads with Content-Disposition

REPORT: Final = "https://api.example/reports/2026"


def test_the_page_reads_the_name_of_the_download():
    """The header is exposed, and so the script can read it."""
    script, _ = run("Downloads with Content-Disposition")

    assert script["fileName"] == "report-2026.csv"
    assert script["rows"] == ["month,sum", "1,200", ""]


def test_a_header_that_is_not_exposed_is_null():
    """The program without expose_headers sends the same header, and no script reads it."""
    app = program_of("Downloads with Content-Disposition").app
    guard = app.extensions["corsguard"]
    guard.policy = guard.policy.replace(expose_headers=())

    response = assert_can_fetch(Browser(app).open(PAGE), REPORT, headers=BEARER)

    assert "Content-Disposition" not in response.headers
    assert response.exchange[-1].answered("Content-Disposition") is not None


def test_an_attackers_page_reads_no_download():
    """Not even the name."""
    page = Browser(program_of("Downloads with Content-Disposition").app).open(EVIL)

    assert_cannot_fetch(page, REPORT, headers=BEARER)


# Uploads


def test_the_page_uploads_with_progress_and_reads_a_413():
    """Both uploads have a preflight, and the error has the headers."""
    script, browser = run("Uploads")

    assert script["size"] == 10
    assert script["tooLarge"]["status"] == 413
    assert [each.method for each in browser.log] == ["OPTIONS", "PUT", "OPTIONS", "PUT"]


def test_an_attackers_page_uploads_nothing():
    """Its preflight is refused, so no file is sent; and a form is refused by the guard."""
    app = program_of("Uploads").app
    browser = Browser(app)

    with pytest.raises(ScriptError, match="CORS error, or no connection"):
        Script(script_of("Uploads"), browser.open(EVIL))
    assert {each.method for each in browser.log} == {"OPTIONS"}

    browser.open(EVIL).submit("https://api.example/files/7", {"file": "x"}, enctype="multipart/form-data")
    assert browser.log[-1].status == 403


def test_a_progress_listener_needs_a_preflight_even_for_a_plain_post():
    """So a server without an answer to preflights breaks an upload that worked before."""
    app = program_of("Uploads").app
    app.add_url_rule("/plain", view_func=lambda: "stored", methods=["POST"])
    browser = Browser(app)
    page = browser.open(PAGE)

    page.xhr("https://api.example/plain", "POST", data="x")
    page.xhr("https://api.example/plain", "POST", data="x", upload_listener=True)

    assert [each.method for each in browser.log] == ["POST", "OPTIONS", "POST"]


# Server-sent events


def test_the_page_reads_the_stream():
    """The first event arrives, without a preflight."""
    script, browser = run("Server-sent events")

    assert script["first"] == "101"
    assert [each.method for each in browser.log] == ["GET"]


def test_an_attackers_page_reads_no_stream():
    """It gets an error event, which has no reason."""
    with pytest.raises(ScriptError, match="no stream"):
        run("Server-sent events", EVIL)


# WebSockets and SocketIO


def test_the_page_opens_the_websocket():
    """Its origin is in the policy."""
    script, _ = run("WebSockets and SocketIO")

    assert script["opened"] is True


def test_an_attackers_page_opens_no_websocket():
    """The handshake gets a 403, and the script gets no reason."""
    script, browser = run("WebSockets and SocketIO", EVIL)

    assert script["opened"] is False
    assert browser.log[-1].status == 403


def test_a_handshake_with_a_cookie_needs_credentials():
    """As the guide explains about cookies."""
    app = program_of("WebSockets and SocketIO").app
    guard = app.extensions["corsguard"]
    guard.policy = guard.policy.replace(credentials=False)
    app.add_url_rule(
        "/cookie", view_func=lambda: ("", {"Set-Cookie": "a=b; Secure; SameSite=None"}), methods=["POST"]
    )
    browser = Browser(app)
    browser.open("https://api.example").fetch("/cookie", "POST")

    with pytest.raises(FetchRefused):
        browser.open(PAGE).websocket("wss://api.example/live")

    assert browser.log[-1].status == 403


@pytest.mark.parametrize(("methods", "opened"), [(["GET"], True), (["POST"], False)])
def test_a_handshake_is_a_get_to_a_list_of_methods(methods, opened):
    """A policy that lists others refuses it."""
    app = program_of("WebSockets and SocketIO").app
    guard = app.extensions["corsguard"]
    guard.policy = guard.policy.replace(methods=methods)

    script = Script(script_of("WebSockets and SocketIO"), Browser(app).open(PAGE))

    assert script["opened"] is opened


@pytest.mark.parametrize(("origin", "status"), [(PAGE, 200), (EVIL, 403)])
def test_the_policy_applies_to_polling(origin, status):
    """As long as Flask-SocketIO is inside: a stranger cannot even post."""
    app = program_of("Flask-SocketIO").app

    answer = app.test_client().post(
        "/socket.io/?EIO=4&transport=polling", headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    )

    # 400: there is no session of that polling yet.
    assert answer.status_code == (400 if status == 200 else status)
    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if status == 200 else None)


# Blueprints and versions


def test_each_version_has_its_own_policy():
    """The page of the second version writes, reads the first, and reads the 404 of either."""
    script, _ = run("Blueprints and versions")

    assert statuses(script, "old", "saved", "missing") == [200, 200, 404]


def test_nothing_of_an_outer_blueprint_is_added_to_an_inner_one():
    """The page of version 2 may not clear the rates, and that of the administrator may do nothing else."""
    app = program_of("Blueprints and versions").app
    browser = Browser(app)
    url = "https://api.example/v2/admin/rates"
    admin = browser.open("https://admin.example")

    assert_can_fetch(admin, url, method="DELETE", credentials="include")
    assert_cannot_fetch(browser.open(PAGE), url, method="DELETE")
    assert_cannot_fetch(admin, "https://api.example/v2/rates")
    assert_can_fetch(browser.open(EVIL), "https://api.example/v1/rates")
    assert_cannot_fetch(browser.open(EVIL), "https://api.example/v2/rates")


# Beacons


def test_both_beacons_arrive():
    """The text without a preflight, and the typed one with a preflight."""
    browser = Browser(program_of("Beacons").app)
    script = Script(script_of("Beacons"), browser.open(PAGE))

    assert (script["plain"], script["typed"]) == (True, True)
    assert [(each.method, each.status) for each in browser.log] == [
        ("POST", 204),
        ("OPTIONS", 204),
        ("POST", 204),
    ]


def test_a_beacon_of_another_page_is_refused():
    """It is a POST that the policy does not allow, so the view does not run."""
    made = program_of("Beacons")
    browser = Browser(made.app)
    script = Script(script_of("Beacons"), browser.open(EVIL))

    assert (script["plain"], script["typed"]) == (True, False)
    assert browser.log[0].status == 403
    assert made.events == []


def test_on_a_host_without_cookies_any_page_may_send_a_beacon():
    """No cookie comes with it, and so the guard allows it under the star."""
    app = program_of("Beacons").app
    app.extensions["corsguard"].policy = app.extensions["corsguard"].policy.replace(origins="*")
    app.add_url_rule("/open", view_func=lambda: ("", 204), methods=["POST"])
    browser = Browser(app)

    browser.open(EVIL).beacon("https://stats.example/open", "x")

    assert browser.log[-1].status == 204


# Local development

VITE: Final = "Vite, React, Vue or Angular on another port"


@pytest.mark.parametrize("port", [5173, 3000, 4200])
def test_the_page_of_any_port_calls_flask(port):
    """Vite, Create React App and Angular have other ports, and one pattern covers them."""
    script, _ = run(VITE, f"http://localhost:{port}")

    assert statuses(script, "names", "renamed") == [200, 200]


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:5173", "https://localhost:5173", "http://localhost.evil.example:5173"]
)
def test_another_name_of_the_machine_is_another_origin(origin):
    """And so is https."""
    page = Browser(program_of(VITE).app).open(origin)

    assert_cannot_fetch(page, "http://localhost:5000/names", credentials="include")


@pytest.mark.parametrize(("host", "sent"), [("localhost", True), ("127.0.0.1", False)])
def test_a_lax_cookie_needs_one_name_for_page_and_application(host, sent):
    """The port does not matter, and the name does."""
    app = program_of(VITE).create_app(
        CORSGUARD_ORIGINS="http://localhost:*", CORSGUARD_CREDENTIALS=True, CORSGUARD_GUARD="off"
    )
    app.add_url_rule("/in", view_func=lambda: ("", {"Set-Cookie": "a=b; SameSite=Lax"}), methods=["POST"])
    browser = Browser(app)
    browser.open(f"http://{host}:5000").fetch("/in", "POST")

    with nullcontext() if sent else pytest.warns(CorsGuardWarning, match="SESSION_COOKIE_SAMESITE"):
        browser.open("http://localhost:5173").fetch(f"http://{host}:5000/names", credentials="include")

    assert (browser.log[-1].get("Cookie") == "a=b") is sent


def test_a_phone_on_the_network_may_call():
    """Without credentials at once, and with them where that was named."""
    url = "http://192.168.1.20:5000/names"
    made = program_of(VITE, "A phone on the network")

    assert_can_fetch(Browser(made.app).open("http://192.168.1.20:5173"), url, credentials="include")
    with pytest.raises(PolicyError, match=r"credentials\.insecure-origin"):
        made.create_app(CORSGUARD_ORIGINS="http://192.168.1.20:*", CORSGUARD_CREDENTIALS=True)


def test_the_lines_of_an_env_file_configure_the_policy(monkeypatch):
    """As Flask reads them from the environment; python-dotenv has removed the quotes."""
    monkeypatch.setenv("FLASK_CORSGUARD_ORIGINS", "http://localhost:*, http://127.0.0.1:*")
    monkeypatch.setenv("FLASK_CORSGUARD_CREDENTIALS", "true")

    policy = program_of(VITE).create_app().extensions["corsguard"].policy

    assert policy.origins == ("http://localhost:*", "http://127.0.0.1:*")
    assert policy.credentials


@pytest.mark.parametrize("text", ["", "'http://localhost:*'"])
def test_a_line_that_is_empty_or_has_stray_quotes_is_an_error(text, monkeypatch):
    """It never means everyone, and never nobody without a word."""
    create_app = program_of(VITE).create_app
    monkeypatch.setenv("FLASK_CORSGUARD_ORIGINS", text)

    with pytest.raises(PolicyError, match=r"config\.(empty|quotes)"):
        create_app()


def test_a_line_with_double_quotes_is_read_as_json(monkeypatch):
    """Flask itself does that, so an env file of Docker works with them."""
    monkeypatch.setenv("FLASK_CORSGUARD_ORIGINS", '"http://localhost:*"')

    policy = program_of(VITE).create_app().extensions["corsguard"].policy

    assert policy.origins == ("http://localhost:*",)


def test_a_missing_variable_allows_nobody():
    """The application is closed to other origins, and does not fail."""
    app = program_of(VITE).create_app()

    assert_cannot_fetch(Browser(app).open("http://localhost:5173"), "http://localhost:5000/names")
