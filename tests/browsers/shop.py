"""The application of the debug page's picture: a blueprint, a view and a path with policies of their own."""

from __future__ import annotations

from flask import Blueprint, Flask

from flask_corsguard import CorsGuard, Policy, cors

api = Blueprint("api", __name__, url_prefix="/api")
cors(origins=["https://app.example", "https://*.partner.example"], credentials=True)(api)


@api.route("/orders/<int:number>", methods=["GET", "PUT"])
def order(number: int) -> dict[str, int]:
    """Return an order."""
    return {"number": number}


app = Flask("shop", static_folder=None)
app.debug = True
app.register_blueprint(api)


@app.get("/rates")
@cors(origins="*")
def rates() -> dict[str, float]:
    """Return what everyone may read."""
    return {"EUR/USD": 1.1}


@app.route("/files/<path:name>", methods=["GET", "PUT"])
def file(name: str) -> str:
    """Return the name of a file."""
    return name


public = Policy(origins=["https://files.example"], guard="report")
CorsGuard(app, origins=["https://shop.example"], paths={"/files/public": public}, debug_page=app.debug)
