"""Three stories: what CORS is for, how it is spoken, and what it does not prevent."""

from __future__ import annotations

from browsers.apps import by_hand, by_policy
from browsers.judged import run
from browsers.steps import Place, Step
from browsers.table import describe
from examples.bank.bank import create_bank
from examples.bank.policies import policies_for
from examples.bank.sites import sites_at


def test_the_image_of_another_site_is_shown_and_only_with_leave_is_it_read(engine, arena):
    """Any page may show it; its pixels are for those whom the other site allows."""
    names = arena.layouts["localhost"]
    image = Step("image", "{api}/image.png")
    pixels = Step("image", "{api}/image.png?2", crossorigin="anonymous")
    bytes_of_it = Step("fetch", "{api}/image.png?3")
    steps = (image, pixels, bytes_of_it)

    closed = run(engine, arena, names, by_policy()(names), steps)
    opened = run(engine, arena, names, by_policy(origins=["{page}"])(names), steps)

    assert [each.result for each in closed.outcomes] == ["opaque", "refused", "refused"]
    assert [each.result for each in opened.outcomes] == ["opaque", "readable", "readable"]
    for done, allowed in [(closed, None), (opened, names.page)]:
        assert [each.get("Origin") for each in done.seen] == [None, names.page, names.page]
        assert [each.answered("Access-Control-Allow-Origin") for each in done.seen] == [
            None,
            allowed,
            allowed,
        ]


def test_the_preflight_exchange_is_as_the_standard_shows_it(engine, arena):
    """The browser asks for one method and two headers, gets all of them, and only then sends."""
    names = arena.layouts["localhost"]
    app = by_policy(
        origins=["{page}"],
        methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
        max_age=None,
    )
    step = Step(
        "fetch",
        "{api}/resource",
        method="DELETE",
        headers=(("Authorization", "Bearer 1"), ("Content-Type", "application/json")),
    )

    done = run(engine, arena, names, app(names), (step,))
    preflight, actual = done.seen

    assert preflight.method == "OPTIONS"
    assert preflight.get("Origin") == names.page
    assert preflight.get("Access-Control-Request-Method") == "DELETE"
    assert preflight.get("Access-Control-Request-Headers") == "authorization,content-type"
    assert preflight.get("Authorization") is preflight.get("Cookie") is None
    assert preflight.status == 204
    assert not preflight.reached
    assert sorted(preflight.response_headers) == [
        ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
        ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE"),
        ("Access-Control-Allow-Origin", names.page),
        ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]
    assert (actual.method, actual.get("Authorization"), actual.reached) == ("DELETE", "Bearer 1", True)
    assert describe(done.outcomes[0]) == "readable"


def test_the_forged_transfer_is_executed_without_the_guard_and_refused_with_it(engine, arena):
    """A form on the attacker's page is all it takes; CORS never hides that the money is gone."""
    ports = tuple(int(origin.rpartition(":")[2]) for origin in arena.layouts["ports"][:3])
    sites = sites_at(ports, plain=False)
    names = arena.layouts["ports"]
    bank, attacker = Place(sites.bank.origin), Place(sites.attacker.origin)
    url = sites.bank.origin
    forged = Step(
        "form",
        f"{url}/transfer",
        method="POST",
        fields=(("to", "Mallory"), ("amount", "100")),
        place=attacker,
    )
    account = Step("fetch", f"{url}/account", place=bank)
    balances = []

    with arena.mount(url, create_bank(sites, policies_for(sites))) as served:
        engine.run(names, [Step("fetch", f"{url}/sign-in", method="POST", place=bank)], "")
        for guard in ("off", "on"):
            form = (("guard", guard),)
            steps = [
                Step("form", f"{url}/guard", method="POST", fields=form, place=bank),
                account,
                forged,
                account,
            ]
            balances.append([each.body for each in engine.run(names, steps, "") if each.result == "readable"])
        transfers = [each for each in served.seen if each.path == "/transfer"]

    (before, executed), (still, refused) = balances
    assert before != executed
    assert executed == still == refused
    assert [each.status for each in transfers] == [200, 403]
    for each in transfers:
        assert each.get("Origin") == sites.attacker.origin
        assert each.get("Sec-Fetch-Site") == "same-site"
        assert "bank_session=" in (each.get("Cookie") or "")


def test_without_a_library_a_simple_request_is_executed_and_only_its_answer_is_hidden(engine, arena):
    """That is what "CORS error" means for a POST of text: the server has done it."""
    names = arena.layouts["localhost"]
    step = Step("fetch", "{api}/transfer", method="POST", headers=(("Content-Type", "text/plain"),), body="x")

    done = run(engine, arena, names, by_hand()(names), (step,))

    assert [each.result for each in done.outcomes] == ["refused"]
    assert [(each.method, each.status, each.reached) for each in done.seen] == [("POST", 200, True)]
