"""The inventory lists what is observed, of random applications and of the demo's bank."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import flask
import pytest
from flask import Flask, request_started

from cases import A
from examples.bank.bank import create_bank
from examples.bank.policies import policies_for
from examples.bank.sites import Site, Sites
from flask_corsguard import inventory
from flask_corsguard.core.policy_argument import policy_for_origin
from flask_corsguard.inventories.entry import ANY, Entry
from flask_corsguard.inventories.inventory import layer_of
from flask_corsguard.inventories.urls import as_text, as_wsgi, host_of, paths_of
from flask_corsguard.wsgi.proxy_fix import layers
from naive.layer import is_ambiguous
from routing_fuzz.applications import CLOSED, Laboratory
from routing_fuzz.exchanges import Exchange, environs, send

if TYPE_CHECKING:
    from werkzeug.routing import Rule

#: How many random applications are compared, in each of the parts.
APPLICATIONS = 12
PARTS = 4


def number_of(entry: Entry) -> int | None:
    """Return the number of a policy, by which the answers show it; ``None`` if a callable gives it."""
    if entry.policy is None:
        return None
    # Some of its callables ask the application.
    asked = Flask(__name__)
    asked.config["KNOWN"] = True
    with asked.app_context():
        exposed = policy_for_origin(entry.policy, A).policy.expose_headers
    return int(exposed[0][1:]) if exposed else CLOSED


@contextmanager
def matched() -> Iterator[list[tuple[str, Rule]]]:
    """Record the name of each application that a request reaches, and the rule that it matches there."""
    found: list[tuple[str, Rule]] = []

    def note(app: Flask, **_: object) -> None:
        if flask.request.url_rule is not None:
            found.append((app.name, flask.request.url_rule))

    with request_started.connected_to(note), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield found


def applications(application: Any, script: str = "") -> Iterator[tuple[str, Flask]]:
    """Yield the Flask applications in *application*, and where they are mounted."""
    layer = layer_of(application)
    yield script, layer.flask
    for each in layers(application):
        if each is layer:
            break
        if isinstance(getattr(each, "mounts", None), Mapping):
            for prefix, mounted in each.mounts.items():
                yield from applications(mounted, script + prefix)


def environ_of(path: str, method: str, host: str) -> dict[str, Any]:
    """Return a request of a page that every policy allows."""
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "main.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": host,
        "HTTP_ORIGIN": A,
        "HTTP_SEC_FETCH_SITE": "cross-site",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def requests_of(laboratory: Laboratory) -> Iterator[dict[str, Any]]:
    """Yield random requests, and one for each rule, method and path that the inventory tells apart."""
    yield from environs(laboratory, 40)
    for script, app in applications(laboratory.application):
        paths = layer_of(app).settings.paths
        prefixes = [] if paths is None else [as_text(path) for path in paths.rules]
        for rule in app.url_map.iter_rules():
            for path in paths_of(rule, prefixes):
                host = (
                    host_of(rule, app.config["SERVER_NAME"])
                    if rule.host or rule.subdomain
                    else "main.example"
                )
                for method in rule.methods or ["GET"]:
                    yield environ_of(as_wsgi(script + path), method, host)


def answer_to(laboratory: Laboratory, environ: dict[str, Any]) -> Exchange | None:
    """Return the answer; ``None`` where Werkzeug cannot build the URL of a redirect."""
    try:
        return send(laboratory, environ)
    except ValueError:
        return None


class Observed:
    """One random application, its inventory, and what its answers show."""

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.entries = inventory(laboratory.application)
        self.scripts = {app.name: script for script, app in applications(laboratory.application)}
        self.seen: set[tuple[str, str, str, int]] = set()

    def numbers(self, host: str, rule: str, method: str) -> set[int | None]:
        """Return the policies that the inventory has for a rule and a method."""
        return {
            number_of(each)
            for each in self.entries
            if each.endpoint is not None
            and (each.host, each.rule) == (host, rule)
            and each.method in {method, ANY}
        }

    def observe(self) -> Iterator[str]:
        """Send requests, and yield what the inventory does not list."""
        for environ in requests_of(self.laboratory):
            with matched() as found:
                sent = answer_to(self.laboratory, environ)
            if sent is None or len(found) != 1 or is_ambiguous(environ["PATH_INFO"]):
                continue
            if not environ["PATH_INFO"].startswith("/"):
                continue
            name, rule = found[0]
            text, host = self.scripts[name] + rule.rule, rule.host or rule.subdomain or ""
            said = self.numbers(host, text, environ["REQUEST_METHOD"])
            self.seen.add((host, text, environ["REQUEST_METHOD"], sent.policy))
            # If a callable decides, the inventory does not list who is allowed.
            if not said & {sent.policy, None}:
                asked = environ["REQUEST_METHOD"], environ["PATH_INFO"]
                yield f"{asked}: {rule!r} has {sent.policy}, not {said}"

    def is_seen(self, entry: Entry) -> bool:
        """Whether an answer has shown the policy of the entry."""
        return (entry.host, entry.rule, entry.method, number_of(entry)) in self.seen


def laboratories(first: int, number: int = APPLICATIONS) -> Iterator[Laboratory]:
    """Yield a *number* of random applications, from the seed *first* on."""
    seed, count = first, 0
    while count < number:
        try:
            laboratory = Laboratory(seed)
        except (SyntaxError, ValueError):
            # Werkzeug takes no two values of one name, for example.
            seed += 1
            continue
        yield laboratory
        seed, count = seed + 1, count + 1


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_an_answer_has_the_policy_that_the_inventory_gives_for_its_rule(part):
    """For every rule and method of random applications that a request can reach."""
    counts = Counter()
    for laboratory in laboratories(part * 10_000):
        observed = Observed(laboratory)

        assert list(observed.observe()) == [], "\n".join(laboratory.story)

        of_rules = [each for each in observed.entries if each.endpoint is not None]
        counts["entries"] += len(of_rules)
        counts["seen"] += sum(map(observed.is_seen, of_rules))
    # The others are of rules that never match because of another rule, a converter or a redirect.
    assert counts["seen"] > counts["entries"] * 0.6, counts


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_404_has_the_policy_that_the_inventory_gives_for_its_prefix(part):
    """Below path rules, below the prefixes of blueprints, and elsewhere."""
    counts = Counter()
    for laboratory in laboratories(5_000 + part * 10_000, 4 * APPLICATIONS):
        entries = [each for each in inventory(laboratory.application) if each.endpoint is None]
        plain = [each for each in entries if "<" not in each.rule + each.host]
        for entry in plain:
            if entry.host or any(each is not entry and each.rule == entry.rule for each in plain):
                # A path rule for everything leaves nothing to the policy of the application.
                continue
            with matched() as found:
                sent = answer_to(laboratory, environ_of(as_wsgi(entry.rule), "GET", "main.example"))
            if sent is not None and sent.code == 404 and not found:
                counts[entry.source.partition(" ")[0]] += 1

                assert number_of(entry) in {sent.policy, None}, (entry, laboratory.story)
    assert min(counts["path"], counts["blueprint"], counts["application"]) > 0, counts


def test_the_inventory_of_the_bank_is_its_table_of_policies():
    """Every rule and method, the prefix of the partner's blueprint and the path of the brand."""
    sites = Sites(*(Site(name, f"{name}.demo.localhost", 80) for name in ("bank", "partner", "attacker")))
    policies = policies_for(sites)
    bank = create_bank(sites, policies)

    entries = inventory(bank)

    rules = {(rule.rule, method) for rule in bank.url_map.iter_rules() for method in rule.methods}
    assert {(each.rule, each.method) for each in entries if each.endpoint} == rules
    for each in entries:
        path = each.rule.replace("<int:number>", "7").replace("<path:name>", "logo.svg")
        # The prefixes represent what is below them.
        expected = policies.of_path(path if each.endpoint else f"{path}/none")
        if each.endpoint == "guard":
            # Where the guard can be seen, and not where it is turned off.
            expected = policies.public
        assert each.policy is expected, each
    assert [(each.rule, each.source) for each in entries if not each.endpoint] == [
        ("/brand", "path /brand"),
        ("/partners", "blueprint partners"),
        ("/", "application"),
    ]
