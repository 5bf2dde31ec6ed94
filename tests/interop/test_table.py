"""The table of exchanges, over a socket, under every server and in every framework."""

from __future__ import annotations

import pytest

from interop.policies import A
from interop.rows_ordinary import READS
from interop.table import COLUMNS, GROUPS, differences, run

CELLS = [(group, row, column) for group, rows in GROUPS.items() for row in rows for column in COLUMNS]
HOSTILE = [cell for cell in CELLS if cell[1].hostile]
ALIVE = READS[0]


def ids(cells):
    """Return the names of cells."""
    return [f"{column.server}/{column.app} | {group}: {row.id}" for group, row, column in cells]


@pytest.mark.parametrize(("group", "row", "column"), CELLS, ids=ids(CELLS))
def test_a_server_answers_as_in_the_table(running, record, group, row, column):
    """Status, headers of CORS, calls of the application, connections: the row's, and nothing is added."""
    home, port = running.of(column)

    done = run(row, column, home, port)

    assert differences(row, column, done) == [], home.said()
    record(group, row, column)


@pytest.mark.parametrize(("group", "row", "column"), HOSTILE, ids=ids(HOSTILE))
def test_a_hostile_request_gains_nothing(running, group, row, column):
    """No grant to who is not allowed, no forged request executed, no bytes sent back; the server stays up."""
    home, port = running.of(column)

    done = run(row, column, home, port)

    for answer, said in zip(done.talk.answers, done.said, strict=True):
        granted = [value for name, value in said.headers if name == "Access-Control-Allow-Origin"]
        assert granted in ([], [A], ["*"])
        assert granted != ["*"] or "everyone" in row.id
        assert not (row.id.startswith("forged") and said.called) or column.server in row.fooled
        head, _, body = answer.raw.partition(b"\r\n\r\n") if answer else (b"", b"", b"")
        assert b"evil" not in head.lower()
        # waitress quotes the line that it refuses, as plain text and before any application.
        assert b"evil" not in body.lower() or (said.status == 400 and not said.called)
    assert differences(ALIVE, column, run(ALIVE, column, home, port)) == [], home.said()


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column.server}/{column.app}")
def test_a_server_shows_its_version(running, software, column):
    """The page of the documentation names the versions that were asked."""
    home, port = running.of(column)

    done = run(ALIVE, column, home, port)

    said = {name.title(): value for name, value in done.talk.answers[0].headers}.get("Server", "")
    software[column.server] = said
    assert said or column.server == "uwsgi"
