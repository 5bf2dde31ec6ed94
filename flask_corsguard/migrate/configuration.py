"""The ``CORS_*`` keys of a configuration, and whether the program reads them itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from .configuration_keys import KeyUse, kept_in, prefixes_in, reads_in, unseen_in, uses_in
from .options import KEYS, OPTIONS
from .project import Module
from .resolver import MAX_DEPTH
from .scopes import Scope
from .settings import Setting, Settings
from .values import OPEN, Value
from .work import Work

#: A key, in a file that is not Python.
_KEY: Final = re.compile(r"\b(?:FLASK_)?(CORS_[A-Z_]+)\b")

#: What loads classes or modules into a configuration.
_OPEN_LOADERS: Final = ("from_prefixed_env", "from_envvar", "from_file", "from_json")
_LOADERS: Final = ("from_object", "from_pyfile", "from_mapping", *_OPEN_LOADERS)


class Configuration:
    """The keys that a project sets."""

    def __init__(self, work: Work) -> None:
        self._work = work
        modules = work.project.modules
        found = [use for module in modules for use in uses_in(module)]
        self._loads = {name: work.targets.calls_of(name) for name in _LOADERS}
        self._objects = [
            self._loaded(call, where, scope) for where, scope, call in self._loads["from_object"]
        ]
        self.uses = [use for use in found if self._is_loaded(use)]
        self._reads = [read for module in modules for read in reads_in(module)]
        unseen = [each for module in modules for each in unseen_in(module)]
        self._add_kept(found, is_unseen=bool(unseen))
        is_from_file = bool(unseen or self._loads["from_pyfile"])
        #: The keys that a file which is not Python sets.
        self._of_files = {
            match[1]
            for _, text in (work.project.others if is_from_file else ())
            for match in _KEY.finditer(text)
            if match[1] in KEYS
        }
        names = {Path(name).name for name in (*(each.name for each in modules), *dict(work.project.others))}
        #: Whether a file that is loaded is not in the project, as in an instance folder.
        self._has_unread_file = not all(self._is_among(names, *each) for each in self._loads["from_pyfile"])
        #: Where keys are put together, if something sets keys that are not written there.
        self.unclear = [(module, node) for module in modules for node in prefixes_in(module) if unseen]

    def _is_among(self, names: set[str], module: Module, scope: Scope, call: ast.Call) -> bool:
        value = self._work.evaluator.value(call.args[0], module, scope) if call.args else OPEN
        return value.is_exact and all(Path(str(each)).name in names for each in value.candidates)

    def _add_kept(self, found: list[KeyUse], *, is_unseen: bool) -> None:
        """Add what can come into the configuration on a way that does not show."""
        seen = {id(use.value) for use in found}
        if is_unseen:
            loaded = {id(use) for use in self.uses}
            self.uses += [replace(use, how="kept") for use in found if id(use) not in loaded]
        for module in self._work.project.modules:
            self.uses += [use for use in kept_in(module) if id(use.value) not in seen]

    def _loaded(self, call: ast.Call, module: Module, scope: Scope) -> set[ast.AST] | None:
        """Return the classes and modules that ``from_object`` loads; ``None`` if that is unknown."""
        found: set[ast.AST] = set()
        for argument in call.args[:1]:
            value = self._work.evaluator.value(argument, module, scope)
            for candidate in value.candidates:
                if isinstance(candidate, str):
                    target = self._work.project.find(candidate)
                    owner = self._work.project.find(candidate.rpartition(".")[0])
                    if target is not None:
                        found.add(target.source.tree)
                    elif owner is not None:
                        for each in self._work.resolver.member(owner, candidate.rpartition(".")[2]):
                            found |= self._with_bases(each)
            for meaning in self._work.resolver.lookup(argument, module, scope):
                if isinstance(meaning, Module):
                    found.add(meaning.source.tree)
                else:
                    found |= self._with_bases(meaning)
        return found or None

    def _with_bases(self, meaning: object, depth: int = 0) -> set[ast.AST]:
        node = getattr(meaning, "node", None)
        if isinstance(node, ast.Call):
            # An instance of a class.
            found: set[ast.AST] = set()
            for called in self._work.resolver.lookup(node.func, meaning.module, meaning.scope):  # type: ignore[attr-defined]
                found |= self._with_bases(called, depth + 1)
            return found
        if not isinstance(node, ast.ClassDef) or depth > MAX_DEPTH:
            return set()
        found = {node}
        for base in self._work.resolver.bases(meaning):  # type: ignore[arg-type]  # a definition
            found |= self._with_bases(base, depth + 1)
        return found

    def _is_loaded(self, use: KeyUse) -> bool:
        if use.how in {"subscript", "keyword", "entry"}:
            return True
        owner = use.scope.node
        if not any(self._loads.values()):
            return False
        known = [each for each in self._objects if each is not None]
        if len(known) == len(self._objects) and self._objects:
            return any(owner in each for each in known)
        is_file = use.how == "variable" and any(self._loads[name] for name in ("from_pyfile", "from_envvar"))
        return bool(self._objects) if use.how == "attribute" else bool(self._objects) or is_file

    def is_read(self, key: str) -> bool:
        """Whether the program reads a key itself, or it must stay where it is."""
        return any(word == key for word, _ in self._reads) or any(use.how == "kept" for use in self.of(key))

    def of(self, key: str) -> list[KeyUse]:
        """Return the places that set a key."""
        return [use for use in self.uses if use.key == key]

    def known_keys(self) -> list[str]:
        """Return the keys that Flask-CORS read, in order."""
        return [key for key in dict.fromkeys(use.key for use in self.uses) if key in KEYS]

    def dead(self) -> Iterator[KeyUse]:
        """Yield the places that set keys which Flask-CORS never read, such as ``CORS_HEADERS``."""
        for use in self.uses:
            if use.key not in KEYS and not self.is_read(use.key) and use.key in _DEAD:
                yield use

    @property
    def is_open(self) -> bool:
        """Whether an environment variable, or a file that is not read here, can set any key."""
        is_elsewhere = None in self._objects and not any(use.how == "attribute" for use in self.uses)
        is_unread = is_elsewhere or self._has_unread_file or bool(self._of_files)
        return is_unread or any(self._loads[name] for name in _OPEN_LOADERS)

    def is_certain(self, key: str) -> bool:
        """Whether a key is set in every case, by one line of the program alone."""
        uses = self.of(key)
        is_alone = len(uses) == 1 and uses[0].how != "kept"
        return is_alone and not self.is_open and not _is_conditional(uses[0])

    def settings(self) -> Settings:
        """Return the options that the configuration gives, or can give."""
        result = Settings()
        keys = self.known_keys()
        if self.is_open:
            # Who may read, and with cookies or not, must not be read from the code alone.
            of_code = ("CORS_ORIGINS", "CORS_SUPPORTS_CREDENTIALS")
            keys += [key for key in (*of_code, *sorted(self._of_files)) if key not in keys]
        for key in keys:
            result.by_name[KEYS[key]] = self._setting(key)
        return result

    def _setting(self, key: str) -> Setting:
        uses = self.of(key)
        values = [self._work.evaluator.value(use.value, use.module, use.scope) for use in uses]
        candidates = tuple(each for value in values for each in value.candidates)
        if self.is_certain(key):
            use = uses[0]
            return Setting(key, values[0], use.value, use.module, use.scope, use.node)
        if self.is_open or all(map(_is_conditional, uses)):
            candidates = (*candidates, OPTIONS[KEYS[key]].default)
        module = uses[0].module if uses else self._work.project.modules[0]
        return Setting(
            key,
            Value(candidates, False),
            None,
            module,
            module.scope,
            uses[0].node if uses else module.source.tree,
        )


#: Keys that were never read, or no longer.
_DEAD: Final = frozenset(
    {"CORS_HEADERS", "CORS_ORIGIN", "CORS_ALLOW_ORIGIN", "CORS_ALLOW_ORIGINS", "CORS_ALLOWED_ORIGINS"}
    | {"CORS_METHOD", "CORS_ALLOW_CREDENTIALS", "CORS_SUPPORT_CREDENTIALS", "CORS_EXPOSED_HEADERS"}
    | {"CORS_ALLOW_METHODS", "CORS_ALLOWED_HEADERS"}
)


def _is_conditional(use: KeyUse) -> bool:
    """Whether a key is set in some cases only."""
    node: ast.AST = use.node
    while node is not use.scope.node:
        if isinstance(node, (ast.If, ast.Try, ast.For, ast.While, ast.Match)):
            return True
        node = use.module.scope.parents[node]
    return False
