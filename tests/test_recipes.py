"""The guides of the documentation work: for the page that they are for, and not for an attacker's.

The programs, scripts and elements are those of the page; a model of a browser shows their results.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from flask import Flask

from flask_corsguard import CorsGuard, CorsGuardWarning, Policy, PolicyError
from flask_corsguard.testing import Browser, FetchRefused, assert_can_fetch, assert_cannot_fetch
from page_contents import Script, show, statuses
from pages import GUIDES
from recipes import GUIDE_SECTIONS, SECTIONS, elements_of, program_of, script_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

EVIL: Final = "https://evil.example"
BEARER: Final = {"Authorization": "Bearer 1234"}
JSON_IN_A_FORM: Final = {
    "data": {'{"user": "ada", "password": "correct horse", "x': '"}'},
    "enctype": "text/plain",
}


def methods(browser: Browser) -> list[str]:
    """Return the methods of the requests that reached the server."""
    return [exchange.method for exchange in browser.log]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    # Where an example may leave a file.
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("guide", [name for name in GUIDE_SECTIONS if name != "local-development"])
def test_every_guide_has_its_parts(guide):
    """A guide has the program of the server, the script of the page and the configuration in front."""
    sections = GUIDE_SECTIONS[guide].values()

    for language in ("python", "javascript"):
        assert any(section.blocks(language) for section in sections)
    assert sum(section.text.count("\n**In front:** ") for section in sections) == 1


def test_every_program_and_every_script_is_tested():
    """There is no section with code whose title is not in a test; those behind nginx are in tests/interop."""
    here = Path(__file__)
    files = [here, here.parent / "test_guides.py", here.parent / "interop" / "test_nginx_recipes.py"]
    tests = "\n".join(file.read_text("utf-8") for file in files)
    with_code = [s.title for s in SECTIONS.values() if s.blocks("python") + s.blocks("javascript")]

    assert [title for title in with_code if f'"{title}"' not in tests] == []


def test_the_table_of_the_guides_leads_to_every_guide():
    """A reader finds each by what they have."""
    linked = set(re.findall(r"\]\(([./a-z-]+)\.md\)", (GUIDES / "index.md").read_text("utf-8")))

    assert set(GUIDE_SECTIONS) <= {target.rpartition("/")[2] for target in linked}


# Single-page app with cookies

SIGNED_IN_AND_OUT: Final = ("signedIn", "saved", "profile", "signedOut", "afterwards")


@pytest.mark.parametrize(
    ("layout", "origin"),
    [
        ("Page and API of one site", "https://www.shop.example"),
        ("Page and API of two sites", "https://app.example"),
    ],
)
@pytest.mark.parametrize("engine", [None, "chromium", "firefox", "webkit"])
def test_the_single_page_app_signs_in_writes_and_signs_out(layout, origin, engine):
    """With either layout the cookie comes along, and the 401 at the end can be read."""
    app = program_of("Single-page app with cookies", layout).app
    page = Browser(app, engine=engine).open(origin)

    script = Script(script_of("Single-page app with cookies"), page)

    assert statuses(script, *SIGNED_IN_AND_OUT) == [200, 200, 200, 204, 401]
    assert script["city"] == "London"


def signed_in(app: WSGIApplication, origin: str) -> Browser:
    """Return a browser whose user has signed in on the page of the recipe."""
    browser = Browser(app)
    sign_in, separator, _ = script_of("Single-page app with cookies").partition("const saved")
    assert separator
    assert statuses(Script(sign_in, browser.open(origin)), "signedIn") == [200]
    browser.log.clear()
    return browser


@pytest.mark.parametrize(
    ("layout", "origin", "attacker"),
    [
        ("Page and API of one site", "https://www.shop.example", EVIL),
        ("Page and API of one site", "https://www.shop.example", "https://forum.shop.example"),
        ("Page and API of two sites", "https://app.example", EVIL),
        ("Page and API of two sites", "https://app.example", "https://forum.shop.example"),
    ],
)
def test_no_other_page_acts_in_the_name_of_who_is_signed_in(layout, origin, attacker):
    """A stranger and a neighbour read nothing, write nothing and sign nobody in, cookie or not."""
    made = program_of("Single-page app with cookies", layout)
    browser = signed_in(made.app, origin)
    page = browser.open(attacker)
    url = "https://api.shop.example"

    assert_cannot_fetch(page, f"{url}/profile", credentials="include")
    refusal = assert_cannot_fetch(page, f"{url}/profile", method="PUT", json={}, credentials="include")
    assert not refusal.sent
    page.submit(f"{url}/session", **JSON_IN_A_FORM)
    page.submit(f"{url}/profile", {"city": "Paris"}, target="frame")

    forged = [exchange for exchange in browser.log if exchange.method == "POST"]
    assert [exchange.status for exchange in forged] == [403, 403]
    assert made.profiles == {}


def test_a_forged_form_does_bring_the_cookie_of_the_single_page_app():
    """So it is the guard that refuses: with SameSite=None from everywhere, with Lax from the neighbour."""
    for layout, origin, attacker in (
        ("Page and API of two sites", "https://app.example", EVIL),
        ("Page and API of one site", "https://www.shop.example", "https://forum.shop.example"),
    ):
        browser = signed_in(program_of("Single-page app with cookies", layout).app, origin)

        browser.open(attacker).submit("https://api.shop.example/profile", {})

        assert "session=" in (browser.log[-1].get("Cookie") or "")
        assert browser.log[-1].status == 403


@pytest.mark.parametrize("same_site", [None, "Lax", "Strict"])
def test_a_session_cookie_that_is_not_sent_is_warned_of(same_site):
    """The page of another site reads every answer, and nobody is signed in; only the warning shows why."""
    create_app = program_of("Single-page app with cookies").create_app
    app = create_app(
        CORSGUARD_ORIGINS="https://app.example",
        CORSGUARD_CREDENTIALS=True,
        SESSION_COOKIE_SAMESITE=same_site,
    )
    page = Browser(app).open("https://app.example")

    with pytest.warns(CorsGuardWarning, match="SESSION_COOKIE_SAMESITE"):
        # The script does not look at the status, and a 401 is not JSON.
        script = Script(re.sub(r"const \{city\}.*", "", script_of("Single-page app with cookies")), page)

    assert statuses(script, *SIGNED_IN_AND_OUT) == [200, 401, 401, 204, 401]


def test_the_warning_comes_at_once_where_the_site_is_known():
    """With SERVER_NAME any first request is enough, a health check's as well."""
    app = program_of("Single-page app with cookies").create_app(
        CORSGUARD_ORIGINS="https://app.example",
        CORSGUARD_CREDENTIALS=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SERVER_NAME="api.shop.example",
    )

    with pytest.warns(CorsGuardWarning, match=r"of the site shop\.example"):
        app.test_client().get("/health")


