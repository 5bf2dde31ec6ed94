"""The syntax of nginx: maps, expressions and quotes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

#: The size of the default bucket, and what an entry needs beside its key, in bytes.
_BUCKET: Final = 64
_ENTRY: Final = 32
#: How many entries the default size of the hash is made for.
_ENTRIES: Final = 1000


@dataclass(frozen=True, slots=True)
class Map:
    """One ``map`` block.

    :ivar source: what is looked up.
    :ivar name: the variable, without ``$corsguard_``.
    :ivar lines: keys and values, as they are spelled; expressions are tried in this order.
    :ivar default: the value of any other key, as it is spelled.
    :ivar included: a file with more lines; empty: none.
    :ivar hostnames: whether keys are hosts.
    """

    source: str
    name: str
    lines: Sequence[tuple[str, str]]
    default: str
    included: str = ""
    hostnames: bool = False

    def __str__(self) -> str:
        lines = ["hostnames;"] if self.hostnames else []
        lines += [f"{key} {value};" for key, value in self.lines]
        lines += [f"include {self.included};"] if self.included else []
        lines += [f"default {self.default};"]
        return (
            f"map {self.source} $corsguard_{self.name} {{\n"
            + "".join(f"    {line}\n" for line in lines)
            + "}\n"
        )


def quoted(text: str) -> str:
    """Return *text* in quotes. It has no ``$``, which nginx cannot quote."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def expression(pattern: str, *, whole: bool = True, end: str = r"\z", flags: str = "") -> str:
    """Return *pattern* as a key: matched from the beginning to *end*, or found anywhere unless *whole*."""
    return quoted(f"~{flags}^(?:{pattern}){end}" if whole else f"~{flags}{pattern}")


def text_of(maps: Sequence[Map], data: Iterable[str]) -> str:
    """Return the text of *maps*, and what their hash tables need.

    :param data: the texts of included files.
    """
    blocks = [str(each) for each in maps]
    lines = [line for text in data for line in text.splitlines()]
    keys = [line.split('"', 2)[1] for line in lines]
    keys += [key.strip('"') for each in maps for key, _ in each.lines if not key.startswith('"~')]
    sizes = ""
    longest = max(map(len, keys), default=0)
    if longest + _ENTRY > _BUCKET:
        sizes += f"map_hash_bucket_size {_BUCKET * -(-(longest + _ENTRY) // _BUCKET)};\n"
    if len(keys) > _ENTRIES:
        sizes += f"map_hash_max_size {1 << (2 * len(keys)).bit_length()};\n"
    sizes = sizes and f"{sizes}\n"
    return sizes + "\n".join(blocks)
