"""The guides of the documentation, by section: their programs, scripts and elements."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

from pages import DOCS, GUIDES, blocks_of, is_expected_to_raise


class Section(NamedTuple):
    """What is between a heading and the next one."""

    level: int
    title: str
    text: str

    def blocks(self, language: str) -> list[str]:
        """Return its blocks of code in *language*."""
        return [block.lexemes["source"] for block in blocks_of(self.text, language)]


def sections_of(page: str) -> dict[str, Section]:
    """Return the sections of a page, by their titles."""
    parts = re.split(r"(?m)^(#+) (.+)$", page)[1:]
    found = [Section(len(parts[at]), parts[at + 1], parts[at + 2]) for at in range(0, len(parts), 3)]
    sections = {section.title: section for section in found}
    assert len(sections) == len(found)
    return sections


def _guides() -> dict[str, dict[str, Section]]:
    pages = [DOCS / "local-development.md", *sorted(GUIDES.glob("*.md"))]
    return {path.stem: sections_of(path.read_text("utf-8")) for path in pages if path.stem != "index"}


#: The sections of each guide, by the name of its file.
GUIDE_SECTIONS: Final = _guides()
SECTIONS: Final = {title: each for sections in GUIDE_SECTIONS.values() for title, each in sections.items()}
assert len(SECTIONS) == sum(map(len, GUIDE_SECTIONS.values())), "two sections have the same title"


def program_of(*titles: str) -> Any:
    """Run the programs of some sections one after the other; return the names that they made.

    A program that raises, as on the page, is not run: tests/test_pages.py compares what it raises.
    """
    names: dict[str, Any] = {"__name__": "example"}
    for title in titles:
        text = SECTIONS[title].text
        for block in blocks_of(text, "python"):
            if not is_expected_to_raise(text, block.end):
                exec(compile(block.lexemes["source"], title, "exec", dont_inherit=True), names)
    return SimpleNamespace(namespace=names, **{k: v for k, v in names.items() if not k.startswith("__")})


def script_of(title: str) -> str:
    """Return the script of a section."""
    (block,) = SECTIONS[title].blocks("javascript")
    return block


def elements_of(title: str) -> str:
    """Return the elements of a section."""
    (block,) = SECTIONS[title].blocks("html")
    return block
