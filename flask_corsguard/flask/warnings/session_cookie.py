"""Whether the session cookie comes along from where a policy allows credentials.

A policy may allow what the cookie's ``SameSite`` attribute then forbids, and nothing says so: the
page reads its answer, only nobody is logged in. What counts is the site, and not the origin
(https://html.spec.whatwg.org/#same-site).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from flask.sessions import SecureCookieSessionInterface

from flask_corsguard.core.origin import Origin
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.public_suffix import site_of

from .warning import Place, warn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.policy import Policy

#: Schemes whose pages are of a site that cookies know of; an app's shell has its own rules.
_OF_SITES: Final = frozenset({"http", "https"})


class SessionCookie:
    """Finds out whether credentials are allowed across sites where the session cookie is not.

    At first by the configuration, if that names the application's host or the policies name more
    than one site. Otherwise the first page that is allowed credentials tells: no host that a health
    check or a developer's machine asks for is taken for the application's own.

    :param policies: all policies of the application.
    """

    def __init__(self, app: Flask, policies: Iterable[Policy], place: Place) -> None:
        self._place = place
        with_credentials = [policy for policy in policies if policy.credentials]
        self._fault = _fault_of(app) if with_credentials else None
        #: Whether a request may still tell what the configuration did not.
        self.waiting = self._fault is not None
        if self.waiting:
            self._compare(_home_of(app), with_credentials)

    def _compare(self, home: str | None, policies: Iterable[Policy]) -> None:
        first = None
        for text, site in _sites_of(policies):
            if home is not None and site != home:
                self._tell(text, f"the application is of the site {home}")
                return
            first = first or (text, site)
            if site != first[1]:
                self._tell(text, f"and to {first[0]}, which is of another site")
                return

    def see(self, environ: WSGIEnvironment, headers: Iterable[tuple[str, str]]) -> None:
        """Look at a response: if it allows credentials, its request says from where."""
        if not self.waiting or not any(
            name.lower() == "access-control-allow-credentials" for name, _ in headers
        ):
            return
        crosses = _crosses_sites(environ)
        if crosses:
            self._tell(environ["HTTP_ORIGIN"], "it has called from another site")
        elif crosses is not None:
            self.waiting = False

    def _tell(self, origin: str, why: str) -> None:
        self.waiting = False
        warn(
            f"A policy allows credentials to {origin} ({why}), but {self._fault}: the session cookie stays "
            'at home. Set SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True, or serve the '
            "page and the application from one site.",
            self._place,
        )


def _fault_of(app: Flask) -> str | None:
    interface = app.session_interface
    if type(interface) is SecureCookieSessionInterface and not app.secret_key:
        # Without a key no session can be written, and there is no cookie to stay anywhere.
        return None
    same_site = interface.get_cookie_samesite(app)
    if same_site is None:
        return 'SESSION_COOKIE_SAMESITE is not set, which Chromium takes for "Lax"'
    if same_site.lower() != "none":
        return f"SESSION_COOKIE_SAMESITE is {same_site!r}"
    if not interface.get_cookie_secure(app):
        return "SESSION_COOKIE_SAMESITE is 'None' without SESSION_COOKIE_SECURE, which browsers refuse"
    return None


def _home_of(app: Flask) -> str | None:
    for said in (app.session_interface.get_cookie_domain(app), app.config["SERVER_NAME"]):
        if said and (site := _site_of_authority(said.lstrip("."))) is not None:
            return site
    return None


def _sites_of(policies: Iterable[Policy]) -> Iterator[tuple[str, str]]:
    for policy in policies:
        for text in policy.origins:
            read = (Origin.parse(text) or OriginPattern.parse(text)) if isinstance(text, str) else None
            if read is not None and read.scheme in _OF_SITES and (site := site_of(read.host)) is not None:
                yield str(text), site


def _crosses_sites(environ: WSGIEnvironment) -> bool | None:
    """Say whether a page of another site asks; ``None`` if that cannot be known."""
    said = environ.get("HTTP_SEC_FETCH_SITE")
    if said is not None:
        # What the browser says is right wherever a proxy has put the Host.
        return {"cross-site": True, "same-site": False}.get(said)
    origin = Origin.parse(environ.get("HTTP_ORIGIN", ""))
    theirs = site_of(origin.host) if origin is not None and origin.scheme in _OF_SITES else None
    return None if theirs is None else theirs != _site_of_authority(environ.get("HTTP_HOST", ""))


def _site_of_authority(authority: str) -> str | None:
    # By the one grammar of hosts: what it does not read has no site.
    origin = Origin.parse(f"none://{authority.lower()}")
    return None if origin is None else site_of(origin.host)
