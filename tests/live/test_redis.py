"""Origins in a set of Redis, with a small server in this process; with Redis itself: test_redis_server.py."""

from __future__ import annotations

import pytest
import redis

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.native import Bell
from flask_corsguard.live.redis import TIMEOUT, RedisSet
from live.asking import PATIENCE, A, B, allows, eventually
from live.resp import Resp

KEY = "cors:origins"


@pytest.fixture
def server():
    """A server with one origin."""
    server = Resp()
    server.data[KEY] = {A}
    yield server
    server.hangs.clear()
    server.stop()


@pytest.fixture
def source(server):
    """A source that speaks version 2 of the protocol, as the small server does."""
    client = redis.Redis.from_url(f"{server.url}?protocol=2", socket_timeout=PATIENCE)
    yield RedisSet(client)
    client.close()


def loaded(source):
    """Return live origins that have been loaded, and a policy of these."""
    tenants = LiveOrigins(source, clock=lambda: 0.0)
    policy = Policy(origins=[tenants], credentials=True)
    assert tenants.refresh()
    return tenants, policy


def test_the_members_of_a_set_are_the_origins(source):
    """What is added and discarded is in force when it is loaded."""
    tenants, policy = loaded(source)
    assert [allows(policy, each) for each in (A, B)] == [True, False]

    source.add(B)
    source.discard(A)
    tenants.refresh()

    assert [allows(policy, each) for each in (A, B)] == [False, True]
    assert repr(source) == "RedisSet('cors:origins')"


def test_without_a_version_the_set_is_read_every_time(server, source):
    """Somebody who only knows SADD changes it, too."""
    tenants, policy = loaded(source)
    server.data[KEY] = {B}
    tenants.refresh()

    assert allows(policy, B)
    assert server.calls.count("SMEMBERS") == 2


def test_the_same_version_spares_the_set(server, source):
    """The version of a change is one that never was before."""
    source.add(B)
    first = server.data[f"{KEY}:version"]
    tenants, _ = loaded(source)
    tenants.refresh()
    assert server.calls.count("SMEMBERS") == 1

    source.add(A)
    assert server.data[f"{KEY}:version"] != first
    tenants.refresh()
    assert server.calls.count("SMEMBERS") == 2


def test_a_member_that_is_not_text_is_a_bad_row(server, source, caplog):
    """The others count."""
    server.data[KEY] = {A, "\xff\xfe"}
    _, policy = loaded(source)

    assert allows(policy, A)
    assert "has a row that is skipped" in caplog.text


def test_a_client_may_return_text(server):
    """As one with decode_responses does."""
    client = redis.Redis.from_url(f"{server.url}?protocol=2&decode_responses=True")
    _, policy = loaded(RedisSet(client))

    assert allows(policy, A)
    client.close()


def test_a_key_that_is_not_a_set_is_an_outage(server, source, caplog):
    """The server returns an error."""
    tenants, policy = loaded(source)
    server.data[KEY] = "text"
    assert not tenants.refresh()

    assert allows(policy, A)
    assert "it is no set" in caplog.text


def test_a_url_makes_a_client_that_neither_waits_long_nor_tries_again():
    """By default redis-py would try for seconds; here the refresher tries again."""
    source = RedisSet("redis://127.0.0.1:1/0", "other")
    options = source._client.connection_pool.connection_kwargs

    assert options["socket_timeout"] == options["socket_connect_timeout"] == TIMEOUT
    assert options["retry"].get_retries() == 0
    with pytest.raises(redis.ConnectionError):
        source.load()


def test_a_wait_ends_by_time_by_a_bell_and_by_news(server, source):
    """The first one ends at once: this process did not receive what was published before."""
    bell = Bell()
    source.wait(1000, bell)
    source.wait(0.05, bell)
    server.publish(f"{KEY}:changes", "x")
    source.wait(1000, bell)
    bell.ring()
    source.wait(1000, bell)


def test_a_connection_for_news_that_breaks_is_opened_again(server, source):
    """It is an error for the refresher, which asks and comes back."""
    bell = Bell()
    source.wait(1000, bell)
    server.stop()
    with pytest.raises(redis.ConnectionError):
        source.wait(1000, bell)
    with pytest.raises(redis.ConnectionError):
        source.wait(1000, bell)

    server.start()
    source.wait(1000, bell)
    server.publish(f"{KEY}:changes", "x")
    source.wait(1000, bell)


@pytest.mark.slow
def test_a_change_is_in_force_within_a_second(source):
    """However long ttl is: it is published."""
    tenants = LiveOrigins(source, ttl=1000, grace=3000)
    policy = Policy(origins=[tenants])
    eventually(lambda: allows(policy, A))

    source.add(B)
    assert eventually(lambda: allows(policy, B)) < 1
    source.discard(A)
    assert eventually(lambda: not allows(policy, A)) < 1
