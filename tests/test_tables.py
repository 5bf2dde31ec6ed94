"""The tables of the standards, written here a second time and whole: a member that is lost shows here.

Other tests use the tables of the package, and would lose the same member.
"""

from __future__ import annotations

import importlib
import string
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

import flask_corsguard
from flask_corsguard import Kind, Policy, Reason, Request, decide
from flask_corsguard.core import fetch_standard
from flask_corsguard.core.fetch_standard import is_token
from flask_corsguard.core.origin_pattern import OPAQUE_SCHEMES
from flask_corsguard.testing.checks import BAD_PORTS, JAVASCRIPT_TYPES
from flask_corsguard.testing.cookie_syntax import parse_date, parse_set_cookie
from flask_corsguard.testing.headers import is_safelisted, list_values, mime_essence, split
from flask_corsguard.testing.refusals import RELEVANT
from flask_corsguard.testing.urls import parse_url
from testing.scripted import API, answering, page_of

#: Each bound, by module and name, with its value: bytes, unless the name has another unit.
BOUNDS = {
    "core.advice.LISTED": 20,
    "core.hidden_host.MAX_AUTHORITY_LENGTH": 259,
    "core.limits.LIST_SLACK": 64,
    "core.limits.MAX_KNOWN_ORIGINS": 1024,
    "core.limits.MAX_WILDCARD_LIST_LENGTH": 4096,
    "core.limits.MAX_WILDCARD_METHOD_LENGTH": 34,
    "core.explain.LISTED_ORIGINS": 5,
    "core.explain.SEARCHED_ORIGINS": 1000,
    "core.guard.MAX_AUTHORITY_LENGTH": 259,
    "core.guard.MAX_UPGRADE_LENGTH": 256,
    "core.origin.MAX_HOST_LENGTH": 253,
    "core.origin.MAX_LABEL_LENGTH": 63,
    "core.origin.MAX_ORIGIN_LENGTH": 326,
    "core.origin.MAX_PORT": 65535,
    "core.origin.MAX_SCHEME_LENGTH": 64,
    "core.problems.SHOWN_VALUE_LENGTH": 120,
    "core.regex_tree.MAX_DEPTH": 50,
    "core.regex_tree.MAX_EXPRESSION_LENGTH": 5000,
    "core.regexes.MAX_CHOICES": 10,
    "core.regexes.MAX_FORKED": 64,
    "core.regexes.MAX_STEPS": 100_000,
    "core.regexes.MAX_TAILS": 1000,
    "core.regexes.MAX_UNROLLED": 8,
    "core.request.MAX_SEARCHED_METHOD_LENGTH": 256,
    "core.validation.fields.MAX_COMPARED_LENGTH": 64,
    "core.validation.fields.MAX_MAX_AGE": 86_400,
    "core.validation.items.MAX_STRANGE_ITEMS": 1000,
    "core.validation.stranger.MAX_NODES": 10_000,
    "core.validation.stranger.MAX_TRIES": 300,
    "flask.config_text.MAX_DIGITS": 18,
    "flask.marks.MAX_WRAPPERS": 64,
    "flask.memory.MAX_COPIES": 1024,
    "flask.policy_per_request.MAX_VARYING": 1024,
    "flask.url_policies.MAX_REDIRECTS": 4,
    "flask.warnings.bypass.WATCHED": 32,
    "flask.warnings.reach.MAX_OBJECTS": 256,
    "testing.cookie_syntax.FIRST_YEAR": 1601,
    "testing.cookie_syntax.MAX_ATTRIBUTE": 1024,
    "testing.cookie_syntax.MAX_PAIR": 4096,
    "testing.cookies.LAX_ALLOWING_UNSAFE_AGE": 120,
    "testing.cookies.MAX_COOKIE_AGE": 34_560_000,
    "testing.exchanges.SHOWN_BODY": 200,
    "testing.fetching.MAX_REDIRECTS": 20,
    "testing.handshake.PATIENCE": 10,
    "testing.headers.MAX_SAFELISTED_VALUE": 128,
    "testing.headers.MAX_SAFELISTED_VALUES": 1024,
    "testing.preflights.DEFAULT_AGE": 5,
    "testing.requests.MAX_REFERRER_LENGTH": 4096,
    "testing.urls.MAX_PORT": 65535,
    "testing.user_agent.MAX_KEEPALIVE_BODY": 65_536,
    "wsgi.proxy_fix.MAX_LAYERS": 32,
    "wsgi.refusal.MAX_FORWARDED_LENGTH": 256,
    "wsgi.trace.MAX_PLACE_LENGTH": 100,
    "wsgi.traceback_text.MAX_ERRORS": 10,
    "wsgi.traceback_text.MAX_ERROR_LENGTH": 500,
}