# Token API


def test_the_page_of_the_token_api_writes_and_reads_why_not():
    """With the token it writes; without, it reads the 401 and its WWW-Authenticate."""
    made = program_of("Token API")
    browser = Browser(made.app)

    script = Script(script_of("Token API"), browser.open("https://app.example"))

    assert statuses(script, "written", "refused") == [200, 401]
    assert script["why"] == "Bearer"
    assert made.notes == {7: {"text": "Hello"}}
    assert "Authorization" not in dict(browser.log[0].headers)


def test_another_page_cannot_use_the_token_api_even_with_a_token():
    """Its preflight is refused, so that the request is not sent; and a form has no token."""
    made = program_of("Token API")
    browser = Browser(made.app)
    page = browser.open(EVIL)

    refusal = assert_cannot_fetch(page, "https://api.example/notes/7", method="PUT", json={}, headers=BEARER)
    page.submit("https://api.example/notes/7", {})

    assert not refusal.sent
    assert browser.log[-1].status == 403
    assert made.notes == {}


def test_a_star_does_not_include_authorization():
    """As on the page, and as in the standard."""
    app = program_of("Token API").app
    guard = app.extensions["corsguard"]
    url = "https://api.example/notes/7"
    page = Browser(app).open("https://app.example")

    guard.policy = guard.policy.replace(allow_headers="*")
    assert "Authorization" in assert_cannot_fetch(page, url, method="PUT", headers=BEARER).needed.title()

    guard.policy = guard.policy.replace(allow_headers=["*", "Authorization"])
    assert assert_can_fetch(page, url, method="PUT", json={}, headers=BEARER).ok


