"""The policies that the tests of exports share: together they need everything that an engine has to do."""

from __future__ import annotations

from flask_corsguard import SAME_ORIGIN, Policy

A = "https://app.example"
EVIL = "https://evil.example"

RICH = Policy(
    origins=[
        *(A, "https://app.example:8443", "http://localhost:3000", "https://[2001:db8::1]"),
        *("https://*.partner.example", "https://*.co-op.example:8443", "https://*.dev.example:*"),
        *("http://localhost:*", "app://.", "app://*.shell.example", "safari-web-extension://0A1B-2C"),
    ],
    methods=["GET", "PUT", "DELETE"],
    allow_headers=["X-Token", "Authorization"],
    expose_headers=["X-Total", "ETag"],
    credentials=True,
    max_age=0,
    timing=True,
    private_network=True,
)
EVERYONE = Policy(origins="*", methods="*", allow_headers="*", expose_headers="*", timing="*")
READERS = Policy(origins=[A, "null"], methods=["GET"], dangerously_allow=["null-origin"])
UNGUARDED = Policy(origins=[A], guard="off", resource_policy="same-site", max_age=None)
WILD = Policy(origins=[A, "https://*.partner.example"], methods="*", allow_headers=["*", "Authorization"])
OTHERS = Policy(origins=["https://other.example"])
AUDIENCES = [Policy(origins=[A], credentials=True), Policy(origins="*")]

PATHS = {
    "/api/deep": OTHERS,
    "/api": RICH,
    "/open": EVERYONE,
    "/read": READERS,
    "/off": UNGUARDED,
    "/caf\u00e9": WILD,
    "/both": AUDIENCES,
    "/": SAME_ORIGIN,
}
SOURCES = {
    "paths": PATHS,
    "one": RICH,
    "everyone": EVERYONE,
    "closed": SAME_ORIGIN,
    "audiences": AUDIENCES,
    "no root": {"/api": OTHERS},
}
