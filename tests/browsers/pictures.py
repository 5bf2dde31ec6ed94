"""Takes the pictures of the documentation anew, in Chromium: ``make pictures``."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

from simple_websocket import Client
from werkzeug import test

from browsers import launch
from browsers.arena import Arena
from browsers.launch import START, EngineError, Home
from browsers.serving import served

PICTURES: Final = Path(__file__).parents[2] / "docs" / "_static"
#: The ports of the bank, the partner and the attacker, which the pictures show.
PORTS: Final = ("8101", "8102", "8103")
BANK: Final = f"http://bank.demo.localhost:{PORTS[0]}/"
ATTACKER: Final = f"http://attacker.demo.localhost:{PORTS[2]}/"
EVIL: Final = {"Origin": "https://evil.example"}

#: Whether every experiment of the attacker's page has ended.
_ALL_RUN: Final = """
document.querySelectorAll(".try").length > 0 && document.getElementById("summary").textContent.trim() !== ""
  && [...document.querySelectorAll(".try .badge")].every((badge) => badge.textContent.trim() !== "")
"""
#: Asks on the debug page whether a page may change an order.
_ASK: Final = """
const form = document.querySelector("form");
form.elements.origin.value = "https://app.example";
form.elements.method.value = "PUT";
form.elements.path.value = "/api/orders/7";
form.elements.credentials.checked = true;
form.requestSubmit();
"""
_ANSWERED: Final = 'document.body.innerText.includes("the page reads the answer")'


class Page:
    """A page of Chromium.

    :param address: where the browser takes commands for it.
    """

    def __init__(self, address: str) -> None:
        # A picture is one message.
        self._socket = Client(address, max_message_size=None)
        self._sent = 0
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command of the DevTools protocol, and return its result."""
        self._sent += 1
        self._socket.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.receive(timeout=START) or '{"id": -1}')
            if message.get("id") == self._sent and "error" not in message:
                return message["result"]
            if message.get("id") in {-1, self._sent}:
                raise EngineError(f"{method}: {message}")

    def run(self, script: str) -> Any:
        """Run JavaScript, and return its value."""
        return self.call("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def open(self, url: str, condition: str, width: int, height: int = 800) -> None:
        """Open *url* in a window of this size, and wait until the *condition* is true."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.call("Page.navigate", url=url)
        self.wait_for(condition)

    def wait_for(self, condition: str) -> None:
        """Wait until an expression in JavaScript is true."""
        end = time.monotonic() + START
        while not self.run(condition):
            if time.monotonic() > end:
                raise EngineError(f"This is not true in time: {condition}")
            time.sleep(0.1)

    def take(self, name: str, *, whole: bool) -> None:
        """Write a picture of the window, or of the *whole* page."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize" if whole else "cssVisualViewport"]
        clip = {"x": 0, "y": 0, "scale": 1, **_size_of(size)}
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        (PICTURES / name).write_bytes(base64.b64decode(picture["data"]))


def _size_of(metrics: dict[str, float]) -> dict[str, float]:
    return {
        side: metrics.get(side, metrics.get(f"client{side.title()}", 0.0)) for side in ("width", "height")
    }


@contextmanager
def started_page() -> Iterator[Page]:
    """Start Chromium, and yield its page."""
    home = Home("chromium")
    try:
        with Arena() as arena:
            command, environ = launch.chromium(home, arena)
            flags = ("--remote-debugging-port=0", "--remote-allow-origins=*", "--hide-scrollbars")
            home.spawn([*command, *flags, "about:blank"], environ)
            port = home.path / "profile" / "DevToolsActivePort"
            end = time.monotonic() + START
            while not (port.exists() and "\n" in port.read_text()):
                if time.monotonic() > end:
                    raise EngineError("\n".join(["Chromium does not start.", *home.said()]))
                time.sleep(0.1)
            with urlopen(f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json") as pages:
                (address,) = [
                    each["webSocketDebuggerUrl"] for each in json.load(pages) if each["type"] == "page"
                ]
            yield Page(address)
    finally:
        home.remove()


@contextmanager
def demo() -> Iterator[None]:
    """Start the demo, and go on once it has printed its table."""
    command = [sys.executable, "-m", "examples.bank", "--ports", *PORTS]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as bank:
        try:
            if not any("Ctrl-C" in line for line in bank.stdout or ()):
                raise EngineError("The demo does not start.")
            yield
        finally:
            bank.terminate()


def take_demo(page: Page) -> None:
    """Take the attacker's page once everything has run, then the page of the bank."""
    with demo():
        page.open(ATTACKER, "document.querySelector('.actions a') !== null", 1280)
        page.open(page.run("document.querySelector('.actions a').href"), _ALL_RUN, 1280)
        page.take("demo-attacker.png", whole=True)
        page.open(BANK, "document.body.innerText.includes('/partners/standing-orders/7')", 1280)
        page.take("demo-bank.png", whole=True)


def take_debug_page(page: Page) -> None:
    """Take the debug page with an answer and two refusals."""
    # The page shows the place of a policy below the current directory.
    os.chdir(Path(__file__).parent)
    from browsers.shop import app

    for path in ("/api/orders/7", "/files/public/a"):
        test.Client(app).put(path, headers=EVIL, base_url="http://127.0.0.1:5099")
    with served(app, "/_cors") as address:
        page.open(address, "document.body.innerText.includes('request refused')", 1180, 1180)
        page.run(_ASK)
        page.wait_for(_ANSWERED)
        page.take("debug-page.png", whole=False)


if __name__ == "__main__":
    with started_page() as taken:
        take_demo(taken)
        take_debug_page(taken)
