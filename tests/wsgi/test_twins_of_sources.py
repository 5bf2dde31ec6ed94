"""Where the layer gets its policy from, against the naive twins: paths, a callable, and a proxy's headers."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_corsguard import Policy, PolicyError
from naive import enumerated
from naive.compared import RANDOM, Layer, expected, records_of_levels
from naive.enumerated import POLICIES
from naive.layer import by_callable, by_path, covers
from reach import met, reaching

SEGMENTS = st.sampled_from(
    ["api", "apix", "v1", "caf\xe9", "%2e", "..", ".", "", "a b", "A", "..a", "%5C", "\\"]
)
PATHS = st.lists(SEGMENTS, max_size=4).map(lambda segments: "/" + "/".join(segments))
RULES = st.sampled_from(
    ["/", "/api", "/api/v1", "/apix", "/caf\xe9", "/v1/api", "/api/v1/v1", "/api/A", "/A"]
)


@reaching
@RANDOM
@given(
    st.lists(RULES, min_size=1, max_size=4, unique=True), st.lists(PATHS, min_size=1, max_size=6), st.data()
)
def test_the_first_rule_that_covers_a_path_counts(rules, paths, data):
    """Rules that an earlier one covers are refused; of the others the first is found, however many."""
    policies = {rule: Policy(origins=[f"https://p{place}.example"]) for place, rule in enumerate(rules)}
    hidden = [
        rule for place, rule in enumerate(rules) if any(covers(each, as_wsgi(rule)) for each in rules[:place])
    ]
    met(not hidden, "no rule is hidden")
    if met(hidden, "a rule is hidden"):
        with pytest.raises(PolicyError) as caught:
            Layer(policies)
        assert [each.code for each in caught.value.problems] == ["path.unreachable"] * len(hidden)
        return
    asked = Layer(policies)
    with records_of_levels() as records:
        for path in [*paths, *rules, data.draw(st.text(max_size=5))]:
            origin = f"https://p{data.draw(st.integers(0, 3))}.example"
            for environ in requests_to(as_wsgi(path), origin):
                policy = by_path(policies, environ["PATH_INFO"])
                assert asked.answer(environ, records) == expected(policy, environ, ())


def as_wsgi(path):
    """Write a path as servers put it into an environ (PEP 3333)."""
    return path.encode().decode("latin-1")


def requests_to(path, origin):
    """Yield a request of each kind."""
    for method in ("GET", "POST", "OPTIONS"):
        yield {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "HTTP_ORIGIN": origin,
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
            "wsgi.url_scheme": "http",
        }


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/x", "/apix", "", "/", "api", "/api/..", "//api", "/x\\"]
)
def test_a_mapping_is_walked_for_every_kind_of_request(path):
    """Also for a path that is empty or begins without a slash."""
    for policies in (
        {"/api": POLICIES["one origin"]},
        {"/api/x": POLICIES["many"], "/": POLICIES["credentials"]},
    ):
        asked = Layer(policies)
        with records_of_levels() as records:
            for environ in requests_to(path, enumerated.A):
                wanted = expected(by_path(policies, path), environ, ())
                assert asked.answer(environ, records) == wanted


@pytest.mark.parametrize(
    "answer", [*POLICIES.values(), None, "*", LookupError()], ids=[*POLICIES, "none", "text", "error"]
)
def test_a_callable_is_asked_once_by_any_request(answer):
    """Its policy is the request's; if it returns none, the closed one applies, and the log shows it."""
    asked_for = []

    def policy_of(environ):
        asked_for.append(environ)
        if isinstance(answer, Exception):
            raise answer
        return answer

    asked = Layer(policy_of)
    fails = [] if isinstance(answer, Policy) else ["ERROR"]
    with records_of_levels() as records:
        for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
            for environ in enumerated.environs(keys, 60):
                wanted = expected(by_callable(policy_of, environ), environ, ())
                asked_for.clear()
                assert asked.answer(environ, records) == wanted._replace(logged=sorted(fails + wanted.logged))
                assert len(asked_for) == 1


@pytest.mark.parametrize("name", POLICIES)
def test_behind_a_proxy_the_forwarded_host_and_scheme_are_the_applications(name):
    """A fix inside of the layer is looked through by the guard; the headers do not depend on it."""
    policy = POLICIES[name]
    asked = Layer(policy, wrap=lambda app: ProxyFix(app, x_host=1, x_proto=1))
    with records_of_levels() as records:
        for environ in enumerated.environs(enumerated.ACTUAL_KEYS, 60, len(name)):
            for host, scheme in product([None, "app.example", "app.example:443"], [None, "http", "https"]):
                forwarded, seen = dict(environ), dict(environ)
                if host is not None:
                    forwarded["HTTP_X_FORWARDED_HOST"] = seen["HTTP_HOST"] = host
                if scheme is not None:
                    forwarded["HTTP_X_FORWARDED_PROTO"] = seen["wsgi.url_scheme"] = scheme
                assert asked.answer(forwarded, records) == expected(policy, seen, ())
