"""The three origins of the demo and where they are."""

from __future__ import annotations

from typing import Final, NamedTuple

NAMES: Final = ("bank", "partner", "attacker")
LOOPBACK: Final = "127.0.0.1"

_DEFAULT_PORT: Final = 80


class Site(NamedTuple):
    """One origin: a name for people, a host and a port."""

    name: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of ``Host``, where a default port is left out."""
        return self.host if self.port == _DEFAULT_PORT else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin as a browser writes it."""
        return f"http://{self.authority}"


class Sites(NamedTuple):
    """All three of them, which to a browser's cookies are one site."""

    bank: Site
    partner: Site
    attacker: Site

    def name_of(self, origin: str | None) -> str:
        """Return the name of the site with this *origin*, or the origin itself."""
        if origin is None:
            return "no Origin"
        return next((site.name for site in self if site.origin == origin), origin)


def sites_at(ports: tuple[int, int, int], *, plain: bool) -> Sites:
    """Return the three sites, by names below ``demo.localhost`` or, if *plain*, by number.

    Browsers resolve ``*.localhost`` to this machine by themselves (RFC 6761, section 6.3). By
    number all three have the same host, so that one's cookies are sent to the two others as well.
    """
    hosts = [LOOPBACK if plain else f"{name}.demo.localhost" for name in NAMES]
    return Sites(*map(Site, NAMES, hosts, ports))
