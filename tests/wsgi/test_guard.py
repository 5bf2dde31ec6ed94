"""The guard around a WSGI application: a request that is refused does not reach it."""

from __future__ import annotations

import logging

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import CorsMiddleware, Policy, Reason
from flask_corsguard.core.guard import MAX_UPGRADE_LENGTH
from guard_cases import CROSS_SITE, GUARD_ROWS, OPEN_TO_A, GuardRow
from harness import SpyApp, call


@pytest.mark.parametrize("row", GUARD_ROWS, ids=lambda row: row.id)
def test_the_application_is_reached_as_in_the_table(row: GuardRow):
    """A request that passes reaches it once, and a refused one does not."""
    spy = SpyApp()

    result = call(
        CorsMiddleware(spy, row.policy), row.method, "/x", row.headers, **{"wsgi.url_scheme": row.scheme}
    )

    assert result.code == (200 if row.passes else 403)
    assert len(spy.calls) == row.passes


def test_a_guard_that_is_off_neither_logs_nor_notifies_of_a_form(caplog):
    """The request reaches the application, and its answer is the page that the user sees next."""
    caplog.set_level("INFO", "flask_corsguard")
    told = []
    app = CorsMiddleware(SpyApp(), OPEN_TO_A.replace(guard="off"), on_refusal=lambda *args: told.append(args))

    assert call(app, "POST", "/", {**CROSS_SITE, "Sec-Fetch-Mode": "navigate"}).code == 200
    assert caplog.records == told == []


def test_a_guard_that_is_off_leaves_the_answer_to_cors():
    """A script cannot read it, and each listener gets that once."""
    told = []
    app = CorsMiddleware(SpyApp(), OPEN_TO_A.replace(guard="off"), on_refusal=lambda *args: told.append(args))

    assert call(app, "POST", "/", {**CROSS_SITE, "Sec-Fetch-Mode": "cors"}).code == 200
    assert [decision.reason for _, decision in told] == [Reason.ORIGIN_NOT_ALLOWED]


def test_an_upgrade_that_is_too_long_to_be_read_counts_as_a_handshake():
    """The guard refuses it as it refuses the handshake of a WebSocket."""
    layer = CorsMiddleware(SpyApp(), LISTED)

    def code(upgrade):
        return call(layer, headers={"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Upgrade": upgrade}).code

    assert code("x" * MAX_UPGRADE_LENGTH) == 200
    assert code("x" * (MAX_UPGRADE_LENGTH + 1)) == 403


SOURCES = {
    "policy": LISTED,
    "mapping": {"/": LISTED},
    "callable": lambda environ: LISTED,
    "mapping without the path": {"/other": Policy(origins="*")},
    "callable that fails": lambda environ: None,
}


@pytest.mark.parametrize("guard", ["enforce", "report", "off"])
@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("headers", [{"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_forged_post_is_judged_where_nobody_listens(headers, name, guard, caplog):
    """The log is off and there is no callback; the source of the policy does not matter either."""
    caplog.set_level(logging.CRITICAL + 1, logger="flask_corsguard")
    spy, source = SpyApp(), SOURCES[name]
    opened = LISTED.replace(guard=guard)
    if name == "policy":
        source = opened
    elif name == "mapping":
        source = {"/": opened}
    elif name == "callable":

        def source(environ):
            return opened

    # Where no policy is found the closed one applies, and its guard.
    passes = guard != "enforce" and name in {"policy", "mapping", "callable"}

    result = call(CorsMiddleware(spy, source), "POST", "/", {"Host": "api.example", **headers})

    assert result.code == (200 if passes else 403)
    assert len(spy.calls) == passes


@pytest.mark.parametrize("name", ["policy", "mapping", "callable"])
def test_an_allowed_post_passes_where_nobody_listens(name, caplog):
    """It has the headers of its policy."""
    caplog.set_level(logging.CRITICAL + 1, logger="flask_corsguard")

    result = call(CorsMiddleware(SpyApp(), SOURCES[name]), "POST", "/", {"Host": "api.example", "Origin": A})

    assert (result.code, result.get("Access-Control-Allow-Origin")) == (200, A)
