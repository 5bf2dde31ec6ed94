"""Sites: the origins that browsers take for one owner's, and send cookies across.

:see: https://html.spec.whatwg.org/#sites
"""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList

from .urls import OpaqueOrigin, Origin, Url, is_address


def _suffixes_for(host: str) -> PublicSuffixList:
    # A rule with a label in Punycode matches only hosts with such a label.
    return _suffixes(punycode="xn--" in host)


@cache
def _suffixes(*, punycode: bool) -> PublicSuffixList:
    # Read on first use: with the rules in Punycode, it takes about fifty milliseconds, and without, fifteen.
    return PublicSuffixList(accept_encoded_idn=punycode)


def registrable_domain(host: str) -> str | None:
    """Return the registrable domain of *host*; ``None`` for an address or a public suffix.

    A suffix that is not on the list has one label: ``a.localhost`` and ``b.localhost`` are two
    registrable domains, as they are in all engines. A dot at the end belongs to it, so ``example.com.`` is
    another one than ``example.com``. See https://url.spec.whatwg.org/#host-registrable-domain.
    """
    if is_address(host):
        return None
    name = host.removesuffix(".")
    domain: str | None = _suffixes_for(host).privatesuffix(name)
    return None if domain is None else domain + host[len(name) :]


def is_public_suffix(domain: str) -> bool:
    """Return whether *domain* is a public suffix (https://url.spec.whatwg.org/#host-public-suffix)."""
    return not is_address(domain) and _suffixes_for(domain).privatesuffix(domain) is None


def _last_label(host: str) -> str:
    return host.rpartition(".")[2]


def schemelessly_same_site(one: Origin, other: Origin) -> bool:
    """Return whether two origins are schemelessly same site (https://html.spec.whatwg.org/#schemelessly-same-site)."""
    if isinstance(one, OpaqueOrigin) or isinstance(other, OpaqueOrigin):
        return one is other
    if one.host == other.host:
        return True
    # A registrable domain ends with the last label of its host: this separates most pairs without the list.
    if _last_label(one.host) != _last_label(other.host):
        return False
    domain = registrable_domain(one.host)
    return domain is not None and domain == registrable_domain(other.host)


def same_site(one: Origin, other: Origin) -> bool:
    """Return whether two origins are same site: the schemes must be equal, the ports need not be.

    See https://html.spec.whatwg.org/#same-site.
    """
    if not schemelessly_same_site(one, other):
        return False
    return one is other or getattr(one, "scheme", "") == getattr(other, "scheme", "")


def site_of(url: Url) -> str:
    """Return the site of *url* as text (https://html.spec.whatwg.org/#obtain-a-site)."""
    return f"{url.scheme}://{registrable_domain(url.host) or url.host}"
