"""The page of conformance: where engines differ, from the code that models them, and what shows a row."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from corsguard_reference import Generated, code
from docutils import nodes
from sphinx.util.docutils import SphinxRole

from flask_corsguard.testing.differences import DIFFERENCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

    from flask_corsguard.testing.differences import Difference

#: The engines, by the fields of a difference.
ENGINES: Final = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit"}


def paragraph_of(words: str) -> nodes.paragraph:
    """Return a paragraph; text between backticks is code, and an anchor is the Fetch standard's."""
    paragraph = nodes.paragraph()
    for part in re.split(r"(`[^`]+`|#[a-z-]+)", words):
        if part.startswith("`"):
            paragraph += code(part.strip("`"))
        elif part.startswith("#"):
            paragraph += nodes.reference("", part, refuri=f"https://fetch.spec.whatwg.org/{part}")
        else:
            paragraph += nodes.Text(part)
    return paragraph


class Differences(Generated):
    """All differences that the browser model knows, one below the other."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        return [nodes.definition_list("", *map(self._item, DIFFERENCES), classes=["catalogue"])]

    def _item(self, difference: Difference) -> nodes.definition_list_item:
        facts = nodes.field_list("", *self._facts(difference), classes=["facts"])
        definition = nodes.definition("", paragraph_of(difference.sentence), facts)
        return nodes.definition_list_item("", self.term("difference", difference.code), definition)

    def _facts(self, difference: Difference) -> Iterator[nodes.field]:
        yield self._fact("The standard", difference.standard)
        deviating = [engine for engine in ENGINES if engine in difference.deviating]
        for said, engines in groupby(deviating, key=lambda engine: getattr(difference, engine)):
            yield self._fact(", ".join(ENGINES[engine] for engine in engines), said)

    def _fact(self, name: str, words: str) -> nodes.field:
        return nodes.field("", nodes.field_name("", name), nodes.field_body("", paragraph_of(words)))


class ProofRole(SphinxRole):
    """``core/test_fetch.py::test_a_fact``, shown as the sentence that it is, and its file."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the sentence and the file."""
        file, _, name = self.text.partition("::")
        sentence = re.sub(r"^test_(p\d+_)?", "", name).replace("_", " ")
        return [nodes.Text(f"{sentence} "), code(file)], []


class CaseRole(SphinxRole):
    """The id of a case of the engines' table."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the id."""
        return [nodes.emphasis("", self.text, classes=["case"])], []


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive and the roles."""
    app.add_directive("engine-differences", Differences)
    app.add_role("test", ProofRole())
    app.add_role("case", CaseRole())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
