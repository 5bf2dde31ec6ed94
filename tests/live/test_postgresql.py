"""Origins in a table of PostgreSQL, which is killed, stopped, and slow."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import NullPool, create_engine

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.sql import SqlQuery
from live.asking import A, B, allows, eventually
from live.servers import PostgresServer
from live.test_redis_server import slowest

pytestmark = pytest.mark.interop

QUERY, VERSION = "SELECT origin FROM origins", "SELECT count(*), max(number) FROM changes"


@pytest.fixture(scope="module")
def cluster():
    """A server with a table."""
    server = PostgresServer()
    server.start()
    server.execute("CREATE TABLE origins (origin TEXT PRIMARY KEY)", "CREATE TABLE changes (number INTEGER)")
    yield server
    server.close()


@pytest.fixture
def server(cluster):
    """The server, with one origin in the table."""
    if not cluster.is_ready():
        cluster.start()
    cluster.execute("DELETE FROM origins", f"INSERT INTO origins VALUES ('{A}')")
    cluster.execute("INSERT INTO changes SELECT count(*) FROM changes")
    return cluster


def running(server, query=QUERY, **times):
    """Return live origins that have been loaded in the background, and a policy of these."""
    # Nothing of a test is left over for the next one.
    engine = create_engine(server.url, poolclass=NullPool)
    tenants = LiveOrigins(SqlQuery(engine, query, VERSION), **{"ttl": 0.2, "grace": 2, **times})
    policy = Policy(origins=[tenants], credentials=True)
    eventually(lambda: allows(policy, A))
    return tenants, policy


def change(server, statement):
    """Change the table and its version in one transaction."""
    server.execute(statement, "INSERT INTO changes SELECT count(*) FROM changes")


def test_a_change_is_in_force_within_ttl(server):
    """What is deleted is refused, and what is inserted allowed."""
    _, policy = running(server)
    change(server, f"INSERT INTO origins VALUES ('{B}')")
    assert eventually(lambda: allows(policy, B)) < 1
    change(server, f"DELETE FROM origins WHERE origin = '{A}'")
    assert eventually(lambda: not allows(policy, A)) < 1


def test_a_server_that_is_killed_and_comes_back(server, caplog):
    """Within grace nothing changes, and past it nobody is allowed."""
    # Live origins of earlier tests ask the same server, and log, too.
    query = "SELECT origin FROM origins WHERE true"
    _, policy = running(server, query)
    server.kill()
    worst, allowed = slowest(policy, 1.2)
    assert allowed == 1
    assert worst < 0.2
    eventually(lambda: not allows(policy, A))
    server.start()
    eventually(lambda: allows(policy, A))
    logged = [each.levelname for each in caplog.records if " WHERE " in each.getMessage()]
    assert logged == ["ERROR", "WARNING"]


def test_a_server_that_hangs_delays_no_look_up(server):
    """Its driver waits in C, and for ever; past grace nobody is allowed, and then everybody is again."""
    _, policy = running(server, grace=1)
    server.hang()
    try:
        worst, _ = slowest(policy, 2.5)
        assert worst < 0.2
        assert not allows(policy, A)
    finally:
        server.go_on()
    eventually(lambda: allows(policy, A))


def test_a_query_that_is_slow_is_as_old_as_its_question(server):
    """What was deleted meanwhile is not allowed for longer than grace after the question."""
    slow = "SELECT origin FROM origins, (SELECT pg_sleep(1)) AS slow"
    _, policy = running(server, slow, grace=3)
    began = time.monotonic()
    change(server, f"DELETE FROM origins WHERE origin = '{A}'")
    worst, _ = slowest(policy, 0.5)
    assert worst < 0.2
    eventually(lambda: not allows(policy, A))
    assert time.monotonic() - began < 3


def test_one_connection_is_enough(server):
    """However many look-ups and policies there are."""
    tenants, policy = running(server)
    other = Policy(origins=[tenants])
    for _ in range(1000):
        allows(policy, A)
        allows(other, A)
    import psycopg

    url = f"postgresql://tenants@127.0.0.1:{server.port}/postgres"
    with psycopg.connect(url) as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        ).fetchone()
    # That of an earlier test may still be there, and this one is.
    assert count <= 4
