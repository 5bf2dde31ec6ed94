"""Both sides of the layer under two independent checkers of PEP 3333."""

from __future__ import annotations

from wsgiref.validate import validator

import pytest
from werkzeug.middleware.lint import LintMiddleware

from cases import ROWS
from flask_corsguard import CorsMiddleware
from harness import SpyApp, assert_headers_exactly, call

# RFC 9110, section 8.6: a 204 must not have a Content-Length. LintMiddleware asks for one of 0.
pytestmark = pytest.mark.filterwarnings("ignore:204 responses must have an empty content length")


@pytest.mark.parametrize("checker", [validator, LintMiddleware])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_both_sides_follow_the_protocol(row, checker):
    """Neither what the server sees nor what the application sees is anything that a checker refuses."""
    app = checker(CorsMiddleware(checker(SpyApp()), row.policy))

    result = call(app, row.method, "/", row.headers)

    assert_headers_exactly(result.headers, row.expected)
