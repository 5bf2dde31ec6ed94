"""Generated origins, patterns, policies and requests, and near misses of them.

The cost of Hypothesis is drawing, some 20 µs for each choice. A strategy that is made while an example is
drawn costs far more, because Hypothesis labels and validates each new one. So strategies are made once, and
tables are written out. An item of a list that depends on a drawn policy is chosen by a number.
"""

from __future__ import annotations

from itertools import product

from hypothesis import strategies as st

from flask_corsguard import Policy, Request


def spell(scheme: str, host: str, port: int | str | None) -> str:
    """Write an origin, or a pattern."""
    return f"{scheme}://{host}" if port is None else f"{scheme}://{host}:{port}"


_SCHEMES = ("https", "http", "capacitor", "a+b")
_TOPS = ("example", "test", "co.uk", "a", "com.")
_SPECIAL_HOSTS = ("localhost", "127.0.0.1", "192.168.0.10", "[::1]", "[2001:db8::1]")
_PORTS = (None, 1, 81, 3000, 8443, 65535)

SCHEMES = st.sampled_from(_SCHEMES)
LABELS = st.text("abcxyz019-_", min_size=1, max_size=6).filter(lambda label: not label.startswith("xn--"))
HOSTS = st.one_of(
    st.builds(
        lambda labels, top: ".".join([*labels, top]), st.lists(LABELS, max_size=3), st.sampled_from(_TOPS)
    ),
    st.sampled_from(_SPECIAL_HOSTS),
)
PORTS = st.sampled_from(_PORTS)

#: Any origins, whose labels are any text.
ORIGINS = st.builds(spell, SCHEMES, HOSTS, PORTS)

_DOMAINS = HOSTS.filter(lambda host: not host.startswith("[") and not host[-1].isdigit())

#: Any patterns, likewise.
PATTERNS = st.one_of(
    st.builds(lambda scheme, host, port: spell(scheme, f"*.{host}", port), SCHEMES, _DOMAINS, PORTS),
    st.builds(lambda scheme, host: spell(scheme, f"*.{host}", "*"), SCHEMES, _DOMAINS),
    st.builds(lambda scheme, host: spell(scheme, host, "*"), SCHEMES, HOSTS),
    st.builds(lambda scheme, port: spell(scheme, "*", port), SCHEMES, PORTS),
)

_LABELS = ("a", "x", "0-9", "_z1")
_LISTED_DOMAINS = [
    *(
        ".".join([*labels, top])
        for most in range(4)
        for labels in product(_LABELS, repeat=most)
        for top in _TOPS
    ),
    "localhost",
]
_LISTED_HOSTS = [*_LISTED_DOMAINS, *_SPECIAL_HOSTS]

#: Origins of a table, with labels of four kinds; one choice draws one.
LISTED_ORIGINS = st.sampled_from([spell(*each) for each in product(_SCHEMES, _LISTED_HOSTS, _PORTS)])

#: Patterns of a table, likewise.
LISTED_PATTERNS = st.one_of(
    st.sampled_from(
        [
            spell(scheme, f"*.{host}", port)
            for scheme, host, port in product(_SCHEMES, _LISTED_DOMAINS, _PORTS)
        ]
    ),
    st.sampled_from([spell(scheme, f"*.{host}", "*") for scheme, host in product(_SCHEMES, _LISTED_DOMAINS)]),
    st.sampled_from([spell(scheme, host, "*") for scheme, host in product(_SCHEMES, _LISTED_HOSTS)]),
    st.sampled_from([spell(scheme, "*", port) for scheme, port in product(_SCHEMES, _PORTS)]),
)


def lists_of(*items: str, most: int = 3):
    """Return a strategy of lists of at most *most* of *items*, in any order, some of them twice."""
    lists = [[list(each) for each in product(items, repeat=size)] for size in range(most + 1)]
    return st.one_of(*(st.sampled_from(each) for each in lists)).map(list)


