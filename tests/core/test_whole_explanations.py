"""Explanations, each of them whole: every sentence and every value, in order."""

from __future__ import annotations

import re

import pytest

from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, UNMANAGED, Policy, Request, decide, judge
from flask_corsguard.core.compiled import compiled
from rows import for_each

EXACT = Policy(origins=[A])
SECRET = EXACT.replace(credentials=True)
EVERYONE = Policy(origins="*")
SEVEN = Policy(origins=[f"https://{number}.example" for number in range(7)])
MANY = Policy(origins=[A], allow_headers=[f"x-{number}" for number in range(22)])


def preflight(origin=A, method="GET", headers=None, network=None):
    """Return a preflight."""
    return Request(
        method="OPTIONS",
        origin=origin,
        requested_method=method,
        requested_headers=headers,
        private_network=network,
    )


def get(origin=A, **more):
    """Return a request that only reads."""
    return Request(method="GET", origin=origin, **more)


def post(origin=A, method="POST", **more):
    """Return a request that the guard judges."""
    return Request(method=method, origin=origin, **more)


def of_route(*methods):
    """Return a policy with the methods of a route."""
    return compiled(EXACT).for_methods(methods).policy


SAID = [
    (
        EXACT,
        get(),
        "The policy allows a page of https://app.example to read the response, without cookies.",
    ),
    (
        SECRET,
        get(),
        "The policy allows a page of https://app.example to read the response, with cookies.",
    ),
    (
        EVERYONE,
        get(EVIL),
        "The policy allows a page of any origin to read the response, without cookies.",
    ),
    (
        EXACT,
        preflight(method="PUT", headers="x-a"),
        (
            "https://app.example is allowed, but the method 'PUT' is not: the policy allows GET, "
            'HEAD, POST. If the application answers it, write methods=["GET", "HEAD", "POST", "PUT"].'
        ),
    ),
    (
        EXACT.replace(methods=["PUT"], allow_headers=["x-a"]),
        preflight(method="PUT", headers="x-a"),
        (
            "The policy allows a page of https://app.example to send 'PUT' with the headers 'x-a', without "
            "cookies; the browser will now send it."
        ),
    ),
    (
        EVERYONE,
        preflight(EVIL),
        (
            "The policy allows a page of any origin to send 'GET', without cookies; the browser will now "
            "send it."
        ),
    ),
    (
        EXACT,
        get(None),
        (
            "There is no Origin header, so no page of another origin asks to read the response. The "
            "request comes from the same origin, from a link, an image or a script tag, or not from a "
            "browser."
        ),
    ),
    (
        EXACT,
        post(None),
        "There is no Origin header. Browsers put one on such a request, so no browser sent it.",
    ),
    (
        EXACT,
        post(None, "HEAD"),
        (
            "There is no Origin header, so no page of another origin asks to read the response. The "
            "request comes from the same origin, from a link, an image or a script tag, or not from a "
            "browser."
        ),
    ),
    (
        EXACT,
        post(None, "OPTIONS"),
        (
            "There is no Origin header, so no page of another origin asks to read the response. The "
            "request comes from the same origin, from a link, an image or a script tag, or not from a "
            "browser."
        ),
    ),
    (
        EVERYONE,
        get(None),
        "There is no Origin header, and the policy allows a page of any origin to read the response.",
    ),
    (
        EVERYONE,
        post(None),
        "There is no Origin header. Browsers put one on such a request, so no browser sent it.",
    ),
    (
        EXACT,
        get(f"{A}, {EVIL}"),
        (
            "'https://app.example, https://evil.example' is more than one origin: something between "
            "browser and server added a second one. Have one of the two removed there."
        ),
    ),
    (
        EXACT,
        get(f"{A}/"),
        (
            "'https://app.example/' is not an origin as browsers write it, so it matches none that "
            'the policy lists. A browser would send "https://app.example".'
        ),
    ),
    (
        EXACT,
        get("!"),
        "'!' is not an origin as browsers write it, so it matches none that the policy lists.",
    ),
    (
        EXACT,
        get("x" * 327),
        (
            f"'{'x' * 119}... "
            "is not an origin as browsers write it, so it matches none that the policy lists. It is "
            "too long to be one."
        ),
    ),
    (
        EXACT,
        get("x" * 326),
        (f"'{'x' * 119}... is not an origin as browsers write it, so it matches none that the policy lists."),
    ),
    (
        EXACT,
        get("null"),
        (
            "The page sends null instead of an origin, as every page can: from a sandboxed frame, "
            "from a local file, after a redirect between other sites, by a form under "
            "Referrer-Policy: no-referrer. Serve the page over http(s) from an origin of its own."
        ),
    ),
    (
        EXACT,
        get("file://"),
        (
            "The page sends file:// instead of an origin, as every page can: from a sandboxed frame, "
            "from a local file, after a redirect between other sites, by a form under "
            "Referrer-Policy: no-referrer. Serve the page over http(s) from an origin of its own."
        ),
    ),
    (
        EXACT,
        get(EVIL),
        (
            "https://evil.example is not one of the origins that the policy allows "
            '(https://app.example). To allow it, add "https://evil.example" to origins.'
        ),
    ),
    (
        SAME_ORIGIN,
        get(EVIL),
        (
            "https://evil.example is another origin, and the policy allows only the application's "
            'own. To allow it, write origins=["https://evil.example"].'
        ),
    ),
    (
        EXACT,
        get("http://app.example"),
        (
            "http://app.example is not https://app.example, which the policy allows: scheme, host and "
            'port must all be equal. To allow it, add "http://app.example" to origins.'
        ),
    ),
    (
        SECRET,
        get(f"{A}:8443"),
        (
            "https://app.example:8443 is not https://app.example, which the policy allows: scheme, "
            'host and port must all be equal. To allow it, add "https://app.example:8443" to origins.'
        ),
    ),
    (
        SECRET,
        get("http://evil.example"),
        (
            "http://evil.example is not one of the origins that the policy allows "
            "(https://app.example). Load the page over https; or, to allow this one, add "
            '"http://evil.example" to origins and write dangerously_allow=["insecure-origins"].'
        ),
    ),
    (
        SECRET,
        get("http://localhost:3"),
        (
            "http://localhost:3 is not one of the origins that the policy allows "
            '(https://app.example). To allow it, add "http://localhost:3" to origins.'
        ),
    ),
    (
        SECRET,
        get("capacitor://localhost"),
        (
            "capacitor://localhost is not one of the origins that the policy allows "
            '(https://app.example). To allow it, add "capacitor://localhost" to origins.'
        ),
    ),
    (
        SEVEN,
        get(EVIL),
        (
            "https://evil.example is not one of the origins that the policy allows "
            "(https://0.example, https://1.example, https://2.example, https://3.example, "
            'https://4.example and 2 more). To allow it, add "https://evil.example" to origins.'
        ),
    ),
    (
        SEVEN.replace(origins=SEVEN.origins[:5]),
        get(EVIL),
        (
            "https://evil.example is not one of the origins that the policy allows "
            "(https://0.example, https://1.example, https://2.example, https://3.example, "
            'https://4.example). To allow it, add "https://evil.example" to origins.'
        ),
    ),
    (
        EXACT,
        get("http://evil.example"),
        (
            "http://evil.example is not one of the origins that the policy allows "
            '(https://app.example). To allow it, add "http://evil.example" to origins.'
        ),
    ),
    (
        EXACT,
        get("data://x"),
        (
            "data://x is not one of the origins that the policy allows (https://app.example). No "
            "policy can list it: serve the page over http or https."
        ),
    ),
    (
        SECRET.replace(dangerously_allow=["public-suffixes"]),
        get("http://evil.example"),
        (
            "http://evil.example is not one of the origins that the policy allows "
            "(https://app.example). Load the page over https; or, to allow this one, add "
            '"http://evil.example" to origins and write dangerously_allow=["public-suffixes", '
            '"insecure-origins"].'
        ),
    ),
    (
        SECRET.replace(dangerously_allow=["insecure-origins"]),
        get("http://evil.example"),
        (
            "http://evil.example is not one of the origins that the policy allows "
            '(https://app.example). To allow it, add "http://evil.example" to origins.'
        ),
    ),
    (
        Policy(origins=["https://*.app.example", re.compile("https://b")]),
        get(EVIL),
        (
            "https://evil.example is not one of the origins that the policy allows "
            "(https://*.app.example, re.compile('https://b')). To allow it, add "
            '"https://evil.example" to origins.'
        ),
    ),
    (
        Policy(origins=["http://[::1]:3000"]),
        get("http://[::1]"),
        (
            "http://[::1] is not http://[::1]:3000, which the policy allows: scheme, host and port "
            'must all be equal. To allow it, add "http://[::1]" to origins.'
        ),
    ),
    (
        Policy(origins=["http://[::1]"]),
        get("http://[::2]"),
        (
            "http://[::2] is not one of the origins that the policy allows (http://[::1]). To allow "
            'it, add "http://[::2]" to origins.'
        ),
    ),
    (
        Policy(origins=["https://*.app.example"]),
        get("http://*.app.example"),
        (
            "'http://*.app.example' is not an origin as browsers write it, so it matches none that "
            'the policy lists. A browser would send "http://*.app.example".'
        ),
    ),
    (
        Policy(origins=["http://localhost:*"]),
        get("https://localhost"),
        (
            "https://localhost is not one of the origins that the policy allows (http://localhost:*). "
            'To allow it, add "https://localhost" to origins.'
        ),
    ),
    (
        SAME_ORIGIN,
        post("https://bank.example", host="10.1.2.3"),
        (
            "https://bank.example is another origin, and the policy allows only the application's "
            "own. If it is the application's own, a proxy in front of it replaces Host, which is "
            "'10.1.2.3' here: have it pass the Host of the browser on. Otherwise: To allow it, "
            'write origins=["https://bank.example"].'
        ),
    ),
    (
        Policy(origins=[re.compile("https?://app[.]example")], credentials=True),
        get("http://app.example"),
        (
            "http://app.example is allowed by a regular expression or a callable, but the policy "
            "allows credentials. Over plain http, anyone on the network can pose as that page. Use "
            'https there, or write dangerously_allow=["insecure-origins"].'
        ),
    ),
    (
        EXACT,
        preflight(method="DELETE"),
        (
            "https://app.example is allowed, but the method 'DELETE' is not: the policy allows GET, "
            'HEAD, POST. If the application answers it, write methods=["GET", "HEAD", "POST", '
            '"DELETE"].'
        ),
    ),
    (
        EXACT.replace(methods=["PUT", "GET"]),
        preflight(method="DELETE"),
        (
            "https://app.example is allowed, but the method 'DELETE' is not: the policy allows GET, "
            'HEAD, POST, PUT. To allow it, add "DELETE" to methods.'
        ),
    ),
    (
        EXACT.replace(methods=["PATCH"]),
        preflight(method="patch"),
        (
            "https://app.example is allowed, but the method 'patch' is not: the policy allows GET, "
            "HEAD, POST, PATCH. Methods are case-sensitive: the page has to ask for PATCH."
        ),
    ),
    (
        EXACT.replace(methods="*"),
        preflight(method="M" * 40),
        (
            "https://app.example is allowed, but the method "
            "'MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM' is not: the policy allows GET, HEAD, POST, *. "
            '"*" covers no method of more than 34 bytes: write '
            'methods=["MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"], with whatever else is needed.'
        ),
    ),
    (
        of_route("GET", "HEAD"),
        preflight(method="DELETE"),
        (
            "https://app.example is allowed, but the method 'DELETE' is not: the policy allows GET, "
            "HEAD, POST. Correct the URL or the method, or give the route the method DELETE."
        ),
    ),
    (
        EXACT,
        preflight(method="TRACE"),
        (
            "https://app.example is allowed, but the method 'TRACE' is not: the policy allows GET, "
            "HEAD, POST. Browsers never send this method for a page. The page has to ask for another "
            "one."
        ),
    ),
    (
        EXACT,
        preflight(method="*"),
        (
            "https://app.example is allowed, but the method '*' is not: the policy allows GET, HEAD, "
            "POST. In a policy, * is not a name. The page has to ask for another one."
        ),
    ),
    (
        EXACT,
        preflight(method="M" * 121),
        (
            "https://app.example is allowed, but the method "
            f"'{'M' * 119}... "
            "is not: the policy allows GET, HEAD, POST. A name of 121 bytes is longer than any that "
            "is in use. The page has to ask for another one."
        ),
    ),
    (
        EXACT,
        preflight(method="M" * 120),
        (
            "https://app.example is allowed, but the method "
            f"'{'M' * 119}... "
            "is not: the policy allows GET, HEAD, POST. If the application answers it, write "
            'methods=["GET", "HEAD", "POST", '
            f'"{"M" * 120}"].'
        ),
    ),
    (
        EXACT,
        preflight(method="cHICKEN"),
        (
            "https://app.example is allowed, but the method 'cHICKEN' is not: the policy allows GET, "
            'HEAD, POST. If the application answers it, write methods=["GET", "HEAD", "POST", '
            '"cHICKEN"].'
        ),
    ),
    (
        EXACT,
        preflight(method="put"),
        (
            "https://app.example is allowed, but the method 'put' is not: the policy allows GET, "
            "HEAD, POST. Methods are case-sensitive: the page has to ask for PUT."
        ),
    ),
    (
        EXACT.replace(methods=["GET"]),
        post(),
        (
            "https://app.example is allowed, but the method 'POST' is not: the policy lists GET. To "
            'allow it, add "POST" to methods.'
        ),
    ),
    (
        EXACT.replace(methods=["PUT", "GET"]),
        post(),
        (
            "https://app.example is allowed, but the method 'POST' is not: the policy lists PUT, GET. "
            'To allow it, add "POST" to methods.'
        ),
    ),
    (
        EXACT,
        post(A, "DELETE"),
        (
            "https://app.example is allowed, but the method 'DELETE' is not: the policy lists GET, "
            'HEAD, POST. If the application answers it, write methods=["GET", "HEAD", "POST", '
            '"DELETE"].'
        ),
    ),
    (
        EXACT.replace(methods="*"),
        post(A, "M" * 40),
        (
            "https://app.example is allowed, but the method "
            "'MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM' is not: the policy lists *. \"*\" covers no "
            "method of more than 34 bytes: write "
            'methods=["MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"], with whatever else is needed.'
        ),
    ),
    (
        EXACT,
        preflight(headers="x-a"),
        (
            "https://app.example is allowed, but the header 'x-a' is not: the policy allows "
            'Content-Type. To allow it, add "x-a" to allow_headers.'
        ),
    ),
    (
        EXACT,
        preflight(headers="Content-Type, X-b,,x-a\t"),
        (
            "https://app.example is allowed, but the header 'X-b' is not: the policy allows "
            'Content-Type. To allow it, add "X-b", "x-a" to allow_headers.'
        ),
    ),
    (
        EXACT.replace(allow_headers=[]),
        preflight(headers="x-a"),
        (
            "https://app.example is allowed, but the header 'x-a' is not: the policy allows none. To "
            'allow it, add "x-a" to allow_headers.'
        ),
    ),
    (
        EXACT.replace(allow_headers="*"),
        preflight(headers="authorization"),
        (
            "https://app.example is allowed, but the header 'authorization' is not: the policy allows "
            '*. "*" never covers Authorization: write allow_headers=["*", "Authorization"].'
        ),
    ),
    (
        EXACT.replace(allow_headers="*"),
        preflight(headers="cookie"),
        (
            "https://app.example is allowed, but the header 'cookie' is not: the policy allows *. No "
            "policy can allow 'cookie'. Browsers never allow a page to set this request header. The page "
            "has to leave it out."
        ),
    ),
    (
        EXACT,
        preflight(headers="x-a,cookie"),
        (
            "https://app.example is allowed, but the header 'x-a' is not: the policy allows "
            "Content-Type. No policy can allow 'cookie'. Browsers never allow a page to set this request "
            "header. The page has to leave it out."
        ),
    ),
    (
        EXACT,
        preflight(headers="*"),
        (
            "https://app.example is allowed, but the header '*' is not: the policy allows "
            "Content-Type. No policy can allow '*'. In a policy, * is not a name. The page has to "
            "leave it out."
        ),
    ),
    (
        MANY,
        preflight(headers="x-a"),
        (
            "https://app.example is allowed, but the header 'x-a' is not: the policy allows x-0, x-1, "
            "x-2, x-3, x-4, x-5, x-6, x-7, x-8, x-9, x-10, x-11, x-12, x-13, x-14, x-15, x-16, x-17, "
            'x-18, x-19 and 2 more. To allow it, add "x-a" to allow_headers.'
        ),
    ),
    (
        EXACT,
        preflight(headers=",".join(["x-a"] * 100)),
        (
            "https://app.example asks for more request headers (399 bytes of names) than the policy "
            "can allow, so they were not read. The page has to send fewer."
        ),
    ),
    (
        EXACT,
        preflight(network="true"),
        (
            "https://app.example asks to reach from the internet into a private network. To allow "
            "that, write private_network=True."
        ),
    ),
    (
        Policy(origins=[A, re.compile("https://b")]),
        preflight(network="true"),
        (
            "https://app.example asks to reach from the internet into a private network. To allow "
            'that, write origins=["https://app.example"], with the others that may, and write '
            "private_network=True."
        ),
    ),
    (
        EVERYONE,
        preflight(network="true"),
        (
            "https://app.example asks to reach from the internet into a private network. To allow "
            'that, write origins=["https://app.example"], with the others that may, and write '
            "private_network=True."
        ),
    ),
    (
        EVERYONE,
        preflight("null", network="true"),
        (
            "'null' asks to reach from the internet into a private network. No policy can allow that "
            "to a page without an origin of its own."
        ),
    ),
    (
        EXACT,
        post(None, fetch_site="cross-site"),
        (
            "The browser reports that another origin sent this request, but not which one, so a policy "
            "that lists origins cannot allow it. Browsers name it in Origin: something on the way "
            "removes that header; have it pass Origin on."
        ),
    ),
    (
        EXACT,
        post(has_cookie=True),
        (
            "https://app.example is allowed, but the request has a cookie and the policy allows no "
            "credentials. A form, navigator.sendBeacon() and fetch() in the mode no-cors send cookies "
            "that nobody allowed, so the request may be forged. If cookies are meant, write "
            'origins=["https://app.example"] and write credentials=True, with the other origins that '
            "may send them."
        ),
    ),
    (
        EVERYONE,
        post(EVIL, has_cookie=True),
        (
            "https://evil.example is allowed, but the request has a cookie and the policy allows no "
            "credentials. A form, navigator.sendBeacon() and fetch() in the mode no-cors send cookies "
            "that nobody allowed, so the request may be forged. If cookies are meant, write "
            'origins=["https://evil.example"] and write credentials=True, with the other origins that '
            "may send them."
        ),
    ),
    (
        EVERYONE.replace(expose_headers="*"),
        post("http://evil.example", has_cookie=True),
        (
            "http://evil.example is allowed, but the request has a cookie and the policy allows no "
            "credentials. A form, navigator.sendBeacon() and fetch() in the mode no-cors send cookies "
            "that nobody allowed, so the request may be forged. If cookies are meant, write "
            'origins=["http://evil.example"] and write credentials=True and write expose_headers=[] '
            'and write dangerously_allow=["insecure-origins"], with the other origins that may send '
            "them."
        ),
    ),
    (
        EVERYONE,
        post("http://localhost", has_cookie=True),
        (
            "http://localhost is allowed, but the request has a cookie and the policy allows no "
            "credentials. A form, navigator.sendBeacon() and fetch() in the mode no-cors send cookies "
            "that nobody allowed, so the request may be forged. If cookies are meant, write "
            'origins=["http://localhost"] and write credentials=True, with the other origins that may '
            "send them."
        ),
    ),
    (
        EVERYONE,
        post("null", has_cookie=True),
        (
            "'null' is allowed, but the request has a cookie and the policy allows no credentials. A "
            "form, navigator.sendBeacon() and fetch() in the mode no-cors send cookies that nobody "
            "allowed, so the request may be forged. No policy can allow cookies to a page without an "
            "origin of its own."
        ),
    ),
    (
        EVERYONE,
        post(None, has_cookie=True, fetch_site="cross-site"),
        (
            "A page that does not name its origin is allowed, but the request has a cookie and the "
            "policy allows no credentials. A form, navigator.sendBeacon() and fetch() in the mode "
            "no-cors send cookies that nobody allowed, so the request may be forged. No policy can "
            "allow cookies to a page without an origin of its own."
        ),
    ),
]