_OF_TEXT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

#: Tables of which each member is a fact that is written nowhere else, by module and name.
TABLES = {
    "asgi.response.STARTS": {"http.response.start", "websocket.http.response.start"},
    "asgi.scope._FIELDS": {
        b"access-control-request-headers": "requested_headers",
        b"access-control-request-method": "requested_method",
        b"access-control-request-private-network": "private_network",
        b"host": "host",
        b"origin": "origin",
        b"sec-fetch-site": "fetch_site",
        b"upgrade": "upgrade",
    },
    "core.compiled.DEFAULT_METHODS": ("GET", "HEAD", "POST"),
    "core.guard.OWN_SITES": ("same-origin", "none"),
    "core.guard.SAFE_METHODS": {"GET", "HEAD", "OPTIONS"},
    "core.guard._HTTP_SCHEMES": {"ws": "http", "wss": "https"},
    "core.origin.DEFAULT_PORTS": {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443},
    "core.origin.NULL_ORIGINS": {"null", "file://"},
    "core.origin_pattern.EXTENSION_SCHEMES": {"chrome-extension", "moz-extension", "safari-web-extension"},
    "core.origin_pattern.OPAQUE_SCHEMES": {"about", "blob", "data", "file", "javascript"},
    "core.policy_fields.DEFAULTS": {
        "methods": None,
        "allow_headers": ("Content-Type",),
        "expose_headers": (),
        "credentials": False,
        "max_age": 600,
        "private_network": False,
        "timing": False,
        "resource_policy": None,
        "guard": "enforce",
        "dangerously_allow": (),
    },
    "core.public_suffix.UNLISTED": ("nip.io", "sslip.io", "loca.lt", "gitpod.io", "github.dev"),
    "core.validation.fields._EVERY_METHOD": {"ALL", "ANY"},
    "core.validation.fields._REQUEST_ONLY": {
        *("access-control-allow-headers", "access-control-allow-methods", "access-control-max-age"),
        *("access-control-allow-private-network", "access-control-request-headers", "cookie", "host"),
        *("access-control-request-method", "access-control-request-private-network", "origin", "referer"),
    },
    "flask.config_text.SWITCHES": {
        **dict.fromkeys(("true", "1", "yes", "on"), True),
        **dict.fromkeys(("false", "0", "no", "off"), False),
    },
    "flask.warnings.lost_marks._HOOKS": (
        *("before_request_funcs", "after_request_funcs", "teardown_request_funcs"),
        *("url_value_preprocessors", "url_default_functions", "template_context_processors"),
    ),
    "flask.warnings.lost_marks._OF_FUNCTIONS": {"function", "method", "partial"},
    "flask.warnings.replaced_host._OF_PROXIES": (
        *("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP"),
        *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
    ),
    "flask.warnings.session_cookie._OF_SITES": {"http", "https"},
    "flask.warnings.stale_configuration._OF_FLASK_CORS": {
        "CORS_ORIGINS": "CORSGUARD_ORIGINS",
        "CORS_METHODS": "CORSGUARD_METHODS",
        "CORS_ALLOW_HEADERS": "CORSGUARD_ALLOW_HEADERS",
        "CORS_EXPOSE_HEADERS": "CORSGUARD_EXPOSE_HEADERS",
        "CORS_SUPPORTS_CREDENTIALS": "CORSGUARD_CREDENTIALS",
        "CORS_MAX_AGE": "CORSGUARD_MAX_AGE",
        "CORS_ALLOW_PRIVATE_NETWORK": "CORSGUARD_PRIVATE_NETWORK",
        "CORS_RESOURCES": "CORSGUARD_PATHS",
        "CORS_SEND_WILDCARD": None,
        "CORS_VARY_HEADER": None,
        "CORS_AUTOMATIC_OPTIONS": None,
        "CORS_ALWAYS_SEND": None,
        "CORS_INTERCEPT_EXCEPTIONS": None,
    },
    "testing.cookies._SAME_SITE": {"strict": "Strict", "lax": "Lax", "none": "None"},
    "testing.differences.PREFLIGHT_CACHE_LIMITS": {
        None: 7200,
        "chromium": 7200,
        "firefox": 86_400,
        "webkit": 600,
    },
    "testing.fetching._ACCEPT": {
        "document": _OF_TEXT,
        "iframe": _OF_TEXT,
        "image": "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
    },
    "testing.handshake.HANDSHAKE_HEADERS": (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
    ),
    "testing.headers.NO_CORS_SAFELISTED": {"accept", "accept-language", "content-language", "content-type"},
    "testing.headers.REQUEST_BODY_HEADERS": {
        *("content-encoding", "content-language", "content-location", "content-type"),
    },
    "testing.headers.SAFELISTED_RESPONSE_HEADERS": {
        *("cache-control", "content-language", "content-length", "content-type", "expires"),
        *("last-modified", "pragma"),
    },
    "testing.headers._FORBIDDEN_BY_VALUE": {
        *("x-http-method", "x-http-method-override", "x-method-override"),
    },
    "testing.headers._SAFELISTED_TYPES": {
        *("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"),
    },
    "testing.http_cache._PARTIAL": {206, 304},
    "testing.request_constructor.FORM_TYPE": "application/x-www-form-urlencoded;charset=UTF-8",
    "testing.request_constructor.TEXT_TYPE": "text/plain;charset=UTF-8",
    "testing.requests.REFERRER_POLICIES": {
        *("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin"),
        *("same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"),
    },
    "testing.requests.SAFE_METHODS": {"GET", "HEAD", "OPTIONS", "TRACE"},
    "testing.sending._HANDSHAKE_SCHEMES": {"http": "http", "https": "https", "ws": "http", "wss": "https"},
    "testing.urls.DEFAULT_PORTS": {"http": 80, "https": 443, "ws": 80, "wss": 443},
    "testing.urls.HTTP_SCHEMES": {"http", "https"},
    "testing.user_agent.NULL_BODY_STATUSES": {101, 103, 204, 205, 304},
    "testing.user_agent.REDIRECT_STATUSES": {301, 302, 303, 307, 308},
    "testing.user_agent._CONDITIONAL": (
        *("If-Modified-Since", "If-None-Match", "If-Unmodified-Since", "If-Match", "If-Range"),
    ),
    "wsgi.environ._MODES_THAT_READ": (None, "", "cors"),
    "wsgi.proxy_fix._INSIDE": ("app", "wsgi_app", "application", "_app", "_wsgi_app", "asgi_app"),
    "wsgi.refusal._OWN_HEADERS": {
        *("access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods"),
        *("access-control-allow-origin", "access-control-allow-private-network", "access-control-max-age"),
        *("access-control-expose-headers", "content-length", "content-type", "cross-origin-resource-policy"),
        *("timing-allow-origin", "vary"),
    },
    "wsgi.trace.TRACE_HEADER": "X-CorsGuard",
}

