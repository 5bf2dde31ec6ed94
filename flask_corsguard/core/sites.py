"""Sites: what a registrar sells, and everything below it (https://html.spec.whatwg.org/#sites)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .origins import canonical_address, is_loopback_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def is_public_suffix(host: str) -> bool:
    """Whether strangers can register names below *host*."""
    # "localhost" counts as one by the list's last rule (whatever has no rule of its own is public),
    # but nobody can register a name below it.
    return not is_loopback_host(host) and _public_suffixes().is_public(host.removesuffix("."))


def site_of(host: str) -> str | None:
    """Give the registrable domain of *host*; ``None`` if it has none, as addresses and bare names."""
    if host.startswith("[") or is_loopback_host(host) or canonical_address(host) is not None:
        return None
    return _public_suffixes().privatesuffix(host.removesuffix("."))


@cache
def _public_suffixes() -> PublicSuffixList:
    # Read when it is first asked for: a quarter of a megabyte that most policies never need.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
