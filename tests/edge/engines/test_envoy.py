"""What is particular to Envoy: the configuration around the exported file, and its expressions."""

from __future__ import annotations

import pytest

from edge.engines.envoy_engine import ENGINES, WITHOUT_FILTER
from edge.engines.launch import running
from edge.engines.test_vectors import shown, unknown
from edge.policies import source as source_named
from flask_corsguard import Policy
from flask_corsguard.edge.replay import replay
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import vectors_of

(ENVOY,) = ENGINES


def findings_in(engine, source, **options):
    """Start *engine*, and return a finding for each vector."""
    with running(engine, source, **options) as started, started.wire() as wire:
        return list(replay(source, vectors_of(source, started.site), wire, reached="x-reached"))


def asks_for_socket(finding) -> bool:
    """Whether the request is a handshake as a browser sends it."""
    return ("Upgrade", "websocket") in finding.vector.headers


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_envoy_without_the_filter_grants_no_more(tls):
    """Browsers come to the same verdicts, and only upgrades are answered with other headers."""
    findings = findings_in(WITHOUT_FILTER, source_named("paths"), tls=tls)

    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(WITHOUT_FILTER, findings)) == ""
    unequal = [each for each in findings if not each.c and not each.is_unread]
    assert unequal
    assert shown([each for each in unequal if "Upgrade" not in dict(each.vector.headers)]) == ""


@pytest.mark.parametrize("sockets", [False, True], ids=["refuses", "opens"])
def test_envoy_answers_handshakes_by_the_policy_whatever_the_application_does(sockets):
    """The headers of the application are removed from its answer, and those of the policy are added."""
    findings = [
        each for each in findings_in(ENVOY, source_named("paths"), sockets=sockets) if asks_for_socket(each)
    ]

    assert {each.status for each in findings} == {101 if sockets else 200, 403}
    assert shown([each for each in findings if not each.c]) == ""


@pytest.mark.parametrize("engine", [ENVOY, WITHOUT_FILTER], ids=str)
def test_envoy_replaces_the_headers_of_an_open_socket_without_the_filter_too(engine):
    """Only a handshake that fails in the application needs it."""
    findings = [
        each for each in findings_in(engine, source_named("paths"), sockets=True) if each.status == 101
    ]

    assert findings
    assert shown([each for each in findings if not each.c]) == ""


def test_envoy_passes_methods_that_it_does_not_know():
    """A policy can list them, and the guard compares them. A QUERY needs a Content-Type."""
    source = source_of(Policy(origins=["https://app.example"], methods=["GET", "QUERY", "RENDER"]))

    findings = findings_in(ENVOY, source)

    assert shown(unknown(ENVOY, findings)) == ""
    rendered = [each for each in findings if each.vector.method == "RENDER"]
    assert {each.seen.passes for each in rendered} == {True, False}
    assert shown([each for each in rendered if not each.c]) == ""
    with running(ENVOY, source) as started, started.wire() as wire:
        headers = [("Host", started.site.host), ("Origin", "https://app.example")]
        statuses = [
            wire.ask("QUERY", "/", [*headers, *more]).status
            for more in ((), (("Content-Type", "text/plain"),))
        ]
    assert statuses == [400, 200]


def test_envoy_has_room_for_many_origins():
    """They are in several expressions: the first and the last of each are found, and no look-alike."""
    numbers = range(100_000)
    source = source_of(Policy(origins=[f"https://tenant-{number}.customers.example" for number in numbers]))

    with running(ENVOY, source) as started, started.wire() as wire:
        for number in range(0, 100_000, 1009):
            for name, status in ((f"{number}", 204), (f"{number}x", 403), (f"-{number}", 403)):
                origin = f"https://tenant-{name}.customers.example"
                headers = [("Host", started.site.host), ("Origin", origin)]
                answer = wire.ask("OPTIONS", "/", [*headers, ("Access-Control-Request-Method", "PUT")])
                assert answer.status == status, origin
                assert answer.values("access-control-allow-origin") == [origin] * (status == 204)
