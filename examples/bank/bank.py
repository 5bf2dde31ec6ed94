"""The bank: a Flask application with a session, a little money and the policies of policies.py."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from flask import Flask, redirect, render_template, request, send_from_directory

from flask_corsguard import CorsGuard, CrossOriginRefused, Policy, cors

from .journal import COOKIE, MOVE, REFUSED, Journal, Recorder
from .ledger import OWNER, Ledger
from .partners import partners_blueprint
from .policies import Policies
from .sessions import customer_only, is_signed_in, sign_in, sign_out
from .sites import Sites
from .switch import Switch, add_switch

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def create_bank(sites: Sites, policies: Policies) -> Flask:
    """Return the bank's application."""
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        # The strictest there is. The attacker is on the same site, so it does not stop it.
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=10_000,
    )
    CorsGuard(app, policies.application, paths={"/brand": policies.brand})
    ledger, journal, switch = Ledger(), Journal(), add_switch(app, policies)
    app.register_blueprint(partners_blueprint(policies.partners, ledger))
    _add_services(app, policies, ledger)
    _add_pages(app, sites, ledger, journal, switch)
    _add_log(app, policies, journal)

    def policy_of(path: str) -> Policy:
        return policies._replace(application=switch.policy).of_path(path)

    app.wsgi_app = Recorder(app.wsgi_app, journal, policy_of)  # type: ignore[method-assign]
    return app


def _add_services(app: Flask, policies: Policies, ledger: Ledger) -> None:
    @app.get("/rates")
    @cors(policies.public)
    def rates() -> ResponseReturnValue:
        return {"EUR/CHF": 0.95, "EUR/SEK": 11.2, "EUR/USD": 1.1}

    @app.get("/account")
    @customer_only
    def account() -> ResponseReturnValue:
        return ledger.statement()

    @app.post("/transfer")
    @customer_only
    def transfer() -> ResponseReturnValue:
        said = _form()
        amount = said.get("amount", "")
        move = ledger.transfer(int(amount)) if amount.isascii() and amount.isdigit() else None
        if move is None:
            return {"error": "the amount must be a whole number between 1 and the balance"}, 409
        request.environ[MOVE] = move
        if "back" in said:
            # The form on the bank's own page.
            return redirect("/", 303)
        return {"to": said.get("to", ""), "amount": int(amount), "balance": move.after}

    @app.post("/notices")
    def take_notice() -> ResponseReturnValue:
        # The sender has no session; a real notice would be trusted because of its signature.
        return {"noted": True}, 202

    @app.get("/brand/<path:name>")
    def brand(name: str) -> ResponseReturnValue:
        return send_from_directory("brand", name)


def _form() -> dict[str, str]:
    # As many an older handler does: a form is a form, whatever it calls itself.
    if request.mimetype == "text/plain":
        fields = parse_qs(request.get_data(as_text=True).strip())
        return {name: values[0] for name, values in fields.items()}
    return request.form.to_dict()


def _add_pages(app: Flask, sites: Sites, ledger: Ledger, journal: Journal, switch: Switch) -> None:
    def facts() -> dict[str, object]:
        return {
            "sites": sites,
            "site": sites.bank,
            "owner": OWNER,
            "balance": ledger.balance,
            "signed_in": is_signed_in(),
            "guard_on": switch.is_on,
            "entries": journal.entries()[::-1],
        }

    @app.get("/")
    def home() -> ResponseReturnValue:
        return render_template("bank.html", **facts())

    @app.get("/live")
    def live() -> ResponseReturnValue:
        return render_template("live.html", **facts())

    # GET as well: one address that signs in and goes on is what makes the demo easy to try.
    @app.route("/sign-in", methods=["GET", "POST"])
    def sign_alice_in() -> ResponseReturnValue:
        sign_in()
        return redirect(_next(sites), 303)

    @app.post("/sign-out")
    def sign_alice_out() -> ResponseReturnValue:
        sign_out()
        return redirect("/", 303)

    @app.post("/reset")
    def reset() -> ResponseReturnValue:
        ledger.reset()
        journal.reset()
        return redirect("/", 303)


def _next(sites: Sites) -> str:
    target = request.args.get("next", "/")
    parts = urlsplit(target)
    known = f"{parts.scheme}://{parts.netloc}" in {site.origin for site in sites}
    return target if known else "/"


def _add_log(app: Flask, policies: Policies, journal: Journal) -> None:
    @app.errorhandler(CrossOriginRefused)
    def note(refusal: CrossOriginRefused) -> ResponseReturnValue:
        request.environ[REFUSED] = refusal.decision
        return refusal

    @app.get("/log")
    @cors(policies.public)
    def log() -> ResponseReturnValue:
        return [entry._asdict() for entry in journal.entries(request.args.get("press"))]
