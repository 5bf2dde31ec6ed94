"""Which modules a file imports, read from its text: most files of a project need not be parsed.

A name too many, out of a comment or a text, only means that a file is looked at together with another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .project import Module

_IMPORT: Final = re.compile(
    r"""(?m)(?:^|[;:])[ \t]*(?:
        from[ \t]+(?P<dots>[.]*)[ \t]*(?P<module>[\w.]*)[ \t]+import[ \t]*
        (?P<names>[(][^)]*[)]?|(?:[^\n\\;]|\\\r?\n)*)
        |import[ \t]+(?P<modules>(?:[^\n\\;]|\\\r?\n)*)
    )""",
    re.VERBOSE,
)
_COMMENT: Final = re.compile(r"#[^\n]*")
_NAME: Final = re.compile(r"[\w.]+")

#: What loads a module by a text.
_BY_TEXT: Final = re.compile(r"(?:from_object|import_string|from_pyfile|import_module)[ \t]*[(]([^)]*)")
_TEXT: Final = re.compile(r"""["']([^"']+)["']""")


def imported_names(module: Module) -> Iterator[str]:
    """Yield the names of modules that *module* imports, and names that may be such."""
    text = module.data.decode("latin-1")
    for match in _IMPORT.finditer(text):
        if match["modules"] is not None:
            for name in _first_words(match["modules"]):
                # A package is loaded with what is in it.
                yield from (name, name.rpartition(".")[0])
            continue
        absolute = module.absolute_name(match["module"], len(match["dots"]))
        yield absolute
        for name in _first_words(match["names"].strip(" \t()")):
            yield f"{absolute}.{name}".lstrip(".")
    for match in _BY_TEXT.finditer(text):
        for each in _TEXT.findall(match[1]):
            if each.endswith(".py"):
                yield each.removesuffix(".py").replace("/", ".").lstrip(".")
            else:
                yield from (each, each.rpartition(".")[0])


def _first_words(text: str) -> Iterator[str]:
    """Yield the names of a list with commas, without what they are called here."""
    for part in _COMMENT.sub("", text).split(","):
        found = _NAME.search(part)
        if found is not None:
            yield found[0]
