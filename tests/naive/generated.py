"""Policies, environs and answers of applications, at random but near each other."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from flask_corsguard import Policy
from naive.enumerated import (
    CALLABLES,
    HEADER_LISTS,
    HOSTS,
    METHODS,
    MODES,
    NETWORKS,
    ODD_ORIGINS,
    REGEXES,
    REQUESTED_HEADERS,
    REQUESTED_METHODS,
    SCHEMES,
    SITES,
    UPGRADES,
)
from strategies import (
    ALLOW_HEADERS,
    ANY_EXPOSED,
    GUARDS,
    LISTED_METHODS,
    LISTED_ORIGINS,
    LISTED_PATTERNS,
    MAX_AGES,
    NAMED_EXPOSED,
    PLACES,
    REQUEST_HEADERS,
    RESOURCE_POLICIES,
    TIMINGS,
    near_misses_of,
)

DEEP = st.sampled_from(["https://*.b.c.d.e.example", "https://*.c.d.e.example:*", "https://*.e.example:81"])
TEXTS = st.one_of(LISTED_ORIGINS, LISTED_PATTERNS, DEEP)
ITEMS = st.one_of(TEXTS, TEXTS, TEXTS, st.sampled_from(REGEXES), st.sampled_from(CALLABLES))

MANY_ORIGINS = [f"https://h{number}.many.example" for number in range(40)]
MANY_PATTERNS = [f"https://*.h{number}.many.example" for number in range(40)]


def is_anyone(item: object) -> bool:
    """Whether a pattern covers every host."""
    return isinstance(item, str) and ("://*:" in item or item.endswith("://*"))


def is_insecure(item: object) -> bool:
    """Whether anyone on the network could be the origin; more than the library minds."""
    return isinstance(item, str) and item.startswith("http:")


_DOORS = st.sets(st.sampled_from(["insecure-origins", "null-origin", "public-suffixes"]))
_ORIGIN_LISTS = st.lists(ITEMS, min_size=1, max_size=5)
_MORE_ORIGINS = st.sampled_from([[], [], [], MANY_ORIGINS, MANY_PATTERNS, MANY_ORIGINS + MANY_PATTERNS])
_ONE_IN_FOUR = st.integers(0, 3)
_ONE_IN_SIX = st.integers(0, 5)


@st.composite
def policies(draw):
    """Draw a policy; every field, door and form of an origin occurs, together with every other."""
    credentials = draw(st.booleans())
    private = draw(_ONE_IN_FOUR) == 0
    doors = set(draw(_DOORS))
    if credentials:
        doors.add("public-suffixes")
    origins = draw(_ORIGIN_LISTS)
    if private or credentials:
        origins = [each for each in origins if not is_anyone(each)]
    if credentials and "insecure-origins" not in doors:
        origins = [each for each in origins if not is_insecure(each)]
    if "null-origin" in doors and not credentials:
        origins.append("null")
    origins += draw(_MORE_ORIGINS)
    if not (private or credentials) and draw(_ONE_IN_SIX) == 0:
        origins = "*"
    return Policy(
        origins=origins or ["https://a.example"],
        methods=draw(LISTED_METHODS),
        allow_headers=draw(ALLOW_HEADERS),
        expose_headers=draw(NAMED_EXPOSED if credentials else ANY_EXPOSED),
        credentials=credentials,
        max_age=draw(MAX_AGES),
        private_network=private,
        timing=draw(TIMINGS),
        resource_policy=draw(RESOURCE_POLICIES),
        guard=draw(GUARDS),
        dangerously_allow=sorted(doors),
    )


_ODD_ORIGINS = st.sampled_from(ODD_ORIGINS)
_FIFTHS = st.sampled_from(range(5))
_LATIN_ORIGINS = st.text(st.characters(max_codepoint=255), max_size=12)


@st.composite
def origins_near(draw, policy: Policy):
    """Draw an origin that the policy names, one that looks like it, or one that no browser sends."""
    named = [item.replace("*", "x") for item in policy.origins if isinstance(item, str)]
    deeper = [item.replace("*.", "y.x.") for item in policy.origins if isinstance(item, str)]
    named += ["https://pr-31.preview.example", "http://pr-1.preview.example", "https://one.example"]
    kind = draw(_FIFTHS)
    if kind == 0:
        return named[draw(PLACES) % len(named)]
    if kind == 1:
        return draw(near_misses_of(named + deeper))
    return draw((_ODD_ORIGINS, LISTED_ORIGINS, _LATIN_ORIGINS)[kind - 2])


LATIN = st.text(st.characters(max_codepoint=255), max_size=8)
NAME_LISTS = st.lists(st.one_of(REQUEST_HEADERS, REQUEST_HEADERS.map(str.lower), LATIN), max_size=5)


_ASKED_METHODS = st.one_of(st.sampled_from(METHODS), st.just("OPTIONS"))
_URL_SCHEMES = st.sampled_from(SCHEMES)
_REQUESTED_METHODS = st.one_of(st.sampled_from(REQUESTED_METHODS), st.sampled_from(REQUESTED_METHODS), LATIN)
_REQUESTED_HEADERS = st.one_of(
    st.sampled_from(REQUESTED_HEADERS), NAME_LISTS.map(", ".join), NAME_LISTS.map(",".join)
)
_NETWORKS = st.sampled_from(NETWORKS)
_MODES = st.sampled_from(MODES)
_SITES = st.sampled_from(SITES)
_UPGRADES = st.sampled_from(UPGRADES)
_COOKIES = st.sampled_from([None, None, "a=1", ""])
_THIRDS = st.sampled_from(range(3))
_HOSTS = st.sampled_from(range(len(HOSTS) + 1))


@st.composite
def environs(draw, policy):
    """Draw what a server would put into an environ for a request that concerns *policy*."""
    environ = {
        "REQUEST_METHOD": draw(_ASKED_METHODS),
        "PATH_INFO": "/x",
        "wsgi.url_scheme": draw(_URL_SCHEMES),
    }
    origin = draw(origins_near(policy)) if draw(_THIRDS) else None
    read = re.fullmatch(r"[a-z]+://(.*)", origin or "")
    values = {
        "HTTP_ORIGIN": origin,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": draw(_REQUESTED_METHODS),
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": draw(_REQUESTED_HEADERS),
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": draw(_NETWORKS),
        "HTTP_SEC_FETCH_SITE": draw(_SITES),
        "HTTP_SEC_FETCH_MODE": draw(_MODES),
        "HTTP_HOST": [*HOSTS, read[1] if read else None][draw(_HOSTS)],
        "HTTP_UPGRADE": draw(_UPGRADES),
        "HTTP_COOKIE": draw(_COOKIES),
    }
    environ.update({key: value for key, value in values.items() if value is not None})
    return environ


CORS_NAMES = [
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Credentials",
    "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",
    "Access-Control-Max-Age",
    "Access-Control-Expose-Headers",
    "Access-Control-Allow-Private-Network",
    "Timing-Allow-Origin",
    "Cross-Origin-Resource-Policy",
    "Cross-Origin-Opener-Policy",
    "Content-Type",
    "Set-Cookie",
    "Vary",
    "Vary",
    "X-Vary",
]
CASES = st.sampled_from([str, str, str.lower, str.upper, str.swapcase])
VALUES = st.sampled_from(["*", "Origin", "origin, Accept", "Accept,,  Cookie ,accept", "", "x\xe9", "O,*"])
THEIRS = st.one_of(
    st.sampled_from(HEADER_LISTS),
    st.lists(
        st.tuples(st.builds(lambda name, case: case(name), st.sampled_from(CORS_NAMES), CASES), VALUES),
        max_size=6,
    ),
)
