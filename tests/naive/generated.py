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
    NETWORKS,
    ODD_ORIGINS,
    REGEXES,
    REQUESTED_HEADERS,
    REQUESTED_METHODS,
    SCHEMES,
    SITES,
    UPGRADES,
)
from strategies import METHODS as LISTED_METHODS
from strategies import ORIGINS, PATTERNS, REQUEST_HEADERS, RESPONSE_HEADERS, near_misses

DEEP = st.sampled_from(["https://*.b.c.d.e.example", "https://*.c.d.e.example:*", "https://*.e.example:81"])
TEXTS = st.one_of(ORIGINS, PATTERNS, DEEP)
ITEMS = st.one_of(TEXTS, TEXTS, TEXTS, st.sampled_from(REGEXES), st.sampled_from(CALLABLES))

MANY_ORIGINS = [f"https://h{number}.many.example" for number in range(40)]
MANY_PATTERNS = [f"https://*.h{number}.many.example" for number in range(40)]


def is_anyone(item: object) -> bool:
    """Whether a pattern covers every host."""
    return isinstance(item, str) and ("://*:" in item or item.endswith("://*"))


def is_insecure(item: object) -> bool:
    """Whether anyone on the network could be the origin; more than the library minds."""
    return isinstance(item, str) and item.startswith("http:")


@st.composite
def policies(draw):
    """Give a policy; every field, door and form of an origin occurs, together with every other."""
    credentials = draw(st.booleans())
    private = draw(st.integers(0, 3)) == 0
    doors = draw(st.sets(st.sampled_from(["insecure-origins", "null-origin", "public-suffixes"])))
    if credentials:
        doors.add("public-suffixes")
    origins = draw(st.lists(ITEMS, min_size=1, max_size=5))
    if private or credentials:
        origins = [each for each in origins if not is_anyone(each)]
    if credentials and "insecure-origins" not in doors:
        origins = [each for each in origins if not is_insecure(each)]
    if "null-origin" in doors and not credentials:
        origins.append("null")
    origins += draw(st.sampled_from([[], [], [], MANY_ORIGINS, MANY_PATTERNS, MANY_ORIGINS + MANY_PATTERNS]))
    if not (private or credentials) and draw(st.integers(0, 5)) == 0:
        origins = "*"
    names = st.lists(REQUEST_HEADERS, max_size=3)
    upper = LISTED_METHODS.filter(str.isupper)
    return Policy(
        origins=origins or ["https://a.example"],
        methods=draw(st.one_of(st.none(), st.just("*"), st.lists(upper, max_size=3))),
        allow_headers=draw(st.one_of(st.just("*"), st.just(["*", "Authorization"]), names, names)),
        expose_headers=draw(
            st.one_of(*([] if credentials else [st.just("*")]), st.lists(RESPONSE_HEADERS, max_size=3))
        ),
        credentials=credentials,
        max_age=draw(st.one_of(st.none(), st.integers(0, 86400))),
        private_network=private,
        timing=draw(st.booleans()),
        resource_policy=draw(st.sampled_from([None, None, "same-origin", "same-site", "cross-origin"])),
        guard=draw(st.sampled_from(["enforce", "enforce", "report", "off"])),
        dangerously_allow=sorted(doors),
    )


def origins_near(policy: Policy):
    """Give origins that a policy names, that look like these, and that no browser sends."""
    named = [item.replace("*", "x") for item in policy.origins if isinstance(item, str)]
    deeper = [item.replace("*.", "y.x.") for item in policy.origins if isinstance(item, str)]
    named += ["https://pr-31.preview.example", "http://pr-1.preview.example", "https://one.example"]
    return st.one_of(
        st.sampled_from(named),
        near_misses(st.sampled_from(named + deeper)),
        st.sampled_from(ODD_ORIGINS),
        ORIGINS,
        st.text(st.characters(max_codepoint=255), max_size=12),
    )


LATIN = st.text(st.characters(max_codepoint=255), max_size=8)
NAME_LISTS = st.lists(st.one_of(REQUEST_HEADERS, REQUEST_HEADERS.map(str.lower), LATIN), max_size=5)


@st.composite
def environs(draw, policy):
    """Give what a server would put into an environ for a request that concerns *policy*."""
    environ = {
        "REQUEST_METHOD": draw(st.one_of(st.sampled_from(METHODS), st.just("OPTIONS"))),
        "PATH_INFO": "/x",
        "wsgi.url_scheme": draw(st.sampled_from(SCHEMES)),
    }
    origin = draw(st.one_of(st.none(), origins_near(policy), origins_near(policy)))
    read = re.fullmatch(r"[a-z]+://(.*)", origin or "")
    values = {
        "HTTP_ORIGIN": origin,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": draw(
            st.one_of(st.sampled_from(REQUESTED_METHODS), st.sampled_from(REQUESTED_METHODS), LATIN)
        ),
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": draw(
            st.one_of(st.sampled_from(REQUESTED_HEADERS), NAME_LISTS.map(", ".join), NAME_LISTS.map(",".join))
        ),
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": draw(st.sampled_from(NETWORKS)),
        "HTTP_SEC_FETCH_SITE": draw(st.sampled_from(SITES)),
        "HTTP_HOST": draw(st.sampled_from([*HOSTS, read[1] if read else None])),
        "HTTP_UPGRADE": draw(st.sampled_from(UPGRADES)),
        "HTTP_COOKIE": draw(st.sampled_from([None, None, "a=1", ""])),
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
