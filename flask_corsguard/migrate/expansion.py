"""The texts that a regular expression matches, one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_corsguard.core.regex_tree import (
    Anchor,
    Atomic,
    Chars,
    Choice,
    Node,
    Repeat,
    Sequence,
    UnreadableError,
)


@dataclass(frozen=True, kw_only=True)
class Expansion:
    """How expressions are written out.

    :ivar characters: gives the texts of a class of characters.
    :ivar repeat: gives the texts of a repetition, unless it is optional and no more.
    :ivar end: the placeholder for the end of the text.
    :ivar boundary: that for the end of a word; ``None`` if no text has one.
    :ivar limit: texts that one expression may have.
    """

    characters: Callable[[Chars], list[str]]
    repeat: Callable[[Repeat], list[str] | None]
    end: str
    boundary: str | None = None
    limit: int

    def texts(self, node: Node) -> list[str]:
        """Return the texts that *node* matches.

        :raises UnreadableError: if these are too many, or cannot be written out.
        """
        texts = self._texts(node)
        if len(texts) > self.limit:
            raise UnreadableError
        return texts

    def _texts(self, node: Node) -> list[str]:
        if isinstance(node, Chars):
            return self.characters(node)
        if isinstance(node, Sequence):
            return self._joined(node)
        if isinstance(node, Choice):
            return [text for item in node.items for text in self.texts(item)]
        if isinstance(node, Atomic):
            return self.texts(node.item)
        if isinstance(node, Repeat):
            found = self.repeat(node)
            if found is not None:
                return found
            if node.most == 1:
                return [*([""] if node.least == 0 else []), *self.texts(node.item)]
        if isinstance(node, Anchor):
            return [self._anchor(node)]
        raise UnreadableError

    def _joined(self, node: Sequence) -> list[str]:
        texts = [""]
        for item in node.items:
            texts = [text + more for text in texts for more in self.texts(item)]
            if len(texts) > self.limit:
                raise UnreadableError
        return texts

    def _anchor(self, node: Anchor) -> str:
        if node.name in {"AT_BEGINNING", "AT_BEGINNING_STRING"}:
            return ""
        if node.name in {"AT_END", "AT_END_STRING"}:
            return self.end
        if self.boundary is None:
            raise UnreadableError
        return self.boundary
