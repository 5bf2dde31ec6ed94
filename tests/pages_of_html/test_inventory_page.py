"""The inventory as a page: whole, escaped, and filtered by its script."""

from __future__ import annotations

import pytest
from flask import Flask

from cases import A
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors, inventory
from flask_corsguard.pages.inventory_page import page_of, table_of
from html_reader import Read


@pytest.fixture
def entries():
    """Return an inventory with a policy of each kind."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/<name>", "one", cors(Policy(origins="*", guard="off"))(lambda name: ""), subdomain="a")
    CorsGuard(app, origins=[A], credentials=True)
    return inventory(app)


def test_the_page_is_whole(entries):
    """Its style and its script are in it, every element ends, and nothing is loaded."""
    html = page_of(entries, A)
    read = Read(html)

    assert (read.loads, read.open) == ([], [])
    assert "@media (prefers-color-scheme: dark)" in html
    assert 'getElementById("filter")' in html
    assert f"<code>{A}</code>" in html
    assert "This origin" not in page_of(entries)


def test_a_row_has_the_values_of_the_table_of_the_command(entries):
    """What is open, and a guard that is not enforced, can be seen."""
    rows = [[*row[:5], row[5].split()[0], *row[6:]] for row in Read(table_of(entries, A)).rows[1:]]

    assert rows == [
        ["GET HEAD OPTIONS", "a /<name>", "everyone", "", "off", "view", "reads"],
        ["*", "/… no rule: 404", A, "yes", "enforce", "application", "reads, with cookies"],
    ]
    assert {"readers open", "off", "enforce", "read"} <= set(Read(table_of(entries, A)).classes)


def test_a_policy_that_a_callable_gives_has_no_guard_to_show():
    """Nobody knows it before the request."""
    layer = CorsMiddleware(lambda *_: [], lambda environ: Policy(origins="*"))

    assert Read(table_of(inventory(layer))).rows[1][2:5] == ["decided per request", "", ""]


def test_a_rule_is_text():
    """Whatever it is written with."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/<script>", "one", lambda script: "")
    CorsGuard(app)

    assert "/&lt;script&gt;" in table_of(inventory(app))
    assert "<script>" not in table_of(inventory(app))
