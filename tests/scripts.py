"""Runs the scripts and elements that the documentation shows, as a page in the model of a browser.

The scripts are JavaScript, of the plainest kind: constants, calls and literals, with ``await`` before
what waits. That much of it is Python, but for its spelling.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any, Final

from flask_corsguard.testing import Image, Page, Response

#: What is spelt in another way, in this order.
_SPELLINGS: Final = (
    (r"(?m)(^|\s)//\s.*$", ""),
    (r"\bconst \{(\w+)\} = (.*);", r'\1 = (\2)["\1"];'),
    (r"\bconst ", ""),
    (r"\bawait ", ""),
    (r"([{,]\s*)([A-Za-z]\w*)(\s*:\s)", r'\1"\2"\3'),
    (r"`([^`]*)`", r'f"\1"'),
    (r"\$\{", "{"),
)

_FIELDS: Final = {"method", "credentials", "headers"}


class ScriptResponse:
    """What ``fetch`` gives to a script; ``response`` is what it is made from."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status
        self.headers = response.headers

    def json(self) -> Any:
        """Read the body as JSON."""
        return self.response.json


def play(script: str, page: Page) -> dict[str, Any]:
    """Run *script* in *page*, and give its constants."""

    def fetch(url: str, init: dict[str, Any] | None = None) -> ScriptResponse:
        said = dict(init or {})
        body = said.pop("body", None)
        assert said.keys() <= _FIELDS, said
        return ScriptResponse(page.fetch(url, data=body, **said))

    for spelling, python in _SPELLINGS:
        script = re.sub(spelling, python, script)
    names: dict[str, Any] = {"fetch": fetch, "JSON": SimpleNamespace(stringify=json.dumps)}
    exec(script, names)
    return names


class _Elements(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.images: list[Image] = []
        self.fonts: list[Response] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        # See https://html.spec.whatwg.org/#cors-settings-attribute: without a value it is "anonymous".
        crossorigin = (said["crossorigin"] or "anonymous") if "crossorigin" in said else None
        if tag == "img":
            self.images.append(self.page.image(said["src"], crossorigin))
        elif tag == "link":
            # A font is fetched with CORS; what was preloaded in another way is not used for it.
            assert (said["rel"], said["as"], crossorigin) == ("preload", "font", "anonymous")
            self.fonts.append(self.page.font(said["href"]))

    def handle_data(self, data: str) -> None:
        self.fonts += [self.page.font(url) for url in re.findall(r'url\("([^"]+)"\)', data)]


def show(html: str, page: Page) -> _Elements:
    """Load what *html* shows in *page*; give its ``images`` and ``fonts``."""
    elements = _Elements(page)
    elements.feed(html)
    elements.close()
    return elements
