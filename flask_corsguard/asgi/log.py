"""The log lines of a request to an ASGI application, with what its servers and layers have for proxies."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask_corsguard.wsgi.log import log_refused_request as refused_in_wsgi
from flask_corsguard.wsgi.log import log_withheld_answer as withheld_in_wsgi
from flask_corsguard.wsgi.refusal import ProxyAdvice

#: What to do where a proxy in front has changed what the application sees.
PROXY_ADVICE: Final = ProxyAdvice(
    "have the server believe its X-Forwarded-Proto, as --forwarded-allow-ips of uvicorn does",
    "have the proxy pass Host on, or put what sets Host by it around this layer, such as "
    'ProxyFixMiddleware(application, mode="legacy") of hypercorn.middleware',
    "have the proxy pass Host on as it is, with its port",
)

log_refused_request: Final = partial(refused_in_wsgi, advice=PROXY_ADVICE)
log_withheld_answer: Final = partial(withheld_in_wsgi, advice=PROXY_ADVICE)