#: The modules of the layers that log.
LOGGING = [
    f"flask_corsguard.{layer}.{path.stem}"
    for layer in ("asgi", "flask", "live", "wsgi")
    for path in sorted((Path(flask_corsguard.__file__).parent / layer).glob("*.py"))
    if "\nlogger" in path.read_text()
]

ASCII = [chr(number) for number in range(128)]


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_has_the_value_that_is_documented(name):
    """A change of one is a change here, too."""
    module, _, constant = name.rpartition(".")

    assert getattr(importlib.import_module(f"flask_corsguard.{module}"), constant) == BOUNDS[name]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_these_members_and_no_other(name):
    """In this order, where there is one."""
    module, _, constant = name.rpartition(".")
    found = getattr(importlib.import_module(f"flask_corsguard.{module}"), constant)

    assert found == TABLES[name]
    if isinstance(found, Mapping):
        assert list(found.items()) == list(TABLES[name].items()) or module == "asgi.scope"


def test_the_headers_of_the_protocol_have_their_names():
    """See https://fetch.spec.whatwg.org/#http-requests and #http-responses."""
    assert {
        name: value for name, value in vars(fetch_standard).items() if isinstance(value, str)
    }.items() >= {
        "ACAO": "Access-Control-Allow-Origin",
        "ACAC": "Access-Control-Allow-Credentials",
        "ACAM": "Access-Control-Allow-Methods",
        "ACAH": "Access-Control-Allow-Headers",
        "ACMA": "Access-Control-Max-Age",
        "ACEH": "Access-Control-Expose-Headers",
        "ACAPN": "Access-Control-Allow-Private-Network",
        "ACRM": "Access-Control-Request-Method",
        "ACRH": "Access-Control-Request-Headers",
        "ACRPN": "Access-Control-Request-Private-Network",
        "TAO": "Timing-Allow-Origin",
        "CORP": "Cross-Origin-Resource-Policy",
        "NON_WILDCARD_REQUEST_HEADER": "authorization",
    }.items()


