"""URLs of a rule: enough of them that each path rule for the rule covers one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from werkzeug.routing import Rule

#: What converters are given; the first word is one that no application has a path rule for.
_VALUES: Final = (
    "corsguard-any",
    "corsguard",
    "7919",
    "79.19",
    "-7919",
    "corsguard/any",
    "9d3c1f0e-7a0b-4c1d-8e2f-5a6b7c8d9e0f",
    *"ab",
    "en",
)

#: How many steps are taken to find a path of a rule below a prefix: converters without a slash between them
#: can share a prefix in very many ways.
_MAX_STEPS: Final = 4096


def as_wsgi(path: str) -> str:
    """Return *path* as WSGI has it: the bytes of UTF-8, read as Latin-1 (PEP 3333)."""
    return path.encode("utf-8", "replace").decode("latin-1")


def as_text(path: str) -> str:
    """Return a path of WSGI as text."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def paths_of(rule: Rule, prefixes: Iterable[str]) -> list[str]:
    """Return paths of *rule*: usual ones, and for each of *prefixes* one below it, if there is one.

    :param rule: a rule of a URL map.
    :param prefixes: path rules, as text.
    """
    parts = _parts_of(rule)
    if all(isinstance(part, str) for part in parts):
        return ["".join(map(str, parts))]
    values = [(part,) if isinstance(part, str) else tuple(_values_of(part)) for part in parts]
    usual = [
        "".join(each[index % len(each)] for each in values)
        for index in range(max(map(len, values), default=1))
    ]
    below = (next(_paths_below(parts, prefix, "", iter(range(_MAX_STEPS))), None) for prefix in prefixes)
    return list(dict.fromkeys([*usual, *(path for path in below if path is not None)]))


def host_of(rule: Rule, server_name: str | None = None) -> str:
    """Return a host that *rule* is for, or a subdomain where there is no server name."""
    host = "".join(part if isinstance(part, str) else next(_values_of(part)) for part in _parts_of(rule, 0))
    if rule.host is not None or not server_name:
        return host or "localhost"
    return f"{host}.{server_name}" if host else server_name


def _parts_of(rule: Rule, half: int = 1) -> list[Any]:
    """Return the texts and the converters of a rule's path, in order; or of its host, as the first half."""
    halves: tuple[list[Any], list[Any]] = ([], [])
    side = 0
    for is_dynamic, data in rule._trace:  # noqa: SLF001 - Werkzeug has parsed it; its regex is of one release
        if not is_dynamic and data == "|":
            side = 1
        else:
            halves[side].append(rule._converters[data] if is_dynamic else data)  # noqa: SLF001 - as above
    return halves[half]


def _values_of(converter: Any) -> Iterator[str]:
    items = sorted(map(str, getattr(converter, "items", ())))
    found = [each for each in (*items, *_VALUES) if _matches(converter, each)]
    yield from found or [_VALUES[0]]


def _paths_below(parts: list[Any], prefix: str, done: str, steps: Iterator[int]) -> Iterator[str]:
    """Yield the paths below *prefix* that begin with *done* and go on with *parts*."""
    if next(steps, None) is None:
        return
    if not parts:
        if covers(prefix, done):
            yield done
        return
    for text in _texts_of(parts[0], prefix[len(done) :]):
        path = done + text
        if path.startswith(prefix) or prefix.startswith(path):
            yield from _paths_below(parts[1:], prefix, path, steps)


def _texts_of(part: Any, rest: str) -> Iterator[str]:
    """Yield what *part* may be where *rest* of a prefix is still to come."""
    if isinstance(part, str):
        yield part
    elif not rest:
        yield from _values_of(part)
    else:
        texts = (*(rest[:length] for length in range(len(rest), 0, -1)), f"{rest}/{_VALUES[0]}")
        yield from (text for text in texts if _matches(part, text))


def covers(prefix: str, path: str) -> bool:
    """Whether a path rule covers *path*."""
    return prefix in {"/", path} or path.startswith(f"{prefix}/")


def _matches(converter: Any, value: str) -> bool:
    return re.fullmatch(converter.regex, value) is not None
