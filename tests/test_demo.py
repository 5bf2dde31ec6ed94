"""The demo does what it shows: its table, its servers and its pages."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from examples.bank import cli
from examples.bank.bank import create_bank
from examples.bank.client import NoAnswerError, Relay, ask
from examples.bank.customer import Customer
from examples.bank.experiments import EXPERIMENTS
from examples.bank.journal import MAX_ENTRIES
from examples.bank.opinions import Opinion
from examples.bank.outcome import Outcome, differences
from examples.bank.pages import create_page
from examples.bank.policies import policies_for
from examples.bank.report import Report
from examples.bank.row import Program
from examples.bank.rows import rows_for
from examples.bank.sites import Site, sites_at
from examples.bank.table import carry_out
from examples.bank.verdict import Judgement, Verdict
from flask_corsguard import Request
from flask_corsguard.cli.groups import corsguard
from flask_corsguard.testing import Browser, Exchange

ROOT = Path(__file__).parents[1]
DOCUMENTATION = ROOT / "docs" / "demo.md"
COMMAND = [sys.executable, "-m", "examples.bank"]

#: Seconds after which a demo that should have ended is taken to hang.
BOUND = 600

SITES = sites_at((8001, 8002, 8003), plain=False)
POLICIES = policies_for(SITES)
BANK, PARTNER, ATTACKER = (site.origin for site in SITES)


def run(*arguments, columns=100):
    """Run the demo to its end; that comes only when none of its children has the pipes any more."""
    environ = {**os.environ, "COLUMNS": str(columns)}
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )


@contextmanager
def running():
    """Run the demo until it waits for Ctrl-C; give the process, the ports and what it has printed."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as demo:
        try:
            said = ""
            for line in demo.stdout:
                said += line
                if line.startswith("Ctrl-C"):
                    break
            ports = [int(port) for port in re.findall(r"^  \w+ +http://.*?:(\d+)", said, re.MULTILINE)]
            yield demo, ports, said
        finally:
            demo.kill()


def answers(port):
    """Whether anyone listens there."""
    with socket.socket() as client:
        client.settimeout(BOUND)
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("arguments", [(), ("--plain",)], ids=["by name", "by number"])
def test_every_row_is_as_in_the_policies(arguments):
    """Once through, the table has every row, none of them is marked, and the exit code is 0."""
    rows = rows_for(SITES)

    demo = run("--once", *arguments)

    assert demo.stderr == ""
    assert demo.returncode == 0
    assert all(row.title in demo.stdout for row in rows)
    assert f"All {len(rows)} rows agree with the policies." in demo.stdout
    assert "EUR 100 left Alice's account" in demo.stdout
    assert "NOT SO" not in demo.stdout


def test_table_in_a_pipe_has_no_colour_and_fits_the_terminal():
    """No line is longer than the terminal is wide, and none has an escape sequence."""
    demo = run("--once", columns=80)

    assert "\x1b" not in demo.stdout
    assert max(map(len, demo.stdout.splitlines())) <= 80


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_terminal_gets_colour_unless_it_is_not_wanted(monkeypatch, no_color, coloured):
    """On a terminal there is colour, and with NO_COLOR there is none."""
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(terminal := io.StringIO(), "isatty", lambda: True, raising=False)

    Report(terminal).addresses(SITES)

    assert ("\x1b[" in terminal.getvalue()) is coloured


def test_missing_engine_is_named_with_what_to_do(monkeypatch, capsys):
    """One line, and the exit code is 2; no server was started."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    try:
        code = cli.main(["--once", "--edge", "nginx"])
    finally:
        for number, before in signals.items():
            signal.signal(number, before)

    assert code == 2
    assert capsys.readouterr().err == "nginx is missing: install Debian's package nginx-light.\n"


def test_wrong_expectation_makes_the_exit_code_1(monkeypatch, capsys):
    """A row with another outcome than it lists is marked, and the demo fails."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(cli, "rows_for", lambda *said: [replace(rows_for(*said)[0], verdict=Verdict.HIDDEN)])

    try:
        code = cli.main(["--once"])
    finally:
        for number, before in signals.items():
            signal.signal(number, before)

    assert code == 1
    said = capsys.readouterr().out
    assert "1 of 1 rows do not agree with the policies." in said
    assert "NOT SO" in said


