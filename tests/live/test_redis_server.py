"""Origins in a set of Redis itself, which is killed, stopped, slow, and comes back empty."""

from __future__ import annotations

import time

import pytest
import redis

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.redis import RedisSet
from live.asking import EVIL, A, B, allows, eventually, look_up_during_a_question, stop_clock
from live.servers import RedisServer

pytestmark = pytest.mark.interop

KEY = "cors:origins"


@pytest.fixture
def server():
    """A server that knows nothing yet."""
    server = RedisServer()
    server.start()
    yield server
    server.close()


@pytest.fixture
def listed(server):
    """A set with one origin, which the test changes."""
    listed = RedisSet(server.client)
    listed.add(A)
    return listed


@pytest.fixture
def store(server, listed):
    """The same set, for the process with live origins."""
    store = RedisSet(server.url)
    yield store
    store._client.close()


@pytest.fixture
def patient(server, listed):
    """The same set, of which each question is open until the server answers."""
    client = redis.Redis(port=server.port)
    yield RedisSet(client)
    client.close()


def running(store, **times):
    """Return live origins that have been loaded in the background, a policy of these, and their time."""
    tenants = LiveOrigins(store, **{"ttl": 0.2, "grace": 60, **times})
    clock = stop_clock(tenants)
    policy = Policy(origins=[tenants], credentials=True)
    eventually(lambda: allows(policy, A))
    return tenants, policy, clock


def questions_to(store):
    """Return a list that has an item for each question that was answered."""
    asked, version = [], store.version
    store.version = lambda: [version(), asked.append(1)][0]
    return asked


def test_a_change_reaches_a_process_within_a_second_however_long_ttl_is(store, listed, server):
    """It is published; also by somebody who knows no more than the three commands."""
    _, policy, _ = running(store, ttl=1000, grace=3000)
    listed.add(B)
    assert eventually(lambda: allows(policy, B)) < 1
    listed.discard(A)
    assert eventually(lambda: not allows(policy, A)) < 1
    client = server.client
    client.sadd(KEY, A)
    client.set(f"{KEY}:version", "by hand")
    client.publish(f"{KEY}:changes", "x")
    assert eventually(lambda: allows(policy, A)) < 1


def test_a_connection_for_news_that_is_killed_is_opened_again(store, listed, server):
    """The next change arrives as the one before."""
    asked = questions_to(store)
    tenants, policy, _ = running(store, ttl=1, grace=3000)
    client = server.client
    eventually(lambda: client.client_list(_type="pubsub"))
    client.client_kill_filter(_type="pubsub")
    eventually(lambda: client.client_list(_type="pubsub"))
    # After one more question, nothing but news brings about another one.
    tenants._questions._ttl = 1000
    before = len(asked)
    tenants.invalidate()
    eventually(lambda: len(asked) > before)
    listed.add(B)
    assert eventually(lambda: allows(policy, B)) < 1


def test_a_server_that_is_killed_and_comes_back(store, server, caplog):
    """Within grace nothing changes; then nobody is allowed; two lines are logged of the outage."""
    _, policy, clock = running(store)
    server.kill()
    eventually(lambda: "failed" in caplog.text)
    clock.now += 59
    assert all(allows(policy, A) for _ in range(500))
    clock.now += 1
    assert not allows(policy, A)

    server.start()
    RedisSet(server.client).add(A)
    eventually(lambda: allows(policy, A))
    # The server that has started may be asked before it has the origin, which is logged, too.
    lines = [each.getMessage() for each in caplog.records if "lists none" not in each.getMessage()]
    assert [line.split(",")[0] for line in lines] == ["RedisSet('cors:origins')"] * 2
    assert "failed" in lines[0]
    assert "answers again" in lines[1]


def test_a_server_that_hangs_delays_no_look_up(store, server):
    """Its connections stay open and silent; past grace nobody is allowed; then it goes on."""
    tenants, policy, clock = running(store)
    server.hang()
    try:
        look_up_during_a_question(tenants, policy)
        clock.now += 60
        assert not allows(policy, A)
    finally:
        server.go_on()
    eventually(lambda: allows(policy, A))


def test_a_client_without_a_time_limit_hangs_and_is_left_alone(patient, server):
    """Another thread asks when the server is back, although the old question never ends."""
    tenants, policy, clock = running(patient)
    server.hang()
    try:
        look_up_during_a_question(tenants, policy)
        clock.now += 61
        eventually(lambda: not allows(policy, A) and tenants._questions._refresher.stuck)
    finally:
        server.go_on()
    eventually(lambda: allows(policy, A))


def test_a_server_that_is_slow_delays_no_look_up(patient, server, caplog):
    """An answer that comes late is none of an outage."""
    tenants, policy, clock = running(patient)
    server.hang()
    try:
        look_up_during_a_question(tenants, policy)
        clock.now += 59
        assert allows(policy, A)
    finally:
        server.go_on()
    eventually(lambda: tenants._confirmed == clock.now)
    assert allows(policy, A)
    assert caplog.records == []


def test_a_server_that_comes_back_empty_lists_nobody(store, server, caplog):
    """It is not an outage: the set is empty. Its old content allows nobody, and that is logged."""
    _, policy, _ = running(store, ttl=0.2, grace=1000)
    server.kill()
    server.start()
    eventually(lambda: not allows(policy, A))
    assert "lists none any more" in caplog.text

    RedisSet(server.client).add(B)
    eventually(lambda: allows(policy, B))


def test_a_server_with_an_older_copy_is_noticed(store, listed, server):
    """Its version is another text, although somebody has counted as far."""
    _, policy, _ = running(store, grace=1000)
    listed.add(EVIL)
    eventually(lambda: allows(policy, EVIL))
    # What an old copy that is loaded amounts to. It may be asked when it is still empty.
    server.client.flushall()
    listed.add(A)
    eventually(lambda: [allows(policy, each) for each in (EVIL, A)] == [False, True])


def test_no_look_up_reaches_the_server(store, server):
    """Ten thousand of them cost no command."""
    asked = questions_to(store)
    _, policy, _ = running(store, ttl=1000, grace=3000)
    # Once at first, and once more when it has subscribed.
    eventually(lambda: len(asked) == 2)
    client = server.client
    before = client.info("stats")["total_commands_processed"]
    for number in range(5000):
        allows(policy, A)
        allows(policy, f"https://stranger{number}.example")
    assert client.info("stats")["total_commands_processed"] - before <= 1


def test_30000_origins_are_loaded_in_a_second(store, server):
    """Of the processor: from the question to the first look-up, credentials and all."""
    client = server.client
    client.sadd(KEY, *(f"https://t{number}.example" for number in range(30_000)))
    tenants = LiveOrigins(store)
    policy = Policy(origins=[tenants], credentials=True)
    began = time.thread_time()
    assert tenants.refresh()
    took = time.thread_time() - began
    assert allows(policy, "https://t29999.example")
    assert took < 1
