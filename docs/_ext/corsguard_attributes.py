"""Finds the comments of attributes where they are written: classes name the module that users import."""

from __future__ import annotations

from pkgutil import iter_modules
from typing import TYPE_CHECKING

from sphinx.pycode import ModuleAnalyzer

import flask_corsguard.testing

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(_: Sphinx) -> ExtensionMetadata:
    """Add what autodoc reads from the modules in ``flask_corsguard.testing`` to what it reads from that."""
    package = flask_corsguard.testing.__name__
    public = ModuleAnalyzer.for_module(package)
    public.analyze()
    for module in iter_modules(flask_corsguard.testing.__path__):
        private = ModuleAnalyzer.for_module(f"{package}.{module.name}")
        private.analyze()
        first = len(public.tagorder)
        public.attr_docs.update(private.attr_docs)
        public.tagorder.update({tag: first + place for tag, place in private.tagorder.items()})
    return {"parallel_read_safe": True, "parallel_write_safe": True}
