"""Warns when a policy allows credentials across sites but ``SameSite`` blocks the session cookie.

Nothing else shows this: the page reads its answer, but nobody is logged in. The site decides, and not the
origin (https://html.spec.whatwg.org/#same-site).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from flask.sessions import SecureCookieSessionInterface

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.public_suffix import site_of

from .warning import Place, warn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.policy import Policy

#: The schemes whose pages belong to a site that cookies know; an app's shell has its own rules.
_OF_SITES: Final = frozenset({"http", "https"})

_REMEDY: Final = (
    'set SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True, or serve the page and the '
    "application from one site."
)

_PORT = re.compile(r":[0-9]+$")


class SessionCookie:
    """Compares the sites to which policies allow credentials with the reach of the session cookie.

    The configuration decides, if it names the application's host or the policies name more than one site.
    Otherwise the first page that is allowed credentials decides: the host that a health check or a
    developer's machine asks for is not taken for the application's own.

    :param app: the application.
    :param policies: all policies of the application.
    :param place: the line to which the warning points.
    """

    def __init__(self, app: Flask, policies: Iterable[Policy], place: Place) -> None:
        self._place = place
        with_credentials = [policy for policy in policies if policy.credentials]
        self._problem = _problem_of(app) if with_credentials else None
        #: What the configuration decides.
        self.found: Finding | None = None
        #: The possible outcomes, as long as nothing has decided.
        self.possible: Finding | None = None
        if self._problem is not None:
            own_site = _own_site(app)
            self.found = self._compare(own_site, with_credentials)
            self.possible = self._possible(own_site, with_credentials)
        #: Whether a request must decide, because the configuration did not.
        self.undecided = self._problem is not None and self.found is None

    def _compare(self, own_site: str | None, policies: Iterable[Policy]) -> Finding | None:
        first = None
        for text, site in _sites_of(policies):
            if own_site is not None and site != own_site:
                return self._finding(text, f"the application is of the site {own_site}")
            first = first or (text, site)
            if site != first[1]:
                return self._finding(text, f"and to {first[0]}, which is of another site")
        return None

    def _possible(self, own_site: str | None, policies: Iterable[Policy]) -> Finding | None:
        text, site = next(_sites_of(policies), (None, None))
        if own_site is not None or text is None:
            return None
        message = (
            f"A policy allows credentials to {text}, but {self._problem}: unless the application is of the "
            f"site {site}, too, the session cookie is not sent."
        )
        return Finding(code="cookie.unknown-site", message=message, hint=f"Set SERVER_NAME; or {_REMEDY}")

    def observe(self, environ: WSGIEnvironment, headers: Iterable[tuple[str, str]]) -> None:
        """Compare the sites of a request whose response allows credentials."""
        if not self.undecided or not any(
            name.lower() == "access-control-allow-credentials" for name, _ in headers
        ):
            return
        crosses = _crosses_sites(environ)
        if crosses:
            self.undecided = False
            warn(self._finding(environ["HTTP_ORIGIN"], "it has called from another site"), self._place)
        elif crosses is not None:
            self.undecided = False

    def _finding(self, origin: str, why: str) -> Finding:
        message = (
            f"A policy allows credentials to {origin} ({why}), but {self._problem}: the session cookie is "
            "not sent."
        )
        return Finding(code="cookie.stays-home", message=message, hint=f"S{_REMEDY[1:]}")


def _problem_of(app: Flask) -> str | None:
    interface = app.session_interface
    if type(interface) is SecureCookieSessionInterface and not app.secret_key:
        # Without a key no session can be written, so there is no cookie.
        return None
    same_site = interface.get_cookie_samesite(app)
    if same_site is None:
        return 'SESSION_COOKIE_SAMESITE is not set, which Chromium treats as "Lax"'
    if same_site.lower() != "none":
        return f"SESSION_COOKIE_SAMESITE is {same_site!r}"
    if not interface.get_cookie_secure(app):
        return "SESSION_COOKIE_SAMESITE is 'None' without SESSION_COOKIE_SECURE, which browsers refuse"
    return None


def _own_site(app: Flask) -> str | None:
    for authority in (app.session_interface.get_cookie_domain(app), app.config["SERVER_NAME"]):
        if authority and (site := _site_of_authority(authority.lstrip("."))) is not None:
            return site
    return None


def _sites_of(policies: Iterable[Policy]) -> Iterator[tuple[str, str]]:
    for policy in policies:
        for text in policy.origins:
            read = (Origin.parse(text) or OriginPattern.parse(text)) if isinstance(text, str) else None
            if read is not None and read.scheme in _OF_SITES and (site := site_of(read.host)) is not None:
                yield str(text), site


def _crosses_sites(environ: WSGIEnvironment) -> bool | None:
    """Return whether a page of another site sends the request; ``None`` if that cannot be known."""
    fetch_site = environ.get("HTTP_SEC_FETCH_SITE")
    if fetch_site is not None:
        # The browser is right, whatever a proxy does to Host.
        return {"cross-site": True, "same-site": False}.get(fetch_site)
    origin = Origin.parse(environ.get("HTTP_ORIGIN", ""))
    theirs = site_of(origin.host) if origin is not None and origin.scheme in _OF_SITES else None
    return None if theirs is None else theirs != _site_of_authority(environ.get("HTTP_HOST", ""))


def _site_of_authority(authority: str) -> str | None:
    # By the grammar of hosts: what it does not accept has no site. Without the port, which might be the
    # default one.
    origin = Origin.parse(f"http://{_PORT.sub('', authority.lower())}")
    return None if origin is None else site_of(origin.host)
