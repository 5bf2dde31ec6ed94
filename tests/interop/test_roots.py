"""Applications of ASGI with a root of their own, which they take away from paths."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.interop

FASTAPI = """
from fastapi import FastAPI

inside = FastAPI(root_path="/v1")


@inside.get("/admin")
def admin():
    return "reached"
"""

DJANGO = """
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="-", FORCE_SCRIPT_NAME="/v1")
urlpatterns = [path("admin", lambda request: HttpResponse("reached"))]
inside = get_asgi_application()
"""

ASKED = """
from asgi_harness import ask
from flask_corsguard import SAME_ORIGIN, Policy
from flask_corsguard.asgi import CorsMiddleware

policy = Policy(origins=["https://app.example"])
application = CorsMiddleware(inside, {"/admin": SAME_ORIGIN, "/": policy})
for path in ("/v1/admin", "/admin", "/v1admin", "/v1/other"):
    found = ask(application, "GET", path, {"Origin": "https://app.example", "Host": "api.example"})
    headers = {name.lower() for name, _ in found.messages[0]["headers"]}
    print(path, b"reached" in found.body, b"access-control-allow-origin" in headers)
"""


@pytest.mark.parametrize("program", [FASTAPI, DJANGO])
def test_a_path_with_the_root_of_the_application_has_the_policy_of_its_view(program):
    """Whatever the server passes on as the root."""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program + ASKED],
        cwd="tests",
        capture_output=True,
        text=True,
        check=True,
    )

    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["/v1/admin", "True", "False"]
    assert [row[0] for row in rows if row[2] == "True"] == ["/v1/other"]
