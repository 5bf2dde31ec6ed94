"""What engines really write to their console when CORS stops a request is what ``why`` recognises.

Firefox writes such messages to no place that can be read from outside; but it has them in a file.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
import zipfile
from pathlib import Path

import pytest

from browsers import launch
from browsers.launch import Home
from explanations.small_servers import Server, serving
from flask_corsguard.console_messages.console_text import findings_of

#: Seconds for a page to run all requests, and again for what was written last to arrive in the log.
BOUND = 120
#: Seconds between two looks at the log.
LOOK = 0.1

_ALLOW = "Access-Control-Allow-"
_PUT = "{method: 'PUT'}"
_COOKIES = "{credentials: 'include'}"

#: By name: the options of a request, what is answered ({} is the origin of the page), and the faults of the
#: engines: Chromium's, and WebKit's if it is another one.
REQUESTS = {
    "none": ("{}", 200, [], "no-allow-origin", ""),
    "bare-error": ("{}", 502, [], "no-allow-origin", ""),
    "anyone": (_COOKIES, 200, [("Origin", "*")], "wildcard-with-credentials", ""),
    "no-credentials": (_COOKIES, 200, [("Origin", "{}")], "allow-credentials", ""),
    "twice": ("{}", 200, [("Origin", "*"), ("Origin", "{}")], "multiple-allow-origin", ""),
    "no-origin": ("{}", 200, [("Origin", "app.example")], "invalid-allow-origin", "no-allow-origin"),
    "other": ("{}", 200, [("Origin", "https://other.example")], "origin-mismatch", "no-allow-origin"),
    "preflight": (_PUT, 200, [], "preflight-no-allow-origin", "no-allow-origin"),
    "preflight-405": (_PUT, 405, [("Origin", "{}")], "preflight-status", ""),
    "preflight-moved": (_PUT, 307, [("Origin", "{}")], "preflight-redirect", "preflight-status"),
    "method": (_PUT, 200, [("Origin", "{}"), ("Methods", "GET")], "method-not-allowed", ""),
    "header": ("{headers: {'X-A': '1'}}", 200, [("Origin", "{}")], "header-not-allowed", ""),
    "methods": (_PUT, 200, [("Origin", "{}"), ("Methods", "PUT GET")], "methods-syntax", ""),
}


class Pages(Server):
    """The server of the page, and of what it requests."""

    def __init__(self):
        super().__init__(self._answer)
        self.done = threading.Event()

    def _answer(self, method, path, headers):
        sent = dict(headers)
        if path == "/done":
            self.done.set()
            return 204, [], b""
        if path == "/":
            return 200, [("Content-Type", "text/html")], self._page()
        _, status, given, *_ = REQUESTS[path.strip("/")]
        origin = sent.get("Origin", "")
        answered = [(_ALLOW + name, value.replace("{}", origin)) for name, value in given]
        return status, [*answered, ("Location", "/none")] if status == 307 else answered, b"x"

    def _page(self):
        api = f"http://api.localhost:{self.server_port}"
        calls = "".join(
            f"await fetch('{api}/{name}', {options}).catch(() => 0);\n"
            for name, (options, *_) in REQUESTS.items()
        )
        return f"<script>(async () => {{\n{calls}await fetch('/done');\n}})()</script>".encode()


def found_by(name, arena, expected):
    """Return what is found in the log of an engine while a page runs all requests: *expected*, and more."""
    home = Home(f"console-{name}")
    try:
        recipe = getattr(launch, name)(home, arena)
        flags = {
            "chromium": ["--enable-logging=stderr", "--v=0"],
            "webkit": ["--enable-write-console-messages-to-stdout=true"],
        }
        with serving(Pages()) as server:
            address = f"http://app.localhost:{server.server_port}/"
            home.spawn([*recipe.command, *flags[name], address], recipe.environ)
            assert server.done.wait(BOUND), home.said()
            until = time.monotonic() + BOUND
            while True:
                findings = findings_of((home.path / "log").read_text("utf-8", "replace"))
                found = {
                    (each.values.get("url", "").rpartition("/")[2], each.fault.code) for each in findings
                }
                if found >= expected or time.monotonic() > until:
                    return found
                time.sleep(LOOK)
    finally:
        home.remove()


@pytest.mark.parametrize("name", ["chromium", "webkit"])
def test_every_message_of_an_engine_is_recognised(name, arena):
    """Each with the fault behind it, and with the URL."""
    expected = {
        (path, (name == "webkit" and other) or code) for path, (_, _, _, code, other) in REQUESTS.items()
    }

    found = found_by(name, arena, expected)

    assert found >= expected, sorted(expected - found)


#: How the keys of Firefox's messages begin that are of CORS, or of what looks like it.
_KEYS = re.compile(
    r"(CORS\w+|CORPBlocked|ResourceBlockedORB|LocalNetworkAccess\w+|BlockMixed\w+Content)\s*=\s*(.*)"
)


def messages_of_firefox():
    """Return the messages that the installed Firefox has, by their keys, with URLs and names in them."""
    binary = shutil.which("firefox-esr")
    assert binary is not None, "firefox-esr is not installed"
    archive = Path(binary).resolve().parent / "omni.ja"
    if not archive.exists():
        archive = Path("/usr/lib/firefox-esr/omni.ja")
    with zipfile.ZipFile(archive) as files:
        texts = [
            files.read(name).decode()
            for name in files.namelist()
            if name.endswith(("necko.properties", "security.properties"))
        ]
    found = dict(match.groups() for text in texts for match in map(_KEYS.match, text.splitlines()) if match)
    return {
        key: re.sub(
            r"%(\d\$)?S", lambda each: "https://api.example/x" if each[1] in {None, "1$"} else "404", text
        )
        for key, text in found.items()
    }


def test_every_message_that_firefox_has_is_recognised():
    """Each once, and by a message of Firefox's."""
    messages = messages_of_firefox()

    assert len(messages) > 20
    for key, text in messages.items():
        assert [finding.engine for finding in findings_of(text)] == ["Firefox"], key
