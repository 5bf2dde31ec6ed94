"""The layer against its naive twin, for every kind of listener: no answer may depend on who listens."""

from __future__ import annotations

from functools import partial
from itertools import product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from flask_corsguard import CorsMiddleware, Policy
from naive import enumerated, generated, headers, layer
from naive.compared import ALL, LISTED, RANDOM, assert_same_answers, without_text
from naive.enumerated import POLICIES, present_and_absent
from naive.layer import read_request

NEIGHBOURS = st.lists(
    st.sampled_from(
        [
            *(
                "https://*.example",
                "https://*.a.b.example",
                "https://*.b.example:82",
                "https://*.b.example:*",
            ),
            *("http://*.b.example", "http://b.example:*", "https://b.example", "https://*.xb.example"),
            *("https://*.b.example.", "https://*:81", "ws://*.b.example", "https://x.b.example"),
        ]
    ),
    max_size=5,
    unique=True,
)

by_policy = pytest.mark.parametrize("name", POLICIES)


@by_policy
def test_the_layer_does_what_the_twin_does_with_any_listeners(name):
    """The status, the headers, the text and the call of the application, for all requests of the tables."""
    environs = [*present_and_absent(), *enumerated.preflights_of_every_list()]
    for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
        environs += enumerated.environs(keys, LISTED, 7 * len(name))

    assert_same_answers(POLICIES[name], environs, enumerated.HEADER_LISTS[len(name) % 3])


@RANDOM
@given(st.data())
def test_the_layer_does_what_the_twin_does_under_any_policy_with_any_listeners(data):
    """Any headers of the application, and requests that take turns, in one order and then the other."""
    policy = data.draw(generated.policies())
    environs = data.draw(st.lists(generated.environs(policy), min_size=2, max_size=3))

    outcomes = assert_same_answers(policy, [*environs, *reversed(environs)], data.draw(generated.THEIRS))

    for each in outcomes:
        event(f"{each.status[:3]} {each.notified}")


def test_what_a_callable_allows_may_be_another_thing_for_each_request():
    """The twin remembers nothing, and the library must not remember what a callable has returned."""
    allowed = set()
    policy = Policy(origins=[enumerated.A, lambda origin: str(origin) in allowed])
    origins = ["https://one.example", "https://two.example"]
    environs = [{**environ, "HTTP_ORIGIN": origin} for environ in present_and_absent() for origin in origins]
    for chosen in ({origins[0]}, set(origins), set(), {origins[1]}):
        allowed.clear()
        allowed.update(chosen)
        assert_same_answers(policy, environs[::7])


@pytest.mark.parametrize("make", [list, tuple])
@by_policy
def test_every_list_of_headers_is_merged_as_the_twin_merges_it(name, make):
    """The application sends names in any case, once or twice; only one warning names those replaced."""
    for theirs, origin in product(map(make, enumerated.HEADER_LISTS), [None, *enumerated.ORIGINS[2:9]]):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        if origin is not None:
            environ["HTTP_ORIGIN"] = origin
        assert_same_answers(POLICIES[name], [environ, environ], theirs, [ALL])


@by_policy
def test_a_response_that_starts_again_is_completed_each_time(name):
    """With the headers of the policy both times, and the second time with the exception, too."""
    policy, anew, exc_info = POLICIES[name], enumerated.HEADER_LISTS[2], (LookupError, LookupError(), None)

    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("500 Oops", anew, exc_info)
        return []

    for origin in enumerated.ORIGINS:
        started = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        environ.update({} if origin is None else {"HTTP_ORIGIN": origin})
        said = headers.decide(policy, read_request(environ))

        CorsMiddleware(app, policy)(environ, partial(note, started))

        assert started[0] == ("200 OK", layer.merge([], policy, said))
        assert started[1] == ("500 Oops", layer.merge(anew, policy, said), exc_info)


@pytest.mark.parametrize("begun", [False, True])
@by_policy
def test_in_debug_an_exception_is_answered_to_whom_the_twin_allows(name, begun):
    """Everyone else gets it as it is, and so does everyone where there is no debug mode."""
    policy = POLICIES[name]

    def app(environ, start_response):
        if begun:
            start_response("200 OK", [])
        raise ZeroDivisionError

    for origin, debug in product(enumerated.ORIGINS, [True, False]):
        started = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        environ.update({} if origin is None else {"HTTP_ORIGIN": origin})
        said = headers.decide(policy, read_request(environ))
        ask = partial(CorsMiddleware(app, policy, debug=debug), environ, partial(note, started))
        if not debug or origin is None or not said.allowed:
            with pytest.raises(ZeroDivisionError):
                ask()
            assert len(started) == begun
        else:
            body = b"".join(ask())
            status, sent, *exc_info = started[-1]
            assert sent[-1] == ("X-CorsGuard", "allowed; policy=application")
            sent = sent[:-1]
            assert status == "500 Internal Server Error"
            assert without_text(sent, body, "GET") == said.headers
            assert [len(each) for each in exc_info] == [3]


def note(started, *args):
    """Be a server's start_response that remembers."""
    started.append(args)
