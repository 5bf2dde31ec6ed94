"""The faults behind the messages of the consoles: what each means, and what to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

#: The placeholder for a value that a message does not name.
EXAMPLES: Final[Mapping[str, str]] = {
    "credentials": "",
    "first": "https://api.example/old",
    "header": "X-Name",
    "initiator": "https://app.example/names.js",
    "kind": "fetch",
    "method": "PUT",
    "origin": "https://app.example",
    "page": "https://app.example/",
    "schemes": "http, https",
    "space": "local",
    "status": "502",
    "target": "private",
    "type": "text/html",
    "url": "https://api.example/names",
    "value": "https://other.example",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One cause of a blocked request.

    The texts have placeholders, such as ``{origin}``, for what a message names.
    """

    #: A stable name, such as ``"preflight-status"``.
    code: str
    #: What happened, in one to three sentences.
    meaning: str
    #: What to change, and where.
    remedy: str
    #: The change as code for flask-corsguard; empty if no policy can change it.
    change: str = ""
    #: The section of the standard, or of its draft.
    link: str
    #: Examples for values, where those of all faults would not show this one.
    examples: Mapping[str, str] = field(default_factory=dict)

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """Return *text*, which is one of this fault, with *values* in it.

        :param values: what the message names; examples replace the rest.
        """
        return text.format_map({**EXAMPLES, **self.examples, **values})


FETCH: Final = "https://fetch.spec.whatwg.org/"
CORS_CHECK: Final = f"{FETCH}#concept-cors-check"
PREFLIGHT: Final = f"{FETCH}#cors-preflight-fetch-0"