def test_the_token_api_is_not_asked_with_credentials():
    """A browser does not give the page what it asked for with cookies."""
    page = Browser(program_of("Token API").app).open("https://app.example")

    assert_cannot_fetch(
        page, "https://api.example/notes/7", method="PUT", json={}, headers=BEARER, credentials="include"
    )


# Public API


@pytest.mark.parametrize("origin", ["https://app.example", EVIL, "http://localhost:3000"])
def test_everyone_may_use_the_public_api(origin):
    """Any page reads, sees what is exposed, and posts."""
    page = Browser(program_of("Public API").app).open(origin)

    script = Script(script_of("Public API"), page)

    assert script["total"] == "2"
    assert script["amount"] == 22.4


def test_the_public_api_is_for_sandboxed_frames_too():
    """Their origin is null, and everyone means everyone."""
    page = Browser(program_of("Public API").app).open(EVIL, sandboxed=True)

    assert statuses(Script(script_of("Public API"), page), "rates", "converted") == [200, 200]


def test_a_public_post_that_brings_a_cookie_is_refused():
    """A form in a signed-in user's name does not reach the view, and nothing else is open."""
    app = program_of("Public API").app
    browser = Browser(app)
    assert browser.open("https://rates.example").fetch("/sign-in", "POST").ok
    neighbour = browser.open("https://www.rates.example")

    neighbour.submit("https://rates.example/v1/convert", {})
    assert "session=" in (browser.log[-1].get("Cookie") or "")
    assert browser.log[-1].status == 403

    browser.open(EVIL).submit("https://rates.example/sign-in", {})
    assert browser.log[-1].status == 403


def test_no_page_reads_the_public_api_with_credentials():
    """A browser does not accept the star for that, and a policy cannot be built with it."""
    page = Browser(program_of("Public API").app).open("https://app.example")

    assert_cannot_fetch(page, "https://rates.example/v1/rates", credentials="include")
    with pytest.raises(PolicyError, match=r"credentials\.any-origin"):
        Policy(origins="*", credentials=True)


# Many tenants


def tenants(*titles: str) -> Any:
    """Run the programs of the recipe, with two customers."""
    made = program_of("Many tenants", *titles)
    made.add_origin("one.shops.example", "https://www.one.example")
    made.add_origin("two.shops.example", "https://www.two.example")
    if titles:
        made.customers.refresh()
    return made


def test_a_page_of_any_customer_may_call_the_one_address():
    """The table is read, and who is not in it is refused."""
    browser = Browser(tenants("One address for all").app)
    for origin in ("https://www.one.example", "https://www.two.example"):
        script = Script(script_of("One address for all"), browser.open(origin))
        assert statuses(script, "orders") == [200]

    assert_cannot_fetch(browser.open(EVIL), "https://api.example/orders")
    assert_cannot_fetch(browser.open("https://www.one.example", sandboxed=True), "https://api.example/orders")


def test_customers_come_and_go_and_the_table_is_read_when_it_has_changed():
    """Deletions are counted, too; strangers cost no look at the table."""
    made = tenants("One address for all")
    url, origin = "https://api.example/orders", "https://www.three.example"
    page = Browser(made.app).open(origin)
    asked: list[str] = []
    query = made.query
    made.namespace["query"] = lambda statement, *values: asked.append(statement) or query(statement, *values)
    made.customers.refresh()
    asked.clear()

    assert_cannot_fetch(page, url)
    made.customers.refresh()
    assert not any("DISTINCT" in statement for statement in asked)
    made.add_origin("three.shops.example", origin)
    made.customers.refresh()
    assert_can_fetch(page, url)
    made.remove_origin("three.shops.example", origin)
    made.customers.refresh()
    assert_cannot_fetch(page, url)
    made.change("UPDATE origins SET origin = ? WHERE host = 'one.shops.example'", origin)
    made.customers.refresh()
    assert_can_fetch(page, url)


def test_a_table_that_cannot_be_read_changes_nothing_for_a_minute(caplog):
    """The failure is logged once, and what was read last counts."""
    made = tenants("One address for all")
    with closing(sqlite3.connect(made.DATABASE)) as database, database:
        database.execute("DROP TABLE changes")
    for _ in range(3):
        assert not made.customers.refresh()

    assert_can_fetch(Browser(made.app).open("https://www.one.example"), "https://api.example/orders")
    assert caplog.text.count("failed: 'no such table: changes'; in ") == 1