def spell_near_misses(origin: str) -> list[str]:
    """Return *origin*, what an attacker would register to look like it, and what no browser sends."""
    scheme, _, rest = origin.partition("://")
    host, colon, port = rest.partition(":") if not rest.startswith("[") else (rest, "", "")
    return [
        origin,
        f"{origin}.evil.example",
        f"{scheme}://{host}.evil.example{colon}{port}",
        f"{scheme}://evil{host}{colon}{port}",
        f"{scheme}://evil-{host}{colon}{port}",
        f"{scheme}://evil.{host}{colon}{port}",
        f"{scheme}://a.evil.{host}{colon}{port}",
        f"{scheme}://{host.partition('.')[2] or host}{colon}{port}",
        f"{scheme}://{host.replace('.', '-', 1)}{colon}{port}",
        f"{scheme}://{host.replace('.', '', 1)}{colon}{port}",
        f"{scheme}://.{host}{colon}{port}",
        f"{scheme}://{host}.{colon}{port}",
        f"{scheme}://{host}:{int(port or 0) + 1}" if port.isdigit() or not port else origin,
        f"{scheme}://{host}:443",
        f"{scheme}://{host}:80",
        f"{scheme}://{host}",
        f"{scheme}s://{host}{colon}{port}",
        f"http://{host}{colon}{port}",
        f"https://{host}{colon}{port}",
        origin.upper(),
        f"{scheme}://{host.title()}{colon}{port}",
        f"{scheme}://evil@{host}{colon}{port}",
        f"{scheme}://{host}{colon}{port}@evil.example",
        f"{origin}/",
        f"{origin}/.example",
        f"{origin}#.example",
        f"{origin}, {origin}",
        f" {origin}",
        f"{origin}\r\n",
        f"{origin}\x00",
        "null",
        "",
    ]


_NEAR_MISSES = st.sampled_from(range(len(spell_near_misses("https://a.example"))))

#: Of a list, the item at this number modulo the length: a multiple of 1 to 10, so that all are as probable.
PLACES = st.sampled_from(range(2520))


@st.composite
def near_misses(draw, of=LISTED_ORIGINS):
    """Draw an origin, or a near miss of one."""
    return spell_near_misses(draw(of))[draw(_NEAR_MISSES)]


@st.composite
def near_misses_of(draw, origins):
    """Draw one of *origins*, or a near miss of it."""
    return spell_near_misses(origins[draw(PLACES) % len(origins)])[draw(_NEAR_MISSES)]


ANY_TEXT = st.one_of(st.none(), st.text(max_size=40), near_misses(), st.just("a," * 3000))

METHODS = st.sampled_from(["GET", "PUT", "PATCH", "DELETE", "FOO", "foo"])
REQUEST_HEADERS = st.sampled_from(["Content-Type", "X-A", "x-b", "Authorization"])

# The values of the fields of a policy.
MAX_AGES = st.one_of(st.none(), st.integers(0, 86400))
LISTED_METHODS = st.one_of(st.none(), st.just("*"), lists_of("GET", "PUT", "PATCH", "DELETE", "FOO"))
ALLOW_HEADERS = st.one_of(
    st.just("*"), st.just(["*", "Authorization"]), lists_of("Content-Type", "X-A", "x-b", "Authorization")
)
NAMED_EXPOSED = lists_of("X-Total", "ETag", "Link")
ANY_EXPOSED = st.one_of(st.just("*"), NAMED_EXPOSED)
TIMINGS = st.sampled_from([False, True, "*"])
RESOURCE_POLICIES = st.sampled_from([None, "same-origin", "same-site", "cross-origin"])
GUARDS = st.sampled_from(["enforce", "report", "off"])

_ORIGIN_LISTS = (
    st.lists(LISTED_ORIGINS, min_size=1, max_size=4),
    st.lists(st.one_of(LISTED_ORIGINS, LISTED_PATTERNS), min_size=1, max_size=6),
)
_NAMED_ORIGINS = st.one_of(*_ORIGIN_LISTS)
_ANY_ORIGINS = st.one_of(*_ORIGIN_LISTS, st.just("*"), st.just("*"), st.just(["null", "https://a.example"]))