def test_the_forbidden_request_headers_are_those_of_the_standard():
    """See https://fetch.spec.whatwg.org/#forbidden-request-header."""
    assert {
        *("accept-charset", "accept-encoding", "access-control-request-headers"),
        *("access-control-request-method", "connection", "content-length", "cookie", "cookie2", "date"),
        *("dnt", "expect", "host", "keep-alive", "origin", "referer", "set-cookie", "te", "trailer"),
        *("transfer-encoding", "upgrade", "via"),
    } == fetch_standard.FORBIDDEN_REQUEST_HEADERS
    assert set(fetch_standard.FORBIDDEN_REQUEST_HEADER_PREFIXES) == {"proxy-", "sec-"}


def test_the_methods_are_those_of_the_standard():
    """See #cors-safelisted-method, #forbidden-method and #concept-method-normalize."""
    normalized = {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}

    assert {"GET", "HEAD", "POST"} == fetch_standard.SAFELISTED_METHODS
    assert {"CONNECT", "TRACE", "TRACK"} == fetch_standard.FORBIDDEN_METHODS
    assert normalized == fetch_standard.NORMALIZED_METHODS
    assert normalized | {"PATCH", "QUERY"} == fetch_standard.UPPER_CASE_METHODS
    assert {"set-cookie", "set-cookie2"} == fetch_standard.FORBIDDEN_RESPONSE_HEADERS


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_character_is_one_of_a_token_or_not(character):
    """See RFC 9110, section 5.6.2: letters, digits and fifteen signs."""
    expected = character in string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~"

    assert fetch_standard.is_token(character) is expected
    assert fetch_standard.is_token(f"a{character}b") is expected


