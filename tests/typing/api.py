"""How a consumer's code uses the public names; checked by two type checkers, and run."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Flask
from flask.views import MethodView

from flask_corsguard import (
    SAME_ORIGIN,
    CorsGuard,
    CorsMiddleware,
    CrossOriginRefused,
    Decision,
    Kind,
    Origin,
    Policy,
    PolicyError,
    Problem,
    Reason,
    Request,
    cors,
    cors_refused,
    decide,
)
from flask_corsguard.live import LiveOrigins, LivePolicies
from flask_corsguard.live.redis import RedisSet
from flask_corsguard.testing import OriginSource

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def of_a_tenant(origin: Origin) -> bool:
    """Look an origin up."""
    return origin.scheme == "https" and origin.host.endswith(".tenants.example") and origin.port is None


partners = Policy(
    origins=["https://partner.example", re.compile(r"https://[a-z]+\.example\.com"), of_a_tenant],
    methods=("GET", "PUT"),
    allow_headers=["Authorization", "Content-Type"],
    expose_headers=["X-Total"],
    credentials=True,
    max_age=timedelta(minutes=10),
    private_network=False,
    timing=True,
    resource_policy="same-site",
    guard="report",
    dangerously_allow=["insecure-origins"],
)
tenants = LiveOrigins(RedisSet("redis://127.0.0.1:1/0"), ttl=5, grace=60)
customers = LiveOrigins(lambda: ["https://one.example"], version=lambda: 1)
simulated = OriginSource(["https://one.example"])
policy_of_tenants = Policy(origins=["https://app.example", tenants, customers, LiveOrigins(simulated)])


def policy_of_host(host: str) -> Policy | None:
    """Look a host up."""
    return partners if host == "api.example" else None


def host_of(environ: WSGIEnvironment) -> str:
    """Return the host of a request."""
    return str(environ.get("HTTP_HOST"))


policies = LivePolicies(policy_of_host, key=host_of, ttl=5, grace=60, maxsize=4096)
copy: Policy = Policy.from_mapping(partners.to_dict())
longer: Policy = partners.replace(max_age=86400)

api = cors(partners)(Blueprint("api", __name__, url_prefix="/api"))


@api.get("/rates")
@cors(origins="*", max_age=None)
def rates() -> str:
    """Return the rates."""
    return "1.08"


@cors(partners)
class Account(MethodView):
    """An account."""

    def get(self, number: int) -> dict[str, int]:
        """Return its balance."""
        return {"number": number, "balance": 0}


api.add_url_rule("/accounts/<int:number>", view_func=Account.as_view("account"))

app = Flask(__name__)
guard = CorsGuard(app, origins=["https://app.example"], paths={"/open": Policy(origins="*")})
app.register_blueprint(api)
later = CorsGuard(paths={"/open": {"origins": "*"}})
later.init_app(Flask("later"))
later.init_app(Flask("configured"), partners, blueprints={"api": partners})
later.init_app(Flask("by fields"), origins=["https://app.example"], blueprints={"api": {"origins": "*"}})
CorsGuard(Flask("another"), partners)


def on_refusal(environ: WSGIEnvironment, decision: Decision) -> None:
    """Count a refusal."""
    print(environ["PATH_INFO"], decision.reason, decision.explain())


def plain(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer any request."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def policy_of(environ: WSGIEnvironment) -> Policy:
    """Choose by host."""
    return partners if environ["HTTP_HOST"] == "partner.example" else SAME_ORIGIN


layer = CorsMiddleware(plain, partners, debug=True, on_refusal=on_refusal)
layer.policy = {"/api": partners, "/": SAME_ORIGIN}
layer.policy = policy_of
CorsMiddleware(app.wsgi_app, policy_of)
CorsMiddleware(app.wsgi_app, policy_of)
CorsMiddleware(app.wsgi_app, policies)
decision: Decision = decide(
    partners, Request(method="OPTIONS", origin="https://partner.example", requested_method="PUT")
)
kind: Kind = decision.kind
reason: Reason = decision.reason
status: int | None = decision.status
for name, value in decision.headers:
    line: str = f"{name}: {value}"
same: bool = decide(partners, Request.from_headers("GET", {"Origin": "null"})).allowed

try:
    Policy(origins=["https://app.example/"])
except PolicyError as error:
    problems: tuple[Problem, ...] = error.problems
    hints: list[str] = [problem.hint for problem in problems]


@app.errorhandler(CrossOriginRefused)
def refused(error: CrossOriginRefused) -> tuple[str, int]:
    """Return the reason."""
    return error.decision.explain(), 403


@cors_refused.connect
def count(sender: Flask, decision: Decision) -> None:
    """Count a refused preflight."""
