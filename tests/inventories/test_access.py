"""What a page may do is what its browser, the headers and the guard allow."""

from __future__ import annotations

import pytest
from flask import Flask

from cases import A
from flask_corsguard import UNMANAGED, CorsGuard, CorsMiddleware, Policy, cors, inventory
from flask_corsguard.inventories.access import access_of
from flask_corsguard.inventories.words import guard_of
from flask_corsguard.testing import Browser, FetchRefused

EVIL = "https://evil.example"
METHODS = ["GET", "POST", "PUT"]

POLICIES = {
    "listed": Policy(origins=[A]),
    "credentials": Policy(origins=[A], credentials=True),
    "everyone": Policy(origins="*"),
    "read-only": Policy(origins=[A], methods=["GET"]),
    "reporting": Policy(origins=[A], guard="report"),
    "off": Policy(origins=[A], guard="off"),
    "list": [Policy(origins=[A], credentials=True), Policy(origins="*", methods=["GET"])],
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("origin", [A, EVIL])
@pytest.mark.parametrize("name", POLICIES)
def test_a_page_can_do_what_is_shown_and_nothing_else(name, origin, method):
    """A fetch and a form in the model of a browser, of another site."""
    app = Flask("shop", static_folder=None)
    ran = []
    app.add_url_rule("/x", "x", lambda: ran.append(1) or "x", methods=METHODS)
    CorsGuard(app, POLICIES[name])
    (entry,) = (each for each in inventory(app) if (each.rule, each.method) == ("/x", method))
    page = Browser(app).open(origin)

    access = access_of(entry, origin)

    try:
        # An allowed origin can read why the guard refuses its request, too.
        reads = page.fetch("https://api.example/x", method=method).status == 200
    except FetchRefused:
        reads = False
    assert (access.level == "read") is reads
    assert (access.level != "nothing") is bool(ran)
    assert access.with_cookies is (reads and origin == A and name in {"credentials", "list"})
    assert (access.level == "run") is (bool(ran) and not reads and method != "GET")


def test_the_words_name_the_reason_where_nothing_is_possible():
    """And the method, if that is what is not allowed."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/x", "x", cors(POLICIES["read-only"])(lambda: ""), methods=METHODS)
    CorsGuard(app)
    words = {each.method: str(access_of(each, A)) for each in inventory(app) if each.endpoint}

    assert words == {
        "GET": "reads",
        "HEAD": "reads",
        "OPTIONS": "no: method-not-allowed: OPTIONS",
        "POST": "no: method-not-allowed: POST",
        "PUT": "no: method-not-allowed: PUT",
    }


def test_what_a_callable_decides_is_not_known_before():
    """Only the request tells."""
    (entry,) = inventory(CorsMiddleware(lambda *_: [], lambda environ: POLICIES["off"]))

    assert str(access_of(entry, A)) == "decided per request"


def test_a_guard_that_reports_allows_requests_to_run():
    """Under every policy, if the whole application only reports."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/x", "x", lambda: "", methods=["POST"])
    CorsGuard(app, POLICIES["listed"], report_only=True)
    (entry,) = (each for each in inventory(app) if each.method == "POST")

    assert access_of(entry, EVIL).level == "run"
    assert guard_of(entry) == "report"


def test_what_is_unmanaged_decides_itself():
    """Nothing is known of it."""
    (entry,) = inventory(CorsMiddleware(lambda *_: [], UNMANAGED))

    assert str(access_of(entry, A)) == "unmanaged"
    assert guard_of(entry) == ""
