"""The imports of a file that used Flask-CORS."""

from __future__ import annotations

import ast
from typing import Final

from .project import Module
from .sites import Sites
from .work import Work

PACKAGE: Final = "flask_corsguard"

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
        for module in dict.fromkeys([*statements, *self._work.names]):
            self._write(module, statements.get(module, []))

    def _write(self, module: Module, statements: list[ast.Import | ast.ImportFrom]) -> None:
        names = sorted(self._work.names.get(module, set()), key=_order)
        aliases = {name: self._alias(module, name, statements) for name in names}
        self._rename(module, {name: alias for name, alias in aliases.items() if alias != name})
        source = module.source
        passed_on = [each for each in statements if not _is_of_flask_cors(each, module)]
        statements = [each for each in statements if each not in passed_on]
        for each in passed_on:
            self._pass_on(module, each)
            names = [name for name in names if name not in {"CorsGuard", "cors"}]
        text = f"from {PACKAGE} import {', '.join(_imported(name, aliases[name]) for name in names)}"
        if re_needed(module, source.edits) and "re" not in module.scope.bindings:
            text = f"import re{source.newline}{text}" if False else text
            self._insert(module, "import re")
        if not statements:
            if names:
                self._insert(module, text)
            return
        first = [each for each in statements if module.scope.nodes[each] is module.scope][:1] or statements
        is_top = module.scope.nodes[first[0]] is module.scope
        for each in statements:
            others = [alias for alias in each.names if not self._is_replaced(each, alias, module)]
            if each in first if is_top else True:
                replaced = text if names else ""
                if others:
                    kept = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in others)
                    replaced = f"import {kept}{source.newline}{source.indent_at(source.start(each))}{replaced}"
                if replaced:
                    source.replace(each, replaced)
                    continue
            source.remove_statement(each)
        for each in statements:
            self._collapse(module, each)

    def _collapse(self, module: Module, statement: ast.stmt) -> None:
        """Replace ``try: from flask_cors ... except ImportError: from flask.ext.cors ...`` by one import."""
        parent = module.scope.parents[statement]
        source = module.source
        if not isinstance(parent, ast.Try) or len(parent.body) != 1 or parent.orelse or parent.finalbody:
            return
        others = [each for handler in parent.handlers for each in handler.body]
        if not others or not all(
            isinstance(each, (ast.Import, ast.ImportFrom)) and _is_of_flask_cors(each, module) for each in others
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

    def _pass_on(self, module: Module, node: ast.Import | ast.ImportFrom) -> None:
        """Rename what another file of the project passes on."""
        source = module.source
        renamed = []
        for alias in node.names:
            name = alias.name
            if (module, node, alias) in self._sites.imports:
                name = {"CORS": "CorsGuard", "cross_origin": "cors"}.get(name, name)
            renamed.append(name if alias.asname is None or name != alias.name else f"{name} as {alias.asname}")
        if isinstance(node, ast.ImportFrom):
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
        import re

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
        of_flask = [each for each in imports if isinstance(each, ast.ImportFrom) and each.module == "flask"]
        future = [each for each in imports if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
        after = of_flask[:1] or future[-1:] or imports[:0]
        if text == "import re" or not after:
            after = future[-1:]
            plain = [each for each in imports if isinstance(each, ast.Import)]
            if plain and text == "import re":
                after = plain[:1]
        if not after and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            after = [body[0]]  # type: ignore[list-item]  # the docstring
        if after:
            end = source.line_end(source.end(after[0]))
            ending = source.newline if source.text[end - 1 : end] not in {"\n", "\r"} else ""
            source.edit(end, end, f"{ending}{text}{source.newline}")
        else:
            start = source.line_start(source.start(body[0])) if body else 0
            source.edit(start, start, f"{text}{source.newline}")


def re_needed(module: Module, edits: list[object]) -> bool:
    """Whether an expression was written that was not there before."""
    return any("re.compile(" in edit.text for edit in edits)  # type: ignore[attr-defined]  # an edit


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