def test_the_queries_of_the_table_are_served_by_its_key():
    """None of them reads the whole table for one host."""
    made = tenants()
    plan = "EXPLAIN QUERY PLAN SELECT origin FROM origins WHERE host = ?"
    with closing(sqlite3.connect(made.DATABASE)) as database:
        ((*_, said),) = database.execute(plan, ("one.shops.example",))

    assert said.startswith("SEARCH origins USING COVERING INDEX")


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        ("https://www.one.example/", "origin.trailing-slash"),
        ("www.one.example", "origin.scheme-missing"),
        ("*", "credentials.any-origin"),
        ("https://*.github.io", "credentials.public-suffix"),
        ("http://www.one.example", "credentials.insecure-origin"),
        ("null", "origin.null"),
    ],
)
def test_a_customer_gets_an_error_about_a_wrong_origin(origin, code):
    """It does not get into the table, from where it could spoil a policy or open it."""
    made = tenants()

    with pytest.raises(PolicyError) as refused:
        made.add_origin("one.shops.example", origin)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert len(made.query("SELECT origin FROM origins")) == 2


def test_a_page_of_one_tenant_cannot_read_or_write_at_another():
    """Each host has its own policy; a host without a tenant has the closed one."""
    made = tenants("One address for all", "An address for each")
    made.policies.refresh("one.shops.example", "two.shops.example")
    browser = Browser(made.application)
    script = Script(script_of("An address for each"), browser.open("https://www.one.example"))
    assert statuses(script, "orders") == [200]

    two = browser.open("https://www.two.example")
    for page, host in ((two, "one"), (browser.open(EVIL), "one"), (two, "three")):
        assert_cannot_fetch(page, f"https://{host}.shops.example/orders", credentials="include")
        page.submit(f"https://{host}.shops.example/orders", {})
        assert browser.log[-1].status == 403


def test_5000_strangers_evict_none_of_200_tenants():
    """And no tenant is read anew because of them."""
    made = tenants("One address for all", "An address for each")
    hosts = [f"t{number}.shops.example" for number in range(200)]
    for host in hosts:
        made.add_origin(host, "https://www.one.example")
    made.policies.refresh(*hosts)
    for number in range(5000):
        assert not made.policies({"HTTP_HOST": f"stranger{number}.example"}).origins

    assert all(made.policies({"HTTP_HOST": host}).origins == ("https://www.one.example",) for host in hosts)


# Previews


def test_previews_under_a_domain_of_ones_own_act_for_the_user():
    """The application and its previews may, with credentials, and look-alikes may not."""
    app = program_of("Under a domain of yours").app
    for origin in ("https://app.yours.example", "https://pr-31.preview.yours.example"):
        script = Script(script_of("Under a domain of yours"), Browser(app).open(origin))
        assert statuses(script, "renamed") == [200]

    for origin in (
        "https://preview.yours.example",
        "https://pr-31.preview.yours.example.evil.example",
        "https://pr-31-preview.yours.example",
        "http://pr-31.preview.yours.example",
    ):
        page = Browser(app).open(origin)
        assert_cannot_fetch(page, "https://api.yours.example/name", method="PUT", credentials="include")


def test_previews_under_the_domain_of_a_provider_read_without_credentials():
    """The names of the project match, other projects do not, and who imitates the name gains no cookie."""
    app = program_of("Under the provider's domain").app
    for origin in ("https://app.yours.example", "https://shop-git1a2b-yours.vercel.app"):
        script = Script(script_of("Under the provider's domain"), Browser(app).open(origin))
        assert statuses(script, "names") == [200]

    for origin in (
        "https://evil.vercel.app",
        "https://shop-git1a2b-yours.vercel.app.evil.example",
        "https://shop-a-b-yours.vercel.app",
        "https://shop-git1a2b-yoursXvercel.app",
    ):
        assert_cannot_fetch(Browser(app).open(origin), "https://api.yours.example/names", headers=BEARER)

    imitator = Browser(app).open("https://shop-x-yours.vercel.app")
    assert_cannot_fetch(imitator, "https://api.yours.example/names", credentials="include")


