"""The findings of ``check``, from its catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corsguard_reference import Generated, paragraph
from docutils import nodes

from flask_corsguard.probes.catalogue import FINDINGS

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class CheckFindings(Generated):
    """All findings, one below the other."""

    def run(self) -> list[nodes.Node]:
        """Return the list."""
        return [nodes.definition_list("", *map(self._item, FINDINGS), classes=["catalogue"])]

    def _item(self, name: str) -> nodes.definition_list_item:
        known = FINDINGS[name]
        definition = nodes.definition("", paragraph(known.meaning), paragraph(known.hint))
        return nodes.definition_list_item("", self.term("check", name), definition)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("check-findings", CheckFindings)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
