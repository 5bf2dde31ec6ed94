"""The ASGI layer beside the WSGI layer: the same answers, calls, notifications and log lines."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from asgi_twins import HEARD, assert_same
from naive import enumerated, generated
from naive.compared import LISTED, RANDOM
from naive.enumerated import POLICIES, present_and_absent


def comes_from_bytes(environ):
    """Return whether a server can make these texts of bytes. Others do not exist in ASGI."""
    return all(ord(character) < 256 for text in environ.values() for character in text)


@pytest.mark.parametrize("name", POLICIES)
def test_the_layers_do_the_same_for_all_requests_of_the_tables(name):
    """Status, headers, text, call of the application, log, console and notifications, with any listeners."""
    environs = [*present_and_absent(), *enumerated.preflights_of_every_list()]
    for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
        environs += enumerated.environs(keys, LISTED // 2, 7 * len(name))

    environs = [each for each in environs if comes_from_bytes(each)]
    for number, environ in enumerate(environs):
        theirs = enumerated.HEADER_LISTS[number % len(enumerated.HEADER_LISTS)]
        assert_same(POLICIES[name], environ, theirs, [HEARD[number % len(HEARD)]])


@RANDOM
@given(st.data())
def test_the_layers_do_the_same_under_any_policy(data):
    """Also for headers of the application that the policy replaces or merges."""
    policy = data.draw(generated.policies())
    environ = data.draw(generated.environs(policy).filter(comes_from_bytes))

    outcome = assert_same(policy, environ, data.draw(generated.THEIRS))

    event(str(outcome.code))
