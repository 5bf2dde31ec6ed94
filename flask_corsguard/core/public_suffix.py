"""Sites: what a registrar sells, and everything below it (https://html.spec.whatwg.org/#sites)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .origin import canonical_address, is_loopback_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(host: str) -> bool:
    """Whether strangers can register names below *host*."""
    # "localhost" counts as one by the list's last rule (whatever has no rule of its own is public),
    # but nobody can register a name below it. Asked last, because hardly any host gets that far.
    return _list_for(host).is_public(host.removesuffix(".")) and not is_loopback_host(host)


def site_of(host: str) -> str | None:
    """Give the registrable domain of *host*; ``None`` if it has none, as addresses and bare names."""
    if host.startswith("[") or is_loopback_host(host) or canonical_address(host) is not None:
        return None
    return _list_for(host).privatesuffix(host.removesuffix("."))


def _list_for(host: str) -> PublicSuffixList:
    # What has no label in punycode cannot be named by a rule that has one.
    return _public_suffixes(punycode="xn--" in host)


@cache
def _public_suffixes(*, punycode: bool) -> PublicSuffixList:
    # Read when it is first asked for: a quarter of a megabyte that most policies never need. To have
    # the rules in punycode, too, takes two thirds of the time.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_encoded_idn=punycode)
