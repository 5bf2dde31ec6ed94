"""Generated origins, patterns, policies and requests, and those that nearly are some."""

from __future__ import annotations

from hypothesis import strategies as st

from flask_corsguard import Policy, Request

SCHEMES = st.sampled_from(["https", "http", "capacitor", "a+b"])
LABELS = st.text("abcxyz019-_", min_size=1, max_size=6).filter(lambda label: not label.startswith("xn--"))
HOSTS = st.one_of(
    st.builds(
        lambda labels, top: ".".join([*labels, top]),
        st.lists(LABELS, max_size=3),
        st.sampled_from(["example", "test", "co.uk", "a", "com."]),
    ),
    st.sampled_from(["localhost", "127.0.0.1", "192.168.0.10", "[::1]", "[2001:db8::1]"]),
)
PORTS = st.one_of(st.none(), st.sampled_from([1, 81, 3000, 8443, 65535]))


def spell(scheme: str, host: str, port: int | str | None) -> str:
    """Write an origin, or a pattern."""
    return f"{scheme}://{host}" if port is None else f"{scheme}://{host}:{port}"


ORIGINS = st.builds(spell, SCHEMES, HOSTS, PORTS)

DOMAINS = HOSTS.filter(lambda host: not host.startswith("[") and not host[-1].isdigit())
PATTERNS = st.one_of(
    st.builds(lambda scheme, host, port: spell(scheme, f"*.{host}", port), SCHEMES, DOMAINS, PORTS),
    st.builds(lambda scheme, host: spell(scheme, f"*.{host}", "*"), SCHEMES, DOMAINS),
    st.builds(lambda scheme, host: spell(scheme, host, "*"), SCHEMES, HOSTS),
    st.builds(lambda scheme, port: spell(scheme, "*", port), SCHEMES, PORTS),
)


@st.composite
def near_misses(draw, of=ORIGINS):
    """Give an origin, or what an attacker would register to look like it."""
    origin = draw(of)
    scheme, _, rest = origin.partition("://")
    host, colon, port = rest.partition(":") if not rest.startswith("[") else (rest, "", "")
    return draw(
        st.sampled_from(
            [
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
        )
    )


ANY_TEXT = st.one_of(st.none(), st.text(max_size=40), near_misses(), st.just("a," * 3000))

METHODS = st.sampled_from(["GET", "PUT", "PATCH", "DELETE", "FOO", "foo"])
REQUEST_HEADERS = st.sampled_from(["Content-Type", "X-A", "x-b", "Authorization"])
RESPONSE_HEADERS = st.sampled_from(["X-Total", "ETag", "Link"])


@st.composite
def policies(draw):
    """Give a policy that passes its own checks."""
    credentials = draw(st.booleans())
    doors = ["insecure-origins", "public-suffixes"] if credentials else []
    origins = draw(
        st.one_of(
            st.lists(ORIGINS, min_size=1, max_size=4),
            st.lists(st.one_of(ORIGINS, PATTERNS), min_size=1, max_size=6),
            *([] if credentials else [st.just("*"), st.just(["null", "https://a.example"])]),
        )
    )
    if credentials:
        origins = [each for each in origins if "://*:" not in each and not each.endswith("://*")]
        origins = origins or ["https://a.example"]
    any_host = any("://*" in each and "://*." not in each for each in origins) or origins == "*"
    return Policy(
        origins=origins,
        methods=draw(st.one_of(st.none(), st.just("*"), st.lists(METHODS.filter(str.isupper), max_size=3))),
        allow_headers=draw(
            st.one_of(st.just("*"), st.just(["*", "Authorization"]), st.lists(REQUEST_HEADERS, max_size=3))
        ),
        expose_headers=draw(
            st.one_of(
                *([] if credentials else [st.just("*")]),
                st.lists(RESPONSE_HEADERS, max_size=3),
            )
        ),
        credentials=credentials,
        max_age=draw(st.one_of(st.none(), st.integers(0, 86400))),
        private_network=draw(st.booleans()) and not any_host,
        timing=draw(st.booleans()),
        resource_policy=draw(st.sampled_from([None, "same-origin", "same-site", "cross-origin"])),
        guard=draw(st.sampled_from(["enforce", "report", "off"])),
        dangerously_allow=[*doors, *(["null-origin"] if "null" in origins else [])],
    )


def asked_of(policy: Policy):
    """Give origins that are near the policy's own."""
    named = [item.replace("*", "x") for item in policy.origins if isinstance(item, str)] or [
        "https://a.example"
    ]
    return near_misses(st.sampled_from(named))


@st.composite
def policies_and_requests(draw):
    """Give a policy and a request that has something to do with it."""
    policy = draw(policies())
    origin = draw(st.one_of(asked_of(policy), st.none(), ORIGINS))
    return policy, Request(
        method=draw(st.sampled_from(["OPTIONS", "GET", "POST", "PUT"])),
        origin=origin,
        requested_method=draw(st.one_of(st.none(), METHODS, st.text(max_size=8))),
        requested_headers=draw(
            st.one_of(
                st.none(),
                st.lists(st.one_of(REQUEST_HEADERS, st.text(max_size=6))).map(",".join),
            )
        ),
        private_network=draw(st.sampled_from([None, "true", "false", ""])),
    )