@for_each("policy, request_, text", SAID)
def test_an_explanation_is_exactly_this(policy, request_, text):
    """It is that of the guard, where the guard refuses the request, else that of the response."""
    verdict = judge(policy, request_)
    decision = decide(policy, request_) if verdict.allowed else verdict

    assert decision.explain() == text


SAID_OF_VERDICTS = [
    (
        EXACT.replace(guard="off"),
        post(EVIL),
        "The guard is off in this policy, so every request passes.",
    ),
    (
        EXACT,
        get(EVIL),
        "The method only reads, so the request passes; CORS decides who reads the response.",
    ),
    (
        UNMANAGED,
        post(EVIL),
        (
            "The policy is UNMANAGED: nothing is added to the response or guarded, and CORS is the "
            "business of whatever answers."
        ),
    ),
    (
        EXACT,
        post(EVIL, fetch_site="same-origin"),
        "Sec-Fetch-Site, or Origin and Host, show that no other origin sent this request.",
    ),
    (
        EVERYONE,
        post(EVIL),
        "The policy allows a page of any origin to read the response, without cookies.",
    ),
    (
        EXACT,
        post(EVIL),
        (
            "https://evil.example is not one of the origins that the policy allows "
            '(https://app.example). To allow it, add "https://evil.example" to origins.'
        ),
    ),
    (
        SECRET,
        post(),
        "The policy allows a page of https://app.example to read the response, with cookies.",
    ),
]


@pytest.mark.parametrize(("policy", "request_", "text"), SAID_OF_VERDICTS)
def test_the_guard_explains_why_a_request_passes_or_does_not(policy, request_, text):
    """Whatever the response then carries."""
    assert judge(policy, request_).explain() == text
