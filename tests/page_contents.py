"""What a page of the web consists of: its script, run by a JavaScript engine, and its elements.

The engine is QuickJS; the page is one in the model of a browser, which answers what the script sends: with
``fetch``, ``XMLHttpRequest``, ``EventSource``, ``WebSocket`` and ``navigator.sendBeacon``.
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
_ASK: Final = """
const ask = (...request) => JSON.parse(exchange(JSON.stringify(request)));
"""

_FETCH: Final = """
globalThis.fetch = async (url, init = {}) => {
  const {failure, status, ok, headers, body} = ask("fetch", url, init);
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

#: The objects that tell the script by events. They send at once, and call back when the script waits.
_EVENTS: Final = """
const later = (task) => { Promise.resolve().then(task); };
globalThis.Blob = class {
  constructor(parts, {type = ""} = {}) { this.content = parts.join(""); this.type = type; }
};
globalThis.navigator = {
  sendBeacon: (url, data = "") => {
    const [content, type] = data instanceof Blob ? [data.content, data.type] : [data, null];
    return ask("beacon", url, {content, type}).failure === undefined;
  },
};
globalThis.EventSource = class {
  constructor(url, {withCredentials = false} = {}) {
    const {failure, body} = ask("event_source", url, {with_credentials: withCredentials});
    later(() => {
      if (failure !== undefined) return this.onerror?.({});
      for (const [, data] of body.matchAll(/^data: (.*)$/gm)) this.onmessage?.({data});
    });
  }
  close() {}
};
globalThis.WebSocket = class {
  constructor(url) {
    const {failure} = ask("websocket", url, {});
    later(() => { failure === undefined ? this.onopen?.({}) : this.onclose?.({}); });
  }
};
globalThis.XMLHttpRequest = class {
  upload = {};
  withCredentials = false;
  #fields = {headers: {}};
  open(method, url) { this.#fields.method = method; this.url = url; }
  setRequestHeader(name, value) { this.#fields.headers[name] = value; }
  send(data) {
    const listens = this.upload.onprogress !== undefined;
    const more = {data, with_credentials: this.withCredentials, upload_listener: listens};
    const {failure, status, body} = ask("xhr", this.url, {...this.#fields, ...more});
    later(() => {
      if (failure !== undefined) return this.onerror?.({});
      [this.status, this.responseText] = [status, body];
      if (listens) this.upload.onprogress({loaded: data.length});
      this.onload?.({});
    });
  }
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
        self._context.eval(_ASK + _FETCH + _EVENTS)
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
            response = self._send(*json.loads(request))
        except Exception as failure:  # noqa: BLE001 - __init__ raises it
            self._failure = failure
            return json.dumps({"failure": _message(failure)})
        headers = {name.lower(): value for name, value in response.headers}
        answer = {"status": response.status, "ok": response.ok, "headers": headers, "body": response.text}
        return json.dumps(answer)

    def _send(self, kind: str, url: str, fields: dict[str, Any]) -> Response:
        if kind == "fetch":
            assert fields.keys() <= _FIELDS, fields
            return self._page.fetch(url, data=fields.pop("body", None), **fields)
        if kind == "beacon":
            return self._page.beacon(url, fields["content"], fields["type"])
        return getattr(self._page, kind)(url, **fields)


def _message(failure: Exception) -> str:
    return f"Failed to fetch: {failure}"


def statuses(script: Script, *constants: str) -> list[int]:
    """Return the statuses of the responses that a script stores in these constants."""
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
