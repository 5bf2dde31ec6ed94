"""Has a proxy replaced ``Host``? Then a page of the application's own looks like a stranger's."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from .origin import MAX_HOST_LENGTH, Origin, is_loopback_host
from .request import Request

#: Longest ``Host`` that is read, in bytes: a host, ":" and five digits.
MAX_AUTHORITY_LENGTH: Final = MAX_HOST_LENGTH + 1 + 5


def hides_host(request: Request) -> bool:
    """Whether ``Host`` is a name for use inside of a network, and ``Origin`` a public one.

    Where the browser sends ``Sec-Fetch-Site`` it has compared the origins, and no proxy can confuse it.
    """
    origin = Origin.parse(request.origin or "")
    if request.fetch_site or not request.host or origin is None or origin.scheme not in {"http", "https"}:
        return False
    if len(request.host) > MAX_AUTHORITY_LENGTH or _is_internal(origin.host):
        return False
    # By the grammar of hosts: a text that it does not accept is not compared.
    inside = Origin.parse(f"none://{request.host.lower()}")
    return inside is not None and _is_internal(inside.host)


def _is_internal(host: str) -> bool:
    if is_loopback_host(host):
        return True
    try:
        return ip_address(host.strip("[]")).is_private
    except ValueError:
        # A name without a dot, such as "upstream", is not a public name of the internet.
        return "." not in host.removesuffix(".")
