"""The debug page in three engines: its form, its filter and its list of refusals work."""

from __future__ import annotations

import json
from pathlib import Path
from queue import Queue
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

from browsers.reports import report_of
from browsers.steps import ENGINES
from flask_corsguard import CorsGuard

pytestmark = pytest.mark.browser

DRIVER: Final = Path(__file__).with_name("debug_page.js").read_text("utf-8")
EVIL: Final = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


class Driven:
    """An application with the debug page, into which a script is put that uses the page."""

    def __init__(self) -> None:
        self.reports: Queue[dict[str, Any]] = Queue()
        self._app = Flask("shop")
        self._app.debug = True
        self._app.add_url_rule("/orders/<int:number>", "order", self._never, methods=["GET", "PUT"])
        CorsGuard(self._app, origins=["https://app.example"], debug_page=True)

    @staticmethod
    def _never(number: int) -> str:
        raise AssertionError(number)

    def __call__(self, environ, start_response):
        request = Request(environ)
        response: Any = self._app
        if request.path == "/driver.js":
            response = Response(DRIVER, mimetype="text/javascript")
        elif request.path == "/driver/refuse":
            Client(self._app).put("/orders/7", headers=EVIL)
            response = Response(status=204)
        elif request.path == "/driver/report":
            self.reports.put(json.loads(request.get_data()))
            response = Response(status=204)
        elif request.path == "/_cors":
            response = Response.from_app(self._app, environ)
            script = b'<script type="module" src="/driver.js"></script></body>'
            response.data = response.data.replace(b"</body>", script)
        return response(environ, start_response)


@pytest.mark.parametrize("name", ENGINES)
def test_the_debug_page_works(name, arena):
    """It answers, filters, shows a refusal as it comes, and is as wide as the window."""
    report = report_of(Driven(), "/_cors", name, arena)

    assert report == {
        "answer": "A browser refuses PUT https://api.example/orders/7",
        "address": "?origin=https%3A%2F%2Fevil.example&method=PUT&path=%2Forders%2F7&manner=cors&headers=",
        "focused": "filter",
        "filtered": [1, "1 of 3"],
        "none": True,
        "emptied": ["", 3],
        "refusal": "request refused",
        "asked": ["PUT", "/orders/7"],
        "out_of_order": 0,
        "too_wide": False,
        "styled": True,
    }