def exchange(method, path, *headers, answered=None, status=200, policies=POLICIES):
    """Make an exchange of the bank; by default its answer is the policy's."""
    opinion = Opinion.of(policies.of_path(path), Request.from_headers(method, headers))
    sent = opinion.answer.headers if answered is None else answered
    body = b"Refused" if opinion.is_refused else b""
    return Exchange(method, f"{BANK}{path}", headers, b"", opinion.answer.status or status, sent, body)


def problems(exchange, policies=POLICIES):
    """Return what of the answer in *exchange* is not as the policy of its path decided."""
    request = Request.from_headers(exchange.method, exchange.headers)
    path = exchange.url.removeprefix(BANK)
    return differences(exchange, Opinion.of(policies.of_path(path), request))


STATEMENT = "/partners/statement"


def test_answer_that_is_the_policys_has_no_differences():
    """What the policy decided, and what Flask adds to Vary, is as it should be."""
    same = exchange("GET", STATEMENT, ("Origin", PARTNER))
    more = replace(same, response_headers=(*same.response_headers, ("Vary", "Cookie")))

    assert problems(same) == []
    assert problems(more) == []


@pytest.mark.parametrize(
    "answered",
    [
        (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin")),
        (("Access-Control-Allow-Origin", ATTACKER), ("Vary", "Origin")),
        (("Access-Control-Expose-Headers", "X"), ("Vary", "Origin")),
        (("Timing-Allow-Origin", "*"), ("Vary", "Origin")),
        (("Vary", "Accept"),),
        (("Vary", "Origin, Accept"),),
        (),
    ],
)
def test_answer_that_is_not_the_policys_is_noticed(answered):
    """A header too many, a Vary too few: each is a difference."""
    assert problems(exchange("GET", STATEMENT, ("Origin", ATTACKER), answered=answered))


def test_header_that_comes_twice_is_noticed():
    """Two lines of a header are not one."""
    once = exchange("GET", "/rates", ("Origin", ATTACKER))

    assert problems(once) == []
    assert problems(replace(once, response_headers=once.response_headers * 2))


def test_preflight_with_another_status_is_noticed():
    """A preflight is answered with the status that was decided."""
    preflight = (("Origin", PARTNER), ("Access-Control-Request-Method", "PUT"))
    right = exchange("OPTIONS", STATEMENT, *preflight)

    assert problems(right) == []
    assert problems(replace(right, status=200))


@pytest.mark.parametrize(
    ("status", "verdict", "moved"),
    [(404, Verdict.READABLE, 0), (200, Verdict.HIDDEN, 0), (200, Verdict.READABLE, 100)],
    ids=["status", "verdict", "money"],
)
def test_row_that_comes_out_otherwise_has_a_problem(status, verdict, moved):
    """The status, the verdict and the money are compared, each for itself."""
    row = rows_for(SITES)[0]
    right = exchange("GET", "/rates", ("Origin", PARTNER))
    wrong = replace(right, status=status)

    assert Outcome(row, (right,), Judgement(Verdict.READABLE, ""), 0, POLICIES).problems == []
    assert len(Outcome(row, (wrong,), Judgement(verdict, ""), moved, POLICIES).problems) == 1


def test_forged_transfers_are_reported_with_the_guard_on_and_off():
    """On, both are refused and nothing moves; off, both are carried out."""
    told = re.split(r"\n\n(?= ?\d+  )", run("--once").stdout)

    for how in ("by form", "by script"):
        (on,) = (block for block in told if f"a transfer {how}" in block and "the guard is on\n" in block)
        (off,) = (block for block in told if f"a transfer {how}" in block and "the guard is off\n" in block)
        assert "answered  403" in on
        assert "refused before the bank's code ran; no money has moved" in on
        assert "left Alice's account" not in on
        assert "answered  200" in off
        assert "and yet   EUR 100 left Alice's account" in off
        assert "refused before" not in off


FORGED = ("POST", "/transfer", ("Origin", ATTACKER), ("Sec-Fetch-Site", "same-site"))


def test_forged_request_that_should_be_refused_and_passes_is_noticed():
    """A guard that allows it is a problem, and so is one that refuses what should pass."""
    row = next(row for row in rows_for(SITES) if row.refused)
    refused = exchange(*FORGED)
    passed = replace(refused, status=200, response_headers=(), response_body=b"{}")
    judgement = Judgement(row.verdict, "")

    def problems_of(row, exchange):
        return Outcome(row, (exchange,), judgement, 0, POLICIES).problems

    assert problems_of(row, refused) == []
    assert "passed the guard" in problems_of(row, passed)
    assert "refused by the guard" in problems_of(replace(row, refused=False), refused)


def test_refusal_is_expected_without_the_application_and_with_the_policys_headers():
    """The answer has to be what the guard decides; with the guard off, what CORS decides."""
    off = POLICIES.with_guard(on=False)
    refused = exchange(*FORGED)
    carried_out = exchange(*FORGED, policies=off)

    assert refused.status == 403
    assert problems(refused) == []
    assert problems(replace(refused, status=200))
    assert carried_out.status == 200
    assert problems(carried_out, off) == []


@pytest.fixture
def browser():
    """Return a browser that has the bank in this process instead of at a port."""
    return Browser({BANK: create_bank(SITES, POLICIES)})


def rows_of_pages():
    """Return the rows in which a page asks: without a program, which needs a port."""
    return [row for row in rows_for(SITES) if not isinstance(row.attempt, Program)]


def test_every_row_of_a_page_comes_out_in_one_process_as_well(browser):
    """The table does not depend on the sockets: what the application answers is judged alike without them."""
    outcomes = list(carry_out(rows_of_pages(), browser, SITES.bank, POLICIES))

    assert [outcome.problems for outcome in outcomes] == [[]] * len(rows_of_pages())


def test_browser_sends_whose_page_it_is(browser):
    """The bank's page is of its origin, its neighbours are of its site, and no one else is."""
    relations = {
        (exchange.origin, exchange.get("Sec-Fetch-Site"))
        for outcome in carry_out(rows_of_pages(), browser, SITES.bank, POLICIES)
        for exchange in outcome.exchanges
        if exchange.origin is not None
    }

    assert relations == {
        (BANK, "same-origin"),
        (PARTNER, "same-site"),
        (ATTACKER, "same-site"),
        ("null", "cross-site"),
        ("http://partner.demo.localhost.evil.example", "cross-site"),
    }


def test_decisive_exchange_is_that_of_the_request_itself(browser):
    """The policy's decision is shown for the request, not for its preflight nor for the page after it."""
    outcomes = carry_out(rows_of_pages(), browser, SITES.bank, POLICIES)

    decisive = {outcome.row.title: outcome.decisive.method for outcome in outcomes}

    assert decisive["the partner changes a standing order"] == "PUT"
    assert decisive["the bank's own page makes a transfer with a form"] == "POST"
    assert decisive["the attacker changes a standing order"] == "OPTIONS"


def test_reason_of_a_refusal_is_the_step_that_failed(browser):
    """What is withheld, and what is never sent, is so by a step of the standard, which is named."""
    outcomes = carry_out(rows_of_pages(), browser, SITES.bank, POLICIES)

    because = {outcome.row.title: outcome.judgement.because for outcome in outcomes}

    withheld = because["the attacker reads Alice's statement, with her cookie"]
    never_sent = because["the partner sends a header that the policy does not list"]
    assert withheld == (
        "CORS check: the response has no Access-Control-Allow-Origin, "
        f"and the origin of the request is {ATTACKER}"
    )
    assert never_sent == (
        "CORS-preflight fetch, step 7.7 (headers): Access-Control-Allow-Headers does not name x-debug"
    )


@pytest.mark.parametrize(
    ("attempt", "because"),
    [
        (lambda browser: browser.open(BANK).fetch("/rates"), "CORS has no part in it"),
        (
            lambda browser: browser.open(PARTNER).image(f"{BANK}/brand/logo.svg", "anonymous"),
            f"Access-Control-Allow-Origin is {PARTNER}",
        ),
    ],
    ids=["the bank's own page", "pixels"],
)
def test_what_a_page_may_read_is_readable(browser, attempt, because):
    """The bank's own page needs no CORS, and an image that came with CORS has pixels to read."""
    judgement = Judgement.of_result(attempt(browser))

    assert judgement.verdict is Verdict.READABLE
    assert judgement.because.endswith(because)


def test_account_that_is_not_given_ends_the_table():
    """If the bank does not accept Alice, no row is carried out, and the message has the status."""
    page = create_page(SITES.partner, SITES)

    with pytest.raises(NoAnswerError, match=r"POST /sign-in of its own page with 404\.$"):
        Customer(Browser({BANK: page}), SITES.bank)


@contextmanager
def mirror():
    """Serve, at a port, an answer that repeats the request; give the site."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(207)
            for value in ("one", "two"):
                self.send_header("X-Twice", value)
            self.end_headers()
            told = [self.path, self.headers["Host"], self.headers["X-Tenant"], body.decode()]
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield Site("mirror", "mirror.demo.localhost", server.server_port)
        finally:
            server.shutdown()
            thread.join(BOUND)


def test_relay_sends_what_the_browser_sends_and_gives_what_comes_back():
    """A name that leads nowhere is asked at its port: path, query, Host, headers and body arrive."""
    with mirror() as site:
        page = Browser({site.origin: Relay(site)}).open(site.origin)
        response = page.fetch("/a%2Fb?c=%20", "PUT", data="text", headers={"X-Tenant": "7"})

    assert response.status == 207
    assert response.headers["X-Twice"] == "one, two"
    assert response.json == ["/a%2Fb?c=%20", site.authority, "7", "text"]


def test_program_sends_its_headers_and_host():
    """A program that is not a browser reaches the same server, with what it names and no more."""
    with mirror() as site:
        exchange = ask(site, "PUT", "/a", (("X-Tenant", "7"),), b"text")

    assert exchange.headers == (("Host", site.authority), ("X-Tenant", "7"))
    assert json.loads(exchange.response_body) == ["/a", site.authority, "7", "text"]


def test_server_that_is_not_there_is_named():
    """If nobody listens, the message names whose server does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        nobody = SITES.bank._replace(port=other.getsockname()[1])
    page = Browser({nobody.origin: Relay(nobody)}).open(nobody.origin)

    with pytest.raises(NoAnswerError, match=r"^The bank does not answer: "):
        page.fetch("/rates")


@pytest.mark.parametrize("name", ["bank", "partner", "attacker"])
def test_taken_port_is_named_with_what_to_do(name):
    """One line names the port and its server, and the exit code is 2."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = [str(taken) if each == name else "0" for each in ("bank", "partner", "attacker")]

        demo = run("--once", "--ports", *ports)

    assert demo.returncode == 2
    assert demo.stdout == ""
    assert re.fullmatch(rf"Port {taken}, for the {name}, .*--ports A B C.*\n", demo.stderr)


@pytest.mark.parametrize("ports", [("7", "7", "8"), ("1", "2", "65536"), ("-1", "2", "3"), ("1", "2")])
def test_ports_that_cannot_be_are_refused(ports):
    """Ports are three, different, and numbers that ports can be; else the exit code is 2."""
    demo = run("--once", "--ports", *ports)

    assert demo.returncode == 2
    assert "Traceback" not in demo.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_ends_cleanly_on_a_signal(number):
    """Ctrl-C, or a polite kill, ends it with code 0, no traceback and nobody at the ports."""
    with running() as (demo, ports, _):
        up = [answers(port) for port in ports]
        demo.send_signal(number)
        # The end of the pipes: no child has them.
        _, errors = demo.communicate(timeout=BOUND)

    assert up == [True, True, True]
    assert demo.returncode == 0
    assert errors == ""
    assert not any(answers(port) for port in ports)


def test_pages_begin_with_the_guard_on_and_the_money_there():
    """What the table has turned and taken is put back before anyone presses a button."""
    with running() as (_, ports, _):
        bank = SITES.bank._replace(port=ports[0])
        guard = ask(bank, "GET", "/guard").response_body
        balance = Customer(Browser({bank.origin: Relay(bank)}), bank).balance
        log = ask(bank, "GET", "/log").response_body

    assert json.loads(guard) == {"on": True}
    assert balance == 2500
    assert [entry["path"] for entry in json.loads(log)] == ["/account"]


def test_children_end_although_the_parent_cannot_notify_them():
    """After a kill that nobody can catch no server is left."""
    with running() as (demo, ports, _):
        demo.kill()
        demo.communicate(timeout=BOUND)

    assert len(ports) == 3
    # The pipes are at their end, but the kernel closes what a process had one after the other.
    end = time.monotonic() + BOUND
    while any(answers(port) for port in ports):
        assert time.monotonic() < end


def test_reader_that_has_enough_is_not_an_error():
    """A table that nobody reads on ends the demo without a traceback."""
    with subprocess.Popen(
        [*COMMAND, "--once"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        demo.stdout.close()
        errors = demo.stderr.read()
        code = demo.wait(BOUND)

    assert errors == ""
    assert code == 1


@pytest.fixture
def bank():
    """Return a client of a bank at which Alice is signed in."""
    client = create_bank(SITES, POLICIES).test_client()
    client.post("/sign-in")
    return client


@pytest.mark.parametrize(
    ("target", "followed"),
    [
        (f"{ATTACKER}/?run=all", True),
        (f"{PARTNER}/", True),
        ("https://elsewhere.example/", False),
        (f"{ATTACKER}@elsewhere.example/", False),
        (f"{ATTACKER}.elsewhere.example/", False),
        ("//elsewhere.example/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_sign_in_leads_to_known_origins_only(bank, target, followed):
    """The page to go on to is one of the three origins', or the bank's own."""
    answer = bank.get("/sign-in", query_string={"next": target})

    assert answer.location == (target if followed else "/")


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_transfer_takes_whatever_a_form_sends(bank, content_type):
    """Both types that need no preflight are understood."""
    answer = bank.post("/transfer", data="to=Mallory&amount=100", content_type=content_type)

    assert answer.json == {"to": "Mallory", "amount": 100, "balance": 2400}


@pytest.mark.parametrize("amount", ["", "0", "-1", "2501", "1.5", "\u0661", "one"])
def test_amount_that_cannot_be_moves_nothing(bank, amount):
    """Only whole euros that are there can be moved."""
    answer = bank.post("/transfer", data={"to": "Mallory", "amount": amount})

    assert answer.status_code == 409
    assert bank.get("/account").json["balance"] == 2500


def test_nothing_moves_without_a_session(bank):
    """Who is not signed in gets 401."""
    bank.post("/sign-out")

    statuses = [bank.get("/account").status_code, bank.post("/transfer").status_code]

    assert statuses == [401, 401]


@pytest.mark.parametrize(
    ("number", "body", "status"),
    [(7, {"amount": 30}, 200), (8, {"amount": 30}, 404), (7, {"amount": 0}, 400), (7, [], 400)],
)
def test_only_a_standing_order_that_exists_is_changed(bank, number, body, status):
    """An amount is needed, and an order that is there."""
    answer = bank.put(f"/partners/standing-orders/{number}", json=body)

    assert answer.status_code == status


def test_log_has_the_preflight_and_its_answer(bank):
    """A preflight never reaches the application, but it does reach the log."""
    asked = {"Origin": ATTACKER, "Access-Control-Request-Method": "PUT"}
    bank.options("/partners/standing-orders/7?press=one", headers=asked)
    bank.get("/rates?press=two")

    (entry,) = bank.get("/log?press=one").json

    assert entry["preflight"] is True
    assert entry["status"] == 403
    assert entry["reason"] == "origin-not-allowed"
    assert entry["allow_origin"] is None


BY_ATTACKER = {"Origin": ATTACKER, "Sec-Fetch-Site": "same-site"}
BY_BANK = {"Origin": BANK, "Sec-Fetch-Site": "same-origin"}
MONEY = {"to": "Mallory", "amount": 100}


def turn(bank, state, headers=BY_BANK):
    """Press the guard's switch, by default from the bank's own page."""
    return bank.post("/guard", data={"guard": state}, headers=headers)


def is_on(bank):
    """Whether the guard is on, as the bank tells everyone."""
    return bank.get("/guard").json["on"]


def test_guard_is_on_and_its_switch_works_at_once(bank):
    """The forged transfer is refused, is carried out with the guard off, and is refused again."""
    statuses, balances = [], []
    for state in (None, "off", "on"):
        if state:
            turn(bank, state)
        statuses.append(bank.post("/transfer", data=MONEY, headers=BY_ATTACKER).status_code)
        balances.append(bank.get("/account").json["balance"])

    assert statuses == [403, 200, 403]
    assert balances == [2500, 2400, 2400]


@pytest.mark.parametrize("state", ["on", "off"])
@pytest.mark.parametrize(
    "headers",
    [
        BY_ATTACKER,
        {"Origin": PARTNER, "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": ATTACKER},
    ],
    ids=["attacker", "partner", "sandboxed frame", "attacker in an old browser"],
)
def test_switch_is_pressed_by_the_banks_own_page_only(bank, state, headers):
    """Whatever the guard's state is, no other origin changes it."""
    turn(bank, state)

    refused = [turn(bank, other, headers).status_code for other in ("on", "off")]

    assert refused == [403, 403]
    assert is_on(bank) is (state == "on")


@pytest.mark.parametrize("state", ["", "report", "On"])
def test_switch_has_two_positions(bank, state):
    """Anything else is an error and changes nothing."""
    assert turn(bank, state).status_code == 400
    assert is_on(bank)


def test_guards_state_is_public(bank):
    """Every page may read it, so that the attacker's can show what to expect."""
    answer = bank.get("/guard", headers=BY_ATTACKER)

    assert answer.json == {"on": True}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_switch_leaves_policies_of_their_own_alone(bank):
    """With the application's guard off, the partner's blueprint is still guarded."""
    turn(bank, "off")

    answer = bank.put("/partners/standing-orders/7", json={"amount": 30}, headers=BY_ATTACKER)

    assert answer.status_code == 403


@pytest.mark.parametrize("state", ["on", "off"])
def test_banks_own_form_and_programs_always_pass(bank, state):
    """The form leads back to the page, and a webhook is not taken for another origin's page."""
    turn(bank, state)

    own = bank.post("/transfer", data={"to": "Bob", "amount": 100, "back": "home"}, headers=BY_BANK)
    notice = bank.post("/notices", json={"payment": 1})

    assert (own.status_code, own.location) == (303, "/")
    assert notice.status_code == 202
    assert bank.get("/account").json["balance"] == 2400


def test_log_has_the_refused_and_why(bank):
    """What never reached the bank is in its log, also for an address that is otherwise not in it."""
    bank.post("/transfer", data=MONEY, headers=BY_ATTACKER)
    turn(bank, "off", BY_ATTACKER)
    turn(bank, "off")
    bank.post("/transfer", data=MONEY, headers=BY_ATTACKER)

    entries = bank.get("/log").json

    told = [(entry["path"], entry["refused"], entry["status"], entry["reason"]) for entry in entries]
    assert told == [
        ("/transfer", True, 403, "origin-not-allowed"),
        ("/guard", True, 403, "origin-not-allowed"),
        ("/transfer", False, 200, "guard-off"),
    ]
    assert entries[0]["after"] is None
    assert "is another origin" in entries[0]["why"]


@pytest.mark.parametrize("page", ["/", "/live"])
def test_banks_page_shows_the_switch_and_the_refused(bank, page):
    """The switch, its state in words, and the chip in the log go together."""
    bank.post("/transfer", data=MONEY, headers=BY_ATTACKER)
    on = bank.get(page).text
    turn(bank, "off")
    off = bank.get(page).text

    assert 'role="switch" aria-checked="true"' in on
    assert "<b>On.</b>" in on
    assert '<span class="chip">refused</span>' in on
    assert 'role="switch" aria-checked="false"' in off
    assert "<b>Off.</b>" in off


def test_only_a_forged_transfer_is_alarming(bank):
    """In the table Alice's own payment is an entry like any other."""
    bank.post("/transfer", data=MONEY, headers=BY_BANK)
    own = bank.get("/").text
    turn(bank, "off")
    bank.post("/transfer", data=MONEY, headers=BY_ATTACKER)

    assert 'class="moved"' not in own
    assert bank.get("/").text.count('class="moved"') == 1


def test_log_has_what_was_moved_and_is_forgotten_by_a_reset(bank):
    """The balance before and after is there, until everything begins again."""
    turn(bank, "off")
    bank.post("/transfer", data=MONEY, headers=BY_ATTACKER)
    (entry,) = bank.get("/log").json

    bank.post("/reset")

    assert (entry["origin"], entry["cookie"]) == (ATTACKER, True)
    assert (entry["before"], entry["after"]) == (2500, 2400)
    assert bank.get("/log").json == []
    assert bank.get("/account").json["balance"] == 2500


def test_log_does_not_grow_without_end(bank):
    """The oldest entries make room."""
    for _ in range(MAX_ENTRIES + 5):
        bank.get("/rates")

    numbers = [entry["number"] for entry in bank.get("/log").json]

    assert numbers == list(range(6, MAX_ENTRIES + 6))


def test_banks_page_escapes_what_a_stranger_sends(bank):
    """An origin is shown as text, whatever it is."""
    bank.get("/rates", headers={"Origin": "<script>alert(1)</script>"})

    page = bank.get("/").text

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_partner_and_attacker_have_the_same_buttons():
    """What differs is only who asks."""
    pages = [create_page(site, SITES).test_client().get("/").text for site in (SITES.partner, SITES.attacker)]

    buttons = [re.findall(r"<button>(.*?)</button>", page) for page in pages]

    assert buttons[0] == buttons[1]
    assert len(buttons[0]) == len(EXPERIMENTS)


def buttons_of(page):
    """Return what is written on the buttons of a page."""
    found = re.findall(r"<button[^>]*>(.*?)</button>", page)
    return {unescape(re.sub(r"<[^>]+>", "", text)).replace("\u2019", "'") for text in found}


def test_buttons_in_the_documentation_are_on_the_pages(bank):
    """What a page of the documentation has in bold can be pressed, under this very name."""
    signed_in = bank.get("/").text
    bank.post("/sign-out")
    attacker = create_page(SITES.attacker, SITES).test_client().get("/").text
    there = buttons_of(signed_in) | buttons_of(bank.get("/").text) | buttons_of(attacker)

    named = {name.rstrip(".") for name in re.findall(r"\*\*(.+?)\*\*", DOCUMENTATION.read_text("utf-8"))}

    assert {"Guard", "Transfer money by form", "Transfer money by script"} <= named
    assert named <= there


def test_pages_load_scripts_that_exist():
    """A page has one script, and what that imports is there, too."""
    static = ROOT / "examples" / "bank" / "static"
    pages = [create_bank(SITES, POLICIES), create_page(SITES.attacker, SITES)]

    sources = [re.findall(r'src="/static/(\w+\.js)"', app.test_client().get("/").text) for app in pages]

    assert sources == [["bank.js"], ["page.js"]]
    for name in ("bank.js", "page.js"):
        imported = re.findall(r'from "\./(.+?)"', (static / name).read_text("utf-8"))
        assert all((static / each).is_file() for each in imported)


@pytest.mark.parametrize(("number", "code"), [(1, 0), (4, 1), (9, 1), (11, 1), (12, 1), (15, 1), (18, 0)])
def test_command_beside_a_row_shows_what_the_row_shows(number, code):
    """Pasted into a shell while the demo runs, it exits with 1 where a browser refuses."""
    with running() as (_, _, said):
        written = re.search(rf"(?m)^ ?{number}  (corsguard (?:.*\\\n)*.*)$", said)[1]
        words = shlex.split(written.replace("\\\n", ""))
        result = CliRunner().invoke(corsguard, words[1:])

    assert result.exit_code == code, result.output
