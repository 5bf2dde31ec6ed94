"""The files of a project, and what the names in them refer to, across files."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from .scopes import Scope, scopes_of
from .source import Source, SourceError, read_source

#: Folders without code of the project itself.
SKIPPED: Final = frozenset(
    {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "dist", "__pypackages__"}
)

#: What a file mentions if it can have a part in this: the library, or what it is initialised with.
_RELEVANT: Final = re.compile(
    rb"flask_cors|flask\.ext|CORS|cross_origin|Flask|Blueprint|blueprint|init_app|Access-Control"
    rb"|route\(|add_url_rule|add_resource|quart|SocketIO"
)
#: What a file has that uses it.
OF_FLASK_CORS: Final = re.compile(rb"flask_cors\b(?!guard)|flask\.ext|quart_cors")


@dataclass(eq=False)
class Module:
    """A file of the project, as a module. It is parsed when something of it is first needed, and once.

    :ivar path: where it is.
    :ivar name: how the report names it.
    :ivar data: its bytes.
    :ivar dotted: its name, from the folder that was given.
    """

    path: Path
    name: str
    data: bytes
    dotted: str
    project: Project

    @cached_property
    def source(self) -> Source:
        """The file, parsed.

        :raises SourceError: if it is not Python.
        """
        return read_source(self.path, self.name, self.data)

    @property
    def is_package(self) -> bool:
        """Whether it is an ``__init__.py``."""
        return self.path.name == "__init__.py"

    @cached_property
    def is_relevant(self) -> bool:
        """Whether it can have a part in this."""
        return _RELEVANT.search(self.data) is not None

    @cached_property
    def is_readable(self) -> bool:
        """Whether it is Python; what has a part in this must be.

        :raises SourceError: if it must be, and is not.
        """
        try:
            return bool(self.source)
        except SourceError:
            if self.is_relevant:
                raise
            return False

    @cached_property
    def scope(self) -> Scope:
        """The names at its top, with those of its functions and classes below."""
        return scopes_of(self.source.tree)

    @property
    def is_test(self) -> bool:
        """Whether it is a test, by its name."""
        return re.search(r"(?:^|\.)(?:tests?|conftest|test_\w+|\w+_test)(?:\.|$)", self.dotted) is not None

    def absolute(self, node: ast.ImportFrom) -> str:
        """Return the name of the module that is imported from, as far as the project can know it."""
        return self.absolute_name(node.module or "", node.level)

    def absolute_name(self, name: str, level: int) -> str:
        """Return the name of a module that is named from here, after *level* dots."""
        if not level:
            return name
        parts = self.dotted.split(".") if self.dotted else []
        parts = parts if self.is_package else parts[:-1]
        parts = parts[: len(parts) - level + 1]
        return ".".join([*parts, *([name] if name else [])])


@dataclass(eq=False)
class Project:
    """All files that can have a part in it.

    :ivar every: its modules.
    :ivar others: other files that may name options or keys.
    """

    every: list[Module] = field(default_factory=list)
    others: list[tuple[str, str]] = field(default_factory=list)
    uses_flask_cors: bool = False
    _renamings: list[tuple[str, str]] | None = None

    @cached_property
    def modules(self) -> list[Module]:
        """Those that can have a part in it; of a small project all."""
        is_small = len(self.every) <= _MANY
        return [each for each in self.every if (is_small or each.is_relevant) and each.is_readable]

    @cached_property
    def _by_name(self) -> dict[str, Module]:
        return {module.dotted: module for module in self.every}

    @cached_property
    def _by_end(self) -> dict[str, list[Module]]:
        ends: dict[str, list[Module]] = {}
        for module in self.every:
            parts = module.dotted.split(".")
            for at in range(len(parts)):
                ends.setdefault(".".join(parts[at:]), []).append(module)
        return ends

    def renamings(self, find: Callable[[Source], Iterable[tuple[str, str]]]) -> list[tuple[str, str]]:
        """Return what *find* yields for all modules, found once."""
        if self._renamings is None:
            self._renamings = [pair for module in self.modules for pair in find(module.source)]
        return self._renamings

    def find(self, dotted: str, *, near: Module | None = None) -> Module | None:
        """Return the module with that name, or the one whose name ends so, if there is one that is Python."""
        found = self.named(dotted, near=near)
        return found if found is not None and found.is_readable else None

    def named(self, dotted: str, *, near: Module | None = None) -> Module | None:
        """Return the same, and parse nothing."""
        if not dotted:
            return self._by_name.get("")
        if near is not None:
            # A script finds what is beside it.
            beside = ".".join([*near.dotted.split(".")[:-1], dotted])
            if beside in self._by_name:
                return self._by_name[beside]
        if dotted in self._by_name:
            return self._by_name[dotted]
        found = self._by_end.get(dotted, [])
        return found[0] if len(found) == 1 else None


def read_project(paths: Iterable[Path]) -> Project:
    """Return the project in *paths*, files and folders.

    :raises SourceError: if a path does not exist, or a file that uses Flask-CORS cannot be read.
    """
    project = Project()
    seen: set[Path] = set()
    for root in paths:
        if not root.exists():
            raise SourceError(f"{root} does not exist.")
        for path in _files(root):
            real = path.resolve()
            if real in seen:
                continue
            seen.add(real)
            if path.suffix != ".py":
                project.others.append((str(path), _text(path)))
                continue
            try:
                data = path.read_bytes()
            except OSError as error:
                raise SourceError(f"{path} cannot be read ({error.strerror}).") from None
            project.every.append(Module(path, str(path), data, _dotted(root, path), project))
    project.uses_flask_cors = any(OF_FLASK_CORS.search(module.data) for module in project.every)
    return project


#: Up to so many files, all are looked through.
_MANY: Final = 400

#: Beside Python: what names dependencies, options and keys.
_OTHERS: Final = re.compile(
    r"requirements.*\.(?:txt|in)|pyproject\.toml|Pipfile|setup\.cfg|environment\.ya?ml|\.env.*|.*\.env|.*\.cfg"
    r"|docker-compose.*\.ya?ml|Dockerfile.*"
    r"|(?:.*[._-])?(?:conf|config|settings|default|development|production|local)\.(?:json|toml|ya?ml|ini)"
)

#: Bytes of such a file that are read: what people write for a program is shorter.
MAX_OTHER: Final = 200_000


def _files(root: Path) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            each
            for each in folders
            if each not in SKIPPED
            and not each.startswith(".")
            and not (Path(folder) / each / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            path = Path(folder) / name
            if (name.endswith(".py") or _OTHERS.fullmatch(name)) and not path.is_symlink():
                yield path


def _dotted(root: Path, path: Path) -> str:
    base = root if root.is_dir() else root.parent
    relative = path.relative_to(base).with_suffix("")
    parts = list(relative.parts)
    if parts[-1] == "__init__":
        parts.pop()
    if root.is_dir() and (root / "__init__.py").exists():
        parts.insert(0, root.resolve().name)
    return ".".join(parts)


def _text(path: Path) -> str:
    with suppress(OSError):
        return path.read_bytes()[:MAX_OTHER].decode("utf-8", "replace")
    return ""
