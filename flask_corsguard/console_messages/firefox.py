"""The messages of Firefox.

:see: dom/locales/en-US/chrome/security/security.properties and netwerk/locales/en-US/necko.properties of its source
"""

from __future__ import annotations

from typing import Final

from .messages import Message


def _firefox(text: str, fault: str) -> Message:
    return Message("Firefox", text, fault)


FIREFOX: Final = (
    _firefox(
        "(Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}.",
        "no-allow-origin",
    ),
    _firefox("(Reason: CORS header ‘Access-Control-Allow-Origin’ missing).", "no-allow-origin"),
    _firefox(
        "(Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘{value}’).", "origin-mismatch"
    ),
    _firefox(
        "(Reason: Multiple CORS header ‘Access-Control-Allow-Origin’ not allowed).", "multiple-allow-origin"
    ),
    _firefox(
        "(Reason: Credential is not supported if the CORS header ‘Access-Control-Allow-Origin’ is ‘*’).",
        "wildcard-with-credentials",
    ),
    _firefox(
        "(Reason: expected ‘true’ in CORS header ‘Access-Control-Allow-Credentials’).", "allow-credentials"
    ),
    _firefox("(Reason: CORS preflight response did not succeed). Status code: {status}.", "preflight-status"),
    _firefox("(Reason: CORS preflight response did not succeed).", "preflight-status"),
    _firefox("(Reason: CORS preflight channel did not succeed).", "preflight-status"),
    _firefox(
        "(Reason: Did not find method in CORS header ‘Access-Control-Allow-Methods’).", "method-not-allowed"
    ),
    _firefox(
        "(Reason: header ‘{header}’ is not allowed according to header ‘Access-Control-Allow-Headers’ from CORS "
        "preflight response).",
        "header-not-allowed",
    ),
    _firefox(
        "(Reason: missing token ‘{header}’ in CORS header ‘Access-Control-Allow-Headers’ from CORS preflight "
        "channel).",
        "header-not-allowed",
    ),
    _firefox(
        "(Reason: invalid token ‘{value}’ in CORS header ‘Access-Control-Allow-Methods’).", "methods-syntax"
    ),
    _firefox(
        "(Reason: invalid token ‘{value}’ in CORS header ‘Access-Control-Allow-Headers’).", "headers-syntax"
    ),
    _firefox("(Reason: CORS request external redirect not allowed).", "redirect-with-password"),
    _firefox("(Reason: CORS request not http).", "scheme"),
    _firefox("(Reason: CORS request did not succeed). Status code: {status}.", "no-response"),
    _firefox("(Reason: CORS request did not succeed).", "no-response"),
    _firefox("(Reason: CORS disabled).", "cors-disabled"),
    _firefox("(Reason: CORS header ‘Origin’ cannot be added).", "origin-not-added"),
    _firefox(
        "(Reason: When the `Access-Control-Allow-Headers` is `*`, the `Authorization` header is not covered.",
        "authorization-under-wildcard",
    ),
    _firefox(
        "The resource at “{url}” was blocked due to its Cross-Origin-Resource-Policy header (or lack thereof).",
        "resource-policy",
    ),
    _firefox("A resource is blocked by OpaqueResponseBlocking", "opaque-response"),
    _firefox("The resource at “{url}” was blocked by OpaqueResponseBlocking.", "opaque-response"),
    _firefox(
        "Local Network Access permission required: top-level site “{page}”, initiator “{initiator}”, attempting to access target “{url}”",
        "local-network-permission",
    ),
    _firefox(
        "Local Network Access detected: top-level site “{page}”, initiator “{initiator}”, accessing target “{url}”",
        "local-network-permission",
    ),
    _firefox("Blocked loading mixed active content “{url}”", "mixed-content"),
    _firefox("Blocked loading mixed display content “{url}”", "mixed-content"),
    _firefox("TypeError: NetworkError when attempting to fetch resource.", "type-error"),
)
