"""Origins in a set of Redis itself, which is killed, stopped, slow, and comes back empty."""

from __future__ import annotations

import threading
import time

import pytest

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.redis import RedisSet
from live.asking import EVIL, A, B, allows, eventually
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
def store(server):
    """A set with one origin."""
    store = RedisSet(server.url)
    store.add(A)
    return store


def running(store, **times):
    """Return live origins that have been loaded in the background, and a policy of these."""
    tenants = LiveOrigins(store, **{"ttl": 0.2, "grace": 2, **times})
    policy = Policy(origins=[tenants], credentials=True)
    eventually(lambda: allows(policy, A))
    return tenants, policy


def slowest(policy, seconds):
    """Look an origin up for some seconds; give how long the slowest look-up took, and the share allowed."""
    worst, count, allowed = 0.0, 0, 0
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        allowed += allows(policy, A)
        worst = max(worst, time.monotonic() - began)
        count += 1
        time.sleep(0.001)
    return worst, allowed / count


def test_a_change_reaches_a_process_within_a_second_however_long_ttl_is(store):
    """It is published; also by somebody who knows no more than the three commands."""
    _, policy = running(store, ttl=1000, grace=3000)
    store.add(B)
    assert eventually(lambda: allows(policy, B)) < 1
    store.discard(A)
    assert eventually(lambda: not allows(policy, A)) < 1
    client = store._client
    client.sadd(KEY, A)
    client.set(f"{KEY}:version", "by hand")
    client.publish(f"{KEY}:changes", "x")
    assert eventually(lambda: allows(policy, A)) < 1


def test_a_connection_for_news_that_is_killed_is_opened_again(store, server):
    """The next change arrives as the one before."""
    _, policy = running(store, ttl=1, grace=3000)
    client = server.client()
    eventually(lambda: client.client_list(_type="pubsub"))
    client.client_kill_filter(_type="pubsub")
    eventually(lambda: client.client_list(_type="pubsub"))
    time.sleep(0.3)
    store.add(B)
    assert eventually(lambda: allows(policy, B)) < 1


def test_a_server_that_is_killed_and_comes_back(store, server, caplog):
    """Within grace nothing changes; then nobody is allowed; two lines are logged of the outage."""
    _, policy = running(store)
    server.kill()
    killed = time.monotonic()
    worst, allowed = slowest(policy, 1.2)
    assert allowed == 1
    assert worst < 0.2
    eventually(lambda: not allows(policy, A))
    assert 1.5 < time.monotonic() - killed < 2.3

    server.start()
    store.add(A)
    eventually(lambda: allows(policy, A))
    # The server that has started may be asked before it has the origin, which is logged, too.
    lines = [each.getMessage() for each in caplog.records if "lists none" not in each.getMessage()]
    assert [line.split(",")[0] for line in lines] == ["RedisSet('cors:origins')"] * 2
    assert "failed" in lines[0]
    assert "answers again" in lines[1]


def test_a_server_that_hangs_delays_no_look_up(store, server):
    """Its connections stay open and silent; past grace nobody is allowed; then it goes on."""
    _, policy = running(store)
    server.hang()
    try:
        worst, _ = slowest(policy, 3.5)
        assert worst < 0.2
        assert not allows(policy, A)
    finally:
        server.go_on()
    eventually(lambda: allows(policy, A))


def test_a_client_without_a_time_limit_hangs_and_is_left_alone(store, server):
    """Another thread asks when the server is back, although the old question never ends."""
    import redis

    _, policy = running(RedisSet(redis.Redis(port=server.port)), grace=1)
    server.hang()
    eventually(lambda: not allows(policy, A))
    server.go_on()
    eventually(lambda: allows(policy, A))


def test_a_server_that_is_slow_delays_no_look_up(store, server):
    """And its answer is as old as the question."""
    _, policy = running(store, grace=5)
    sleeper = threading.Thread(target=server.client().execute_command, args=("DEBUG", "SLEEP", "1.5"))
    sleeper.start()
    worst, allowed = slowest(policy, 2)
    sleeper.join()
    assert worst < 0.2
    assert allowed == 1


def test_a_server_that_comes_back_empty_lists_nobody(store, server, caplog):
    """It is not an outage: the set is empty. Its old content allows nobody, and that is logged."""
    _, policy = running(store, ttl=0.2, grace=1000)
    server.kill()
    server.start()
    eventually(lambda: not allows(policy, A))
    assert "lists none any more" in caplog.text

    RedisSet(server.url).add(B)
    eventually(lambda: allows(policy, B))


def test_a_server_with_an_older_copy_is_noticed(store, server):
    """Its version is another text, although somebody has counted as far."""
    _, policy = running(store, grace=1000)
    store.add(EVIL)
    eventually(lambda: allows(policy, EVIL))
    client = server.client()
    # What an old copy that is loaded amounts to.
    client.flushall()
    RedisSet(server.url).add(A)
    eventually(lambda: not allows(policy, EVIL))
    assert allows(policy, A)


def test_no_look_up_reaches_the_server(store, server):
    """Ten thousand of them cost no command."""
    _, policy = running(store, ttl=1000, grace=3000)
    time.sleep(0.3)
    client = server.client()
    before = client.info("stats")["total_commands_processed"]
    for number in range(5000):
        allows(policy, A)
        allows(policy, f"https://stranger{number}.example")
    assert client.info("stats")["total_commands_processed"] - before <= 1


def test_30000_origins_are_loaded_in_a_second(store, server):
    """From the question to the first look-up, credentials and all."""
    client = server.client()
    client.sadd(KEY, *(f"https://t{number}.example" for number in range(30_000)))
    tenants = LiveOrigins(store)
    policy = Policy(origins=[tenants], credentials=True)
    began = time.monotonic()
    assert tenants.refresh()
    took = time.monotonic() - began
    assert allows(policy, "https://t29999.example")
    assert took < 1
