"""The messages of Safari, and of all other browsers on WebKit.

:see: Source/WebCore/loader/CrossOriginAccessControl.cpp and CrossOriginPreflightResultCache.cpp of its source
"""

from __future__ import annotations

from typing import Final

from .messages import Message


def _safari(text: str, fault: str) -> Message:
    return Message("Safari", text, fault)


WEBKIT: Final = (
    _safari(
        "Cross-origin redirection to {url} denied by Cross-Origin Resource Sharing policy: Origin {origin} is not "
        "allowed by Access-Control-Allow-Origin. Status code: {status}",
        "redirect-refused",
    ),
    _safari(
        "Cross-origin redirection to {url} denied by Cross-Origin Resource Sharing policy:",
        "redirect-refused",
    ),
    _safari(
        "Origin {origin} is not allowed by Access-Control-Allow-Origin. Status code: {status}",
        "no-allow-origin",
    ),
    _safari("Origin {origin} is not allowed by Access-Control-Allow-Origin.", "no-allow-origin"),
    _safari("Access-Control-Allow-Origin cannot contain more than one origin.", "multiple-allow-origin"),
    _safari(
        "Cannot use wildcard in Access-Control-Allow-Origin when credentials flag is true.",
        "wildcard-with-credentials",
    ),
    _safari(
        'Credentials flag is true, but Access-Control-Allow-Credentials is not "true".', "allow-credentials"
    ),
    _safari("Preflight response is not successful. Status code: {status}", "preflight-status"),
    _safari("Preflight response is not successful", "preflight-status"),
    _safari("Method {method} is not allowed by Access-Control-Allow-Methods.", "method-not-allowed"),
    _safari(
        "Request header field {header} is not allowed by Access-Control-Allow-Headers.", "header-not-allowed"
    ),
    _safari("Header Access-Control-Allow-Methods has an invalid value: {value}", "methods-syntax"),
    _safari("Header Access-Control-Allow-Headers has an invalid value: {value}", "headers-syntax"),
    _safari("redirection URL {value} has credentials", "redirect-with-password"),
    _safari("not allowed to follow a cross-origin CORS redirection with non CORS scheme", "scheme"),
    _safari("Cross origin requests are only supported for HTTP.", "scheme"),
    _safari("Cross origin requests are not allowed when using same-origin fetch mode.", "same-origin-mode"),
    _safari("Cross-origin redirection denied by Cross-Origin Resource Sharing policy.", "redirect-refused"),
    _safari("Redirection URL contains credentials", "redirect-with-password"),
    _safari("CORS-preflight request was blocked", "no-response"),
    _safari("Preflight response was blocked", "no-response"),
    _safari("Not allowed to follow a redirection while loading {url}", "redirect-not-followed"),
    _safari(
        "Cancelled load to {url} because it violates the resource's Cross-Origin-Resource-Policy response header.",
        "resource-policy",
    ),
    _safari(
        "The page at {page} requested insecure content from {url}. This content was blocked and must be served "
        "over HTTPS.",
        "mixed-content",
    ),
    _safari("The page at {page} was not allowed to run insecure content from {url}", "mixed-content"),
    _safari("The page at {page} was not allowed to display insecure content from {url}", "mixed-content"),
    _safari("Fetch API cannot load {url} due to access control checks.", "access-control-checks"),
    _safari("XMLHttpRequest cannot load {url} due to access control checks.", "access-control-checks"),
    _safari("EventSource cannot load {url} due to access control checks.", "access-control-checks"),
    _safari("Beacon API cannot load {url} due to access control checks.", "access-control-checks"),
    _safari("Cannot load image {url} due to access control checks.", "access-control-checks"),
    _safari("Cannot load {url} due to access control checks.", "access-control-checks"),
    _safari("TypeError: Load failed", "type-error"),
)
