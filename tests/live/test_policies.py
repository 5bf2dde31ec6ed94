"""A policy for each key, with a source and a clock that the test moves."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

import pytest
from flask import Flask

from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Policy
from flask_corsguard.asgi import CorsMiddleware as AsgiMiddleware
from flask_corsguard.core.compiled import CompiledPolicy
from flask_corsguard.live import LivePolicies, known_keys
from flask_corsguard.live.policies import MAX_KEY_LENGTH
from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
from live.asking import PATIENCE, A, B, eventually, stop_clock


class Tenants:
    """A table of origins by host, and what was asked of it."""

    def __init__(self, **rows):
        self.rows = {f"{name}.example": origins for name, origins in rows.items()}
        self.asked = []
        self.fails = frozenset()
        self.version = 1
        self.seconds = 1000.0

    def load(self, host):
        """Return the policy of a host."""
        self.asked.append(host)
        if host in self.fails or "*" in self.fails:
            raise OSError(f"no answer for {host}")
        origins = self.rows.get(host)
        return origins if origins is None or isinstance(origins, Policy) else {"origins": origins}

    def clock(self):
        """Return the time."""
        return self.seconds

    def read_version(self):
        """Return the version, unless it fails."""
        if "version" in self.fails:
            raise OSError("no version")
        return self.version


def host_of(environ):
    """Return the host."""
    return environ.get("HTTP_HOST")


def ok(_environ, start_response):
    """Answer anything."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]


def live(tenants, **more):
    """Return live policies that ask for nothing by themselves."""
    return LivePolicies(tenants.load, host_of, **{"clock": tenants.clock, **more})


def ask(policies, name):
    """Return the policy of a request to a host."""
    return policies({"HTTP_HOST": f"{name}.example"})


def test_the_first_request_of_a_key_is_closed_and_has_it_loaded():
    """No request asks the source."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    assert ask(policies, "one") is SAME_ORIGIN
    assert tenants.asked == []

    assert policies.refresh()
    assert ask(policies, "one") == Policy(origins=[A])
    assert tenants.asked == ["one.example"]


def test_keys_can_be_loaded_before_any_request():
    """Where an application starts."""
    tenants = Tenants(one=[A], two=[B])
    policies = live(tenants)
    assert policies.refresh("one.example", "two.example")

    assert ask(policies, "one").origins == (A,)
    assert ask(policies, "two").origins == (B,)


def test_a_policy_that_is_the_same_stays_the_same_object():
    """What was compiled and remembered of it stays, too."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    policies.refresh("one.example")
    first = ask(policies, "one")
    policies.refresh()
    assert ask(policies, "one") is first

    tenants.rows["one.example"] = [B]
    policies.refresh()
    assert ask(policies, "one").origins == (B,)


def test_a_key_that_is_gone_is_closed():
    """At once when it is asked for again."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    policies.refresh("one.example")
    del tenants.rows["one.example"]
    policies.refresh()

    assert ask(policies, "one") is SAME_ORIGIN


def turn(policies):
    """Do what the thread does, and give the seconds until it does it again."""
    return policies._turn()


def test_each_key_is_asked_for_within_ttl():
    """And not all at once: the times differ."""
    tenants = Tenants(**{f"t{number}": [A] for number in range(50)})
    policies = live(tenants)
    policies.refresh(*tenants.rows)
    tenants.asked.clear()
    times = []
    for _ in range(51):
        tenants.seconds += 0.1
        before = len(tenants.asked)
        turn(policies)
        times.append(len(tenants.asked) - before)

    assert set(tenants.asked) == set(tenants.rows)
    assert max(times) < 25


def test_the_thread_comes_back_when_the_next_key_is_due():
    """At once, if a request waits to be known; after ttl, if there is nothing."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    assert turn(policies) == 5
    ask(policies, "one")
    assert policies._keys.next_due(tenants.seconds) == 0
    assert 3.9 <= turn(policies) <= 5


