"""What a refusal advises about a proxy in front works: hypercorn's layer around this one."""

from __future__ import annotations

import logging

import pytest
from hypercorn.middleware import ProxyFixMiddleware

from asgi_harness import Spy, ask, run, socket_scope
from cases import LISTED
from flask_corsguard.asgi import CorsMiddleware

BEHIND = {
    "Host": "10.0.0.7",
    "Origin": "https://api.example",
    "X-Forwarded-Host": "api.example",
    "X-Forwarded-Proto": "https",
}


@pytest.mark.parametrize(
    ("headers", "scheme", "advice"),
    [
        (
            BEHIND,
            "http",
            "put what sets Host by it around this layer, such as ProxyFixMiddleware(application, ",
        ),
        (
            {"Host": "api.example:8000", "Origin": "https://api.example"},
            "http",
            "pass Host on as it is, with its port",
        ),
        (
            {"Host": "api.example", "Origin": "http://api.example"},
            "https",
            "have the server believe its X-Forwarded-Proto",
        ),
    ],
)
def test_a_refusal_advises_what_there_is_for_asgi(headers, scheme, advice, caplog):
    """Werkzeug's ``ProxyFix`` is for WSGI, and is not named."""
    assert ask(CorsMiddleware(Spy(), LISTED), "POST", "/", headers, scheme=scheme).code == 403

    (record,) = caplog.records
    assert advice in record.getMessage()
    assert "ProxyFix " not in record.getMessage()


def test_a_withheld_answer_advises_the_same(caplog):
    """It is logged at INFO."""
    caplog.set_level(logging.INFO, "flask_corsguard")

    assert ask(CorsMiddleware(Spy(), LISTED), "GET", "/", BEHIND).code == 200
    assert "ProxyFixMiddleware(application, " in caplog.text


def test_the_layer_of_hypercorn_belongs_around_this_one():
    """Requests and handshakes of own pages then pass; inside, it comes too late."""
    inside = CorsMiddleware(ProxyFixMiddleware(Spy(), mode="legacy"), LISTED)
    around = ProxyFixMiddleware(CorsMiddleware(Spy(), LISTED), mode="legacy")

    assert [ask(each, "POST", "/", BEHIND).code for each in (inside, around)] == [403, 200]
    types = [run(each, socket_scope(headers=BEHIND)).messages[0]["type"] for each in (inside, around)]
    assert types == ["websocket.close", "websocket.accept"]
