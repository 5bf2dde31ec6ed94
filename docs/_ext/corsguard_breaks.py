"""Breaks long names in code and headings where a reader expects it: after a sign, or before a capital.

A name that is not too long for a line of a phone breaks in a table alone: custom.css hides the other breaks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

#: A word of code, as Sphinx writes it, that can be too long for a narrow column.
_CODE: Final = re.compile(r'(?<=<span class="pre">)[^<\s]{12,}(?=</span>)')
#: The text of a heading, up to its link.
_HEADING: Final = re.compile(r"(?<=<h[1-4]>)[^<]+")
#: A short option of a command, which browsers would break after its hyphens.
_OPTION: Final = re.compile(r'<span class="pre">(?=-[^<\s]{1,22}</span>)')
_WORD: Final = re.compile(r"\S{12,}")
#: Characters of code that a narrow line can have.
_LINE: Final = 24
#: After a sign that joins two words; in an expression after a group, and before a dot.
_AFTER_SIGN: Final = re.compile(r"(?<=\w[._/:=,-])(?=[\w&\\(\[])|(?<=[)?|])(?=[\w\\(\[])|(?<=[\w*])(?=\\\.)")
_BEFORE_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _breakable_in_cells(word: re.Match[str]) -> str:
    return _AFTER_SIGN.sub('<wbr class="cell">', word[0]) if len(word[0]) < _LINE else _breakable(word)


def _breakable(word: re.Match[str]) -> str:
    return _BEFORE_CAPITAL.sub("<wbr>", _AFTER_SIGN.sub("<wbr>", word[0]))


def _with_breaks(
    _app: Sphinx, _page: str, _template: str, context: dict[str, str], _tree: nodes.document | None
) -> None:
    if "body" in context:
        body = _OPTION.sub('<span class="pre whole">', _CODE.sub(_breakable_in_cells, context["body"]))
        context["body"] = _HEADING.sub(lambda text: _WORD.sub(_breakable, text[0]), body)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Change each page when it is written. What is copied or searched has no such breaks."""
    app.connect("html-page-context", _with_breaks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