def test_a_stranger_costs_no_question_in_a_request_and_one_behind_it():
    """It is remembered for a while that there is no such key."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    for _ in range(100):
        assert ask(policies, "stranger") is SAME_ORIGIN
    assert tenants.asked == []
    turn(policies)
    for _ in range(100):
        assert ask(policies, "stranger") is SAME_ORIGIN
        turn(policies)
    assert tenants.asked == ["stranger.example"]

    tenants.seconds += 5
    ask(policies, "stranger")
    turn(policies)
    assert tenants.asked == ["stranger.example"] * 2


def test_5000_strangers_evict_nobody_and_are_not_all_remembered():
    """200 customers stay known, whatever comes."""
    tenants = Tenants(**{f"t{number}": [A] for number in range(200)})
    policies = live(tenants, maxsize=200)
    policies.refresh(*tenants.rows)
    for number in range(5000):
        ask(policies, f"stranger{number}")
        if number % 100 == 0:
            turn(policies)
    while policies._wanted:
        turn(policies)

    assert all(ask(policies, f"t{number}").origins == (A,) for number in range(200))
    assert len(policies._known) == 200
    assert len(policies._strangers) <= 200
    assert len(policies._wanted) <= 200


def test_a_key_longer_than_any_host_is_nobodys():
    """It is not even remembered; and neither is a request without a key."""
    policies = live(Tenants())
    assert policies({"HTTP_HOST": "x" * (MAX_KEY_LENGTH + 1)}) is SAME_ORIGIN
    assert policies({}) is SAME_ORIGIN
    assert policies._wanted == {}


def test_of_more_keys_than_there_may_be_the_least_used_goes():
    """Only a key that the source knows takes the place of another one."""
    tenants = Tenants(one=[A], two=[A], three=[A])
    policies = live(tenants, maxsize=2)
    policies.refresh("one.example", "two.example")
    tenants.seconds += 1
    ask(policies, "one")
    policies.refresh("stranger.example", "three.example")

    assert ask(policies, "one").origins == (A,)
    assert ask(policies, "three").origins == (A,)
    assert ask(policies, "two") is SAME_ORIGIN


def test_past_grace_a_key_is_closed_and_comes_back_with_the_source(caplog):
    """One line begins the outage, and one ends it, however many keys there are."""
    tenants = Tenants(one=[A], two=[B], three=[A], four=[A])
    policies = live(tenants)
    policies.refresh(*tenants.rows)
    tenants.fails = {"*"}
    for _ in range(59):
        tenants.seconds += 1
        turn(policies)
        assert ask(policies, "one").origins == (A,)
        assert ask(policies, "four").origins == (A,)
    tenants.seconds += 1
    turn(policies)
    assert ask(policies, "one") is SAME_ORIGIN

    tenants.fails = frozenset()
    tenants.seconds += 1
    turn(policies)
    assert ask(policies, "one").origins == (A,)
    assert [each.levelname for each in caplog.records] == ["ERROR", "WARNING"]


def test_while_the_source_is_away_few_keys_are_asked_for():
    """Each would wait for a time limit."""
    tenants = Tenants(**{f"t{number}": [A] for number in range(50)})
    policies = live(tenants)
    policies.refresh(*tenants.rows)
    tenants.fails = {"*"}
    tenants.seconds += 10
    tenants.asked.clear()

    assert turn(policies) <= 1
    assert len(tenants.asked) == known_keys.MAX_FAILURES


def test_keys_that_fail_alone_do_not_delay_the_others(caplog):
    """They are logged once, and tried after the others."""
    tenants = Tenants(**{f"t{number}": [A] for number in range(20)})
    policies = live(tenants)
    policies.refresh(*tenants.rows)
    tenants.fails = {f"t{number}.example" for number in range(5)}
    for _ in range(600):
        tenants.seconds += 0.5
        turn(policies)
        assert all(ask(policies, f"t{number}").origins == (A,) for number in range(5, 20))
    assert all(ask(policies, f"t{number}") is SAME_ORIGIN for number in range(5))
    assert len([each for each in caplog.records if each.levelno == logging.ERROR]) <= 5


def test_strangers_for_whom_the_source_fails_harm_nobody(caplog):
    """Anyone can send them, so there is one line a minute, and customers come first."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    policies.refresh("one.example")
    tenants.fails = {f"stranger{number}.example" for number in range(2000)}
    for number in range(1000):
        tenants.seconds += 0.1
        ask(policies, f"stranger{number}")
        turn(policies)
        assert ask(policies, "one").origins == (A,)

    assert len(caplog.records) == 2
    assert "fails for a new key, 'stranger0.example'" in caplog.text


