"""What the bank has for its partner: a blueprint with a policy of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, jsonify, request

from flask_corsguard import Policy, cors

from .ledger import Ledger
from .sessions import customer_only

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def partners_blueprint(policy: Policy, ledger: Ledger) -> Blueprint:
    """Return the blueprint; the mark applies to all of it, the 404 below its prefix included."""
    partners = cors(policy)(Blueprint("partners", __name__, url_prefix="/partners"))

    @partners.get("/statement")
    @customer_only
    def statement() -> ResponseReturnValue:
        answer = jsonify(ledger.statement())
        answer.headers["X-Statement-Number"] = "42"
        return answer

    @partners.put("/standing-orders/<int:number>")
    @customer_only
    def change_standing_order(number: int) -> ResponseReturnValue:
        said: Any = request.get_json()
        amount = said.get("amount") if isinstance(said, dict) else None
        if not isinstance(amount, int) or amount < 1:
            abort(400)
        if not ledger.change_order(number, amount):
            abort(404)
        return {"order": number, "amount": amount, "request": request.headers.get("X-Request-ID")}

    return partners
