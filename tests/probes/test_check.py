"""The demo's bank is found to be without fault, and with one fault planted before it, that one is named."""

from __future__ import annotations

import shlex

import pytest

from flask_corsguard import Policy, Request, decide
from flask_corsguard.explanations import wire
from flask_corsguard.probes.catalogue import FINDINGS
from flask_corsguard.probes.check import findings_of
from flask_corsguard.probes.look_alikes import look_alikes
from flask_corsguard.probes.session import LimitReached, Session
from flask_corsguard.testing.urls import parse_url
from probes import planted
from probes.planted import PARTNER, bank, proxied

# Requests in the name of a stranger come to a host on loopback; and of the bank's own log nothing is read.
pytestmark = [
    pytest.mark.filterwarnings("ignore::flask_corsguard.CorsGuardWarning"),
    pytest.mark.usefixtures("_without_log"),
]


@pytest.fixture
def _without_log(caplog):
    """Have the log go nowhere else."""
    caplog.set_level("CRITICAL", "flask_corsguard")
    caplog.set_level("CRITICAL", "waitress.queue")


@pytest.fixture(scope="module")
def port():
    """Serve the bank."""
    with bank() as port:
        yield port


OUGHT = Policy(origins=[PARTNER])


def session_of(text, *, policy=OUGHT, origin=PARTNER, **bounds):
    """Return a session that does not wait."""
    url = parse_url(text)
    server = wire.Server(url.scheme, url.host, url.port)
    return Session(server, url, policy, origin, **{"rate": 1e6, **bounds})


def found_at(url, **options):
    """Return the codes of what is found, in order."""
    return [finding.code for finding in findings_of(session_of(url, **options))]


def test_the_demo_has_no_fault(port):
    """Where a partner may read, where everyone may, where nobody may, and for strangers alone."""
    root = f"http://127.0.0.1:{port}"

    assert found_at(f"{root}/brand/logo.svg") == []
    assert found_at(f"{root}/brand/logo.svg?size=2") == []
    assert found_at(f"{root}/rates", policy=Policy(origins="*")) == []
    assert found_at(f"{root}/partners/statement") == []
    assert found_at(f"{root}/account", policy=None, origin=None) == []


def test_a_proxy_without_a_fault_adds_none(port):
    """What is found behind another one is that one's."""
    with proxied(port, None) as url:
        assert found_at(url) == []


def starts_alike(origin):
    """Compare the beginning alone."""
    return origin.startswith(PARTNER)


FAULTS = [
    (planted.reflects, ["origin.reflected", "origin.two-lines", "origin.empty", "host.reflected"]),
    (planted.drops_vary, ["vary.missing"]),
    (planted.adds_everyone, ["header.doubled"]),
    (planted.allows_everyone_with_cookies, ["credentials.with-wildcard", "credentials.value"]),
    (planted.caching(), ["cache.without-origin"]),
    (planted.drops_fetch_site, ["guard.fetch-site-dropped"]),
    (planted.drops_origin, ["guard.null", "guard.origin-dropped"]),
    (planted.takes_underscores, ["guard.name-confusion"]),
    (planted.trusts_forwarded_host, ["guard.forwarded-host"]),
    (planted.accelerates, ["internal-header.leaked", "preflight.differs"]),
    (planted.answers_preflights_itself, ["preflight.status"]),
    (planted.has_bare_errors, ["error.unreadable"]),
    (planted.limits_bodies, ["error.unreadable"]),
    (planted.only_on("HEAD"), ["head.differs"]),
    (planted.only_on(206), ["range.differs"]),
    (planted.only_on(304), ["not-modified.differs"]),
    (planted.only_on("OPTIONS"), ["preflight.differs", "vary.missing"]),
    (planted.allowing(starts_alike), ["origin.look-alike"]),
    (planted.allowing(lambda origin: origin in {PARTNER, "null", "file://"}), ["origin.null", "origin.file"]),
    (planted.allowing(lambda origin: False), ["origin.not-allowed"]),
]


@pytest.mark.parametrize(("fault", "codes"), FAULTS, ids=[",".join(codes) for _, codes in FAULTS])
def test_a_planted_fault_is_found_and_named(port, fault, codes, monkeypatch):
    """And nothing else is."""
    if fault is planted.limits_bodies:
        # It answers, however busy this machine is.
        monkeypatch.setattr("flask_corsguard.probes.answers.TOO_LARGE_TIMEOUT", 60)
    with proxied(port, fault) as url:
        found = found_at(url)

    if fault is planted.drops_origin:
        assert set(found) <= set(codes)
        assert "guard.origin-dropped" in found
    else:
        assert list(dict.fromkeys(found)) == codes


def test_every_code_is_found_by_a_planted_fault():
    """None is there for nothing."""
    assert {code for _, codes in FAULTS for code in codes} == set(FINDINGS)


def test_a_finding_comes_with_the_request_that_shows_it(port):
    """For a shell, with the headers that matter alone."""
    with proxied(port, planted.reflects) as url:
        curls = {each.code: shlex.split(each.curl) for each in findings_of(session_of(url))}

    assert curls["origin.empty"] == ["curl", "-si", "-H", "Origin;", url]
    assert curls["host.reflected"][2:6] == [
        *("-H", "Origin: https://stranger.example"),
        *("-H", "X-Forwarded-Host: stranger.example"),
    ]
    with proxied(port, planted.only_on("HEAD")) as url:
        (finding,) = findings_of(session_of(url))
    assert shlex.split(finding.curl) == ["curl", "-si", "-I", "-H", f"Origin: {PARTNER}", url]


def test_an_origin_that_a_pattern_allows_is_not_a_look_alike(port):
    """The policy that ought to apply allows it."""
    policy = Policy(
        origins=[PARTNER, "http://*.partner.demo.localhost:8002", "http://partner.demo.localhost:*"]
    )

    with proxied(port, planted.allowing(lambda origin: policy_allows(policy, origin))) as url:
        assert found_at(url, policy=policy) == []


def policy_allows(policy, origin):
    """Ask the policy."""
    return decide(policy, Request(method="GET", origin=origin)).allowed


def test_the_limit_ends_the_check(port):
    """No request is sent after it."""
    with proxied(port, None) as url:
        session = session_of(url, limit=7)
        with pytest.raises(LimitReached):
            list(findings_of(session))

    assert session.sent == 7


def test_the_rate_is_not_exceeded():
    """There is a pause between two requests, and none before the first."""
    pauses = []
    with planted.serving(planted.Server(lambda *_: (200, [], b""))) as server:
        session = session_of(server.url, rate=4, sleep=pauses.append)
        for _ in range(3):
            session.ask()

    assert pauses == [0.25, 0.25]


def test_look_alikes_are_not_origins_of_the_same_owner():
    """Each differs from the origin, and none is twice there."""
    for origin in ("https://app.example", "http://localhost:3000", "http://127.0.0.1", "https://[::1]:8443"):
        made = [each for _, each in look_alikes(origin)]
        assert origin not in made
        assert len(made) == len(set(made))
    assert list(look_alikes("capacitor://localhost")) == []
