"""The verdicts of the guard, as a table made by asking it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Final

from corsguard_reference import Generated, code, paragraph, table
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.errors import ExtensionError

from flask_corsguard import SAME_ORIGIN, Policy, Request
from flask_corsguard.core.guard import judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: The policies that are asked, by the head of their column; the page shows them as code.
POLICIES: Final = {
    "Closed": SAME_ORIGIN,
    "Listed": Policy(origins=["https://app.example"], credentials=True),
    "Any origin": Policy(origins="*"),
}

_POST: Final = Request(method="POST", host="bank.example", scheme="https")
_HANDSHAKE: Final = replace(_POST, method="GET", upgrade="websocket")

#: The values of ``Sec-Fetch-Site``, or its absence, in a request that another origin sends.
_FOREIGN_SITES: Final = ("same-site", "cross-site", "of-a-later-standard", None)

_OWN: Final = (
    ("https", "bank.example", "https://bank.example"),
    ("https", "bank.example:443", "https://bank.example"),
    ("http", "bank.example", "http://bank.example"),
    ("http", "bank.example", "https://bank.example"),
    ("http", "bank.example:8000", "http://bank.example:8000"),
)

_OTHERS: Final = (
    "https://evil.example",
    "https://www.bank.example",
    "https://bank.example:8443",
    "http://bank.example",
    "https://app.example.evil.example",
)


def _foreign(*origins: str | None, method: str = "POST", cookie: bool = False) -> list[Request]:
    """Return the requests that pages of *origins* send, with and without ``Sec-Fetch-Site``."""
    bases = [replace(_POST, method=method)] + ([_HANDSHAKE] if method == "POST" else [])
    return [
        replace(base, origin=origin, fetch_site=site, has_cookie=cookie)
        for base, origin, site in product(bases, origins, _FOREIGN_SITES)
        if not (origin is None and site is None)
    ]


def _with_any_cookie(requests: Iterable[Request]) -> list[Request]:
    return [replace(each, has_cookie=cookie) for each in requests for cookie in (True, False)]


def _unsafe(**said: str | None) -> list[Request]:
    bases = [replace(_POST, method=method) for method in ("POST", "PUT", "DELETE", "ANYTHING")]
    return _with_any_cookie(replace(base, **said) for base in [*bases, _HANDSHAKE])


#: The title of each row, and all the requests that it covers.
ROWS: Final[dict[str, list[Request]]] = {
    "GET, HEAD or OPTIONS, from any sender": _with_any_cookie(
        replace(_POST, method=method, origin=origin, fetch_site=site)
        for method in ("GET", "HEAD", "OPTIONS")
        for origin in ("https://evil.example", "null", None)
        for site in _FOREIGN_SITES
    ),
    "Sec-Fetch-Site is same-origin or none": [
        request
        for site in ("same-origin", "none")
        for origin in ("https://bank.example", "null", None)
        for request in _unsafe(fetch_site=site, origin=origin)
    ],
    "Neither Sec-Fetch-Site nor Origin": _unsafe(),
    "No Sec-Fetch-Site; Origin is the server's own": [
        request
        for scheme, host, origin in _OWN
        for request in _unsafe(scheme=scheme, host=host, origin=origin)
    ],
    "Otherwise, Origin is https://app.example": _foreign("https://app.example"),
    "The same, with a Cookie": _foreign("https://app.example", cookie=True),
    "The same, with PUT, which is not in methods": _foreign("https://app.example", method="PUT"),
    "Otherwise, another Origin": _foreign(*_OTHERS),
    "Otherwise, Origin is null": _foreign("null"),
    "Otherwise, no Origin": _foreign(None),
}


class Verdicts(Generated):
    """For each kind of request and each policy, whether the guard allows it, and why."""

    def run(self) -> list[nodes.Node]:
        """Return the table; every request that a row covers is judged."""
        head = ("Request", *POLICIES)
        return [table(head, (self._row(*row) for row in ROWS.items()), "verdicts")]

    def _row(self, title: str, requests: list[Request]) -> list[list[nodes.Node]]:
        return [[paragraph(title)], *(self._cell(title, policy, requests) for policy in POLICIES.values())]

    def _cell(self, title: str, policy: Policy, requests: list[Request]) -> list[nodes.Node]:
        judged = {(decision.allowed, decision.reason) for decision in (judge(policy, r) for r in requests)}
        if len(judged) != 1:
            raise ExtensionError(f"Not the same for all: {title}: {sorted(map(str, judged))}")
        ((allowed, reason),) = judged
        verdict = nodes.inline("", "passes" if allowed else "refused", classes=["verdict"])
        link = pending_xref(
            "",
            code(str(reason)),
            refdomain="std",
            reftype="ref",
            reftarget=f"reason-{reason}",
            refdoc=self.env.docname,
            refexplicit=True,
            refwarn=True,
        )
        return [
            nodes.paragraph("", "", verdict, classes=["passes" if allowed else "refused"]),
            paragraph(link),
        ]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("guard-verdicts", Verdicts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
