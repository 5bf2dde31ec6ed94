"""Public suffixes, below which strangers register names, and sites (https://html.spec.whatwg.org/#sites)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .origin import canonical_address, is_loopback_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

#: Domains below which anyone gets a name, and that the public suffix list of 2026-10-23 lacks. Those of the
#: wildcard DNS services https://nip.io and https://sslip.io, which resolve every name with an address in it.
#: Those of the tunnels of https://localtunnel.me, and of the workspaces of https://www.gitpod.io
#: (``8080-name.ws-eu.gitpod.io``) and https://github.com/features/codespaces (``name-8080.app.github.dev``).
UNLISTED: Final = ("nip.io", "sslip.io", "loca.lt", "gitpod.io", "github.dev")

# A rule of at least two labels, without the mark of an exception, and what is right of its first label.
_RULE = re.compile(r"^!?([^\s/.]+\.(\S+))", re.MULTILINE)

_BELOW_UNLISTED: Final = tuple(f".{domain}" for domain in UNLISTED)


def has_strangers_below(host: str) -> bool:
    """Return whether strangers can have names below *host*, which then is not one owner's domain."""
    return suffix_within(host) is not None


def suffix_within(host: str) -> str | None:
    """Return a domain at or below *host* below which anyone can have a name; ``None`` if there is none.

    It is *host* itself if that is a public suffix, or at or below one of :data:`UNLISTED`. Else it is a rule
    of the list that lies below: ``*.amazonaws.com`` covers ``evil.s3.amazonaws.com``.
    """
    name = host.removesuffix(".")
    # By the list's last rule, a domain without a rule of its own is public. So "localhost" counts as one, but
    # nobody can register a name below it. Asked last, because hardly any host gets that far.
    if _list_for(name).is_public(name) and not is_loopback_host(name):
        return host
    # The shorter test first: it is true of few, and false ones are "evilnip.io".
    if name.endswith(UNLISTED) and is_unlisted(name):
        return host
    return _suffixes_below(punycode="xn--" in name).get(name)


def is_unlisted(host: str) -> bool:
    """Return whether *host* is at or below one of :data:`UNLISTED`."""
    return f".{host.removesuffix('.')}".endswith(_BELOW_UNLISTED)


def site_of(host: str) -> str | None:
    """Return the registrable domain of *host*; ``None`` if it has none, such as an address or a bare name."""
    if host.startswith("[") or is_loopback_host(host) or canonical_address(host) is not None:
        return None
    return _list_for(host).privatesuffix(host.removesuffix("."))


def _list_for(host: str) -> PublicSuffixList:
    # A rule with a label in Punycode matches only hosts with such a label.
    return _public_suffixes(punycode="xn--" in host)


@cache
def _public_suffixes(*, punycode: bool) -> PublicSuffixList:
    # The list is read on first use: it has a quarter of a megabyte, and most policies do not need it. The
    # rules in Punycode take two thirds of the time.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_encoded_idn=punycode)


@cache
def _suffixes_below(*, punycode: bool) -> dict[str, str]:
    """Return a rule of the list for every domain that one lies below."""
    from publicsuffixlist import PSLFILE, encode_idn

    # The file that the list itself reads: it has no method that gives its rules.
    rules = _RULE.findall(Path(PSLFILE).read_text("utf-8"))
    below: dict[str, str] = {}
    for domain, rule in {domain: rule for rule, domain in rules}.items():
        suffix, above = rule.replace("*", "any"), domain
        if punycode and not suffix.isascii():
            suffix, above = encode_idn(suffix), encode_idn(domain)
        while above and above not in below:
            below[above] = suffix
            above = above.partition(".")[2]
    return below
