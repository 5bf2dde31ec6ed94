"""The imports of a file that used Flask-CORS."""

from __future__ import annotations

import ast
import re
from typing import Final, cast

from .project import Module
from .sites import Sites
from .work import Work

PACKAGE: Final = "flask_corsguard"

#: The replacements for the names of Flask-CORS.
NEW_NAMES: Final = {"CORS": "CorsGuard", "cross_origin": "cors"}

#: What a name becomes where it is bound to something else already.
_ALIASES: Final = {
    "cors": "cors_policy",
    "Policy": "CorsPolicy",
    "CorsGuard": "FlaskCorsGuard",
    "SAME_ORIGIN": "NO_OTHER_ORIGIN",
}


class ImportEdits:
    """Writes the imports, once everything else is written."""

    def __init__(self, work: Work, sites: Sites, removed: dict[Module, set[str]]) -> None:
        self._work = work
        self._sites = sites
        self._removed = removed

    def write(self) -> None:
        """Replace the imports of Flask-CORS, and add what is needed elsewhere."""
        statements: dict[Module, list[ast.Import | ast.ImportFrom]] = {}
        for module, node, _ in self._sites.imports:
            listed = statements.setdefault(module, [])
            if node not in listed:
                listed.append(node)
            if isinstance(node, ast.ImportFrom) and not _is_of_flask_cors(node, module):
                self._need_where_it_is_from(module, node)
        for module in dict.fromkeys([*statements, *self._work.names]):
            self._write(module, statements.get(module, []))

    def _need_where_it_is_from(self, module: Module, node: ast.ImportFrom) -> None:
        """Record what another file of the project passes on, and rename it in ``__all__``."""
        found = self._work.project.find(module.absolute(node), near=None if node.level else module)
        # It is there, or nobody would know what it passes on.
        origin = cast("Module", found)
        for alias in node.names:
            if (module, node, alias) in self._sites.imports and alias.name in NEW_NAMES:
                self._work.need(origin, [NEW_NAMES[alias.name]])
        for each in origin.scope.bindings.get("__all__", []):
            for part in ast.walk(each.value) if each.value is not None else ():
                if isinstance(part, ast.Constant) and part.value in NEW_NAMES:
                    quote = origin.source.of(part)[0]
                    origin.source.replace(part, f"{quote}{NEW_NAMES[part.value]}{quote}")

    def _write(self, module: Module, statements: list[ast.Import | ast.ImportFrom]) -> None:
        names = sorted(self._work.names.get(module, set()), key=_order)
        aliases = {name: self._alias(module, name, statements) for name in names}
        self._rename(module, {name: alias for name, alias in aliases.items() if alias != name})
        source = module.source
        passed_on = [
            each
            for each in statements
            if isinstance(each, ast.ImportFrom) and not _is_of_flask_cors(each, module)
        ]
        statements = [each for each in statements if each not in passed_on]
        for passed in passed_on:
            self._pass_on(module, passed)
            names = [name for name in names if name not in {"CorsGuard", "cors"}]
        text = f"from {PACKAGE} import {', '.join(_imported(name, aliases[name]) for name in names)}"
        if "re" not in module.scope.bindings and any("re.compile(" in edit.text for edit in source.edits):
            self._insert(module, "import re")
        if not statements:
            if names:
                self._insert(module, text)
            return
        blocks: list[ast.AST] = []
        for each in statements:
            parent = module.scope.parents[each]
            others = [alias for alias in each.names if not self._is_replaced(each, alias, module)]
            kept = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in others)
            lines = [f"import {kept}"] if kept else []
            # One import for each block: another one can be in a branch that does not run.
            lines += [text] if names and parent not in blocks else []
            blocks.append(parent)
            if lines:
                source.replace(each, f"{source.newline}{source.indent_at(source.start(each))}".join(lines))
            else:
                source.remove_statement(each)
            self._rename_fallbacks(module, each)
        for each in statements:
            self._collapse(module, each)

    def _rename_fallbacks(self, module: Module, statement: ast.Import | ast.ImportFrom) -> None:
        """Rename what a program binds where the import fails."""
        source = module.source
        for alias in statement.names:
            if not isinstance(statement, ast.ImportFrom) or alias.name not in NEW_NAMES:
                continue
            bound = alias.asname or alias.name
            for binding in module.scope.nodes[statement].bindings.get(bound, []):
                node = binding.node
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        if isinstance(target, ast.Name) and target.id == bound:
                            source.replace(target, NEW_NAMES[alias.name])
                elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                    at = source.text.index(bound, source.start(node))
                    source.edit(at, at + len(bound), NEW_NAMES[alias.name])

    def _collapse(self, module: Module, statement: ast.stmt) -> None:
        """Replace ``try: from flask_cors ... except ImportError: from flask.ext.cors ...`` by one import."""
        parent = module.scope.parents[statement]
        source = module.source
        if not isinstance(parent, ast.Try) or len(parent.body) != 1 or parent.orelse or parent.finalbody:
            return
        others = [each for handler in parent.handlers for each in handler.body]
        if not others or not all(
            isinstance(each, (ast.Import, ast.ImportFrom)) and _is_of_flask_cors(each, module)
            for each in others
        ):
            return
        end = source.line_end(source.end(parent))
        inside = [edit for edit in source.edits if source.start(parent) <= edit.start and edit.end <= end]
        text = next((edit.text for edit in inside if edit.text.startswith("from ")), "")
        if not text:
            return
        for edit in inside:
            source.edits.remove(edit)
        source.replace(parent, text)

    def _is_replaced(self, node: ast.Import | ast.ImportFrom, alias: ast.alias, module: Module) -> bool:
        if isinstance(node, ast.ImportFrom):
            return True
        return (module, node, alias) in self._sites.imports

    def _pass_on(self, module: Module, node: ast.ImportFrom) -> None:
        """Rename what another file of the project passes on."""
        source = module.source
        renamed = []
        for alias in node.names:
            name = alias.name
            if (module, node, alias) in self._sites.imports:
                name = NEW_NAMES.get(name, name)
            renamed.append(
                name if alias.asname is None or name != alias.name else f"{name} as {alias.asname}"
            )
        dots = "." * node.level
        source.replace(node, f"from {dots}{node.module or ''} import {', '.join(renamed)}")

    def _alias(self, module: Module, name: str, statements: list[ast.Import | ast.ImportFrom]) -> str:
        removed = self._removed.get(module, set())
        for scope in {module.scope, *module.scope.nodes.values()}:
            for binding in scope.bindings.get(name, []):
                if binding.node not in statements and name not in removed:
                    return _ALIASES.get(name, f"{name}_")
        return name

    def _rename(self, module: Module, aliases: dict[str, str]) -> None:
        """Write the aliases where the names were written."""
        source = module.source
        for at, edit in enumerate(source.edits):
            text = edit.text
            for name, alias in aliases.items():
                text = re.sub(rf"(?<![\w.\"']){name}(?=\(|\.replace|$)", alias, text)
            source.edits[at] = edit._replace(text=text)

    def _insert(self, module: Module, text: str) -> None:
        """Add an import after that of Flask, or after the last one."""
        source, body = module.source, module.source.tree.body
        imports = [each for each in body if isinstance(each, (ast.Import, ast.ImportFrom))]
        names = [each.module if isinstance(each, ast.ImportFrom) else "" for each in imports]
        beside = "" if text == "import re" else "flask"
        found = [each for each, name in zip(imports, names, strict=True) if name == beside][:1]
        future = [each for each, name in zip(imports, names, strict=True) if name == "__future__"]
        after: list[ast.stmt] = [*(found or future[-1:])]
        if not after and ast.get_docstring(source.tree) is not None:
            after = body[:1]
        if after:
            end = source.line_end(source.end(after[0]))
            ending = source.newline if source.text[end - 1 : end] not in {"\n", "\r"} else ""
            source.edit(end, end, f"{ending}{text}{source.newline}")
        else:
            start = source.line_start(source.start(body[0])) if body else 0
            source.edit(start, start, f"{text}{source.newline}")


def _is_of_flask_cors(node: ast.Import | ast.ImportFrom, module: Module) -> bool:
    from .sites import _MODULE

    if isinstance(node, ast.Import):
        return any(_MODULE.fullmatch(alias.name) for alias in node.names)
    return bool(_MODULE.fullmatch(module.absolute(node))) or any(
        _MODULE.fullmatch(f"{module.absolute(node)}.{alias.name}") for alias in node.names
    )


def _order(name: str) -> tuple[int, str]:
    # Constants, classes, functions: as sorters of imports have it.
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def _imported(name: str, alias: str) -> str:
    return name if name == alias else f"{name} as {alias}"
