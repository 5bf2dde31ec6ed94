"""The page for those who come from Flask-CORS, made from the tables that the command reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corsguard_differences import paragraph_of
from corsguard_reference import Generated
from docutils import nodes

from flask_corsguard.migrate.options import KEYS, OPTIONS
from flask_corsguard.migrate.questions import CHOICES

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def _table(head: list[str], rows: list[list[str]]) -> nodes.table:
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in head), cols=len(head))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group)


def _row(cells: list[str]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", paragraph_of(cell)) for cell in cells))


class Options(Generated):
    """Every option of Flask-CORS, and what takes its place."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [[f"`{name}`", option.here, option.because] for name, option in OPTIONS.items()]
        return [_table(["Flask-CORS", "here", "what is different"], rows)]


class Keys(Generated):
    """Every key of Flask-CORS's configuration, and what takes its place."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        fields = [(key, OPTIONS[name].field) for key, name in KEYS.items()]
        rows = [[f"`{key}`", f"`CORSGUARD_{field.upper()}`" if field else "nothing"] for key, field in fields]
        return [_table(["Flask-CORS", "here"], rows)]


class Questions(Generated):
    """Every question of the command, with its answers."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [
            [f"`{identity}`", "; ".join(f"`{self._written(each)}`: {does}" for each, does in choices.items())]
            for identity, choices in CHOICES.items()
        ]
        return [_table(["Question", "Answers"], rows)]

    def _written(self, choice: str) -> str:
        return choice if choice == "[...]" else f'"{choice}"'


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the directives."""
    app.add_directive("flask-cors-options", Options)
    app.add_directive("flask-cors-keys", Keys)
    app.add_directive("flask-cors-questions", Questions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
