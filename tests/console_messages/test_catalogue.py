"""The catalogue of messages agrees with itself, and the code that it recommends can be written."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from flask_corsguard import CorsGuard, Policy
from flask_corsguard.console_messages.catalogue import FAULTS, MESSAGES
from flask_corsguard.console_messages.console_text import findings_of
from flask_corsguard.console_messages.faults import EXAMPLES
from rows import for_each

#: The faults that are found by what comes before another fault's message, or by the origin in it.
DERIVED = {"null-origin", "preflight-no-allow-origin"}


@for_each("message", MESSAGES)
def test_every_message_is_recognised_by_its_literal_text(message):
    """With examples for what it names, and with each of these values found."""
    text = message.text.format_map(EXAMPLES)

    (finding,) = findings_of(f"12:00:01 {text}")

    assert (finding.engine, finding.fault.code, finding.text) == (message.engine, message.fault, text)
    assert finding.values == {name: EXAMPLES[name] for name in re.findall(r"\{(\w+)\}", message.text)}


@for_each("message", MESSAGES)
def test_every_message_is_recognised_on_broken_lines_with_other_quotes(message):
    """As it is after it has been through a chat or a mail."""
    text = message.text.format_map(EXAMPLES).replace(" ", "\n  ").translate(str.maketrans("‘’“”`", "'''''"))

    assert [finding.fault.code for finding in findings_of(text)] == [message.fault]


def test_every_fault_has_a_message_and_every_message_a_fault():
    """Nothing in the catalogue is unused."""
    assert {message.fault for message in MESSAGES} | DERIVED == set(FAULTS)


@for_each("fault", FAULTS.values())
def test_every_fault_explains_what_happened_and_what_to_change(fault):
    """In sentences, with a link, and without a placeholder that nothing fills."""
    texts = [fault.filled(text, {}) for text in (fault.meaning, fault.remedy, fault.change)]

    assert all(text.endswith((".", "URL", "names")) for text in texts[:2])
    assert fault.link.startswith("https://")


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS.values() if fault.change], ids=lambda fault: fault.code
)
def test_every_change_can_be_pasted(fault):
    """It builds a policy, or guards an application."""
    made = eval(
        fault.filled(fault.change, {}), {"Policy": Policy, "CorsGuard": CorsGuard, "app": Flask("app")}
    )

    assert isinstance(made, (Policy, CorsGuard))
