"""What a page of the web consists of: its script, run by a JavaScript engine, and its elements.

The engine is QuickJS; the page is one in the model of a browser, which answers the script's ``fetch``.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, Final

import quickjs

from flask_corsguard.testing import Image, Page, Response

#: The fields of ``RequestInit`` that the bridge passes on; any other one is an error.
_FIELDS: Final = {"body", "credentials", "headers", "method"}

#: ``exchange`` is the function of Python that asks the page. It takes and returns JSON and never raises. The
#: binding cannot read every string of QuickJS (a rope is a TypeError), but it can read those of stringify.
_FETCH: Final = """
globalThis.fetch = async (url, init = {}) => {
  const {failure, status, ok, headers, body} = JSON.parse(exchange(JSON.stringify([url, init])));
  if (failure !== undefined) throw new TypeError(failure);
  return {
    status,
    ok,
    headers: {get: (name) => headers[name.toLowerCase()] ?? null},
    text: async () => body,
    json: async () => JSON.parse(body),
  };
};
"""

#: Runs as the last line of the script, because only there its constants are in scope.
_READ_CONSTANTS: Final = "\nglobalThis.constant = (name) => JSON.stringify(eval(name));"

_SETTLE: Final = """
globalThis.outcome = null;
script.then(
  () => { outcome = JSON.stringify(""); },
  (error) => { outcome = JSON.stringify(`${error}\\n${error.stack ?? ""}`); },
);
"""


class ScriptError(Exception):
    """A script has thrown an error, or does not end."""


class Script:
    """A module of JavaScript that has run in a page, and its constants.

    :param source: the module.
    :param page: the page that answers ``fetch``.
    :raises FetchRefused: a fetch was refused, and the script has not caught that.
    :raises ScriptError: anything else has gone wrong in the script.
    """

    def __init__(self, source: str, page: Page) -> None:
        self._page = page
        self._failure: Exception | None = None
        self._context = quickjs.Context()
        self._context.add_callable("exchange", self._exchange)
        self._context.eval(_FETCH)
        try:
            self._context.set("script", self._context.module(source + _READ_CONSTANTS))
        except quickjs.JSException as error:
            raise ScriptError(str(error)) from error
        self._context.eval(_SETTLE)
        while self._context.execute_pending_job():
            pass
        outcome = self._context.get("outcome")
        if outcome is None:
            raise ScriptError("The script waits for something that does not happen.")
        error = json.loads(outcome)
        if self._failure is not None and error.startswith(f"TypeError: {_message(self._failure)}\n"):
            raise self._failure
        if error:
            raise ScriptError(error)

    def __getitem__(self, constant: str) -> Any:
        """Return the value of a constant, as JSON has it."""
        return json.loads(self._context.get("constant")(constant))

    def _exchange(self, request: str) -> str:
        # An exception must not pass through the engine, which would lose it.
        try:
            url, fields = json.loads(request)
            assert fields.keys() <= _FIELDS, fields
            response = self._page.fetch(url, data=fields.pop("body", None), **fields)
        except Exception as failure:  # noqa: BLE001 - __init__ raises it
            self._failure = failure
            return json.dumps({"failure": _message(failure)})
        headers = {name.lower(): value for name, value in response.headers}
        answer = {"status": response.status, "ok": response.ok, "headers": headers, "body": response.text}
        return json.dumps(answer)


def _message(failure: Exception) -> str:
    return f"Failed to fetch: {failure}"


def statuses(script: Script, *constants: str) -> list[int]:
    """Return the statuses of the responses that a script keeps in these constants."""
    return [script[name]["status"] for name in constants]


class _Elements(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self.images: list[Image] = []
        self.fonts: list[Response] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        # See https://html.spec.whatwg.org/#cors-settings-attribute: without a value it is "anonymous".
        crossorigin = (attributes["crossorigin"] or "anonymous") if "crossorigin" in attributes else None
        if tag == "img":
            self.images.append(self.page.image(attributes["src"], crossorigin))
        elif tag == "link":
            # A font is fetched with CORS; what was preloaded in another way is not used for it.
            assert (attributes["rel"], attributes["as"], crossorigin) == ("preload", "font", "anonymous")
            self.fonts.append(self.page.font(attributes["href"]))

    def handle_data(self, data: str) -> None:
        self.fonts += [self.page.font(url) for url in re.findall(r'url\("([^"]+)"\)', data)]


def show(html: str, page: Page) -> _Elements:
    """Load what *html* shows in *page*; return its ``images`` and ``fonts``."""
    elements = _Elements(page)
    elements.feed(html)
    elements.close()
    return elements
