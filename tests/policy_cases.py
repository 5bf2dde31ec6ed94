"""The policies that are refused: what is written, the code of the problem, and what its hint contains.

There is one table for each module of the core that refuses something.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from cases import A
from flask_corsguard import Policy, PolicyError
from flask_corsguard.core.problems import SENTENCES
from flask_corsguard.live import LiveOrigins
from flask_corsguard.testing import OriginSource

LONG_LABEL = f"https://{'a' * 64}.example"
LONG_HOST = "https://" + ".".join(["a" * 60] * 5)
LONG_BASE = "https://*." + ".".join(["a" * 61, "a" * 63, "a" * 63, "a" * 62])


async def ask_slowly(origin):
    """Return a coroutine, which is not an answer."""
    return False


#: One origin, as a text; for `core.validation.diagnosis`.
REFUSED_TEXTS = [
    ("", "origin.empty", "https://app.example"),
    ("   ", "origin.empty", "https://app.example"),
    ("https://app.example/", "origin.trailing-slash", '"https://app.example"'),
    ("https://app.example/path", "origin.path", '"https://app.example"'),
    ("https://example.com/*", "origin.path", '"https://example.com"'),
    ("http://localhost/*", "origin.path", '"http://localhost"'),
    ("https://app.example//", "origin.path", '"https://app.example"'),
    ("https://app.example?q", "origin.query", '"https://app.example"'),
    ("https://app.example#f", "origin.fragment", '"https://app.example"'),
    ("https://user@app.example", "origin.user-info", '"https://app.example"'),
    ("https://u:p@app.example:8443", "origin.user-info", '"https://app.example:8443"'),
    ("https://u:p@app.example", "origin.user-info", '"https://app.example"'),
    ("https://App.Example", "origin.upper-case", '"https://app.example"'),
    ("HTTPS://app.example", "origin.upper-case", '"https://app.example"'),
    (" https://app.example", "origin.white-space", '"https://app.example"'),
    ("https://app.example\n", "origin.white-space", '"https://app.example"'),
    ("https://a.example b/c", "origin.list", '["https://a.example", "https://b"]'),
    ("https://a.example; b!", "origin.list", "one string for each"),
    ("https://a.example,https://b.example", "origin.list", '["https://a.example", "https://b.example"]'),
    ("https://a.example b.example:80", "origin.list", '["https://a.example", "https://b.example:80"]'),
    ("http://app.example:80", "origin.default-port", '"http://app.example"'),
    ("https://app.example:443", "origin.default-port", '"https://app.example"'),
    ("https://app.example:0", "origin.port", "from 1 to 65535"),
    ("https://app.example:65536", "origin.port", "from 1 to 65535"),
    ("https://app.example:0443", "origin.port", "from 1 to 65535"),
    ("https://app.example:", "origin.port", "from 1 to 65535"),
    ("https://app.example:http", "origin.port", "from 1 to 65535"),
    ("http://localhost:30*", "origin.port", "* for any"),
    ("http://localhost:3000:*", "origin.port", "* for any"),
    ("app.example", "origin.scheme-missing", '"https://app.example"'),
    ("//app.example", "origin.scheme-missing", '"https://app.example"'),
    ("localhost:3000", "origin.scheme-missing", '"http://localhost:3000"'),
    ("*.app.example", "origin.scheme-missing", '"https://*.app.example"'),
    ("h*", "origin.scheme-missing", "https://app.example"),
    ("http//own.example", "origin.scheme-missing", '"http://own.example"'),
    ("https:own.example", "origin.scheme-missing", '"https://own.example"'),
    ("HTTP:/own.example:8080", "origin.scheme-missing", '"http://own.example:8080"'),
    ("https.example", "origin.scheme-missing", '"https://https.example"'),
    ('"https://own.example"', "origin.scheme", '"https://own.example"'),
    ("'own.example'", "origin.scheme-missing", '"https://own.example"'),
    ("1http://app.example", "origin.scheme", "lower-case letter"),
    (f"{'s' * 65}://app.example", "origin.scheme", "64 at most"),
    ("https://m\xfcnchen.de", "origin.unicode", '"https://xn--mnchen-3ya.de"'),
    ("https://*.m\xfcnchen.de:*", "origin.unicode", '"https://*.xn--mnchen-3ya.de:*"'),
    ("https://\u2603..de", "origin.unicode", "https://app.example"),
    ("https://xn--\x7f.de", "origin.white-space", "https://app.example"),
    ("https://xn--99999999.de", "origin.punycode", "idna.encode"),
    ("https://a.xn--99999999.de", "origin.punycode", "idna.encode"),
    ("https://127.0.0.01", "origin.ipv4", "https://app.example"),
    ("https://127.1", "origin.ipv4", "https://app.example"),
    ("https://0x7f.1", "origin.ipv4", "https://app.example"),
    ("https://*.1.2.3.4", "origin.ipv4", "https://app.example"),
    ("http://[::0001]:3000", "origin.ipv6", '"http://[::1]:3000"'),
    ("http://::1", "origin.ipv6", '"http://[::1]"'),
    ("http://::1:3000", "origin.ipv6", 'such as "http://[::1]:3000"'),
    ("http://[::1", "origin.ipv6", 'such as "http://[::1]:3000"'),
    ("http://[1.2.3.4]", "origin.ipv6", '"http://1.2.3.4"'),
    ("http://*.[::1]", "origin.ipv6", 'such as "http://[::1]:3000"'),
    ("https://", "origin.host-missing", "https://app.example"),
    ("https://:8443", "origin.host-missing", "https://app.example"),
    ("https://app..example", "origin.label-missing", "https://app.example"),
    ("https://.app.example", "origin.label-missing", "https://app.example"),
    ("https://app.example..", "origin.label-missing", "https://app.example"),
    (LONG_LABEL, "origin.label-length", "63"),
    (LONG_HOST, "origin.host-length", "253"),
    (LONG_BASE, "origin.host-length", "253"),
    ("https://app%2eexample", "origin.characters", "https://app.example"),
    ("https://app!.example", "origin.characters", "https://app.example"),
    ("file:///home/me", "origin.opaque-scheme", "dangerously_allow"),
    ("App://.", "origin.upper-case", '"app://."'),
    ("TAURI://LOCALHOST", "origin.upper-case", '"tauri://LOCALHOST"'),
    ("app://./", "origin.trailing-slash", '"app://."'),
    ("safari-web-extension://0A1B/popup.html", "origin.path", '"safari-web-extension://0A1B"'),
    ("app://", "origin.host-missing", "https://app.example"),
    ("app://b\xfccher", "origin.unicode", "https://app.example"),
    ("app://a!b", "origin.characters", "https://app.example"),
    ("app://a:0", "origin.port", "from 1 to 65535"),
    ("app://a*", "origin.wildcard", "https://*.example.com"),
    ("app://*.1.2.3.4", "origin.wildcard", "https://*.example.com"),
    (LONG_BASE.replace("https://*.aa", "app://*.a."), "origin.host-length", "253"),
    ("app://*.A", "origin.wildcard", "https://*.example.com"),
    (f"app://{'A' * 254}", "origin.host-length", "253"),
    ("file://host", "origin.opaque-scheme", "dangerously_allow"),
    ("data://host", "origin.opaque-scheme", "dangerously_allow"),
    ("https://a*.example", "origin.wildcard", "https://*.example.com"),
    ("https://*a.example", "origin.wildcard", "https://*.example.com"),
    ("https://a.*.example", "origin.wildcard", "https://*.example.com"),
    ("https://**.example", "origin.wildcard", "https://*.example.com"),
    ("https://*.*.example", "origin.wildcard", "https://*.example.com"),
    ("https://app.*", "origin.wildcard", "https://*.example.com"),
    ("*://app.example", "origin.scheme", "https"),
    (r"https://.*\.example\.com", "origin.regex", "re.compile"),
    ("https://.*.example.com", "origin.regex", "https://*.example.com"),
    (r"http://localhost:?\d*", "origin.regex", "http://localhost:*"),
    (r"https?://.*", "origin.regex", "re.compile"),
    ("^https://app.example$", "origin.regex", "re.compile"),
    ("https://(a|b).example", "origin.regex", "re.compile"),
    (".*", "origin.regex", "re.compile"),
    (" https://own.example", "origin.white-space", '"https://own.example"'),
    ("\thttps://a.example https://b.example\n", "origin.list", '["https://a.example", "https://b.example"]'),
    (",https://a.example, https://b.example;", "origin.list", '["https://a.example", "https://b.example"]'),
    ("https:\\\\a.example\\b https://b.example", "origin.list", '["https://a.example", "https://b.example"]'),
    ("https://own.example\\", "origin.regex", "re.compile"),
    ("127.0.0.1:5000", "origin.scheme-missing", '"http://127.0.0.1:5000"'),
    ("//own.example", "origin.scheme-missing", '"https://own.example"'),
    ("https://\ufb01x.example", "origin.unicode", '"https://fix.example"'),
    ("http://[::1]/", "origin.trailing-slash", '"http://[::1]"'),
    ("http://[::G]", "origin.upper-case", "https://app.example"),
    ("app://X1.2.3.4X/", "origin.trailing-slash", '"app://X1.2.3.4X"'),
    ("app://1.2.3.4X/", "origin.trailing-slash", '"app://1.2.3.4X"'),
    ("https://a*.example:*", "origin.wildcard", "https://*.example.com"),
    ("https://a*.example:8443", "origin.wildcard", "https://*.example.com"),
    ("https://a!.example:65535", "origin.characters", "https://app.example"),
    ("https://*.a!b.example", "origin.characters", "https://app.example"),
    ("app://a:None", "origin.port", "from 1 to 65535"),
    (f"app://{'a' * 252}..", "origin.host-length", "253"),
    ("https://127.1.", "origin.ipv4", "https://app.example"),
    ("https://a.0x", "origin.ipv4", "https://app.example"),
    ("https://a.0x7f", "origin.ipv4", "https://app.example"),
    *((f"https://a{sign}b.example", "origin.regex", "re.compile") for sign in "\\^$(){}|+"),
    *((f"https://{sign}b.example", "origin.regex", "re.compile") for sign in (".*", "[ab]*", "[ab]?")),
    ("https?://own.example", "origin.regex", "re.compile"),
    ("http?://own.example", "origin.scheme", "lower-case letter"),
    ("https://own.example/items?q", "origin.query", '"https://own.example"'),
    *((f"https://a{sign}.*", "origin.wildcard", "https://*.example.com") for sign in "z19_-"),
    ("://own.example", "origin.scheme-missing", "https://app.example"),
    ("//own.example/?u=http://b", "origin.scheme-missing", "https://app.example"),
    ("https://*.xn--99999999.de", "origin.punycode", "idna.encode"),
]

#: One origin, of any type; for `core.validation.origins`.
REFUSED_ITEMS = [
    ("null", "origin.null", '["null-origin"]'),
    ("file://", "origin.null", '["null-origin"]'),
    ("htps://own.example", "origin.scheme-misspelled", '"https://own.example"'),
    ("htttp://*.own.example:*", "origin.scheme-misspelled", '"http://*.own.example:*"'),
    (b"https://own.example", "origins.type", "https://own.example"),
    (b"not one", "origins.type", "https://app.example"),
    (3, "origins.type", "https://app.example"),
    (["https://app.example"], "origins.type", "https://app.example"),
    (OriginSource(["https://own.example"]), "origins.type", "LiveOrigins"),
    (re.compile(rb"https://.*\.example"), "origins.bytes-regex", "re.compile("),
    (ask_slowly, "origins.async", "plain function"),
]

SECRET = {"credentials": True}

#: Fields, the code, the field that is refused, the hint; for `core.validation.origins`.
REFUSED_ORIGINS = [
    ({"origins": None}, "origins.none", "origins", '"*"'),
    ({"origins": []}, "origins.empty", "origins", "SAME_ORIGIN"),
    ({"origins": ()}, "origins.empty", "origins", "SAME_ORIGIN"),
    ({"origins": "https://a.example"}, "list.string", "origins", 'origins=["https://a.example"]'),
    ({"origins": "https://a.example, https://b.example"}, "list.string", "origins", '"https://a.example", "https://b.example"'),
    ({"origins": ""}, "list.string", "origins", 'origins=["https://app.example"]'),
    ({"origins": b"https://a.example"}, "list.type", "origins", 'origins=["https://app.example"]'),
    ({"origins": {A: True}}, "list.type", "origins", 'origins=["https://app.example"]'),
    ({"origins": 7}, "list.type", "origins", 'origins=["https://app.example"]'),
    ({"origins": re.compile(r"https://a\.example")}, "list.type", "origins", "into a list"),
    ({"origins": callable}, "list.type", "origins", "into a list"),
    ({"origins": LiveOrigins(list)}, "list.type", "origins", "into a list"),
    ({"origins": ["*", A]}, "origins.redundant", "origins", 'origins="*"'),
    ({"origins": "*", **SECRET}, "credentials.any-origin", "origins", "without credentials"),
    ({"origins": ["*"], **SECRET}, "credentials.any-origin", "origins", "without credentials"),
    ({"origins": ["https://*"], **SECRET}, "credentials.any-origin", "origins", '"https://*.example.com"'),
    ({"origins": ["https://*:*"], **SECRET}, "credentials.any-origin", "origins", '"https://*.example.com"'),
    ({"origins": [re.compile(r"https://.*\.com")], **SECRET}, "credentials.unproven-regex", "origins", "It also matches"),
    ({"origins": [A, None]}, "origins.none", "origins", "not set"),
    ({"origins": ["null"], "dangerously_allow": ["null-origin"], **SECRET}, "credentials.null-origin", "origins", "without credentials"),
    ({"origins": ["file://"], "dangerously_allow": ["null-origin"], **SECRET}, "credentials.null-origin", "origins", "without credentials"),
    ({"origins": ["chrome-extension://*"], **SECRET}, "credentials.any-extension", "origins", '["any-extension"]'),
    ({"origins": ["moz-extension://*"], **SECRET}, "credentials.any-extension", "origins", '["any-extension"]'),
    ({"origins": ["safari-web-extension://*:*"], **SECRET}, "credentials.any-extension", "origins", '["any-extension"]'),
    ({"origins": ["app://*"], **SECRET}, "credentials.any-origin", "origins", '"app://localhost"'),
    ({"origins": ["http://app.example"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["http://*.app.example"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["http://192.168.1.1:*"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["http://localhost.evil.example"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["https://*.co.uk"], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.co.uk"'),
    ({"origins": ["https://*.com"], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.com"'),
    ({"origins": ["https://*.github.io"], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.github.io"'),
    ({"origins": ["https://*.github.io."], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.github.io."'),
]  # fmt: skip

#: The same columns; for `core.validation.fields`.
REFUSED_FIELDS = [
    ({"origins": [A], "methods": "GET, PUT"}, "list.string", "methods", 'methods=["GET", "PUT"]'),
    ({"origins": [A], "methods": ["GET", 5]}, "list.type", "methods", 'methods=["GET", "PUT"]'),
    ({"origins": [A], "methods": ["T, P"]}, "method.token", "methods", 'Write "T", "P".'),
    ({"origins": [A], "methods": [""]}, "method.token", "methods", "one by one"),
    ({"origins": [A], "methods": ["PUT\r\n"]}, "method.token", "methods", 'Write "PUT".'),
    ({"origins": [A], "methods": ["CONNECT"]}, "method.forbidden", "methods", '"CONNECT" out'),
    ({"origins": [A], "methods": ["trace"]}, "method.forbidden", "methods", '"trace" out'),
    ({"origins": [A], "methods": ["TRACK"]}, "method.forbidden", "methods", '"TRACK" out'),
    ({"origins": [A], "methods": ["P*"]}, "method.wildcard", "methods", 'methods="*"'),
    ({"origins": [A], "methods": ["GET", "ALL"]}, "method.wildcard", "methods", 'methods="*"'),
    ({"origins": [A], "methods": ["any"]}, "method.wildcard", "methods", 'methods="*"'),
    ({"origins": [A], "methods": ["patch"]}, "method.case", "methods", '"PATCH"'),
    ({"origins": [A], "methods": ["Put"]}, "method.case", "methods", '"PUT"'),
    ({"origins": [A], "allow_headers": "Content-Type, Authorization"}, "list.string", "allow_headers", '"Content-Type", "Authorization"'),
    ({"origins": [A], "allow_headers": None}, "list.type", "allow_headers", '"Content-Type"'),
    ({"origins": [A], "allow_headers": ["X A"]}, "request-header.token", "allow_headers", "one by one"),
    ({"origins": [A], "allow_headers": ["X-A: b"]}, "request-header.token", "allow_headers", 'Write "X-A".'),
    ({"origins": [A], "allow_headers": ["x-amz-meta-*"]}, "request-header.wildcard", "allow_headers", 'allow_headers="*"'),
    ({"origins": [A], "allow_headers": ["**"]}, "request-header.wildcard", "allow_headers", 'allow_headers="*"'),
    ({"origins": [A], "allow_headers": ["Sec-*"]}, "request-header.wildcard", "allow_headers", 'allow_headers="*"'),
    ({"origins": [A], "allow_headers": ["Sec_Fetch_Site"]}, "request-header.underscore", "allow_headers", "another name"),
    ({"origins": [A], "allow_headers": ["content_length"]}, "request-header.underscore", "allow_headers", "another name"),
    ({"origins": [A], "allow_headers": ["Proxy-X_Y"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Proxy_X-Y"]}, "request-header.underscore", "allow_headers", "another name"),
    ({"origins": [A], "allow_headers": ["Cookie"]}, "request-header.forbidden", "allow_headers", "credentials=True"),
    ({"origins": [A], "allow_headers": ["Host"]}, "request-header.forbidden", "allow_headers", '"Host" out'),
    ({"origins": [A], "allow_headers": ["origin"]}, "request-header.forbidden", "allow_headers", '"origin" out'),
    ({"origins": [A], "allow_headers": ["Sec-Fetch-Site"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Proxy-Authorization"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Set-Cookie"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Access-Control-Allow-Origin"]}, "request-header.response-only", "allow_headers", "out"),
    ({"origins": [A], "expose_headers": "X-Total"}, "list.string", "expose_headers", 'expose_headers=["X-Total"]'),
    ({"origins": [A], "expose_headers": ["X Total"]}, "response-header.token", "expose_headers", "one by one"),
    ({"origins": [A], "expose_headers": ["X-*"]}, "response-header.wildcard", "expose_headers", 'expose_headers="*"'),
    ({"origins": [A], "expose_headers": ["Set-Cookie"]}, "response-header.forbidden", "expose_headers", "out"),
    ({"origins": [A], "expose_headers": ["set-cookie2"]}, "response-header.forbidden", "expose_headers", "out"),
    ({"origins": [A], "expose_headers": ["Origin"]}, "response-header.request-only", "expose_headers", "out"),
    ({"origins": [A], "expose_headers": ["Access-Control-Max-Age"]}, "response-header.request-only", "expose_headers", "out"),
    ({"origins": [A], "max_age": -1}, "max-age.bounds", "max_age", "86400"),
    ({"origins": [A], "max_age": 86401}, "max-age.bounds", "max_age", "86400"),
    ({"origins": [A], "max_age": timedelta(days=2)}, "max-age.bounds", "max_age", "86400"),
    ({"origins": [A], "max_age": timedelta(seconds=1.5)}, "max-age.type", "max_age", "max_age=600"),
    ({"origins": [A], "max_age": 1.5}, "max-age.type", "max_age", "max_age=600"),
    ({"origins": [A], "max_age": "600"}, "max-age.type", "max_age", "int()"),
    ({"origins": [A], "max_age": True}, "max-age.type", "max_age", "max_age=600"),
    ({"origins": [A], "credentials": "yes"}, "flag.type", "credentials", "credentials=True, not a string"),
    ({"origins": [A], "credentials": 0}, "flag.type", "credentials", "credentials=False"),
    ({"origins": [A], "timing": None}, "flag.type", "timing", "timing=False"),
    ({"origins": [A], "private_network": 1}, "flag.type", "private_network", "private_network=True"),
    ({"origins": [A], "resource_policy": "same_site"}, "choice.unknown", "resource_policy", '"same-site"'),
    ({"origins": [A], "guard": "enforced"}, "choice.unknown", "guard", '"enforce"'),
    ({"origins": [A], "guard": None}, "choice.unknown", "guard", "enforce, report, off"),
    ({"origins": [A], "dangerously_allow": ["null"]}, "choice.unknown", "dangerously_allow", "null-origin"),
    ({"origins": [A], "dangerously_allow": "null-origin"}, "list.string", "dangerously_allow", '["null-origin"]'),
]  # fmt: skip

#: The same columns; for `core.policy`.
REFUSED_POLICIES = [
    ({}, "origins.missing", "origins", "SAME_ORIGIN"),
    ({"origins": [A], "expose_headers": "*", **SECRET}, "credentials.exposed-wildcard", "expose_headers", "by name"),
    ({"origins": [A], "expose_headers": ["*", "X-A"], **SECRET}, "credentials.exposed-wildcard", "expose_headers", "by name"),
    ({"origins": "*", "private_network": True}, "private-network.any-origin", "private_network", "Name the origins"),
    ({"origins": ["https://*"], "private_network": True}, "private-network.any-origin", "private_network", "Name the origins"),
    ({"origins": [A], "origin": [A]}, "field.unknown", "origin", '"origins"'),
    ({"origins": [A], "supports_credentials": True}, "field.unknown", "supports_credentials", "credentials=True"),
    ({"origins": [A], "resources": {"/api/*": {}}}, "field.unknown", "resources", 'paths={"/api": Policy(...)}'),
    ({"origins": [A], "zzz": True}, "field.unknown", "zzz", "Choose one of: origins"),
]  # fmt: skip


def readable(value):
    """Return the name of a parameter, the same one in every run."""
    return getattr(value, "__name__", None) or repr(value)


def problems_of(**fields):
    """Return the problems for which a policy of these *fields* is refused."""
    with pytest.raises(PolicyError) as caught:
        Policy(**fields)
    return caught.value.problems


def assert_refused(fields, code, field, hint):
    """Assert that a policy of these *fields* has one problem: of this *code* and *field*, with this *hint*."""
    (refusal,) = problems_of(**fields)

    assert (refusal.code, refusal.field) == (code, field)
    assert hint in refusal.hint
    assert refusal.message == SENTENCES[code]
