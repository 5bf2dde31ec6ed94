"""Where the middleware gets the policy of a request from: a policy, a mapping of paths, a callable."""

from __future__ import annotations

import threading

import pytest

from cases import EVERYONE, EVIL, LISTED, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, CorsMiddleware, Policy, PolicyError
from flask_corsguard.core.compiled import compiled
from flask_corsguard.wsgi.policy_source import source_of
from flask_corsguard.wsgi.varying_policies import VaryingPolicies
from guard_cases import CROSS_SITE, OPEN_TO_A
from harness import SpyApp, assert_headers_exactly, call, make_environ, preflight

GRANTED = [allow(A), ("Access-Control-Expose-Headers", "X-Total"), VARY]


def test_the_source_of_one_policy_finds_it_for_every_request():
    """The middleware takes the policy from ``one`` without a call; both are the same."""
    source = source_of(LISTED, ())

    assert source.find(make_environ()) is source.one is compiled(LISTED)


def test_a_mapping_gives_each_path_its_policy():
    """The first path that covers the request's counts, and no path means the closed policy."""
    partner = Policy(origins=[EVIL])
    app = CorsMiddleware(SpyApp(), {"/api/open": EVERYONE, "/api": LISTED, "/caf\xe9": partner})

    def origin_for(path, origin=A):
        return call(app, "GET", path, {"Origin": origin}).get("Access-Control-Allow-Origin")

    assert origin_for("/api/open") == "*"
    assert origin_for("/api/open/x") == "*"
    assert origin_for("/api/opening") == A
    assert origin_for("/api/") == A
    assert origin_for("/apix") is None
    assert origin_for("/") is None
    assert origin_for("/caf\xc3\xa9", EVIL) == EVIL
    assert origin_for("/api/../x") is None
    assert preflight(app, A, "GET", "/api/x").code == 204
    assert preflight(app, A, "GET", "/x").code == 403


def test_a_mapping_with_a_root_covers_everything():
    """`/` covers the empty path of a mounted application, too."""
    app = CorsMiddleware(SpyApp(), {"/": LISTED})

    assert call(app, "GET", "", {"Origin": A}, PATH_INFO="").get("Access-Control-Allow-Origin") == A


def test_a_callable_is_asked_once_per_request_before_the_application_runs():
    """What layers further in do to the environ does not change the policy."""
    asked = []

    def policy_of(environ):
        asked.append(environ["PATH_INFO"])
        return LISTED

    def app(environ, start_response):
        environ["PATH_INFO"] = "/shifted"
        start_response("200 OK", [])
        return []

    layer = CorsMiddleware(app, policy_of)

    assert_headers_exactly(call(layer, "GET", "/x", {"Origin": A}).headers, GRANTED)
    assert preflight(layer, A, "GET", "/y").code == 204
    assert asked == ["/x", "/y"]


@pytest.mark.parametrize("answer", [None, "*", ValueError("no such tenant")], ids=repr)
def test_a_callable_that_fails_applies_the_closed_policy(answer, caplog):
    """No policy means nobody, the request is served, and the log shows why."""

    def policy_of(environ):
        if isinstance(answer, Exception):
            raise answer
        return answer

    result = call(CorsMiddleware(SpyApp(), policy_of), headers={"Origin": A})

    assert result.body == b"hello"
    assert result.cors == [VARY]
    (record,) = caplog.records
    assert record.levelname == "ERROR"


@pytest.mark.parametrize("policy", [None, 3, "*", [A]], ids=repr)
def test_an_argument_that_is_not_a_policy_is_refused_with_the_remedy(policy):
    """The error names what the middleware takes."""
    with pytest.raises(PolicyError, match=r"policy\.type") as caught:
        CorsMiddleware(SpyApp(), policy)

    assert "Policy(origins=" in str(caught.value)


def test_the_policy_can_be_replaced_while_requests_run():
    """Every answer is wholly the old policy's or wholly the new one's."""
    old = Policy(origins=[A], methods=["PUT"], allow_headers=["X-Old"], credentials=True, max_age=1)
    new = Policy(origins=[A, EVIL], methods=["DELETE"], allow_headers=["X-New"], max_age=2)
    layer = CorsMiddleware(SpyApp(), old)
    whole = []
    for policy in (old, new):
        layer.policy = policy
        whole.append(sorted(preflight(layer, A).cors))
    stop = threading.Event()
    seen: list[list[tuple[str, str]]] = []

    def ask():
        while not stop.is_set():
            seen.append(sorted(preflight(layer, A).cors))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(400):
        layer.policy = (old, new)[turn % 2]
        assert layer.policy is (old, new)[turn % 2]
    stop.set()
    for thread in threads:
        thread.join()

    assert [answer for answer in seen if answer not in whole] == []


def test_a_request_that_runs_while_the_policy_is_replaced_has_the_old_one():
    """The decision about a request applies until its response has gone out."""

    def app(environ, start_response):
        layer.policy = SAME_ORIGIN
        start_response("200 OK", [])
        return []

    layer = CorsMiddleware(app, LISTED)

    assert_headers_exactly(call(layer, headers={"Origin": A}).headers, GRANTED)
    assert call(layer, headers={"Origin": A}).cors == []


def test_a_value_that_is_not_a_policy_does_not_replace_one():
    """A mistake at run time leaves the old policy where it is."""
    layer = CorsMiddleware(SpyApp(), LISTED)

    with pytest.raises(PolicyError):
        layer.policy = None

    assert layer.policy is LISTED
    assert_headers_exactly(call(layer, headers={"Origin": A}).headers, GRANTED)


def test_a_callable_is_asked_once_for_the_verdict_and_the_headers():
    """One request has one policy."""
    asked = []

    def policy_of(environ):
        asked.append(environ["PATH_INFO"])
        return OPEN_TO_A

    app = CorsMiddleware(SpyApp(), policy_of)

    assert call(app, "POST", "/a", {"Origin": A, "Sec-Fetch-Site": "cross-site"}).code == 200
    assert call(app, "POST", "/b", CROSS_SITE).code == 403
    assert asked == ["/a", "/b"]


def test_an_environ_without_a_path_asks_for_the_root():
    """A server may leave an empty path out (PEP 3333)."""
    environ = make_environ(headers={"Origin": A})
    del environ["PATH_INFO"]
    started = []

    CorsMiddleware(SpyApp(), {"/": LISTED})(environ, lambda *args: started.append(args))

    assert ("Access-Control-Allow-Origin", A) in started[0][1]


def test_a_list_that_a_callable_gives_is_checked_under_the_name_of_the_policy():
    """The problem names the place in the list."""
    with pytest.raises(PolicyError) as caught:
        VaryingPolicies().of([EVERYONE, LISTED], make_environ)

    assert [each.field for each in caught.value.problems] == ["policy[1]"]
    with pytest.raises(TypeError, match=r"^<function make_environ at .*> returned dict, not a Policy$"):
        VaryingPolicies().of({}, make_environ)


@pytest.mark.parametrize(
    ("argument", "field", "code"),
    [
        (7, "policy", "policy.type"),
        ([LISTED, 7], "policy[1]", "policy.type"),
        ({"api": LISTED}, "policy", "path.spelling"),
        ({"/api": 7}, "policy['/api']", "policy.type"),
    ],
)
def test_a_policy_argument_that_is_not_a_policy_is_a_problem_of_that_argument(argument, field, code):
    """It names the place in a list or in a mapping."""
    with pytest.raises(PolicyError) as caught:
        CorsMiddleware(SpyApp(), argument)

    assert [(each.field, each.code) for each in caught.value.problems] == [(field, code)]
