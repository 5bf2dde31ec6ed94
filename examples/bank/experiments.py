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
    #: The mode of fetch().
    mode: Literal["cors", "no-cors"] = "cors"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    credentials: bool = False
    #: Why it ends as it does, where no policy decides: an image is shown, a transfer carried out.
    why: str = ""


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
        "No form could send X-Debug, so the browser asks first; the policy does not list it.",
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
        why="A form asks nobody first, and CORS decides only who may read an answer. "
        "The guard, which would have refused it, is off.",
    ),
    Experiment(
        "Transfer money by script",
        "The same fields with fetch(); no preflight, because a form could send them too.",
        "fetch",
        "/transfer",
        method="POST",
        mode="no-cors",
        headers={"Content-Type": "text/plain"},
        body="to=Mallory&amount=100",
        credentials=True,
        why="The script learns nothing, and wants nothing but that the request is sent. "
        "The guard, which would have refused it, is off.",
    ),
)
