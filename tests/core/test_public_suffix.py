"""Public suffixes, below which strangers register names, and sites."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import publicsuffixlist
import pytest

from flask_corsguard.core.public_suffix import is_public_suffix, site_of


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("app.example", "app.example"),
        ("a.b.app.example", "app.example"),
        ("a.b.app.co.uk", "app.co.uk"),
        ("mine.github.io", "mine.github.io"),
        ("www.app.example.", "app.example"),
        ("github.io", None),
        ("co.uk", None),
        ("intranet", None),
        ("localhost", None),
        ("api.localhost", None),
        ("127.0.0.1", None),
        ("192.0.2.7", None),
        ("[::1]", None),
        ("[2001:db8::1]", None),
    ],
)
def test_a_site_is_one_label_below_a_public_suffix(host, site):
    """Addresses, bare names and public suffixes have no site."""
    assert site_of(host) == site


@pytest.mark.parametrize(
    ("host", "public"),
    [("co.uk", True), ("github.io", True), ("intranet", True), ("localhost", False), ("a.example", False)],
)
def test_a_public_suffix_is_what_strangers_register_below(host, public):
    """A label without a rule of its own is one, too, except for loopback names."""
    assert is_public_suffix(host) is public


def _named_by_rules():
    lines = Path(publicsuffixlist.PSLFILE).read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("//")]
    for rule in rules:
        host = rule.removeprefix("!").removeprefix("*.").encode("idna").decode("ascii")
        yield from (host, f"a.{host}", f"b.a.{host}", host.rpartition(".")[2])


@pytest.mark.slow
def test_the_list_without_punycode_says_what_the_whole_list_says():
    """Of every host that a rule names, its neighbours above and below, and the same in punycode."""
    whole = publicsuffixlist.PublicSuffixList()
    hosts = set(_named_by_rules())

    assert sum("xn--" in host for host in hosts) > 1000
    assert {host: is_public_suffix(host) for host in hosts} == {host: whole.is_public(host) for host in hosts}
    assert {host: site_of(host) for host in hosts} == {host: whole.privatesuffix(host) for host in hosts}


@pytest.mark.slow
def test_the_public_suffix_list_is_not_read_until_it_is_needed():
    """Only subdomains together with credentials need it, and only those in Punycode need all of it."""
    program = (
        "import flask_corsguard as c, flask_corsguard.core.public_suffix as o\n"
        "c.Policy(origins=['https://*.a.example'])\n"
        "assert o._public_suffixes.cache_info().currsize == 0\n"
        "c.Policy(origins=['https://*.a.example'], credentials=True)\n"
        "assert o._public_suffixes.cache_info().currsize == 1\n"
        "c.Policy(origins=['https://*.xn--p1ai.example'], credentials=True)\n"
        "assert o._public_suffixes.cache_info().currsize == 2\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
