"""Origins in a database, with SQLite."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, MetaData, String, Table, create_engine, select, text

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.native import Bell
from flask_corsguard.live.sql import SqlQuery
from live.asking import A, B, allows

QUERY = "SELECT origin FROM origins"


@pytest.fixture
def engine(tmp_path):
    """A database with one origin, and a counter that each change moves."""
    engine = create_engine(f"sqlite:///{tmp_path / 'tenants.sqlite'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE origins (origin TEXT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE changes (number INTEGER)"))
    change(engine, f"INSERT INTO origins VALUES ('{A}')")
    yield engine
    engine.dispose()


def change(engine, statement):
    """Change the table, and count that."""
    with engine.begin() as connection:
        connection.execute(text(statement))
        connection.execute(text("INSERT INTO changes SELECT count(*) FROM changes"))


def loaded(source):
    """Return live origins of the source that have been loaded, and a policy of these."""
    tenants = LiveOrigins(source, clock=lambda: 0.0)
    policy = Policy(origins=[tenants], credentials=True)
    assert tenants.refresh()
    return tenants, policy


def test_the_first_column_of_a_query_lists_the_origins(engine):
    """A change is in force when it is loaded."""
    tenants, policy = loaded(SqlQuery(engine, QUERY))
    assert allows(policy, A)

    change(engine, f"UPDATE origins SET origin = '{B}'")
    tenants.refresh()

    assert not allows(policy, A)
    assert allows(policy, B)


def test_a_statement_of_sqlalchemy_is_a_query(engine):
    """As an application has it anyway."""
    table = Table("origins", MetaData(), Column("origin", String))
    _, policy = loaded(SqlQuery(engine, select(table.c.origin)))

    assert allows(policy, A)


def test_a_version_spares_the_query(engine):
    """It is another one after each change."""
    source = SqlQuery(engine, QUERY, version="SELECT count(*), max(number) FROM changes")
    tenants, policy = loaded(source)
    load, loads = source.load, []
    tenants._source.load = lambda: loads.append(1) or load()
    tenants.refresh()
    assert loads == []

    change(engine, "DELETE FROM origins")
    tenants.refresh()
    assert loads == [1]
    assert not allows(policy, A)


def test_a_version_without_a_row_is_none(engine):
    """Then the query is sent every time."""
    assert SqlQuery(engine, QUERY, version="SELECT number FROM changes WHERE number > 99").version() is None
    assert SqlQuery(engine, QUERY).version() is None


def test_a_database_that_fails_is_an_outage(engine, caplog):
    """A table that is gone, for example; what was listed last counts."""
    tenants, policy = loaded(SqlQuery(engine, QUERY))
    change(engine, "ALTER TABLE origins RENAME TO others")
    assert not tenants.refresh()

    assert allows(policy, A)
    assert "no such table" in caplog.text


def test_the_name_of_a_database_has_no_password():
    """It is in the log."""
    pytest.importorskip("sqlite3")
    source = SqlQuery("sqlite://", QUERY)
    source._engine.url = source._engine.url.set(username="me", password="hidden")

    assert "hidden" not in repr(source)
    assert QUERY in repr(source)


def test_a_wait_ends_by_time_and_by_a_bell():
    """A database has no news."""
    bell = Bell()
    SqlQuery("sqlite://", QUERY).wait(0, bell)
    bell.ring()
    SqlQuery("sqlite://", QUERY).wait(1000, bell)
