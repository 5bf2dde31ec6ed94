"""Who may do what at the bank: a policy in each possible place."""

from __future__ import annotations

from typing import NamedTuple

from flask_corsguard import SAME_ORIGIN, Policy

from .sites import Sites


class Policies(NamedTuple):
    """The policies of the bank."""

    #: On a view: everyone may read it, without cookies.
    public: Policy
    #: On the view that turns the guard on and off: nobody, and there the guard is always on.
    switch: Policy
    #: On a blueprint: the partner, with Alice's cookie.
    partners: Policy
    #: On a path: the partner, without cookies.
    brand: Policy
    #: On the application, for all the rest: nobody.
    application: Policy

    def of_path(self, path: str) -> Policy:
        """Return the policy that *path* ought to have; the rows of the table compare what it has."""
        if path in {"/rates", "/log"}:
            return self.public
        if path == "/guard":
            return self.switch
        if path.startswith("/partners/"):
            return self.partners
        if path.startswith("/brand/"):
            return self.brand
        return self.application

    def with_guard(self, *, on: bool) -> Policies:
        """Return the same policies with the application's guard on or off, as the switch turns it."""
        return self._replace(application=self.application.replace(guard="enforce" if on else "off"))


def policies_for(sites: Sites) -> Policies:
    """Return the policies of the bank, with the guard on."""
    partner = sites.partner.origin
    return Policies(
        public=Policy(origins="*"),
        switch=SAME_ORIGIN,
        partners=Policy(
            origins=[partner],
            methods=["GET", "PUT"],
            allow_headers=["Content-Type", "X-Request-ID"],
            expose_headers=["X-Statement-Number"],
            credentials=True,
        ),
        brand=Policy(origins=[partner]),
        application=SAME_ORIGIN,
    )