def test_the_kinds_and_the_reasons_are_stable():
    """Logs and tests of users name them."""
    assert {each.value for each in Kind} == {"preflight", "actual", "non-cors"}
    assert {each.value for each in Reason} >= {
        *("allowed", "no-origin", "origin-malformed", "origin-null", "origin-not-allowed"),
        *("origin-insecure", "origin-check-failed", "method-not-allowed", "header-not-allowed"),
        *("headers-too-long", "private-network-not-allowed", "guard-off", "safe-method", "same-origin"),
        *("origin-missing", "cookie-not-allowed"),
    }


def test_the_schemes_without_an_origin_are_those_of_the_standard():
    """See https://url.spec.whatwg.org/#origin: their pages send `null`."""
    assert set(OPAQUE_SCHEMES) >= {"about", "blob", "data", "javascript"}


def test_the_bad_ports_are_those_of_the_standard():
    """See https://fetch.spec.whatwg.org/#port-blocking."""
    listed = """
        0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115
        117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563
        587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667
        6668 6669 6679 6697 10080
    """

    assert {int(port) for port in listed.split()} == BAD_PORTS


def test_the_types_of_scripts_are_those_of_the_standard():
    """See https://mimesniff.spec.whatwg.org/#javascript-mime-type."""
    assert {
        *("application/ecmascript", "application/javascript", "application/x-ecmascript"),
        *("application/x-javascript", "text/ecmascript", "text/javascript", "text/javascript1.0"),
        *("text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4"),
        *("text/javascript1.5", "text/jscript", "text/livescript", "text/x-ecmascript"),
        "text/x-javascript",
    } == JAVASCRIPT_TYPES


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_byte_is_unsafe_in_a_request_header_or_not(character):
    """See #cors-unsafe-request-header-byte: controls but the tab, delimiters and DEL."""
    unsafe = (ord(character) < 0x20 and character != "\t") or character in '"():<>?@[\\]{}\x7f'

    assert is_safelisted("Accept", f"a{character}b") is not unsafe


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_byte_is_one_of_a_language_or_not(character):
    """See #cors-safelisted-request-header: letters, digits, space and six signs."""
    expected = character in string.ascii_letters + string.digits + " *,-.;="

    assert is_safelisted("Accept-Language", f"a{character}b") is expected
    assert is_safelisted("Content-Language", f"a{character}b") is expected


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_character_ends_a_host_is_forbidden_in_it_or_one_of_it(character):
    """See https://url.spec.whatwg.org/#forbidden-domain-code-point; a backslash is a slash."""
    url = parse_url(f"https://a{character}b.example/")

    if character in "\t\n\r":
        assert url.host == "ab.example"
    elif character in "/\\?#":
        assert url.host == "a"
    elif character == "@":
        assert url.host == "b.example"
    elif ord(character) <= 0x20 or character in '"%:<>[]^`{|}\x7f':
        assert url is None
    else:
        assert url.host == f"a{character.lower()}b.example"


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_character_that_a_host_escapes_is_forbidden_in_it_or_one_of_it(character):
    """See https://url.spec.whatwg.org/#host-parsing: a host is decoded first."""
    url = parse_url(f"https://a%{ord(character):02x}b.example/")

    if ord(character) <= 0x20 or character in '"#%/:<>?@[\\]^`{|}\x7f':
        assert url is None
    else:
        assert url.host == f"a{character.lower()}b.example"


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_character_around_a_url_is_stripped_or_not(character):
    """See https://url.spec.whatwg.org/#concept-basic-url-parser: controls and spaces are."""
    url = parse_url(f"{character}https://a.example/{character}")
    after = parse_url(f"https://a.example/x{character}")

    if ord(character) <= 0x20:
        assert str(url) == "https://a.example/"
    assert (after.path == "/x") is (ord(character) <= 0x20 or character in "?#")


