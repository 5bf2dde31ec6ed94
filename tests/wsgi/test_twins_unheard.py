"""What is answered where nobody hears of refusals, which goes shorter ways, against where somebody does."""

from __future__ import annotations

import logging
from functools import partial
from itertools import chain

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from flask_corsguard import CorsMiddleware, Policy
from naive import enumerated, generated
from naive.compared import RANDOM, Application, records_of_levels
from naive.enumerated import POLICIES, present_and_absent
from wsgi.test_twins import LISTED, by_policy, note

NOTHING = logging.CRITICAL + 1
HEARD = [logging.WARNING, logging.ERROR, NOTHING]
LONG = f"https://{'a' * 400}.example"


def answers(middleware, level, environs):
    """Give for each what the server gets, if the application is called, and how many errors are logged."""
    with records_of_levels(level) as records:
        for environ in environs:
            started, calls = [], middleware.app.calls
            records.clear()
            body = middleware(dict(environ), partial(note, started))
            yield started, b"".join(body), middleware.app.calls - calls, records.count("ERROR")


def assert_same_answers(policy, environs, *, debug=False):
    """Assert that a layer nobody listens to answers as one that tells of everything; count the refusals."""
    asked = list(environs)
    telling = CorsMiddleware(Application(), policy, debug=debug, on_refusal=lambda *_: None)
    silent = CorsMiddleware(Application(), policy, debug=debug)
    told = list(answers(telling, logging.INFO, asked))
    for level in HEARD:
        for environ, here, there in zip(asked, answers(silent, level, asked), told, strict=True):
            assert here == (*there[:-1], there[-1] if level <= logging.ERROR else 0), environ
    return sum(started[0][0] == "403 Forbidden" for started, *_ in told)


@pytest.mark.parametrize("debug", [False, True])
@by_policy
def test_what_is_sent_is_the_same_whoever_hears_of_it(name, debug):
    """Whatever is present or absent, and with all that the tables have."""
    tables = [
        enumerated.environs(keys, LISTED, 3 * len(name))
        for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS)
    ]
    refused = assert_same_answers(POLICIES[name], chain(present_and_absent(), *tables), debug=debug)

    assert refused > 0


@by_policy
def test_what_is_too_long_to_be_read_is_answered_alike_whoever_hears_of_it(name):
    """Under any method, and whatever the browser says of the site."""
    environs = [
        {"REQUEST_METHOD": method, "PATH_INFO": "/", "wsgi.url_scheme": "https", "HTTP_ORIGIN": LONG} | more
        for method in enumerated.METHODS
        for more in (
            *({}, {"HTTP_HOST": LONG[8:]}, {"HTTP_UPGRADE": "websocket"}),
            *({"HTTP_SEC_FETCH_SITE": site} for site in enumerated.SITES if site is not None),
        )
    ]

    assert_same_answers(POLICIES[name], environs)


@RANDOM
@given(st.data())
def test_whatever_is_sent_is_the_same_whoever_hears_of_it(data):
    """Any policy, any two requests, with debug mode and without."""
    policy = data.draw(generated.policies())
    environs = data.draw(st.lists(generated.environs(policy), min_size=2, max_size=2))

    event(f"refused: {assert_same_answers(policy, environs, debug=data.draw(st.booleans()))}")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
def test_a_callable_is_asked_as_often_whoever_hears_of_it(method):
    """It may look the origin up in a database, and it may count."""
    asked = []
    policy = Policy(origins=[lambda origin: asked.append(origin) is None])
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/",
        "wsgi.url_scheme": "https",
        "HTTP_ORIGIN": enumerated.A,
        "HTTP_SEC_FETCH_SITE": "cross-site",
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
    }
    counts = []
    for level in [logging.INFO, *HEARD]:
        asked.clear()
        list(answers(CorsMiddleware(Application(), policy), level, [environ]))
        counts.append(len(asked))

    assert len(set(counts)) == 1