@st.composite
def policies(draw):
    """Draw a policy that passes its own checks."""
    credentials = draw(st.booleans())
    doors = ["insecure-origins", "public-suffixes"] if credentials else []
    origins = draw(_NAMED_ORIGINS if credentials else _ANY_ORIGINS)
    if credentials:
        origins = [each for each in origins if "://*:" not in each and not each.endswith("://*")]
        origins = origins or ["https://a.example"]
    any_host = any("://*" in each and "://*." not in each for each in origins) or origins == "*"
    return Policy(
        origins=origins,
        methods=draw(LISTED_METHODS),
        allow_headers=draw(ALLOW_HEADERS),
        expose_headers=draw(NAMED_EXPOSED if credentials else ANY_EXPOSED),
        credentials=credentials,
        max_age=draw(MAX_AGES),
        private_network=draw(st.booleans()) and not any_host,
        timing=draw(TIMINGS),
        resource_policy=draw(RESOURCE_POLICIES),
        guard=draw(GUARDS),
        dangerously_allow=[*doors, *(["null-origin"] if "null" in origins else [])],
    )


def asked_of(policy: Policy):
    """Return a strategy of origins that are near the policy's own."""
    named = [item.replace("*", "x") for item in policy.origins if isinstance(item, str)]
    return near_misses_of(named or ["https://a.example"])


def named_by(policy: Policy) -> str:
    """Return an origin that a drawn *policy* allows."""
    if policy.origins == "*":
        return "https://a.example"
    first = next(each for each in policy.origins if isinstance(each, str))
    return first.replace(":*", "").replace("*", "x")


_ASKED_METHODS = st.sampled_from(["OPTIONS", "GET", "POST", "PUT"])
_REQUESTED_METHODS = st.one_of(st.none(), METHODS, st.text(max_size=8))
_REQUESTED_HEADERS = st.one_of(
    st.none(), st.lists(st.one_of(REQUEST_HEADERS, st.text(max_size=6))).map(",".join)
)
_NETWORKS = st.sampled_from([None, "true", "false", ""])
_ELSEWHERE = st.one_of(st.none(), ORIGINS)
_THIRDS = st.sampled_from(range(3))


# Lists of requested headers below and beyond any bound, of names that all differ: the shorter a name, the
# more a list grows when it is sent back.
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~"
_SHORT_NAMES = ["".join(each) for size in (1, 2) for each in product(_LETTERS, repeat=size)]
_LONG_LISTS = st.sampled_from(
    [
        *(",".join(_SHORT_NAMES[:count]) for count in (40, 500, 1000, 1380, 1400, 2800)),
        *(",".join(f"x-{number}" for number in range(count)) for count in (10, 100, 560, 700, 20_000)),
    ]
)
_LONG_METHODS = st.sampled_from(["PUT", "P" * 34, "P" * 35, "P" * 257, "P" * 6000])
_ECHOES = st.sampled_from([("*", "*"), (None, "*"), ("*", ["X-A"]), ("*", ["*", "Authorization"])])
_SECURE_ORIGINS = st.lists(
    LISTED_ORIGINS.filter(lambda each: each.startswith("https:")), min_size=1, max_size=3
)


@st.composite
def echoed_preflights(draw):
    """Draw a policy that sends back what is requested, and a preflight of an origin that it allows."""
    origins = draw(_SECURE_ORIGINS)
    methods, allow_headers = draw(_ECHOES)
    policy = Policy(
        origins=origins,
        methods=methods,
        allow_headers=allow_headers,
        credentials=True,
        private_network=draw(st.booleans()),
    )
    return policy, Request(
        method="OPTIONS",
        origin=origins[-1],
        requested_method=draw(st.one_of(_LONG_METHODS, _LONG_METHODS, ANY_TEXT)),
        requested_headers=draw(st.one_of(_LONG_LISTS, _LONG_LISTS, _REQUESTED_HEADERS, ANY_TEXT)),
        private_network=draw(_NETWORKS),
    )


@st.composite
def policies_and_requests(draw):
    """Draw a policy and a request that has something to do with it."""
    policy = draw(policies())
    origin = draw((st.just(named_by(policy)), asked_of(policy), _ELSEWHERE)[draw(_THIRDS)])
    return policy, Request(
        method=draw(_ASKED_METHODS),
        origin=origin,
        requested_method=draw(_REQUESTED_METHODS),
        requested_headers=draw(_REQUESTED_HEADERS),
        private_network=draw(_NETWORKS),
    )
