"""What formats for CORS alone lose, from the limits of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corsguard_reference import Generated, code, paragraph, table

from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.limits import codes_of
from flask_corsguard.edge.losses import ACCEPTABLE, SENTENCES

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class EdgeLosses(Generated):
    """A table of codes, with the reason and the formats: what can be accepted, or with `refused` the rest."""

    option_spec = {"refused": lambda _: True}  # noqa: RUF012 - as Sphinx has it

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [
            [[paragraph(code(each))], [paragraph(SENTENCES[each])], [paragraph(*self._formats(each))]]
            for each in SENTENCES
            if (each in ACCEPTABLE) is not ("refused" in self.options) and any(self._formats(each))
        ]
        return [table(["code", "what", "formats"], rows, "losses")]

    def _formats(self, lost: str) -> list[nodes.Node | str]:
        return list(_joined(lost))


def _joined(lost: str) -> Iterator[nodes.Node | str]:
    names = [name for name, form in FORMATS.items() if form.limits and lost in codes_of(form.limits)]
    if len(names) == sum(not form.is_full for form in FORMATS.values()):
        yield "all six"
        return
    for index, name in enumerate(names):
        yield from ([", "] if index else [])
        yield code(name)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directive."""
    app.add_directive("edge-losses", EdgeLosses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