def test_an_outage_before_anything_is_known_is_logged():
    """There is nobody whose policy would count."""
    tenants = Tenants(one=[A])
    tenants.fails = {"*"}
    policies = live(tenants)
    assert not policies.refresh("one.example")
    assert ask(policies, "one") is SAME_ORIGIN


@pytest.mark.parametrize(
    ("answer", "code"), [(["https://a.example/"], "origin.trailing-slash"), (7, "list.type")]
)
def test_a_bad_policy_closes_its_key_and_is_logged_once(answer, code, caplog):
    """Until it is another one."""
    tenants = Tenants(one=[A], two=[B])
    policies = live(tenants)
    policies.refresh(*tenants.rows)
    tenants.rows["one.example"] = answer
    for _ in range(3):
        policies.refresh()
    assert ask(policies, "one") is SAME_ORIGIN
    assert ask(policies, "two").origins == (B,)
    assert len(caplog.records) == 1
    assert code in caplog.text

    tenants.rows["one.example"] = [A]
    policies.refresh()
    assert ask(policies, "one").origins == (A,)


def test_what_is_remembered_of_bad_policies_is_bounded(caplog):
    """It is forgotten when it is too much, and then logged again."""
    tenants = Tenants(one=["x"], two=["x"])
    policies = live(tenants, maxsize=1)
    policies.refresh(*tenants.rows)
    assert len(policies._keys._told) == 1
    assert len(caplog.records) == 2


def test_an_answer_that_is_not_a_policy_closes_the_key(monkeypatch, caplog):
    """As a wrong policy does."""
    policies = LivePolicies(lambda _: 7, host_of, clock=lambda: 0.0)
    policies.refresh("one.example")
    assert ask(policies, "one") is SAME_ORIGIN
    assert "policy.type" in caplog.text


def test_the_same_version_spares_all_questions():
    """And confirms what was loaded under it; another one has everything loaded."""
    tenants = Tenants(one=[A], two=[B])
    policies = live(tenants, version=tenants.read_version)
    turn(policies)
    policies.refresh(*tenants.rows)
    tenants.asked.clear()
    for _ in range(100):
        tenants.seconds += 5
        turn(policies)
        assert ask(policies, "one").origins == (A,)
    assert tenants.asked == []

    tenants.rows["one.example"] = [B]
    tenants.version = 2
    tenants.seconds += 5
    turn(policies)
    assert ask(policies, "one").origins == (B,)
    assert sorted(tenants.asked) == ["one.example", "two.example"]


def test_what_is_loaded_where_the_application_starts_is_confirmed_by_the_version():
    """The thread that begins after that does not load it all once more."""
    tenants = Tenants(one=[A], two=[B])
    policies = live(tenants, version=tenants.read_version)
    assert policies.refresh(*tenants.rows)
    turn(policies)
    assert len(tenants.asked) == 2

    without = live(tenants, version=tenants.read_version)
    tenants.fails = {"version"}
    assert not without.refresh(*tenants.rows)
    assert len(tenants.asked) == 2


def test_a_version_that_is_none_spares_nothing():
    """Nobody knows, so all is asked for."""
    tenants = Tenants(one=[A])
    tenants.version = None
    policies = live(tenants, version=tenants.read_version)
    policies.refresh("one.example")
    for _ in range(10):
        tenants.seconds += 5
        turn(policies)
    assert len(tenants.asked) == 11


def test_a_key_that_failed_under_a_new_version_is_not_confirmed_by_it():
    """What counts of it was loaded under the old one."""
    tenants = Tenants(one=[A])
    policies = live(tenants, version=tenants.read_version)
    turn(policies)
    policies.refresh("one.example")
    tenants.rows["one.example"] = [B]
    tenants.version = 2
    tenants.fails = {"one.example"}
    for _ in range(60):
        tenants.seconds += 1
        turn(policies)
    assert ask(policies, "one") is SAME_ORIGIN
    tenants.fails = frozenset()
    tenants.seconds += 1
    turn(policies)
    assert ask(policies, "one").origins == (B,)


