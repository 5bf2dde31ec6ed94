"""The documentation in three engines: it can be read on a phone."""

from __future__ import annotations

import json
from pathlib import Path
from queue import Queue
from typing import Any, Final

import pytest
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.wrappers import Request, Response

from browsers.reports import report_of
from browsers.steps import ENGINES
from built_docs import build_docs

pytestmark = pytest.mark.browser

DRIVER: Final = Path(__file__).with_name("measure_docs.js").read_text("utf-8")


class Measured:
    """Serves built pages, and one that measures them."""

    def __init__(self, html: Path) -> None:
        self.reports: Queue[dict[str, Any]] = Queue()
        self.pages = sorted(path.relative_to(html).as_posix() for path in html.rglob("*.html"))
        self._files = SharedDataMiddleware(self._drive, {"/": str(html)})

    def __call__(self, environ, start_response):
        return self._files(environ, start_response)

    def _drive(self, environ, start_response):
        request = Request(environ)
        response = Response(f'<!doctype html><body><script type="module">{DRIVER}</script>')
        response.mimetype = "text/html"
        if request.path == "/driver/pages":
            response = Response(json.dumps(self.pages), mimetype="application/json")
        elif request.path == "/driver/report":
            self.reports.put(json.loads(request.get_data()))
            response = Response(status=204)
        return response(environ, start_response)


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """Build the documentation."""
    return build_docs(tmp_path_factory.mktemp("docs")).html


@pytest.mark.parametrize("name", ENGINES)
def test_no_page_of_the_documentation_is_wider_than_a_phone(name, arena, html):
    """Wide tables and code scroll within the page."""
    report = report_of(Measured(html), "/driver", name, arena)

    assert report["wide"] == {}
    # The frame has shown pages and not their titles alone.
    assert report["highest"] > 10_000
