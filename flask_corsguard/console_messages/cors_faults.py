"""The faults in the answer to the request itself, and those of the request."""

from __future__ import annotations

from typing import Final

from .faults import CORS_CHECK, FETCH, Fault

ALLOW_ONE_ORIGIN: Final = 'Policy(origins=["{origin}"])'
ALLOW_WITH_COOKIES: Final = 'Policy(origins=["{origin}"], credentials=True)'

CORS_FAULTS: Final = (
    Fault(
        code="no-allow-origin",
        meaning="The server answered {url}, but the answer has no Access-Control-Allow-Origin header, so the "
        "browser does not show it to the page of {origin}. The request itself was sent, and the server may "
        "have executed it.",
        remedy="Have the server that sent this answer allow {origin}. If the header is there on other "
        "answers, this one comes from somewhere else: an error page, a proxy, or a redirect.",
        change=ALLOW_ONE_ORIGIN,
        link=CORS_CHECK,
    ),
    Fault(
        code="null-origin",
        meaning="The page has no origin of its own, so it sends Origin: null. That happens in a file that "
        "was opened from disk, in a sandboxed frame, and after a redirect from one foreign origin to "
        "another. The answer does not allow null.",
        remedy="Serve the page over http or https, take the sandbox off the frame, or request the last "
        "URL of the redirect directly. Do not allow null: every page can send it.",
        link=f"{FETCH}#origin-header",
    ),
    Fault(
        code="origin-mismatch",
        meaning="The answer allows another origin ({value}) than the one of the page. Browsers compare "
        "the two byte by byte: scheme, host and port, no slash at the end, no upper case.",
        remedy="Have the server answer with the origin of the page, {origin}. If it has a list of "
        "origins, add this one; if a cache sits in between, it needs Vary: Origin from the server.",
        change=ALLOW_ONE_ORIGIN,
        link=CORS_CHECK,
    ),
    Fault(
        code="multiple-allow-origin",
        meaning="The answer has more than one Access-Control-Allow-Origin: usually the application sets one, "
        "and a proxy, a gateway or a second extension for CORS adds another. Browsers accept exactly one.",
        remedy="Remove one of the two. In nginx, take the add_header lines away, or hide the header of the "
        "application with proxy_hide_header Access-Control-Allow-Origin.",
        link=CORS_CHECK,
        examples={"value": "*, https://app.example"},
    ),
    Fault(
        code="invalid-allow-origin",
        meaning="Access-Control-Allow-Origin has the value {value}, which is neither * nor an origin. An "
        "origin is scheme://host, with the port if it is not the default one.",
        remedy="Have the server send the origin of the page: Access-Control-Allow-Origin: {origin}.",
        change=ALLOW_ONE_ORIGIN,
        link=f"{FETCH}#http-access-control-allow-origin",
        examples={"value": "app.example"},
    ),
    Fault(
        code="wildcard-with-credentials",
        meaning="The page sends cookies or HTTP authentication with its request, and the answer allows "
        "the origin *. With credentials, browsers do not take * for everyone.",
        remedy="Have the server name the origin and allow credentials; or, if the request needs no "
        'cookies, have the page leave out credentials: "include" (withCredentials = true in an '
        "XMLHttpRequest).",
        change=ALLOW_WITH_COOKIES,
        link=f"{FETCH}#cors-protocol-and-credentials",
    ),
    Fault(
        code="allow-credentials",
        meaning="The page sends cookies or HTTP authentication with its request, and the answer does not "
        "have Access-Control-Allow-Credentials: true, in lower case.",
        remedy='Have the server allow credentials; or have the page leave out credentials: "include".',
        change=ALLOW_WITH_COOKIES,
        link=f"{FETCH}#cors-protocol-and-credentials",
        examples={"value": "True"},
    ),
    Fault(
        code="redirect-with-password",
        meaning="The server redirects the request to a URL with a user name or a password in it. A request "
        "to another origin may not follow such a redirect.",
        remedy="Have the server redirect to a URL without user:password@.",
        link=f"{FETCH}#http-redirect-fetch",
        examples={"value": "https://user:password@api.example/"},
    ),
    Fault(
        code="redirect-refused",
        meaning="The server redirects the request, and CORS stops it there: each answer on the way, the "
        "redirect among them, needs the headers of CORS.",
        remedy="Request the last URL directly: mind the slash at the end, http and https, and a redirect "
        "to a login page. Or have every answer on the way allow {origin}.",
        change=ALLOW_ONE_ORIGIN,
        link=f"{FETCH}#http-redirect-fetch",
    ),
    Fault(
        code="redirect-not-followed",
        meaning='The request follows no redirects (redirect: "error", or a script of a service worker), and '
        "the server redirects it.",
        remedy="Request the last URL directly.",
        link=f"{FETCH}#http-redirect-fetch",
    ),
    Fault(
        code="scheme",
        meaning="CORS works over http and https only. The URL of the request, {url}, has another scheme, "
        "or the page was opened from disk.",
        remedy="Serve the page and what it loads from a server: python -m http.server is enough.",
        link=f"{FETCH}#main-fetch",
        examples={"value": "ftp", "url": "file:///home/names.json"},
    ),
    Fault(
        code="same-origin-mode",
        meaning='The page requests another origin with mode: "same-origin", so the browser sends nothing.',
        remedy='Have the page use mode: "cors", the default of fetch(), or request its own origin.',
        link=f"{FETCH}#concept-request-mode",
    ),
    Fault(
        code="invalid-response",
        meaning="The browser could not take the answer for a response to this request at all.",
        remedy="Look at the answer with curl -i {url}. A service worker that answers with the response to "
        "another request is one cause.",
        link=f"{FETCH}#concept-http-fetch",
    ),
    Fault(
        code="no-response",
        meaning="There is no response: the connection to {url} failed. The name is wrong, nothing listens "
        "at that port, the certificate is not trusted, or an extension of the browser stopped the request.",
        remedy="Open {url} in a tab of its own: the browser then shows the error. CORS has nothing to do "
        "with it.",
        link=f"{FETCH}#concept-network-error",
    ),
    Fault(
        code="cors-disabled",
        meaning="CORS is switched off in this Firefox (content.cors.disable in about:config), so no page "
        "can read another origin.",
        remedy="Set content.cors.disable to false.",
        link=FETCH,
    ),
    Fault(
        code="origin-not-added",
        meaning="Firefox could not add the Origin header to the request; an extension of the browser is "
        "the usual cause.",
        remedy="Try a fresh profile without extensions.",
        link=f"{FETCH}#origin-header",
    ),
    Fault(
        code="type-error",
        meaning="A script gets no more than this: a TypeError without a reason. The reason is in "
        "another line of the console, or in the network panel.",
        remedy="Copy the whole console, or run: flask cors explain --origin {origin} {url}",
        link=f"{FETCH}#fetch-method",
    ),
    Fault(
        code="access-control-checks",
        meaning="Safari could not show {url} to the page. The reason is in the line before this one.",
        remedy="Copy that line, too, or run: flask cors explain --origin {origin} {url}",
        link=CORS_CHECK,
    ),
)
