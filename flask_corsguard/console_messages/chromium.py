"""The messages of Chromium: Chrome, Edge, Opera, Android's WebView, Electron.

:see: third_party/blink/renderer/platform/loader/cors/cors_error_string.cc of its source
"""

from __future__ import annotations

from typing import Final

from .messages import Message


def _chromium(text: str, fault: str) -> Message:
    return Message("Chromium", text, fault)


CHROMIUM: Final = (
    _chromium(
        "No 'Access-Control-Allow-Origin' header is present on the requested resource.", "no-allow-origin"
    ),
    _chromium(
        "The 'Access-Control-Allow-Origin' header has a value '{value}' that is not equal to the supplied origin.",
        "origin-mismatch",
    ),
    _chromium(
        "The 'Access-Control-Allow-Origin' header contains multiple values '{value}', but only one is allowed.",
        "multiple-allow-origin",
    ),
    _chromium(
        "The 'Access-Control-Allow-Origin' header contains the invalid value '{value}'.",
        "invalid-allow-origin",
    ),
    _chromium(
        "The value of the 'Access-Control-Allow-Origin' header in the response must not be the wildcard '*' when "
        "the request's credentials mode is 'include'.",
        "wildcard-with-credentials",
    ),
    _chromium(
        "The value of the 'Access-Control-Allow-Credentials' header in the response is '{value}' which must be "
        "'true' when the request's credentials mode is 'include'.",
        "allow-credentials",
    ),
    _chromium("It does not have HTTP ok status.", "preflight-status"),
    _chromium("Redirect is not allowed for a preflight request.", "preflight-redirect"),
    _chromium(
        "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response.",
        "method-not-allowed",
    ),
    _chromium(
        "Request header field {header} is not allowed by Access-Control-Allow-Headers in preflight response.",
        "header-not-allowed",
    ),
    _chromium(
        "Cannot parse Access-Control-Allow-Methods response header field in preflight response.",
        "methods-syntax",
    ),
    _chromium(
        "Cannot parse Access-Control-Allow-Headers response header field in preflight response.",
        "headers-syntax",
    ),
    _chromium(
        "Redirect location '{value}' contains a username and password, which is disallowed for cross-origin "
        "requests.",
        "redirect-with-password",
    ),
    _chromium("Cross origin requests are only supported for protocol schemes: {schemes}.", "scheme"),
    _chromium("Cross origin requests are not allowed by request mode.", "same-origin-mode"),
    _chromium(
        'Fetch API cannot load {url}. Request mode is "same-origin" but the URL\'s origin is not same as the '
        "request origin {origin}",
        "same-origin-mode",
    ),
    _chromium('Fetch API cannot load {url}. URL scheme "{value}" is not supported.', "scheme"),
    _chromium("Not allowed to load local resource: {url}", "scheme"),
    _chromium("The response is invalid.", "invalid-response"),
    _chromium(
        "Permission was denied for this request to access the `{space}` address space.",
        "local-network-permission",
    ),
    _chromium(
        "Unable to ask for permission to access the `{space}` IP address space.", "local-network-permission"
    ),
    _chromium(
        "The request client is not a secure context and the resource is in more-private address space `{space}`.",
        "local-network-insecure-page",
    ),
    _chromium(
        "No 'Access-Control-Allow-Private-Network' header was present in the preflight response for this private "
        "network request targeting the `{space}` address space.",
        "private-network-header",
    ),
    _chromium(
        "The 'Access-Control-Allow-Private-Network' header in the preflight response for this private network "
        "request targeting the `{space}` address space had a value of '{value}', not 'true'.",
        "private-network-header",
    ),
    _chromium(
        "Request had a target IP address space of `{target}` yet the resource is in address space `{space}`.",
        "address-space",
    ),
    _chromium(
        "Request had no target IP address space, yet the resource is in address space `{space}`.",
        "address-space",
    ),
    _chromium(
        "No 'Private-Network-Access-Id' header was present in the preflight response for this private network "
        "request targeting the `{space}` address space.",
        "private-network-device",
    ),
    _chromium(
        "No 'Private-Network-Access-Name' header was present in the preflight response for this private network "
        "request targeting the `{space}` address space.",
        "private-network-device",
    ),
    _chromium(
        "net::ERR_BLOCKED_BY_RESPONSE.NotSameOriginAfterDefaultedToSameOriginByCoep", "embedder-policy"
    ),
    _chromium("net::ERR_BLOCKED_BY_RESPONSE.NotSameOrigin", "resource-policy"),
    _chromium("net::ERR_BLOCKED_BY_RESPONSE.NotSameSite", "resource-policy"),
    _chromium(
        "Cross-Origin Read Blocking (CORB) blocked cross-origin response {url} with MIME type {type}.",
        "opaque-response",
    ),
    _chromium("net::ERR_BLOCKED_BY_ORB", "opaque-response"),
    _chromium(
        "Mixed Content: The page at '{page}' was loaded over HTTPS, but requested an insecure {kind} '{url}'. "
        "This request has been blocked; the content must be served over HTTPS.",
        "mixed-content",
    ),
    _chromium(
        "WebSocket connection to '{url}' failed: Error during WebSocket handshake: Unexpected response code: "
        "{status}",
        "websocket-refused",
    ),
    _chromium(
        "Authorization will not be covered by the wildcard symbol (*) in CORS `Access-Control-Allow-Headers` handling.",
        "authorization-under-wildcard",
    ),
    _chromium("TypeError: Failed to fetch", "type-error"),
)