@pytest.mark.parametrize("character", [each for each in ASCII if each not in "\t\n\r#"], ids=ascii)
def test_a_character_is_percent_encoded_in_a_path_and_a_query_or_not(character):
    """See #path-percent-encode-set and #special-query-percent-encode-set of the URL standard."""
    controls = {chr(number) for number in range(0x21)} | {"\x7f"}
    in_query = character in controls | set("\"#<>'")
    in_path = character in controls | set('"#<>?^`{}')
    # Two hexadecimal digits after a percent sign are an escape that stays.
    query = parse_url(f"https://a.example/?x{character}41").query
    path = parse_url(f"https://a.example/x{character}41").path if character not in "?\\/" else None

    assert query == (f"x%{ord(character):02X}41" if in_query else f"x{character}41")
    assert unquote(query) == unquote(f"x{character}41")
    if path is not None:
        assert path == (f"/x%{ord(character):02X}41" if in_path else f"/x{character}41")


@pytest.mark.parametrize("character", [each for each in ASCII if each not in '",\\'], ids=ascii)
def test_a_character_around_a_value_is_white_space_or_part_of_it(character):
    """See RFC 9110, section 5.6.3: a space and a tab are; and #http-whitespace: a line end, too."""
    text = f"{character}a{character}"
    value = "a" if character in " \t" else text

    assert split(f"{text},{text}") == [value, value]
    if is_token(value):
        assert list_values([("Vary", f"{text},{text}")], "vary") == [value, value]
    if is_token(character):
        assert mime_essence(f"{text}/{text}") == f"{text}/{text}".lower()
    elif character in " \t\n\r":
        assert mime_essence(f"{character}a/a{character}") == "a/a"


@pytest.mark.parametrize("character", ASCII, ids=ascii)
def test_a_character_around_a_requested_header_is_white_space_or_part_of_it(character):
    """A space and a tab are, as in any list; and an element of a list can be empty."""
    policy = Policy(origins=["https://app.example"], allow_headers=["X-A"])
    asked = Request(
        method="OPTIONS",
        origin="https://app.example",
        requested_method="GET",
        requested_headers=f"{character}x-a{character}",
    )

    assert decide(policy, asked).allowed is (character in " \t,")


@pytest.mark.parametrize("character", [each for each in ASCII if each not in "\0\n\r"], ids=ascii)
def test_a_character_around_the_value_of_a_header_of_a_page_is_white_space_or_part_of_it(character):
    """See https://fetch.spec.whatwg.org/#concept-header-value-normalize."""
    page = page_of(answering(), at=API)
    exchange = page.fetch(API, headers={"X-A": f"{character}a{character}"}).exchange[-1]

    assert exchange.get("X-A") == ("a" if character in " \t" else f"{character}a{character}")


@pytest.mark.parametrize("character", [each for each in ASCII if each not in "=;"], ids=ascii)
def test_a_character_around_the_parts_of_a_cookie_is_white_space_or_part_of_them(character):
    """See RFC 6265bis, section 5.6: a space and a tab are; other controls are not allowed."""
    text = f"{character}a{character}"
    parsed = parse_set_cookie(f"{text}={text};{text}={text}")

    if (ord(character) < 0x20 and character != "\t") or character == "\x7f":
        assert parsed is None
    else:
        value = text.strip(" \t")
        assert parsed == (value, value, {value.lower(): value})


def test_a_month_has_the_name_of_its_number():
    """See RFC 6265bis, section 5.1.1; each begins where the one before has ended."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

    began = [parse_date(f"01 {name.swapcase()} 2001 00:00:00 GMT") for name in names]

    assert began == [978_307_200 + 86_400 * sum(days[:month]) for month in range(12)]


@pytest.mark.parametrize("module", LOGGING)
def test_whatever_is_logged_is_logged_by_the_logger_that_is_documented(module):
    """One line of a configuration silences it, or shows it."""
    assert importlib.import_module(module).logger.name == "flask_corsguard"


def test_a_refusal_shows_the_headers_that_it_is_about():
    """Other headers of a response do not matter to it."""
    assert set(RELEVANT) >= {
        *("access-control-", "cache-control", "content-type", "cross-origin-resource-policy", "location"),
        *("timing-allow-origin", "vary", "x-content-type-options"),
    }