@pytest.mark.parametrize("provider", ["vercel.app", "netlify.app", "pages.dev"])
def test_no_policy_with_credentials_is_for_everyone_at_a_provider(provider):
    """All that the page names are public suffixes, as a pattern and as an expression."""
    for origin in (f"https://*.{provider}", re.compile(rf"https://[a-z-]+\.{provider}")):
        with pytest.raises(PolicyError, match=r"credentials\."):
            Policy(origins=[origin], credentials=True)


# A CDN in front


@pytest.mark.parametrize("engine", [None, "chromium", "firefox", "webkit"])
def test_an_image_in_the_cache_of_the_browser_does_not_spoil_the_script(engine):
    """Shown without Origin and read with one: the chart is fetched anew, the icon for everyone is not."""
    browser = Browser(program_of("A CDN in front").app, engine=engine)
    page = browser.open("https://app.example")
    show(elements_of("A CDN in front"), page)
    browser_log = len(browser.log)

    script = Script(script_of("A CDN in front"), page)

    assert statuses(script, "chart", "icon", "watched") == [200, 200, 200]
    asked = [f"{each.method} {each.url.rpartition('/')[2]}" for each in browser.log[browser_log:]]
    icon = ["GET icon.svg"] if engine == "firefox" else []
    assert asked == ["GET chart.svg", *icon, "OPTIONS watchlist", "PUT watchlist"]


# Mobile and desktop shells


def shell_origins() -> list[str]:
    """Return the origins of the table, except for null."""
    table = [row for row in SECTIONS["Mobile and desktop shells"].text.splitlines() if row.startswith("| ")]
    return re.findall(r"`((?!file)[a-z]+://[a-z.]+)`", "\n".join(row.split("|")[2] for row in table))


def test_the_program_allows_the_shells_of_the_table():
    """Each is an origin that a policy takes; https://tauri.localhost is for those who asked for it."""
    app = program_of("Mobile and desktop shells").app
    browser = Browser(app)
    origins = shell_origins()
    assert len(origins) == 9

    refused = []
    for origin in origins:
        try:
            script = Script(
                script_of("Mobile and desktop shells"), browser.open(origin, referrer_policy="no-referrer")
            )
        except FetchRefused:
            refused.append(origin)
        else:
            assert statuses(script, "ordered") == [200]
            assert browser.log[-1].origin == origin
    assert refused == ["https://tauri.localhost"]


def test_the_origins_of_shells_are_compared_as_a_whole():
    """Another scheme, another port or another host is another origin."""
    browser = Browser(program_of("Mobile and desktop shells").app)
    url = "https://api.example/orders/7"
    for origin in ("capacitor://localhost.evil.example", "evil://localhost", "tauri://evil", "app://other"):
        assert_cannot_fetch(
            browser.open(origin, referrer_policy="no-referrer"), url, method="PUT", headers=BEARER
        )
    for origin in ("http://localhost:3000", "https://localhost:8443", EVIL):
        assert_cannot_fetch(browser.open(origin), url, method="PUT", headers=BEARER)

    assert set(methods(browser)) == {"OPTIONS"}


def test_during_development_any_port_is_allowed():
    """As a pattern of its own, which also covers the origin without a port."""
    app = program_of("Mobile and desktop shells").app
    guard = app.extensions["corsguard"]
    guard.policy = guard.policy.replace(origins=["http://localhost:*"])
    for origin in ("http://localhost", "http://localhost:5173"):
        assert_can_fetch(
            Browser(app).open(origin), "https://api.example/orders/7", method="PUT", headers=BEARER
        )


def test_an_extension_brings_a_token():
    """That of Chrome is known by its id; those of Firefox and Safari have another one in every browser."""
    browser = Browser(program_of("Browser extensions").app)
    script = script_of("Browser extensions")
    for origin in (
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
        "safari-web-extension://0A1B2C3D-0000-4000-8000-0A1B2C3D4E5F",
    ):
        page = browser.open(origin, referrer_policy="no-referrer")
        assert statuses(Script(script, page), "saved") == [200]
        assert browser.log[-1].origin == origin
    for origin in ("chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba", EVIL):
        page = browser.open(origin, referrer_policy="no-referrer")
        assert_cannot_fetch(page, "https://api.example/bookmarks/7", method="PUT", headers=BEARER)


