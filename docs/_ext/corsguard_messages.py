"""The page of troubleshooting: every message of a console under its literal text, from the table of `why`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from corsguard_reference import Generated, paragraph, program
from docutils import nodes

from flask_corsguard.console_messages.catalogue import FAULTS, MESSAGES
from flask_corsguard.console_messages.messages import PREFLIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

    from flask_corsguard.console_messages.faults import Fault
    from flask_corsguard.console_messages.messages import Message

#: The headings of the faults whose message is that of another one, with something before it.
HEADINGS: Final = {
    "null-origin": "Access to fetch from origin 'null' has been blocked by CORS policy",
    "preflight-no-allow-origin": PREFLIGHT
    + "No 'Access-Control-Allow-Origin' header is present on the requested resource.",
}


class ConsoleMessages(Generated):
    """A section for each fault, headed by the literal text of the first message."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return [self._section(fault) for fault in FAULTS.values()]

    def _section(self, fault: Fault) -> nodes.section:
        messages = [message for message in MESSAGES if message.fault == fault.code]
        title = HEADINGS.get(fault.code) or literal(messages[0])
        section = self.section(f"console-{fault.code}", nodes.Text(title), *self._messages(messages))
        section += paragraph(nodes.strong("", "What happened. "), fault.filled(fault.meaning, {}))
        section += paragraph(nodes.strong("", "What to change. "), fault.filled(fault.remedy, {}))
        if fault.change:
            section += program(fault.filled(fault.change, {}))
        section += paragraph(nodes.reference("", "The specification", refuri=fault.link), f" · {fault.code}")
        return section

    def _messages(self, messages: list[Message]) -> Iterator[nodes.Node]:
        for engine, those in groupby(messages, key=lambda message: message.engine):
            yield paragraph(f"{engine}:")
            yield program("\n".join(map(literal, those)), "text")


def literal(message: Message) -> str:
    """Return the text of a message, with examples in it."""
    return FAULTS[message.fault].filled(message.text, {})


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("console-messages", ConsoleMessages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
