"""Real applications, asked by real engines: the demo's bank, and Flask with blueprints and marks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Blueprint, Flask, jsonify, request

from browsers.judged import run
from browsers.steps import Place, Step
from browsers.table import describe, transcribe
from examples.bank.bank import create_bank
from examples.bank.policies import policies_for
from examples.bank.sites import sites_at
from flask_corsguard import CorsGuard, Policy, cors

JSON = (("Content-Type", "application/json"),)
BLUEPRINT, NESTED, VIEW, CLOSED = "{api}/api/x", "{api}/api/public/x", "{api}/api/open", "{api}/x"
WITH = {"credentials": "include"}


def make_app(names) -> Flask:
    """Make an application that has a policy of its own in each possible place."""
    app = Flask(__name__)
    guard = CorsGuard()
    api = Blueprint("api", __name__, url_prefix="/api")
    public = Blueprint("public", __name__, url_prefix="/public")

    @api.route("/x", methods=["GET", "PUT"])
    @public.route("/x", methods=["GET", "POST"])
    @app.route("/x", methods=["GET", "POST"])
    def view():
        return jsonify(who=request.cookies.get("session"))

    @api.get("/open")
    @cors(origins="*")
    def opened():
        return jsonify(open=True)

    @app.get("/sign-in")
    def sign_in():
        response = jsonify(who="Alice")
        # Cookies know no ports: one of "/" would go along to every other application of the arena.
        response.set_cookie("session", "Alice", path=request.script_root)
        return response

    cors(Policy(origins=[names.page], credentials=True))(api)
    cors(origins=[names.third])(public)
    api.register_blueprint(public)
    app.register_blueprint(api)
    guard.init_app(app)
    return app


@pytest.mark.parametrize(
    ("step", "got", "seen"),
    [
        (Step("fetch", BLUEPRINT, **WITH), "readable", "GET[page]{session}"),
        (Step("fetch", BLUEPRINT, method="PUT", **WITH), "readable", "OPTIONS[page]?PUT PUT[page]{session}"),
        (
            Step("fetch", BLUEPRINT, method="DELETE", **WITH),
            "readable 405",
            "OPTIONS[page]?DELETE DELETE[page]{session}405",
        ),
        (
            Step("fetch", BLUEPRINT, method="PUT", headers=JSON, body="{}", **WITH),
            "readable",
            "OPTIONS[page]?PUT+content-type PUT[page]{session}",
        ),
        (Step("fetch", "{api}/api/missing", **WITH), "readable 404", "GET[page]{session}404"),
        (Step("fetch", NESTED), "refused", "GET[page]"),
        (Step("fetch", NESTED, method="POST"), "refused", "POST[page]403"),
        (Step("fetch", NESTED, place=Place("third")), "readable", "GET[third]"),
        (Step("fetch", NESTED, method="POST", place=Place("third")), "readable", "POST[third]"),
        (Step("fetch", VIEW), "readable", "GET[page]"),
        (Step("fetch", VIEW, place=Place(sandboxed=True)), "readable", "GET[null]"),
        (Step("fetch", VIEW, **WITH), "refused", "GET[page]{session}"),
        (Step("fetch", CLOSED, **WITH), "refused", "GET[page]{session}"),
        (Step("form", CLOSED, method="POST", fields=(("a", "1"),)), "sent", "POST[page]{session}403"),
        (Step("form", CLOSED, method="POST", place=Place("api")), "sent", "POST[api]{session}"),
        (Step("fetch", CLOSED, place=Place("api")), "readable", "GET[-]{session}"),
    ],
    ids=lambda value: (
        str(value) if isinstance(value, str) else f"{value.method} {value.url} of {value.place.at}"
    ),
)
def test_a_flask_application_has_the_policy_of_each_place(engine, arena, step, got, seen):
    """The nested blueprint's, the blueprint's, the view's, and elsewhere nobody's."""
    names = arena.layouts["ports"]
    sign_in = Step("fetch", "{api}/sign-in", place=Place("api"))

    done = run(engine, arena, names, make_app(names), (sign_in, step), expected=len(seen.split()) + 1)

    assert describe(done.outcomes[1]) == got
    assert transcribe(done.seen[1:], names) == seen


@pytest.mark.parametrize(
    ("who", "step", "got", "seen"),
    [
        ("partner", Step("fetch", "{bank}/rates"), "readable", "GET[partner]"),
        ("attacker", Step("fetch", "{bank}/rates"), "readable", "GET[attacker]"),
        ("attacker", Step("fetch", "{bank}/account", **WITH), "refused", "GET[attacker]{bank_session}"),
        (
            "partner",
            Step("fetch", "{bank}/partners/statement", read=("x-statement-number",), **WITH),
            "readable x-statement-number=42",
            "GET[partner]{bank_session}",
        ),
        (
            "partner",
            Step(
                "fetch",
                "{bank}/partners/standing-orders/7",
                method="PUT",
                headers=JSON,
                body='{"amount": 5}',
                **WITH,
            ),
            "readable",
            "OPTIONS[partner]?PUT+content-type PUT[partner]{bank_session}",
        ),
        (
            "attacker",
            Step(
                "fetch",
                "{bank}/partners/standing-orders/7",
                method="PUT",
                headers=JSON,
                body='{"amount": 5}',
                **WITH,
            ),
            "refused",
            "OPTIONS[attacker]?PUT+content-type403",
        ),
        (
            "partner",
            Step("fetch", "{bank}/partners/missing", **WITH),
            "readable 404",
            "GET[partner]{bank_session}404",
        ),
        (
            "attacker",
            Step(
                "fetch",
                "{bank}/transfer",
                method="POST",
                mode="no-cors",
                body="to=Mallory&amount=100",
                **WITH,
            ),
            "opaque",
            "POST[attacker]{bank_session}403",
        ),
        (
            "partner",
            Step("form", "{bank}/transfer", method="POST", fields=(("to", "Mallory"), ("amount", "100"))),
            "sent",
            "POST[partner]{bank_session}403",
        ),
        (
            "attacker",
            Step("form", "{bank}/guard", method="POST", fields=(("guard", "off"),), target="top"),
            "sent",
            "POST[attacker]{bank_session}403",
        ),
        ("bank", Step("fetch", "{bank}/account"), "readable", "GET[-]{bank_session}"),
        (
            "bank",
            Step(
                "form",
                "{bank}/transfer",
                method="POST",
                fields=(("to", "Bob"), ("amount", "100")),
                target="top",
            ),
            "sent",
            "POST[bank]{bank_session}",
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else f"{value.method} {value.url}",
)
def test_the_bank_allows_everyone_what_is_theirs(engine, arena, who, step, got, seen):
    """The public its rates, the partner its statement, the bank's own page the rest, the attacker nothing."""
    names = arena.layouts["ports"]
    ports = tuple(int(origin.rpartition(":")[2]) for origin in names[:3])
    sites = sites_at(ports, plain=False)
    places = {site.name: Place(site.origin) for site in sites}
    sign_in = Step("fetch", f"{sites.bank.origin}/sign-in", method="POST", place=places["bank"])
    asked = replace(step, url=step.url.replace("{bank}", sites.bank.origin), place=places[who])

    with arena.mount(sites.bank.origin, create_bank(sites, policies_for(sites))) as served:
        engine.run(names, [sign_in], "")
        before = len(served.seen)
        outcomes = engine.run(names, [asked], "")
        # Not what follows by itself: the page's icon, the page after a form.
        path = step.url.removeprefix("{bank}")
        arrived = [each for each in served.wait_for(before + len(seen.split()))[before:] if each.path == path]

    assert describe(outcomes[0]) == got
    assert transcribe(arrived, sites_as_names(sites)) == seen


def sites_as_names(sites):
    """Return the bank's three origins in the way of the table."""
    return {site.name: site.origin for site in sites}
