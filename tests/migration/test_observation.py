"""What ``--app`` finds: what pages may do at the routes of an application, before and after."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_corsguard import CorsGuard
from flask_corsguard.migrate.observation import (
    MAX_ORIGINS,
    Seen,
    differences,
    observe,
    pages_of,
    written_origins,
)

A, B = "https://a.example", "https://b.example"
STRANGER = "https://stranger.example"


def test_the_origins_of_a_program_are_those_that_are_written_in_it():
    """A path after one does not count, and not every address is an origin."""
    texts = [
        b"CORS(app, origins=['https://a.example/', 'http://localhost:3000'])",
        b"# https://a.example https://a..b",
    ]

    assert written_origins(texts) == [A, "http://localhost:3000"]
    assert len(written_origins([b" ".join(b"https://a%d.example" % at for at in range(50))])) == MAX_ORIGINS


def test_look_alikes_and_a_stranger_fetch_too():
    """A pattern that is too wide shows by them."""
    assert pages_of([A]) == [A, "https://a.example.stranger.example", STRANGER]


def test_views_run_for_get_alone_and_preflights_are_judged_for_the_rest():
    """An exception is an answer that pages may read; a route that cannot be built is passed over."""
    app = Flask(__name__)
    ran = []

    @app.route("/x/<int:number>", methods=["GET", "PUT"])
    def view(number):
        ran.append(number)
        return str(1 // 0)

    @app.get("/<any(a, b):which>")
    def never(which):
        return which

    CorsGuard(app, origins=[A])

    found = observe(app, [A])

    outcomes = {(each.request, each.origin): each.outcome for each in found}
    assert outcomes["GET /x/<int:number> plainly", A] == "error"
    assert outcomes["PUT /x/<int:number> plainly", A] == "read"
    assert outcomes["PUT /x/<int:number> with a token", A] == "refused"
    assert outcomes["PUT /x/<int:number> plainly", STRANGER] == "refused"
    assert set(ran) == {1}
    assert not any("which" in request for request, _ in outcomes)


@pytest.mark.parametrize(
    ("before", "after", "origin", "code"),
    [
        ("read", "refused", A, "breaks"),
        ("read", "refused", STRANGER, "safer"),
        ("error", "refused", A, "error-less-readable"),
        ("refused", "read", A, "fixes"),
        ("refused", "error", B, "fixes"),
        ("refused", "read", STRANGER, "opens"),
        ("read", "error", A, None),
        ("read", "read", A, None),
    ],
)
def test_a_difference_has_its_class_with_the_request_and_the_origin(before, after, origin, code):
    """An origin that is written in the program, or that could read something, is one of its own pages."""
    beside = Seen("GET /y plainly", B, "read")

    lines = differences(
        [Seen("GET /x plainly", origin, before), beside],
        [Seen("GET /x plainly", origin, after)],
        [A],
        "app:app",
    )

    listed = [(each.section, each.place, each.code, each.text) for each in lines]
    assert listed == ([("differs", "app:app", code, f"GET /x plainly, for {origin}")] if code else [])
