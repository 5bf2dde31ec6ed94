"""What a migration leaves to the user: variables, files of configuration, tests, dependencies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from .options import KEYS, OPTIONS
from .source import Source
from .work import Line, Work

_REQUIREMENT: Final = re.compile(r"(?im)^.*\bflask[-_.]cors\b.*$")
_KEY: Final = re.compile(r"\b(?:FLASK_)?(CORS_[A-Z_]+)\b")


def leftover_lines(work: Work) -> Iterator[Line]:
    """Yield the lines of the report that name what nobody edits."""
    if not (work.sites.calls or work.sites.decorations):
        return
    for name, text in work.project.others:
        yield from _of_other_file(name, text)
    for module in work.project.modules:
        if module.is_test:
            yield from _of_test(module.source)
        yield from _of_environment(module.source)
    if work.guard == "report" and not work.open:
        place = work.sites.calls[0].place if work.sites.calls else work.sites.decorations[0].place
        yield Line(
            "run time",
            place,
            "report-mode",
            'guard="report" only logs: read the log for a week, allow the origins in it that are yours, then '
            'write guard="enforce"',
        )


def _of_other_file(name: str, text: str) -> Iterator[Line]:
    for match in _REQUIREMENT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield Line("dependencies", f"{name}:{line}", "dependency", f"{match[0].strip()} -> flask-corsguard")
    for match in _KEY.finditer(text):
        if match[1] in KEYS:
            line = text.count("\n", 0, match.start()) + 1
            field = OPTIONS[KEYS[match[1]]].field
            instead = f"CORSGUARD_{field.upper()}" if field else "nothing"
            yield Line(
                "to rename",
                f"{name}:{line}",
                "key",
                f"{match[1]} -> {instead}, where the application reads it",
            )


def _of_environment(source: Source) -> Iterator[Line]:
    for node in source.all_of(ast.Call) if b"from_prefixed_env" in source.data else ():
        if getattr(node.func, "attr", "") == "from_prefixed_env":
            yield Line(
                "to rename",
                f"{source.name}:{node.lineno}",
                "environment",
                "from_prefixed_env reads CORS_... of the environment: those that the code reads now go on to "
                "apply, and no others",
            )


def _of_test(source: Source) -> Iterator[Line]:
    for node in source.all_of(ast.Constant):
        if str(node.value).lower().startswith("access-control-allow-"):
            yield Line(
                "tests",
                f"{source.name}:{node.lineno}",
                "expects-header",
                "a preflight is answered with 204 (403 if it is refused), and any origin with *",
            )
            return