def test_a_version_that_fails_is_an_outage(caplog):
    """Nothing is confirmed meanwhile."""
    tenants = Tenants(one=[A])
    policies = live(tenants, version=tenants.read_version)
    turn(policies)
    policies.refresh("one.example")
    tenants.fails = {"version"}
    for _ in range(60):
        tenants.seconds += 1
        assert turn(policies) <= 5
    assert ask(policies, "one") is SAME_ORIGIN
    assert "no version" in caplog.text


@pytest.mark.parametrize("becomes", [[B], None])
def test_a_late_answer_is_not_confirmed_by_a_version_that_was_read_meanwhile(becomes):
    """A thread hangs with the old row, and another one reads the new version and the new row."""
    tenants, hang, hangs = Tenants(one=[A]), threading.Event(), threading.Event()

    def load(host):
        found = tenants.load(host)
        if tenants.version == "hang":
            hangs.set()
            assert hang.wait(PATIENCE)
        return found

    policies = LivePolicies(load, host_of, ttl=0.1, grace=60, version=tenants.read_version)
    clock = stop_clock(policies)
    policies.refresh("one.example")
    assert ask(policies, "one").origins == (A,)
    tenants.version = "hang"
    clock.now += 1
    assert hangs.wait(PATIENCE)
    tenants.rows["one.example"], tenants.version = becomes, 2
    tenants.asked.clear()
    clock.now += 61
    # The requests have another thread ask.
    eventually(lambda: ask(policies, "one") and tenants.asked)
    hang.set()
    eventually(lambda: policies._questions._refresher.stuck == 0)
    wanted = SAME_ORIGIN if becomes is None else Policy(origins=becomes)
    eventually(lambda: ask(policies, "one") == wanted)
    for _ in range(50):
        # The version is read again and again.
        clock.now += 0.2
        time.sleep(0.01)
        assert ask(policies, "one") == wanted


def test_a_version_that_is_changed_in_place_spares_nothing():
    """It is always equal to what was read before."""
    tenants = Tenants(one=[A])
    tenants.version = [1]
    policies = live(tenants, version=tenants.read_version)
    policies.refresh("one.example")
    tenants.rows["one.example"] = [B]
    tenants.version[0] = 2
    tenants.seconds += 5
    turn(policies)
    assert ask(policies, "one").origins == (B,)


