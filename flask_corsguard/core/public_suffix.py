"""Public suffixes, below which strangers register names, and sites (https://html.spec.whatwg.org/#sites)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .origin import canonical_address, is_loopback_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(host: str) -> bool:
    """Whether strangers can register names below *host*."""
    # "localhost" is a public suffix by the list's last rule: every label without a rule is. But nobody can
    # register a name below it. The list first: hardly any host is a public suffix.
    return _list_for(host).is_public(host.removesuffix(".")) and not is_loopback_host(host)


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
