"""The hints of the problems of a policy, each of them whole."""

from __future__ import annotations

from policy_cases import REFUSED_FIELDS, REFUSED_ITEMS, REFUSED_ORIGINS, REFUSED_POLICIES, problems_of
from rows import for_each

ROWS = [
    *({"origins": [item]} for item, *_ in REFUSED_ITEMS),
    *(fields for fields, *_ in (*REFUSED_ORIGINS, *REFUSED_FIELDS, *REFUSED_POLICIES)),
]

#: In the order of the rows.
HINTS = [
    'If you know that you need it, add dangerously_allow=["null-origin"].',
    'If you know that you need it, add dangerously_allow=["null-origin"].',
    'Write "https://own.example".',
    'Write "http://*.own.example:*".',
    'Write the origin as text, such as "https://own.example"; a callable must be hashable.',
    'Write the origin as text, such as "https://app.example"; a callable must be hashable.',
    'Write the origin as text, such as "https://app.example"; a callable must be hashable.',
    'Write the origin as text, such as "https://app.example"; a callable must be hashable.',
    "A source of live origins must be in a live set: write LiveOrigins(source).",
    "Write re.compile('https://.*\\\\.example').",
    "Use a plain function that returns True or False.",
    'Give the list of origins, or "*" if everyone may read the answers.',
    "If nobody else may call, use SAME_ORIGIN; otherwise name the origins.",
    "If nobody else may call, use SAME_ORIGIN; otherwise name the origins.",
    'Write origins=["https://a.example"].',
    'Write origins=["https://a.example", "https://b.example"].',
    'Write origins=["https://app.example"].',
    'Write origins=["https://app.example"].',
    'Write origins=["https://app.example"].',
    'Write origins=["https://app.example"].',
    "Put it into a list.",
    "Put it into a list.",
    "Put it into a list.",
    'Write origins="*", or leave "*" out.',
    'Name the origins; "*" works only without credentials.',
    'Name the origins; "*" works only without credentials.',
    'Name the domain: "https://*.example.com".',
    'Name the domain: "https://*.example.com".',
    ('It also matches "https://evil.com". Name your own domain below it: "https://*.yours.com".'),
    "Leave it out where the variable is not set.",
    'Leave "null" out, or allow it in a policy without credentials.',
    'Leave "file://" out, or allow it in a policy without credentials.',
    (
        'Name the extension by its id, "chrome-extension://abcdefghijklmnopabcdefghijklmnop"; to '
        'allow every extension, write "chrome-extension://*" and add '
        'dangerously_allow=["any-extension"].'
    ),
    (
        "The id of such an extension differs in every browser, so none can be named. Leave "
        "credentials out, and have the extension send a token in a header; to allow every "
        'extension, write "moz-extension://*" and add dangerously_allow=["any-extension"].'
    ),
    (
        "The id of such an extension differs in every browser, so none can be named. Leave "
        "credentials out, and have the extension send a token in a header; to allow every "
        'extension, write "safari-web-extension://*" and add dangerously_allow=["any-extension"].'
    ),
    'Name the host that the application gives its pages, such as "app://localhost".',
    'Use https there; if it truly cannot, add dangerously_allow=["insecure-origins"].',
    'Use https there; if it truly cannot, add dangerously_allow=["insecure-origins"].',
    'Use https there; if it truly cannot, add dangerously_allow=["insecure-origins"].',
    'Use https there; if it truly cannot, add dangerously_allow=["insecure-origins"].',
    'Name your own domain below it: "https://*.yours.co.uk".',
    'Name your own domain below it: "https://*.yours.com".',
    'Name your own domain below it: "https://*.yours.github.io".',
    'Name your own domain below it: "https://*.yours.github.io.".',
    'Write methods=["GET", "PUT"].',
    'Write methods=["GET", "PUT"].',
    'Write "T", "P".',
    'Write the methods one by one, such as "GET", "PUT".',
    'Write "PUT".',
    'Leave "CONNECT" out.',
    'Leave "trace" out.',
    'Leave "TRACK" out.',
    'Write the methods one by one, such as "GET", "PUT"; or methods="*" for every method.',
    'Write the methods one by one, such as "GET", "PUT"; or methods="*" for every method.',
    'Write the methods one by one, such as "GET", "PUT"; or methods="*" for every method.',
    'Write "PATCH".',
    'Write "PUT".',
    'Write allow_headers=["Content-Type", "Authorization"].',
    'Write allow_headers=["Content-Type"].',
    'Write the names one by one, without colon or value, such as "Content-Type".',
    'Write "X-A".',
    'Write each name whole; or allow_headers="*" for every header but Authorization.',
    'Write each name whole; or allow_headers="*" for every header but Authorization.',
    'Write each name whole; or allow_headers="*" for every header but Authorization.',
    'Leave "Sec_Fetch_Site" out, or give the header another name.',
    'Leave "content_length" out, or give the header another name.',
    'Leave "Proxy-X_Y" out: browsers set it themselves, and no page can.',
    'Leave "Proxy_X-Y" out, or give the header another name.',
    'Leave "Cookie" out: cookies are allowed by credentials=True.',
    'Leave "Host" out: browsers set it themselves, and no page can.',
    'Leave "origin" out: browsers set it themselves, and no page can.',
    'Leave "Sec-Fetch-Site" out: browsers set it themselves, and no page can.',
    'Leave "Proxy-Authorization" out: browsers set it themselves, and no page can.',
    'Leave "Set-Cookie" out: browsers set it themselves, and no page can.',
    'Leave "Access-Control-Allow-Origin" out: flask-corsguard sends it.',
    'Write expose_headers=["X-Total"].',
    'Write the names one by one, without colon or value, such as "X-Total".',
    'Write each name whole; or, without credentials, expose_headers="*" for every header.',
    'Leave "Set-Cookie" out.',
    'Leave "set-cookie2" out.',
    'Leave "Origin" out.',
    'Leave "Access-Control-Max-Age" out.',
    "Write a number from 0, which turns caching off, to 86400, or None to send no age.",
    "Write a number from 0, which turns caching off, to 86400, or None to send no age.",
    "Write a number from 0, which turns caching off, to 86400, or None to send no age.",
    "Write max_age=600 for ten minutes.",
    "Write max_age=600 for ten minutes.",
    'Write max_age=600 for ten minutes; convert a string such as "600" with int().',
    "Write max_age=600 for ten minutes.",
    (
        "Write credentials=True, not a string. For an environment variable, write "
        'os.environ.get("NAME") == "true".'
    ),
    "Write credentials=False.",
    "Write timing=False.",
    "Write private_network=True.",
    'Did you mean "same-site"?',
    'Did you mean "enforce"?',
    "Choose one of: enforce, report, off.",
    ("Choose one of: null-origin, insecure-origins, public-suffixes, unproven-regexes, any-extension."),
    'Write dangerously_allow=["null-origin"].',
    'Write origins=["https://app.example"], or use SAME_ORIGIN if nobody else may call.',
    "List the headers by name.",
    "List the headers by name.",
    "Name the origins that may.",
    "Name the origins that may.",
    'Did you mean "origins"?',
    "Write credentials=True.",
    'Give policies by path as CorsGuard(app, paths={"/api": Policy(...)}).',
    (
        "Choose one of: origins, methods, allow_headers, expose_headers, credentials, max_age, "
        "private_network, timing, resource_policy, guard, dangerously_allow."
    ),
]


@for_each("fields, hint", list(zip(ROWS, HINTS, strict=True)))
def test_a_hint_is_exactly_this(fields, hint):
    """What to write, with the value that was given where it is meant."""
    (problem,) = problems_of(**fields)

    assert problem.hint == hint
    assert str(problem).endswith(hint)
