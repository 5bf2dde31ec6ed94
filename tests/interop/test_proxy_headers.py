"""uvicorn believes ``X-Forwarded-Proto`` before this layer is asked, as a refusal advises."""

from __future__ import annotations

import pytest

from asgi_harness import Spy, ask
from flask_corsguard import SAME_ORIGIN
from flask_corsguard.asgi import CorsMiddleware


@pytest.mark.parametrize(("proto", "status"), [("https", 403), ("http", 200)])
def test_the_scheme_is_that_of_the_proxy(proto, status):
    """An http page is an own one where the browser was served by http."""
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    app = ProxyHeadersMiddleware(CorsMiddleware(Spy(), SAME_ORIGIN), trusted_hosts="*")
    headers = {"Host": "api.example", "Origin": "http://api.example", "X-Forwarded-Proto": proto}

    assert ask(app, "POST", "/", headers, client=("192.0.2.1", 5000)).code == status
