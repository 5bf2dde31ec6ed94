"""How the documentation names and shows things: public names, and HTTP exchanges."""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from pygments.lexers.textfmts import HttpLexer
from sphinx.domains.python import PythonDomain
from sphinx.pycode import ModuleAnalyzer

import flask_corsguard
from flask_corsguard import Policy
from flask_corsguard.core.policy_fields import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pygments.token import _TokenType
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata


class ExchangeLexer(HttpLexer):
    """A request and the response to it, in one block."""

    name = "HTTP exchange"
    aliases: ClassVar = ["http"]

    def get_tokens_unprocessed(
        self, text: str, stack: tuple[str, ...] = ("root",)
    ) -> Iterator[tuple[int, _TokenType, str]]:
        """Yield the tokens of one message after the other."""
        start = 0
        while start < len(text):
            end = text.find("\nHTTP/1.1 ", start + 1) + 1 or len(text)
            for index, kind, value in super().get_tokens_unprocessed(text[start:end], stack):
                yield start + index, kind, value
            start = end


def resolve_public_name(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Lead a name from where it is defined (in an annotation) to where it is public."""
    target: str = node.get("reftarget", "")
    name = target.rpartition(".")[2]
    if node.get("refdomain") != "py" or name not in vars(flask_corsguard):
        return None
    if "." in target and not target.startswith("flask_corsguard."):
        return None
    domain = env.domains["py"]
    public = f"flask_corsguard.{name}"
    if not isinstance(domain, PythonDomain) or public not in domain.objects:
        return None
    found = domain.resolve_xref(env, node["refdoc"], app.builder, "obj", public, node, contnode)
    return found if isinstance(found, nodes.reference) else None


def show_signature(
    _app: Sphinx, _what: str, _name: str, obj: object, *_rest: object
) -> tuple[str, str] | None:
    """Show what a caller writes: a policy's fields without the marker of a missing one, no enum's call."""
    if obj is Policy:
        return f"(*, origins, {', '.join(f'{name}={value!r}' for name, value in DEFAULTS.items())})", ""
    if isinstance(obj, type) and issubclass(obj, Enum):
        return "", ""
    return None


def find_comment(
    _app: Sphinx, what: str, name: str, _obj: object, _options: object, docstring: list[str]
) -> None:
    """Take the comment of a public value from where it is defined, and not that of its type."""
    if what != "data":
        return
    for module in sorted(each for each in sys.modules if each.startswith("flask_corsguard.")):
        comment = ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name.rpartition(".")[2]))
        if comment:
            docstring[:] = comment
            return


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the lexer, the resolver and what autodoc asks."""
    app.add_lexer("http", ExchangeLexer)
    app.connect("autodoc-process-signature", show_signature)
    app.connect("autodoc-process-docstring", find_comment)
    app.connect("missing-reference", resolve_public_name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