def test_an_allowed_null_origin_is_that_of_everyone():
    """A page of file: reads the news, and so does a sandboxed frame of anyone; the rest stays shut."""
    app = program_of("Mobile and desktop shells", "`file://`, which is `null`").app
    browser = Browser(app)
    local = app.test_client().get("/news", headers={"Origin": "file://"})
    assert local.headers["Access-Control-Allow-Origin"] == "file://"
    for frame in (browser.open("https://app.example", sandboxed=True), browser.open(EVIL, sandboxed=True)):
        assert statuses(Script(script_of("`file://`, which is `null`"), frame), "news") == [200]
        assert frame.fetch("https://api.example/news").exchange[-1].origin == "null"
        assert_cannot_fetch(frame, "https://api.example/orders/7", method="PUT", headers=BEARER)
        assert_cannot_fetch(frame, "https://api.example/news", credentials="include")
    assert_cannot_fetch(browser.open(EVIL), "https://api.example/news")


def test_credentials_never_go_with_null():
    """No door opens that."""
    with pytest.raises(PolicyError, match=r"credentials\.null-origin"):
        Policy(
            origins=["null"],
            dangerously_allow=["null-origin", "insecure-origins", "public-suffixes", "any-extension"],
            credentials=True,
        )


# Static files and fonts

ASSETS: Final = "https://assets.shop.example/static"


@pytest.fixture
def assets(tmp_path):
    """Run the program beside some files."""
    for name in ("fonts/text.woff2", "press/logo.png", "floor-plan.png"):
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"...")
    return program_of("Static files and fonts").app


def test_the_page_uses_its_fonts_and_reads_its_images(assets):
    """The font loads, a plain image is shown, and one with crossorigin can be read from a canvas."""
    page = Browser(assets).open("https://www.shop.example")

    loaded = show(elements_of("Static files and fonts"), page)

    assert [font.status for font in loaded.fonts] == [200, 200]
    assert [image.tainted for image in loaded.images] == [True, False]
    assert statuses(Script(script_of("Static files and fonts"), page), "font") == [200]


@pytest.mark.parametrize("origin", [EVIL, "https://forum.shop.example"])
def test_another_page_gets_the_press_and_nothing_else(assets, origin):
    """It cannot read the font, and what is not for the press cannot even be embedded."""
    page = Browser(assets).open(origin)

    assert page.image(f"{ASSETS}/press/logo.png").tainted
    assert not page.image(f"{ASSETS}/press/logo.png", "anonymous").tainted
    with pytest.raises(FetchRefused, match="CORS check"):
        page.font(f"{ASSETS}/fonts/text.woff2")
    for crossorigin in (None, "anonymous"):
        with pytest.raises(FetchRefused):
            page.image(f"{ASSETS}/floor-plan.png", crossorigin)


def test_the_assets_own_page_shows_them_all(assets):
    """The resource policy is about other origins."""
    page = Browser(assets).open("https://assets.shop.example")

    assert not page.image("/static/floor-plan.png").tainted
    assert page.font("/static/fonts/text.woff2").ok


def test_a_font_that_is_asked_for_again_stays_readable(assets):
    """The answer to that is a 304, and has the headers, too."""
    browser = Browser(assets)
    page = browser.open("https://www.shop.example")
    page.font(f"{ASSETS}/fonts/text.woff2")
    browser.wait(3601)

    assert page.font(f"{ASSETS}/fonts/text.woff2").ok
    assert [exchange.status for exchange in browser.log] == [200, 304]


def test_an_image_without_leave_is_shown_until_a_script_wants_it():
    """With crossorigin, and no permission, it is not shown at all."""
    app = Flask(__name__)
    CorsGuard(app)
    app.add_url_rule("/a.png", view_func=lambda: (b"...", {"Content-Type": "image/png"}))
    page = Browser(app).open("https://www.shop.example")

    assert page.image(f"{ASSETS.removesuffix('/static')}/a.png").tainted
    with pytest.raises(FetchRefused):
        page.image(f"{ASSETS.removesuffix('/static')}/a.png", "anonymous")
