"""A list of policies, and ``UNMANAGED``, as the policy of the ASGI layer, of a path and of a request."""

from __future__ import annotations

import logging

import pytest

from asgi_harness import Spy, ask, finish, http_scope, run, socket_scope
from asgi_twins import assert_same
from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, UNMANAGED, Policy, PolicyError
from flask_corsguard.asgi import CorsMiddleware
from guard_cases import CROSS_SITE
from naive.enumerated import ACTUAL_KEYS, PREFLIGHT_KEYS, environs

OWN = Policy(origins=[A], credentials=True, resource_policy="same-site", methods=["PUT"])
EVERYONE = Policy(origins="*", methods=["GET"], timing=True)
ASKED = Policy(origins=[lambda origin: origin.host == "app.example"], credentials=True)
THEIRS = [(b"access-control-allow-origin", b"https://theirs.example"), (b"Vary", b"Cookie"), (b"vary", b"A")]
OPENED = {"Origin": EVIL, "Host": "api.example", "Upgrade": "websocket"}


async def later(_scope):
    """Return a list after a while."""
    return [OWN, EVERYONE]


@pytest.mark.parametrize("policy", [[OWN, EVERYONE], {"/": [OWN, EVERYONE]}, later])
def test_a_list_answers_each_origin_by_its_policy(policy):
    """Preflights, guarded requests, responses and handshakes alike."""
    app = CorsMiddleware(Spy(), policy)

    def preflight(origin):
        asked = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
        return dict(ask(app, "OPTIONS", "/", asked).cors)

    assert preflight(A)["Access-Control-Allow-Credentials"] == "true"
    assert preflight(EVIL)["Access-Control-Allow-Methods"] == "GET"
    assert ask(app, "PUT", "/", {**CROSS_SITE, "Origin": A, "Cookie": "a=b"}).code == 200
    assert ask(app, "PUT", "/", CROSS_SITE).code == 403
    assert dict(ask(app, headers={"Origin": EVIL}).cors)["Access-Control-Allow-Origin"] == "*"
    assert dict(ask(app).cors)["Vary"] == "Origin"
    cookie = {"Cookie": "a=b"}
    assert run(app, socket_scope(headers={**OPENED, **cookie})).messages[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    "policy",
    [
        [OWN, EVERYONE],
        [OWN, SAME_ORIGIN],
        [ASKED, EVERYONE],
        {"/x": [OWN, EVERYONE], "/": SAME_ORIGIN},
        {"/x": UNMANAGED, "/": OWN},
        {"/elsewhere": OWN},
        UNMANAGED,
        lambda _: [OWN, EVERYONE],
        lambda _: EVERYONE,
        lambda _: UNMANAGED,
        lambda _: None,
    ],
    ids=range(11),
)
def test_the_layer_does_what_that_of_wsgi_does(policy):
    """Whatever the application sets, and with any listeners."""
    for keys in (PREFLIGHT_KEYS, ACTUAL_KEYS):
        for number, environ in enumerate(environs(keys, 60)):
            if all(ord(character) < 256 for value in environ.values() for character in value):
                theirs = [("Access-Control-Allow-Origin", "*"), ("Vary", "Accept")] if number % 2 else []
                assert_same(policy, {"PATH_INFO": "/x", **environ}, theirs)


@pytest.mark.parametrize("policy", [UNMANAGED, {"/": UNMANAGED}, lambda _: UNMANAGED], ids=range(3))
@pytest.mark.parametrize("debug", [True, False])
def test_nothing_unmanaged_is_touched(policy, debug, caplog):
    """Preflights, forged requests and handshakes reach the application, and its headers stay as they are."""
    caplog.set_level(logging.INFO)
    inside = Spy(THEIRS)
    app = CorsMiddleware(inside, policy, debug=debug)

    for method, headers in (
        ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}),
        ("POST", {**CROSS_SITE, "Cookie": "a=b"}),
        ("GET", {"Origin": EVIL}),
        ("GET", {}),
    ):
        answered = run(app, http_scope(method, headers=headers)).start["headers"]
        assert [header for header in answered if header[0] != b"x-corsguard"] == THEIRS
        traced = [header for header in answered if header[0] == b"x-corsguard"]
        place = b"path /" if isinstance(policy, dict) else b"application"
        wanted = [(b"x-corsguard", b"unmanaged; policy=" + place)] if debug and headers else []
        assert traced == wanted
    assert run(app, socket_scope(headers=OPENED)).messages[0]["type"] == "websocket.accept"
    assert len(inside.scopes) == 5
    assert caplog.records == []


def test_without_debug_the_channels_of_what_is_unmanaged_are_the_servers():
    """The very objects."""
    got = []

    async def application(*arguments):
        got.append(arguments)

    scope, send = http_scope(headers={"Origin": EVIL}), object()
    finish(CorsMiddleware(application, UNMANAGED)(scope, None, send))
    assert got == [(scope, None, send)]


def test_a_list_that_cannot_be_used_is_a_policy_error():
    """When it is given, or, where a callable gives it, the closed policy."""
    with pytest.raises(PolicyError) as caught:
        CorsMiddleware(Spy(), [EVERYONE, OWN])
    assert {each.field for each in caught.value.problems} == {"policy[1]"}
    app = CorsMiddleware(Spy(), lambda _: [EVERYONE, OWN])

    assert ask(app, headers={"Origin": A}).cors == [("Vary", "Origin")]


def test_the_callables_of_a_list_are_asked_once():
    """For the choice of the policy, the headers and the guard together."""
    asked = []
    policy = Policy(origins=[lambda origin: bool(asked.append(origin))], credentials=True)
    app = CorsMiddleware(Spy(), [policy, EVERYONE], on_refusal=lambda *_: None)

    assert ask(app, "PUT", "/", {"Origin": EVIL}).code == 403
    assert len(asked) == 1
