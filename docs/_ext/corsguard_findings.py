"""The page of findings: all codes, from the catalogue that the warnings and the command ``lint`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corsguard_reference import Generated, code, paragraph
from docutils import nodes

from flask_corsguard.core.findings import FINDINGS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: The chapters of the page, by how the codes in them begin.
CHAPTERS: Final = {
    "marks": ("guard.", "mark.", "blueprint.", "path."),
    "surroundings": ("flask-cors.", "config.", "layer.", "headers.", "host.", "request."),
    "cookies": ("cookie.",),
    "policies": ("policy.",),
}


class Findings(Generated):
    """The findings of one chapter, one below the other."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        codes = [each for each in FINDINGS if each.startswith(CHAPTERS[self.arguments[0]])]
        return [nodes.definition_list("", *map(self._item, codes), classes=["catalogue"])]

    def _item(self, name: str) -> nodes.definition_list_item:
        level, why, remedy = FINDINGS[name]
        term = self.term("finding", name)
        if level == "note":
            term += [nodes.Text(" "), nodes.emphasis("", "note")]
        definition = nodes.definition("", paragraph(why), paragraph(*_with_code(remedy)))
        return nodes.definition_list_item("", term, definition)


def _with_code(sentence: str) -> list[nodes.Node | str]:
    """Return a sentence, with words that are code as code."""
    parts: list[nodes.Node | str] = []
    for word in sentence.split(" "):
        bare = word.rstrip(".,;:")
        is_code = (bare != "=" and any(sign in bare for sign in "()_@=")) or (
            "." in bare and not bare.endswith(".") and bare[0].islower()
        )
        parts += [code(bare) if is_code else bare, word[len(bare) :] + " "]
    return parts


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("corsguard-findings", Findings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
