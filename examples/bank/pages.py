"""The partner and the attacker: one page each, with the same buttons."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, render_template

from .experiments import EXPERIMENTS
from .sites import Site, Sites

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def create_page(site: Site, sites: Sites) -> Flask:
    """Return the application of the partner or of the attacker."""
    app = Flask(__name__)
    here = f"{site.origin}/?run=all"

    @app.get("/")
    def home() -> ResponseReturnValue:
        return render_template(
            "page.html",
            site=site,
            sites=sites,
            other=sites.attacker if site is sites.partner else sites.partner,
            sign_in_and_run=f"{sites.bank.origin}/sign-in?{urlencode({'next': here})}",
            experiments=[asdict(experiment) for experiment in EXPERIMENTS],
        )

    return app
