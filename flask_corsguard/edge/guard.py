"""What the guard asks, in terms that every engine has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.guard import MAX_UPGRADE_LENGTH, OWN_SITES, SAFE_METHODS, authorities
from flask_corsguard.core.limits import MAX_WILDCARD_METHOD_LENGTH
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.policy import Policy

from .origins import PORT

#: The methods that the guard always allows.
SAFE: Final = tuple(sorted(SAFE_METHODS))

#: The values of ``Sec-Fetch-Site`` under which every request passes.
OWN: Final = OWN_SITES

#: An expression for the values of ``Upgrade`` that ask for a WebSocket.
WEBSOCKET: Final = r"(?i:(?:.*[^!#$%&'*+.^_`|~0-9A-Za-z-])?websocket(?:[^!#$%&'*+.^_`|~0-9A-Za-z-].*)?)"

#: A longer value of ``Upgrade`` counts as one that asks for a WebSocket, in bytes.
UPGRADE_LENGTH: Final = MAX_UPGRADE_LENGTH

#: An expression for the methods that ``"*"`` covers; :data:`FORBIDDEN_METHOD` is the exception.
ANY_METHOD: Final = rf"[!#$%&'*+.^_`|~0-9A-Za-z-]{{1,{MAX_WILDCARD_METHOD_LENGTH}}}"
FORBIDDEN_METHOD: Final = r"(?i:CONNECT|TRACE|TRACK)"

_DOMAIN: Final = (
    r"(?=[^:/|]{1,253}(?:[:/|]))(?:[a-z0-9_-]{1,63}\.)*"
    r"(?!(?:[0-9]+|0x[0-9a-f]*)\.?[:/|])[a-z0-9_-]{1,63}\.?"
)
_BYTE: Final = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_HOST: Final = rf"(?:{_DOMAIN}|{_BYTE}(?:\.{_BYTE}){{3}}|\[::1\])"

#: An expression for ``origin|scheme|host`` where the origin is the application's own, by ``Host``. It needs
#: look-ahead and back-references (PCRE). Of IPv6 addresses, the engine's own machine is the only one.
OWN_BY_HOST: Final = "|".join(
    [
        rf"http://(?P<corsguard_a>{_HOST})(?::80)?/?\|http\|(?i:(?P=corsguard_a))(?::80)?",
        rf"https://(?P<corsguard_b>{_HOST})(?::443)?/?\|https?\|(?i:(?P=corsguard_b))(?::443)?",
        rf"http://(?P<corsguard_c>{_HOST}):(?P<corsguard_d>(?!80/?\|){PORT})/?\|http\|(?i:(?P=corsguard_c)):(?P=corsguard_d)",
        rf"https://(?P<corsguard_e>{_HOST}):(?P<corsguard_f>(?!443/?\|){PORT})/?\|https?\|(?i:(?P=corsguard_e)):(?P=corsguard_f)",
    ]
)


#: For engines that have neither, expressions for origins of http and https: every one that can be the
#: application's own matches all of the first, and none of the second unless it matches the third.
OWN_FORM: Final = (
    rf"https?://(?:(?:[a-z0-9_-]{{1,63}}\.)*[a-z0-9_-]{{1,63}}\.?|\[::1\])(?::{PORT})?/?",
    r"https?://(?:[^:/]{1,253}|\[::1\])(?::[0-9]+)?/?",
)
NUMBER_FORM: Final = r"https?://(?:[^:/]*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?(?::[0-9]+)?/?"
ADDRESS_FORM: Final = rf"https?://{_BYTE}(?:\.{_BYTE}){{3}}(?::[0-9]+)?/?"


@dataclass(frozen=True, slots=True)
class Guard:
    """Which requests of an allowed origin may reach the application.

    :ivar enforced: whether the guard refuses anything.
    :ivar methods: the methods that may; ``None`` means :data:`ANY_METHOD`.
    :ivar cookies: whether a request with a ``Cookie`` may.
    """

    enforced: bool
    methods: tuple[str, ...] | None
    cookies: bool

    def lets_pass(self, method: str, *, has_cookie: bool) -> bool:
        """Whether a request of an allowed origin with this *method* may reach the application."""
        if has_cookie and not self.cookies:
            return False
        return method in self.methods if self.methods is not None else is_any_method(method)


@dataclass(frozen=True, slots=True, order=True)
class OwnSite:
    """An origin of the application's own, and the values of ``Host`` that its server is reached by."""

    origin: str
    hosts: tuple[str, ...]

    @property
    def schemes(self) -> str:
        """An expression for the schemes that its server is reached by; TLS may end before it."""
        return "https?" if self.origin.startswith("https:") else "http"


def own_site(origin: Origin) -> OwnSite:
    """Return the site of *origin*."""
    return OwnSite(str(origin), tuple(authorities(origin)))


def guard_of(policy: Policy) -> Guard:
    """Return what the guard of *policy* asks."""
    by_policy = compiled(policy)
    methods = None if by_policy.any_method else tuple(sorted(by_policy.unsafe_methods))
    return Guard(policy.guard == "enforce", methods, policy.credentials)


def own_expression(sites: tuple[OwnSite, ...]) -> str:
    """Return an expression for ``origin|scheme|host`` where the origin is one of *sites*, or by ``Host``."""
    if not sites:
        return OWN_BY_HOST
    spelled = []
    for site in sites:
        hosts = "|".join(map(re.escape, site.hosts))
        # As core.guard reads it, an origin may end with a slash here.
        spelled.append(rf"{re.escape(site.origin)}/?\|{site.schemes}\|(?i:{hosts})")
    return "|".join(spelled)


def is_any_method(method: str) -> bool:
    """Whether ``"*"`` covers *method*."""
    return (
        re.fullmatch(ANY_METHOD, method) is not None
        and re.fullmatch(FORBIDDEN_METHOD, method, re.ASCII) is None
    )


def asks_for_socket(upgrade: str) -> bool:
    """Whether *upgrade* asks for a WebSocket, or might."""
    return len(upgrade) > UPGRADE_LENGTH or re.fullmatch(WEBSOCKET, upgrade, re.DOTALL | re.ASCII) is not None


def is_own_by_host(origin: str, scheme: str, host: str) -> bool:
    """Whether *origin* is that of the server that is reached at *scheme* and *host*."""
    return re.fullmatch(OWN_BY_HOST, f"{origin}|{scheme}|{host}", re.ASCII) is not None


def is_own_site(sites: tuple[OwnSite, ...], origin: str, scheme: str, host: str) -> bool:
    """Whether *origin* is one of *sites*, and *host* is that of the same one."""
    return any(
        origin in {site.origin, f"{site.origin}/"}
        and host.lower() in site.hosts
        and re.fullmatch(site.schemes, scheme) is not None
        for site in sites
    )
