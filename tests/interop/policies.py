"""The policies of the application that every server runs, and the origins they speak of."""

from __future__ import annotations

from typing import Final

from flask_corsguard import SAME_ORIGIN, Policy

A: Final = "https://app.example"
PARTNER: Final = "https://eu.partner.example"
EVIL: Final = "https://evil.example"
HOST: Final = "api.example"

LISTED: Final = Policy(
    origins=[A, "https://*.partner.example"],
    methods=["GET", "POST", "PUT"],
    allow_headers=["Content-Type", "X-Asked"],
    expose_headers=["X-Total"],
)
CREDENTIALED: Final = LISTED.replace(credentials=True, expose_headers=[])
EVERYONE: Final = Policy(origins="*")

#: By path: what the Flask application configures by marks on blueprints and views, and by ``paths``.
BY_PATH: Final = {
    "/account": CREDENTIALED,
    "/api": LISTED,
    "/files": LISTED,
    "/open": EVERYONE,
    "/": SAME_ORIGIN,
}

# Of the soak.
ONE: Final = "https://one.example"
TWO: Final = "https://two.example"
BOTH: Final = "https://both.example"

#: Requests of a worker from one replacement to the next: 50,000 give more than 200 of them.
EVERY: Final = 240

# Of what is streamed.
FIRST: Final = b"data: first\n\n"
SECOND: Final = b"data: second\n\n"
