"""Refusals of the browser model, each of them whole: the step, the cause, and what would be needed."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import FetchRefused
from rows import for_each
from testing.scripted import ALLOWED, ANYONE, API, APP, THIRD, TRUSTED, answering, page_of

ACAO = "Access-Control-Allow-Origin"
ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"


def going_to(location, status=302):
    """Return an application that redirects everyone."""
    return answering({**ANYONE, "Location": location}, status=status)


def preflighted(headers, base=ALLOWED, status=204):
    """Return an application that answers a preflight with *headers*."""
    return answering(base, {**base, **headers}, preflight_status=status)


REFUSED = [
    (
        answering(),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is https://app.example."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering(),
        {"sandboxed": True},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is null, because its document is sandboxed."
            ),
            'Access-Control-Allow-Origin: * (a policy with origins="*")',
        ),
    ),
    (
        answering(),
        {"sandboxed": True},
        "fetch",
        {"url": API, "credentials": "include"},
        (
            "CORS check",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is null, because its document is sandboxed."
            ),
            (
                "a request without credentials, or an origin that is not null: no policy allows "
                "null with credentials, because any page can have that origin"
            ),
        ),
    ),
    (
        answering(paths={"/a": (302, {**ANYONE, "Location": f"{THIRD}/"})}),
        {},
        "fetch",
        {"url": f"{API}/a"},
        (
            "CORS check",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is null, because a redirect led from one foreign origin to another."
            ),
            'Access-Control-Allow-Origin: * (a policy with origins="*")',
        ),
    ),
    (
        answering({ACAO: THIRD}),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "Access-Control-Allow-Origin is 'https://third.example', and the origin of the "
                "request is https://app.example."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering({ACAO: f"{APP}/"}),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "Access-Control-Allow-Origin is 'https://app.example/', and the origin of the "
                "request is https://app.example; origins are compared byte by byte: no slash at "
                "the end, no upper case."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering({ACAO: APP.upper()}),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "Access-Control-Allow-Origin is 'HTTPS://APP.EXAMPLE', and the origin of the "
                "request is https://app.example; origins are compared byte by byte: no slash at "
                "the end, no upper case."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering({ACAO: f"{APP}X"}),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "Access-Control-Allow-Origin is 'https://app.exampleX', and the origin of the "
                "request is https://app.example."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering({ACAO: f"{APP},{THIRD}"}),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "Access-Control-Allow-Origin has more than one value, "
                "'https://app.example,https://third.example'; only one is possible."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering({ACAO: f"{APP} {THIRD}"}),
        {},
        "fetch",
        {"url": API},
        (
            "CORS check",
            (
                "Access-Control-Allow-Origin has more than one value, 'https://app.example "
                "https://third.example'; only one is possible."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering(ANYONE),
        {},
        "fetch",
        {"url": API, "credentials": "include"},
        (
            "CORS check",
            ('Access-Control-Allow-Origin is "*", which is not a wildcard for a request with credentials.'),
            (
                "Access-Control-Allow-Origin: https://app.example and "
                "Access-Control-Allow-Credentials: true (a policy with "
                'origins=["https://app.example"], credentials=True)'
            ),
        ),
    ),
    (
        answering(ALLOWED),
        {},
        "fetch",
        {"url": API, "credentials": "include"},
        (
            "CORS check",
            (
                "a request with credentials needs Access-Control-Allow-Credentials to be exactly "
                '"true", and it is missing.'
            ),
            (
                "Access-Control-Allow-Origin: https://app.example and "
                "Access-Control-Allow-Credentials: true (a policy with "
                'origins=["https://app.example"], credentials=True)'
            ),
        ),
    ),
    (
        answering({**ALLOWED, "Access-Control-Allow-Credentials": "yes"}),
        {},
        "fetch",
        {"url": API, "credentials": "include"},
        (
            "CORS check",
            (
                "a request with credentials needs Access-Control-Allow-Credentials to be exactly "
                "\"true\", and it is 'yes'."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example and "
                "Access-Control-Allow-Credentials: true (a policy with "
                'origins=["https://app.example"], credentials=True)'
            ),
        ),
    ),
    (
        preflighted({}, status=404),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 404.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, status=300),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 300.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, status=301),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 301; browsers do not follow it.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, status=302),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 302; browsers do not follow it.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, status=303),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 303; browsers do not follow it.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, status=307),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 307; browsers do not follow it.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, status=308),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (ok status)",
            "the response to the preflight has status 308; browsers do not follow it.",
            (
                "a status from 200 to 299, sent before routing and authentication (CorsGuard "
                "answers there; put CorsMiddleware outside of the layer that sent this response)"
            ),
        ),
    ),
    (
        preflighted({}, {}),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7 (CORS check)",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is https://app.example."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        preflighted({ACAM: "a b"}),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7.3 (list syntax)",
            "Access-Control-Allow-Methods is not a list of names separated by commas: 'a b'.",
            "Access-Control-Allow-Methods: names separated by commas, or no value",
        ),
    ),
    (
        preflighted({ACAM: "PUT", ACAH: "a b"}),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7.3 (list syntax)",
            "Access-Control-Allow-Headers is not a list of names separated by commas: 'a b'.",
            "Access-Control-Allow-Headers: names separated by commas, or no value",
        ),
    ),
    (
        preflighted({}),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7.5 (methods)",
            "Access-Control-Allow-Methods is missing.",
            'Access-Control-Allow-Methods: PUT (a policy with methods=["PUT"])',
        ),
    ),
    (
        preflighted({ACAM: "GET, DELETE"}),
        {},
        "fetch",
        {"url": API, "method": "PUT"},
        (
            "CORS-preflight fetch, step 7.5 (methods)",
            "Access-Control-Allow-Methods is 'GET, DELETE', which does not name PUT.",
            'Access-Control-Allow-Methods: PUT (a policy with methods=["PUT"])',
        ),
    ),
    (
        preflighted({ACAM: "Patch, GET"}),
        {},
        "fetch",
        {"url": API, "method": "PATCH"},
        (
            "CORS-preflight fetch, step 7.5 (methods)",
            (
                "Access-Control-Allow-Methods is 'Patch, GET', which does not name PATCH; methods "
                "are case-sensitive."
            ),
            'Access-Control-Allow-Methods: PATCH (a policy with methods=["PATCH"])',
        ),
    ),
    (
        preflighted({ACAM: "PATCH"}),
        {},
        "fetch",
        {"url": API, "method": "patch"},
        (
            "CORS-preflight fetch, step 7.5 (methods)",
            (
                "Access-Control-Allow-Methods is 'PATCH', which does not name patch; methods are "
                "case-sensitive."
            ),
            'Access-Control-Allow-Methods: patch (a policy with methods=["patch"])',
        ),
    ),
    (
        preflighted({ACAM: "*"}, TRUSTED),
        {},
        "fetch",
        {"url": API, "method": "PUT", "credentials": "include"},
        (
            "CORS-preflight fetch, step 7.5 (methods)",
            ('Access-Control-Allow-Methods is "*", which is not a wildcard for a request with credentials.'),
            'Access-Control-Allow-Methods: PUT (a policy with methods=["PUT"])',
        ),
    ),
    (
        preflighted({ACAM: "*, put"}, TRUSTED),
        {},
        "fetch",
        {"url": API, "method": "PUT", "credentials": "include"},
        (
            "CORS-preflight fetch, step 7.5 (methods)",
            ('Access-Control-Allow-Methods is "*", which is not a wildcard for a request with credentials.'),
            'Access-Control-Allow-Methods: PUT (a policy with methods=["PUT"])',
        ),
    ),
    (
        preflighted({}),
        {},
        "fetch",
        {"url": API, "headers": {"X-B": "1", "x-a": "2"}},
        (
            "CORS-preflight fetch, step 7.7 (headers)",
            "Access-Control-Allow-Headers is missing, and the page sends x-a, x-b.",
            ('Access-Control-Allow-Headers: x-a, x-b (a policy with allow_headers=["x-a", "x-b"])'),
        ),
    ),
    (
        preflighted({ACAH: "x-a, X-C"}),
        {},
        "fetch",
        {"url": API, "headers": {"X-B": "1", "x-a": "2"}},
        (
            "CORS-preflight fetch, step 7.7 (headers)",
            "Access-Control-Allow-Headers does not name x-b.",
            'Access-Control-Allow-Headers: x-b (a policy with allow_headers=["x-b"])',
        ),
    ),
    (
        preflighted({ACAH: "*"}),
        {},
        "fetch",
        {"url": API, "headers": {"Authorization": "1", "x-a": "2"}},
        (
            "CORS-preflight fetch, step 7.6 (Authorization)",
            'Access-Control-Allow-Headers is "*", which never covers authorization.',
            ('Access-Control-Allow-Headers: authorization (a policy with allow_headers=["authorization"])'),
        ),
    ),
    (
        preflighted({ACAH: "x-a"}),
        {},
        "fetch",
        {"url": API, "headers": {"Authorization": "1", "x-a": "2"}},
        (
            "CORS-preflight fetch, step 7.6 (Authorization)",
            "Access-Control-Allow-Headers does not name authorization.",
            ('Access-Control-Allow-Headers: authorization (a policy with allow_headers=["authorization"])'),
        ),
    ),
    (
        preflighted({ACAH: "*"}, TRUSTED),
        {},
        "fetch",
        {"url": API, "headers": {"x-a": "2"}, "credentials": "include"},
        (
            "CORS-preflight fetch, step 7.7 (headers)",
            ('Access-Control-Allow-Headers is "*", which is not a wildcard for a request with credentials.'),
            'Access-Control-Allow-Headers: x-a (a policy with allow_headers=["x-a"])',
        ),
    ),
    (
        preflighted({ACAH: "*"}, TRUSTED),
        {},
        "fetch",
        {"url": API, "headers": {"Authorization": "2"}, "credentials": "include"},
        (
            "CORS-preflight fetch, step 7.6 (Authorization)",
            ('Access-Control-Allow-Headers is "*", which is not a wildcard for a request with credentials.'),
            ('Access-Control-Allow-Headers: authorization (a policy with allow_headers=["authorization"])'),
        ),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "mode": "same-origin"},
        (
            "main fetch, step 12 (same-origin mode)",
            (
                "the mode is same-origin, but https://api.example is not the origin of the "
                "request, https://app.example."
            ),
            'mode="cors"',
        ),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "mode": "no-cors", "redirect": "error"},
        (
            "main fetch, step 12 (no-cors mode)",
            "a no-cors request to another origin must follow redirects.",
            'redirect="follow"',
        ),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "mode": "no-cors", "method": "PUT"},
        ("Request constructor", 'mode="no-cors" cannot send the method PUT.', 'mode="cors"'),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "mode": "navigate"},
        ("Request constructor", "a page cannot use the mode 'navigate'.", 'mode="cors"'),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "mode": "websocket"},
        ("Request constructor", "a page cannot use the mode 'websocket'.", 'mode="cors"'),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "https://user@api.example"},
        ("Request constructor", "the URL contains a user name or a password.", "a URL without them"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "https://:word@api.example"},
        ("Request constructor", "the URL contains a user name or a password.", "a URL without them"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "https://"},
        ("Request constructor", "'https://' is not a URL.", "a valid URL"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "cache": "only-if-cached"},
        ("Request constructor", 'cache="only-if-cached" requires mode="same-origin".', 'mode="same-origin"'),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": APP, "cache": "only-if-cached", "mode": "same-origin"},
        (
            "HTTP-network-or-cache fetch, step 11.1",
            "the HTTP cache has no response to this request.",
            'another cache mode, such as "default"',
        ),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "method": "TRACE"},
        ("Request constructor", "a page cannot send the method 'TRACE'.", "another method"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "method": "P T"},
        ("Request constructor", "a page cannot send the method 'P T'.", "another method"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "headers": {"a b": "c"}},
        ("Request constructor", "'a b': 'c' is not a valid header.", "a valid header name and value"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "headers": {"a": "b\0c"}},
        ("Request constructor", "'a': 'b\\x00c' is not a valid header.", "a valid header name and value"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "headers": {"a": "b\u0100c"}},
        ("Request constructor", "'a': 'bĀc' is not a valid header.", "a valid header name and value"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "data": ""},
        ("Request constructor", "a GET request cannot have a body.", "another method, or no body"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": API, "method": "HEAD", "data": "x"},
        ("Request constructor", "a HEAD request cannot have a body.", "another method, or no body"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "ftp://api.example"},
        ("scheme fetch", "this model does not fetch ftp: URLs.", "an http or https URL"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "data:,x", "mode": "no-cors"},
        ("scheme fetch", "this model does not fetch data: URLs.", "an http or https URL"),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "https://api.example:22"},
        (
            "main fetch, step 7 (bad port)",
            "browsers block port 22, which belongs to another protocol.",
            "another port",
        ),
    ),
    (
        answering(),
        {},
        "fetch",
        {"url": "http://api.example:8080"},
        (
            "main fetch, step 7 (mixed content)",
            "an https page cannot load from http://api.example:8080.",
            "an https URL",
        ),
    ),
    (
        going_to("/"),
        {},
        "fetch",
        {"url": API, "redirect": "error"},
        (
            "HTTP fetch, step 6 (redirect)",
            "the response is a redirect (302), and this request does not follow redirects.",
            "a response that is not a redirect",
        ),
    ),
    (
        going_to("/"),
        {},
        "fetch",
        {"url": API},
        ("HTTP-redirect fetch", "the request was already redirected 20 times.", "fewer redirects"),
    ),
    (
        going_to("ftp://x"),
        {},
        "fetch",
        {"url": API},
        (
            "HTTP-redirect fetch",
            "Location is 'ftp://x', which is not an http(s) URL.",
            "a Location that browsers follow",
        ),
    ),
    (
        going_to("https://"),
        {},
        "fetch",
        {"url": API},
        (
            "HTTP-redirect fetch",
            "Location is 'https://', which is not an http(s) URL.",
            "a Location that browsers follow",
        ),
    ),
    (
        going_to("https://user@api.example"),
        {},
        "fetch",
        {"url": API},
        (
            "HTTP-redirect fetch",
            "Location contains a user name or a password.",
            "a Location that browsers follow",
        ),
    ),
    (
        answering({**ANYONE, "Cross-Origin-Resource-Policy": "same-site"}),
        {},
        "fetch",
        {"url": API, "mode": "no-cors"},
        (
            "cross-origin resource policy check",
            (
                "Cross-Origin-Resource-Policy is 'same-site', and the page that embeds the "
                "response has the origin https://app.example."
            ),
            ('Cross-Origin-Resource-Policy: cross-origin (a policy with resource_policy="cross-origin")'),
        ),
    ),
    (
        answering({**ANYONE, "Cross-Origin-Resource-Policy": "same-origin"}),
        {"sandboxed": True},
        "fetch",
        {"url": API, "mode": "no-cors"},
        (
            "cross-origin resource policy check",
            (
                "Cross-Origin-Resource-Policy is 'same-origin', and the page that embeds the "
                "response has the origin null."
            ),
            ('Cross-Origin-Resource-Policy: cross-origin (a policy with resource_policy="cross-origin")'),
        ),
    ),
    (
        answering({"Content-Type": "text/plain"}),
        {},
        "image",
        {"url": API},
        (
            "loading an element (HTML)",
            "the type of the response is text/plain, not an image type.",
            "an image",
        ),
    ),
    (
        answering({"Content-Type": "image/png"}, body=b""),
        {},
        "image",
        {"url": API},
        ("loading an element (HTML)", "the body of the response is empty.", "an image"),
    ),
    (
        answering(),
        {},
        "image",
        {"url": API},
        ("loading an element (HTML)", "the type of the response is missing, not an image type.", "an image"),
    ),
    (
        answering(),
        {},
        "image",
        {"url": "https://"},
        ("loading an element (HTML)", "'https://' is not a URL.", "a valid URL"),
    ),
    (
        answering({"Content-Type": "image/png"}),
        {},
        "script",
        {"url": API},
        (
            "main fetch, step 20 (MIME type)",
            "the type of the response is image/png.",
            "Content-Type: text/javascript",
        ),
    ),
    (
        answering({"X-Content-Type-Options": "nosniff"}),
        {},
        "script",
        {"url": API},
        (
            "main fetch, step 20 (MIME type)",
            "the type of the response is missing, and X-Content-Type-Options is nosniff.",
            "Content-Type: text/javascript",
        ),
    ),
    (
        answering(status=404),
        {},
        "script",
        {"url": API},
        ("loading an element (HTML)", "the response has status 404.", "a status from 200 to 299"),
    ),
    (
        answering(ALLOWED, status=404),
        {},
        "font",
        {"url": API},
        ("loading an element (HTML)", "the response has status 404.", "a status from 200 to 299"),
    ),
    (
        answering(ALLOWED, status=404),
        {},
        "event_source",
        {"url": API},
        (
            "EventSource (HTML)",
            "the response has status 404 and type none.",
            "status 200 and Content-Type: text/event-stream",
        ),
    ),
    (
        answering({**ALLOWED, "Content-Type": "text/plain"}),
        {},
        "event_source",
        {"url": API},
        (
            "EventSource (HTML)",
            "the response has status 200 and type text/plain.",
            "status 200 and Content-Type: text/event-stream",
        ),
    ),
    (
        answering(),
        {},
        "beacon",
        {"url": API, "data": b"x" * 65_537},
        (
            "HTTP-network-or-cache fetch, step 8.10 (keepalive)",
            "the body has 65537 bytes; the limit is 65536.",
            "a shorter body",
        ),
    ),
    (
        answering(),
        {},
        "beacon",
        {"url": "https://"},
        ("sendBeacon", "'https://' is not a URL.", "a valid URL"),
    ),
    (
        answering(),
        {},
        "beacon",
        {"url": API, "content_type": "application/json"},
        (
            "CORS-preflight fetch, step 7 (CORS check)",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is https://app.example."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example and "
                "Access-Control-Allow-Credentials: true (a policy with "
                'origins=["https://app.example"], credentials=True)'
            ),
        ),
    ),
    (
        answering(),
        {},
        "submit",
        {"url": "https://", "data": {}},
        ("form submission (HTML)", "'https://' is not a URL.", "a valid URL"),
    ),
    (
        answering(),
        {},
        "submit",
        {"url": "data:,x", "data": {}},
        ("scheme fetch", "this model does not fetch data: URLs.", "an http or https URL"),
    ),
    (
        answering(),
        {},
        "navigate",
        {"url": "data:,x"},
        ("navigate (HTML)", "'data:,x' is not an http(s) URL.", "an http or https URL"),
    ),
    (
        answering(),
        {},
        "navigate",
        {"url": "https://"},
        ("navigate (HTML)", "'https://' is not a URL.", "a valid URL"),
    ),
    (
        answering(),
        {},
        "websocket",
        {"url": "ftp://api.example"},
        (
            "WebSocket opening handshake",
            "'ftp://api.example' is not a WebSocket URL.",
            "a ws, wss, http or https URL without a fragment",
        ),
    ),
    (
        answering(),
        {},
        "websocket",
        {"url": "wss://api.example#"},
        (
            "WebSocket opening handshake",
            "'wss://api.example#' is not a WebSocket URL.",
            "a ws, wss, http or https URL without a fragment",
        ),
    ),
    (
        answering(),
        {},
        "websocket",
        {"url": "wss://"},
        ("WebSocket opening handshake", "'wss://' is not a URL.", "a valid URL"),
    ),
    (
        answering(),
        {},
        "websocket",
        {"url": "wss://api.example"},
        (
            "WebSocket opening handshake",
            "the response has status 200; a WebSocket opens with status 101 only.",
            (
                "HTTP/1.1 101 Switching Protocols (a policy that allows this origin: "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        answering(),
        {},
        "xhr",
        {"url": "https://"},
        ("Request constructor", "'https://' is not a URL.", "a valid URL"),
    ),
    (
        answering(),
        {},
        "xhr",
        {"url": API, "method": "TRACE"},
        ("Request constructor", "a page cannot send the method 'TRACE'.", "another method"),
    ),
    (
        answering(),
        {},
        "xhr",
        {"url": API, "headers": {"a b": "c"}},
        ("Request constructor", "'a b': 'c' is not a valid header.", "a valid header name and value"),
    ),
    (
        answering(),
        {},
        "xhr",
        {"url": API},
        (
            "CORS check",
            (
                "the response has no Access-Control-Allow-Origin, and the origin of the request "
                "is https://app.example."
            ),
            (
                "Access-Control-Allow-Origin: https://app.example (a policy with "
                'origins=["https://app.example"])'
            ),
        ),
    ),
    (
        {API: answering()},
        {},
        "fetch",
        {"url": THIRD},
        (
            "HTTP-network fetch",
            ("no application answers at https://third.example; this browser has https://api.example."),
            ('an application at https://third.example: Browser({"https://third.example": app, ...})'),
        ),
    ),
    (
        {API: answering(), APP: answering()},
        {},
        "fetch",
        {"url": THIRD},
        (
            "HTTP-network fetch",
            (
                "no application answers at https://third.example; this browser has "
                "https://api.example, https://app.example."
            ),
            ('an application at https://third.example: Browser({"https://third.example": app, ...})'),
        ),
    ),
    (
        {},
        {},
        "fetch",
        {"url": THIRD},
        (
            "HTTP-network fetch",
            "no application answers at https://third.example; this browser has none.",
            ('an application at https://third.example: Browser({"https://third.example": app, ...})'),
        ),
    ),
]


@for_each("app, about, do, arguments, said", REFUSED)
def test_a_refusal_is_exactly_this(app, about, do, arguments, said):
    """The step of the standard that fails, why, and what would have allowed the page to read the response."""
    with pytest.raises(FetchRefused) as caught:
        getattr(page_of(app, **about), do)(**arguments)

    refused = caught.value
    assert (refused.step, refused.because, refused.needed) == said
