"""The text of a console: the messages in it, each with its fault and what it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from .catalogue import FAULTS, MESSAGES
from .faults import Fault
from .messages import OUTCOME, Engine, beginnings
from .notes import notes_of

#: How much of a text is read, in characters: a console with ten thousand lines.
MAX_TEXT_LENGTH: Final = 1_000_000

#: How many messages of a text are explained: nobody reads more.
MAX_FINDINGS: Final = 200

#: The faults whose message gives no reason: they are left out where another message does.
_WITHOUT_REASON: Final = frozenset({"access-control-checks", "type-error"})
#: The faults that a page of the origin null gets for a policy that is right for all others.
_OF_NULL: Final = frozenset({"no-allow-origin", "preflight-no-allow-origin", "origin-mismatch"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A message in a text."""

    #: The engine that wrote it.
    engine: Engine
    #: The fault behind it.
    fault: Fault
    #: The message as it is in the text, on one line.
    text: str
    #: What the message names, such as ``{"origin": "https://app.example"}``.
    values: Mapping[str, str]
    #: Where it begins in the text.
    start: int

    @property
    def meaning(self) -> str:
        """What happened."""
        return self.fault.filled(self.fault.meaning, self.values)

    @property
    def remedy(self) -> str:
        """What to change."""
        return self.fault.filled(self.fault.remedy, self.values)

    @property
    def change(self) -> str:
        """The change as code, empty if no policy can change it."""
        return self.fault.filled(self.fault.change, self.values)

    @property
    def notes(self) -> tuple[str, ...]:
        """What more can be known from the values."""
        return tuple(notes_of(self.fault.code, self.values))


def findings_of(text: str) -> list[Finding]:
    """Return the messages in *text*, in its order, each once.

    :param text: the text of a console; the first :data:`MAX_TEXT_LENGTH` characters are read,
        and the first :data:`MAX_FINDINGS` messages.
    """
    # Control characters of a log would otherwise reach the reader's terminal.
    text = "".join(map(_printable, text[:MAX_TEXT_LENGTH]))
    findings = _with_outcomes(text, list(islice(_matches(text), MAX_FINDINGS)))
    findings = _with_urls_after(findings)
    reasons = [each for each in findings if each.fault.code not in _WITHOUT_REASON]
    return _without_repetitions(reasons or findings)


def _printable(character: str) -> str:
    return character if character.isprintable() or character == "\n" else " "


def _matches(text: str) -> Iterator[Finding]:
    """Yield the messages in *text*; where two overlap, the longer one."""
    before = {
        match.end(): match for beginning in reversed(beginnings()) for match in beginning.finditer(text)
    }
    found = [(match, message) for message in MESSAGES for match in message.pattern.finditer(text)]
    found.sort(key=lambda pair: (pair[0].start(), -pair[0].end()))
    end = 0
    for match, message in found:
        if match.start() < end:
            continue
        end = match.end()
        beginning = before.get(match.start())
        start = match.start() if beginning is None else beginning.start()
        values = match.groupdict() if beginning is None else {**beginning.groupdict(), **match.groupdict()}
        is_preflight = values.pop("preflight", None) is not None
        values = {name: _without_quotes(value) for name, value in values.items() if value}
        code = message.fault
        if is_preflight and f"preflight-{code}" in FAULTS:
            code = f"preflight-{code}"
        if values.get("origin") == "null" and code in _OF_NULL:
            code = "null-origin"
        yield Finding(message.engine, FAULTS[code], " ".join(text[start:end].split()), values, start)


def _without_quotes(value: str) -> str:
    # A message ends with a URL here and there, and what follows is of the text around it.
    return value.strip("‘’“”`").rstrip("\"',.;)")


def _with_outcomes(text: str, findings: list[Finding]) -> list[Finding]:
    """Return *findings* with the method and the status that Chromium writes on another line."""
    outcomes = list(OUTCOME.finditer(text))
    result = []
    for finding in findings:
        own = [each for each in outcomes if _belongs(each, finding)]
        known = {name: value for name, value in own[0].groupdict().items() if value} if own else {}
        result.append(replace(finding, values={**known, **finding.values}))
    return result


def _belongs(outcome: re.Match[str], finding: Finding) -> bool:
    url = finding.values.get("url")
    return outcome["url"] == url if url else outcome.start() <= finding.start < outcome.end()


def _with_urls_after(findings: list[Finding]) -> list[Finding]:
    """Return *findings* with the URL that Safari writes on the line after the reason."""
    result: list[Finding] = []
    after: Finding | None = None
    for finding in reversed(findings):
        is_named = after is not None and after.fault.code == "access-control-checks"
        values = after.values if after is not None and is_named and finding.engine == "Safari" else {}
        after = replace(finding, values={**values, **finding.values})
        result.append(after)
    return result[::-1]


def _without_repetitions(findings: list[Finding]) -> list[Finding]:
    """Return *findings* without those that another one repeats, with more values or the same ones."""
    result: list[Finding] = []
    for finding in findings:
        items = finding.values.items()
        said = [each.values.items() for each in findings if each.fault is finding.fault]
        repeated = [each.values.items() for each in result if each.fault is finding.fault]
        if items not in repeated and not any(items < each for each in said):
            result.append(finding)
    return result