def test_a_late_answer_to_a_key_does_not_replace_a_newer_one():
    """It was asked for before."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    policies.refresh("one.example")
    policies._keys._take("one.example", Policy(origins=[B]), None, tenants.seconds - 1)
    assert ask(policies, "one").origins == (A,)


def test_a_key_that_nobody_uses_is_not_asked_for_any_more():
    """After an hour; with a version it costs nothing, and stays."""
    tenants = Tenants(one=[A])
    policies = live(tenants)
    cheap = live(tenants, version=tenants.read_version)
    for each in (policies, cheap):
        turn(each)
        each.refresh("one.example")
    tenants.seconds += known_keys.IDLE + 1
    turn(policies)
    turn(cheap)

    assert ask(policies, "one") is SAME_ORIGIN
    assert ask(cheap, "one").origins == (A,)


def test_what_is_invalidated_is_asked_for_at_once():
    """One key, or all that are known."""
    tenants = Tenants(one=[A], two=[A])
    policies = live(tenants)
    policies.refresh(*tenants.rows)
    tenants.asked.clear()
    policies.invalidate("one.example")
    turn(policies)
    assert tenants.asked == ["one.example"]
    policies.invalidate()
    turn(policies)
    assert sorted(tenants.asked[1:]) == ["one.example", "two.example"]


def test_a_stranger_that_signs_up_is_allowed_after_a_notification():
    """It need not wait until it is forgotten that it was a stranger."""
    tenants = Tenants()
    policies = live(tenants)
    policies.refresh("new.example")
    tenants.rows["new.example"] = [A]
    policies.invalidate("new.example")
    turn(policies)
    assert ask(policies, "new").origins == (A,)
    assert policies._strangers == {}


def test_a_middleware_takes_live_policies():
    """Each host has its own, and the thread of the process loads them."""
    tenants = Tenants(one=[A], two=[B])
    policies = LivePolicies(tenants.load, key=host_of)
    browser = Browser(CorsMiddleware(ok, policies))
    assert_cannot_fetch(browser.open(A), "https://one.example/")
    eventually(lambda: ask(policies, "one") is not SAME_ORIGIN)

    assert_can_fetch(browser.open(A), "https://one.example/")
    assert_cannot_fetch(browser.open(B), "https://one.example/")
    assert repr(policies) == "LivePolicies('Tenants.load')"


def test_a_key_may_have_a_list_of_policies():
    """The first one that allows the origin applies, as anywhere."""
    own, everyone = Policy(origins=[A], credentials=True), Policy(origins="*")
    policies = LivePolicies(lambda _: [own, everyone], key=host_of, clock=lambda: 0.0)
    policies.refresh("one.example")
    first = ask(policies, "one")
    policies.refresh()
    assert ask(policies, "one") is first
    browser = Browser(CorsMiddleware(ok, policies))

    assert_can_fetch(browser.open(A), "https://one.example/", credentials="include")
    assert_can_fetch(browser.open(B), "https://one.example/")
    assert_cannot_fetch(browser.open(B), "https://one.example/", credentials="include")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"load": 7}, TypeError, "load=7 cannot be called; pass a function that returns the policy of a key"),
        ({"key": "host"}, TypeError, "key='host' cannot be called"),
        ({"version": 1}, TypeError, "version=1 cannot be called"),
        ({"maxsize": 0}, ValueError, "maxsize=0 is not a size; pass how many keys there may be"),
        ({"maxsize": True}, ValueError, "maxsize=True is not a size"),
        ({"ttl": 0}, ValueError, "ttl=0 is not a time"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    """When the application starts."""
    with pytest.raises(error, match=message):
        LivePolicies(**{"load": Tenants().load, "key": host_of, **arguments})


@pytest.mark.slow
@pytest.mark.parametrize("is_list", [False, True])
@pytest.mark.parametrize("layer", ["wsgi", "flask", "asgi"])
def test_of_many_tenants_each_policy_is_compiled_once_and_in_no_request(layer, is_list, monkeypatch):
    """More tenants than any memory of a layer can contain, one after the other, again and again."""
    compiled, compile_policy = [], CompiledPolicy.__init__

    def counted(self, *given, **named):
        compiled.append(self)
        compile_policy(self, *given, **named)

    def load(host):
        own = Policy(origins=[f"https://{host}"], methods=["GET", "PUT"])
        return [own, Policy(origins="*", methods=["GET"])] if is_list else own

    hosts = [f"t{number}.example" for number in range(3000)]
    policies = LivePolicies(load, key_of_any, maxsize=len(hosts), clock=lambda: 0.0)
    ask = {"wsgi": asking_wsgi, "flask": asking_flask, "asgi": asking_asgi}[layer](policies)
    monkeypatch.setattr(CompiledPolicy, "__init__", counted)
    assert policies.refresh(*hosts)
    assert len(compiled) == len(hosts) * (2 if is_list else 1)

    for _ in range(2):
        for host in hosts[::2]:
            assert ask(host, f"https://{host}") == f"https://{host}"
    assert len(compiled) == len(hosts) * (2 if is_list else 1)


def key_of_any(request):
    """Return the host, of an environ or of a scope."""
    return request["HTTP_HOST"] if "HTTP_HOST" in request else dict(request["headers"])[b"host"].decode()


def asking_wsgi(policies):
    """Return what asks for the allowed origin of a GET in plain WSGI."""
    layer = CorsMiddleware(ok, policies)

    def ask(host, origin):
        sent = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": host, "HTTP_ORIGIN": origin}
        layer(environ, lambda _status, headers, _error=None: sent.extend(headers))
        return dict(sent).get("Access-Control-Allow-Origin")

    return ask


def asking_flask(policies):
    """Return the same in Flask."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "ok")
    CorsGuard(app, policies)
    client = app.test_client()

    def ask(host, origin):
        return client.get("/", base_url=f"http://{host}", headers={"Origin": origin}).headers.get(
            "Access-Control-Allow-Origin"
        )

    return ask


def asking_asgi(policies):
    """Return the same in ASGI."""

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    layer = AsgiMiddleware(app, policies)

    def ask(host, origin):
        sent = []

        async def send(message):
            sent.extend(message["headers"])

        headers = [(b"host", host.encode()), (b"origin", origin.encode())]
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
        asyncio.run(layer(scope, None, send))
        return dict(sent).get(b"access-control-allow-origin", b"").decode()

    return ask
