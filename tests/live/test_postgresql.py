"""Origins in a table of PostgreSQL, which is killed, stopped, and slow."""

from __future__ import annotations

import pytest
from sqlalchemy import NullPool, create_engine

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.sql import SqlQuery
from live.asking import A, B, allows, eventually, look_up_during_a_question, stop_clock
from live.servers import PostgresServer

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
    """Return live origins that have been loaded in the background, a policy of these, and their time."""
    # Nothing of a test is left over for the next one.
    engine = create_engine(server.url, poolclass=NullPool)
    tenants = LiveOrigins(SqlQuery(engine, query, VERSION), **{"ttl": 0.2, "grace": 60, **times})
    clock = stop_clock(tenants)
    policy = Policy(origins=[tenants], credentials=True)
    eventually(lambda: allows(policy, A))
    return tenants, policy, clock


def change(server, statement):
    """Change the table and its version in one transaction."""
    server.execute(statement, "INSERT INTO changes SELECT count(*) FROM changes")


def test_a_change_is_in_force_from_the_next_question_on(server):
    """What is deleted is refused, and what is inserted allowed."""
    _, policy, _ = running(server)
    change(server, f"INSERT INTO origins VALUES ('{B}')")
    eventually(lambda: allows(policy, B))
    change(server, f"DELETE FROM origins WHERE origin = '{A}'")
    eventually(lambda: not allows(policy, A))


def test_a_server_that_is_killed_and_comes_back(server, caplog):
    """Within grace nothing changes, and past it nobody is allowed."""
    # Live origins of earlier tests ask the same server, and log, too.
    query = "SELECT origin FROM origins WHERE true"
    _, policy, clock = running(server, query)
    server.kill()
    eventually(lambda: any(" WHERE " in each.getMessage() for each in caplog.records))
    clock.now += 59
    assert all(allows(policy, A) for _ in range(500))
    clock.now += 1
    assert not allows(policy, A)

    server.start()
    eventually(lambda: allows(policy, A))
    logged = [each.levelname for each in caplog.records if " WHERE " in each.getMessage()]
    assert logged == ["ERROR", "WARNING"]


def test_a_server_that_hangs_delays_no_look_up(server):
    """Its driver waits in C, and for ever; past grace nobody is allowed, and then everybody is again."""
    tenants, policy, clock = running(server)
    server.hang()
    try:
        look_up_during_a_question(tenants, policy)
        clock.now += 61
        assert not allows(policy, A)
    finally:
        server.go_on()
    eventually(lambda: allows(policy, A))


def test_a_query_that_is_slow_delays_no_look_up(server):
    """What is deleted meanwhile is refused from the next answer on."""
    slow = "SELECT origin FROM origins, (SELECT pg_sleep(1)) AS slow"
    tenants, policy, _ = running(server, slow)
    change(server, f"DELETE FROM origins WHERE origin = '{A}'")
    look_up_during_a_question(tenants, policy)
    eventually(lambda: not allows(policy, A))


def test_one_connection_is_enough(server):
    """However many look-ups and policies there are."""
    tenants, policy, _ = running(server)
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
