"""The applications of Flask: two sites, and where in them a library gets its policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import Blueprint, Flask

from flask_corsguard import CorsGuard, Policy, cors

from .requests import SHORT_PATH

View = Callable[..., str]
Mark = Callable[[Any], Any]

#: Where a policy is configured.
PLACES: Final = ("application", "views", "blueprints")

_RESOURCES: Final = ("items", "orders", "customers", "invoices", "reports")


def _unmarked(view_or_blueprint: Any) -> Any:
    return view_or_blueprint


def one_page(mark_view: Mark = _unmarked, mark_blueprint: Mark = _unmarked) -> Flask:
    """Build an application of one page, which is in a blueprint."""
    app, inner = Flask("page", static_folder=None), Blueprint("inner", "page")
    page: View = mark_view(lambda: "ok")
    inner.add_url_rule(SHORT_PATH, "page", page, methods=["GET", "POST"])
    mark_blueprint(inner)
    app.register_blueprint(inner)
    return app


def twenty_routes(mark_view: Mark = _unmarked, mark_blueprint: Mark = _unmarked) -> Flask:
    """Build an application: five resources of an API in a blueprint, with three routes each, five pages."""
    app = Flask("site", static_folder=None)
    api = Blueprint("api", "site", url_prefix="/api")
    for name in _RESOURCES:
        # A function for each route: a mark stays on the function.
        listed: View = mark_view(lambda: "ok")
        shown: View = mark_view(lambda number: "ok")  # noqa: ARG005
        api.add_url_rule(f"/{name}", f"list_{name}", listed, methods=["GET", "POST"])
        api.add_url_rule(
            f"/{name}/<int:number>", f"show_{name}", shown, methods=["GET", "POST", "PUT", "DELETE"]
        )
        api.add_url_rule(f"/{name}/search", f"search_{name}", mark_view(lambda: "ok"))
    mark_blueprint(api)
    app.register_blueprint(api)
    for name in ("", "about", "contact", "terms", "login"):
        app.add_url_rule(f"/{name}", f"page_{name}", lambda: "ok")
    return app


def guarded_site(site: Callable[..., Flask], policy: Policy, place: str = "application") -> Flask:
    """Build *site* with this library, and its policy in one of the :data:`PLACES`."""
    app = _marked(site, place, cors(policy), cors(policy))
    CorsGuard(app, *([policy] if place == "application" else []))
    return app


def flask_cors_site(site: Callable[..., Flask], place: str = "application", **fields: Any) -> Flask:
    """Build *site* with Flask-CORS, and its options in one of the :data:`PLACES`."""
    from flask_cors import CORS, cross_origin

    app = _marked(site, place, cross_origin(**fields), partial(CORS, **fields))
    if place == "application":
        CORS(app, **fields)
    return app


def _marked(site: Callable[..., Flask], place: str, mark_view: Mark, mark_blueprint: Mark) -> Flask:
    if place == "views":
        return site(mark_view=mark_view)
    if place == "blueprints":
        return site(mark_blueprint=mark_blueprint)
    return site()
