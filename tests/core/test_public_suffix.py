"""Public suffixes, below which strangers register names, and sites."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import publicsuffixlist
import pytest

from flask_corsguard.core.public_suffix import (
    UNLISTED,
    has_strangers_below,
    is_unlisted,
    site_of,
    suffix_within,
)


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
    ("host", "suffix"),
    [
        ("co.uk", "co.uk"),
        ("github.io", "github.io"),
        ("github.io.", "github.io."),
        ("intranet", "intranet"),
        ("localhost", None),
        ("localhost.", None),
        ("a.example", None),
        ("mine.github.io", None),
        # Rules lie below these, of which one is given.
        ("amazonaws.com.cn", "s3-website.cn-north-1.amazonaws.com.cn"),
        ("akershus.no", "nes.akershus.no"),
        ("xn--nes-akershus.no", None),
        # The only rule below is a wildcard.
        ("ovh.net", "any.hosting.ovh.net"),
        # Above an exception to a wildcard, the domain is public all the same.
        ("kawasaki.jp", "kawasaki.jp"),
        ("city.kawasaki.jp", None),
        # In punycode.
        ("xn--p1ai", "xn--p1ai"),
        ("xn--sknland-fxa.no", "xn--sknland-fxa.no"),
        ("xn--stfold-9xa.no", "xn--vler-qoa.xn--stfold-9xa.no"),
        ("xn--a.example", None),
    ],
)
def test_strangers_have_names_below_a_public_suffix_and_above_one(host, suffix):
    """Whatever has no rule of its own is one, but the loopback names."""
    assert suffix_within(host) == suffix
    assert has_strangers_below(host) is (suffix is not None)


@pytest.mark.parametrize("domain", UNLISTED)
def test_a_tunnel_host_counts_as_public_although_the_list_lacks_it(domain):
    """Neither is any name below it one owner's, and a name that only ends like it is another."""
    assert publicsuffixlist.PublicSuffixList().is_private(domain)
    for host in (domain, f"{domain}.", f"mine.{domain}", f"a.b.{domain}"):
        assert is_unlisted(host)
        assert suffix_within(host) == host
    assert not is_unlisted(f"evil{domain}")
    assert suffix_within(f"evil{domain}") is None
    # Browsers do not know it: for their cookies it is a site.
    assert site_of(f"mine.{domain}") == domain


def _rules():
    lines = Path(publicsuffixlist.PSLFILE).read_text("utf-8").splitlines()
    for rule in lines:
        if rule and not rule.startswith("//"):
            yield rule.removeprefix("!").removeprefix("*.").encode("idna").decode("ascii")


def _named_by_rules():
    for host in _rules():
        yield from (host, f"a.{host}", f"b.a.{host}", host.rpartition(".")[2])


@pytest.mark.slow
def test_the_list_without_punycode_has_the_same_answers_as_the_whole_list():
    """Of every host that a rule names, its neighbours above and below, and the same in punycode."""
    whole = publicsuffixlist.PublicSuffixList()
    hosts = set(_named_by_rules())

    assert sum("xn--" in host for host in hosts) > 1000
    assert {host for host in hosts if suffix_within(host) == host} == set(filter(whole.is_public, hosts))
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


def test_a_domain_above_a_rule_of_the_list_has_strangers_below():
    """Hundreds of these are not public themselves; of each a public suffix below it is given."""
    whole = publicsuffixlist.PublicSuffixList()
    above = {".".join(rule.split(".")[start:]) for rule in _rules() for start in range(1, 9)} - {""}
    private = set(filter(whole.is_private, above))

    assert len(private) > 300
    for host in private:
        assert suffix_within(host).endswith(f".{host}")
        assert whole.is_public(suffix_within(host))


def test_a_dot_at_the_end_belongs_to_no_site():
    """The host with it and the host without it lie on one site."""
    assert site_of("www.example.com.") == site_of("www.example.com") == "example.com"
    assert site_of("com.") is None
