"""The buttons that the partner's and the attacker's page have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

How = Literal["fetch", "image", "pixels", "form"]


@dataclass(frozen=True)
class Experiment:
    """One button: what the page asks of the bank when it is pressed."""

    title: str
    about: str
    how: How
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    credentials: bool = False
    #: Why it ends as it does, where the policy is not what decides.
    why: str = ""


_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}

EXPERIMENTS: Final = (
    Experiment("Read the public rates", "Open to every origin.", "fetch", "/rates"),
    Experiment(
        "Read Alice's statement",
        "With her cookie; meant for the partner.",
        "fetch",
        "/partners/statement",
        credentials=True,
    ),
    Experiment(
        "Change a standing order",
        "A PUT with JSON: the browser asks the bank first.",
        "fetch",
        "/partners/standing-orders/7",
        method="PUT",
        headers={"Content-Type": "application/json", "X-Request-ID": "demo-1"},
        body='{"amount": 25}',
        credentials=True,
    ),
    Experiment(
        "Send an unlisted header",
        "The policy does not list X-Debug, so the browser asks the bank first.",
        "fetch",
        "/partners/statement",
        headers={"X-Debug": "1"},
        credentials=True,
    ),
    Experiment(
        "Show the bank's logo",
        "A plain image, as on any page.",
        "image",
        "/brand/logo.svg",
        why="Showing an image was never restricted: the page sees that there is one, "
        "but may not look into it.",
    ),
    Experiment(
        "Read the logo's pixels",
        "The same image with crossorigin, drawn on a canvas.",
        "pixels",
        "/brand/logo.svg",
    ),
    Experiment(
        "Transfer money by form",
        "An old-fashioned form in a hidden frame, sent by itself.",
        "form",
        "/transfer",
        method="POST",
        body="to=Mallory&amount=100",
        credentials=True,
        why="A form asks nobody first. CORS decides who may read an answer; "
        "it does not stop a request, so the bank has carried it out.",
    ),
    Experiment(
        "Transfer money by script",
        "The same fields with fetch(); no preflight, because a form could send them too.",
        "fetch",
        "/transfer",
        method="POST",
        headers=_FORM,
        body="to=Mallory&amount=100",
        credentials=True,
        why="The script gets an error, yet the request was sent and carried out: "
        "what CORS withheld is only the answer.",
    ),
)
