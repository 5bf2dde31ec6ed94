"""The path rules that take the place of the keys of ``resources``.

A key of Flask-CORS is a regular expression for the beginning of a path, or, without a sign of one, the whole
path. A rule covers whole segments. If the two differ on a route of the project, the report lists it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from flask_corsguard.core.policy import SAME_ORIGIN
from flask_corsguard.core.problems import PolicyError
from flask_corsguard.core.regex_tree import ALPHABET, Chars, Repeat, UnreadableError, read_expression
from flask_corsguard.core.regexes import MAX_CHOICES
from flask_corsguard.wsgi.path_rules import PathRules

from .expansion import Expansion
from .origins import is_regex_text
from .routes import Route

_OPEN, _END = "\ue000", "\ue001"

#: Alternatives of one key.
MAX_TEXTS: Final = 32


@dataclass
class PathReading:
    """The replacement for a key.

    :ivar rules: path rules; ``"/"`` covers everything.
    :ivar opened: routes that the rules cover, and the key did not.
    :ivar lost: routes that the key covered, and the rules do not.
    :ivar is_clear: whether the rules are what was written, and not only what the routes show.
    :ivar never: whether the key matches no path at all.
    """

    rules: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    is_clear: bool = True
    never: bool = False


def is_everything(key: Any) -> bool:
    """Whether a key matches every path."""
    if isinstance(key, str) and not is_regex_text(key):
        return False
    regex = _regex(key)
    texts = None if regex is None else _texts_of(regex.pattern)
    return texts is not None and any(
        text.rstrip(_OPEN + _END) in {"", "/"} and (_END not in text or _OPEN in text) for text in texts
    )


def matches(key: Any, path: str) -> bool:
    """Whether a key covered *path*."""
    if isinstance(key, str) and not is_regex_text(key):
        return path == key
    regex = _regex(key)
    return regex is not None and regex.match(path) is not None


def _regex(key: Any) -> re.Pattern[str] | None:
    if isinstance(key, re.Pattern):
        return key if isinstance(key.pattern, str) else None
    try:
        return re.compile(".*" if key == "*" else key)
    except (re.error, TypeError):
        return None


def read_path(key: Any, routes: Iterable[Route]) -> PathReading:
    """Return the rules for *key*, compared on *routes*."""
    if is_everything(key):
        return PathReading(["/"])
    if isinstance(key, str) and not is_regex_text(key):
        is_path = key.startswith("/") and "<" not in key
        rules = [_rule(key)] if is_path else []
        written = [each for each in rules if each is not None]
        reading = PathReading(written, is_clear=None not in rules, never=not is_path)
        _compare(reading, routes, lambda path: path == key)
        return reading
    regex = _regex(key)
    if regex is None or not isinstance(key, (str, re.Pattern)):
        return PathReading(is_clear=False, never=True)
    texts = _texts_of(key if isinstance(key, str) else key.pattern)
    rules = list(dict.fromkeys(map(_rule, texts))) if texts is not None else [None]
    reading = PathReading([each for each in rules if each is not None])
    reading.never = texts is not None and not any(text[:1] in {"", "/", _OPEN} for text in texts)
    if None in rules or not rules:
        reading.is_clear = False
        reading.rules = []
    _compare(reading, routes, lambda path: regex.match(path) is not None)
    return reading


def _compare(reading: PathReading, routes: Iterable[Route], before: Any) -> None:
    if reading.never:
        reading.rules = []
        return
    listed = list(routes)
    for route in listed:
        if before(route.path) and not covers(reading.rules, route.path):
            rule = _rule(route.fixed if route.fixed == route.path else route.fixed.rpartition("/")[0])
            if rule is None or rule == "/":
                reading.lost.append(route.path)
            else:
                reading.rules.append(rule)
    reading.opened = sorted({r.path for r in listed if covers(reading.rules, r.path) and not before(r.path)})


def covers(rules: Sequence[str], path: str) -> bool:
    """Whether one of *rules* covers *path*."""
    return any(rule in ("/", path) or path.startswith(f"{rule}/") for rule in rules)


def _rule(text: str) -> str | None:
    """Return the rule for the paths that begin with *text*; ``None`` if there is none."""
    if _OPEN in text and text.partition(_OPEN)[2].strip(_OPEN + _END):
        return None
    plain = "/" + text.rstrip(_OPEN + _END).strip("/")
    try:
        PathRules({plain: SAME_ORIGIN})
    except PolicyError:
        return None
    return plain


def _texts_of(pattern: str) -> list[str] | None:
    # "/api*" is written for "/api", and its last letter is not meant to be optional.
    pattern = re.sub(r"(?<=[A-Za-z0-9_-])\*(?=\$?$)", "", pattern)
    try:
        return _EXPANSION.texts(read_expression(re.compile(pattern)))
    except (UnreadableError, re.error):
        return None


def _of_characters(node: Chars) -> list[str]:
    if node.is_open or not 0 < len(node.allowed) <= MAX_CHOICES:
        raise UnreadableError
    return sorted(node.allowed)


def _of_repeat(node: Repeat) -> list[str] | None:
    if isinstance(node.item, Chars) and node.item.allowed == ALPHABET and node.most > 1:
        return [_OPEN]
    if isinstance(node.item, Chars) and node.item.allowed == {"/"}:
        return ["/"] if node.least else [""]
    return None


_EXPANSION: Final = Expansion(
    characters=_of_characters, repeat=_of_repeat, end=_END, boundary="", limit=MAX_TEXTS
)


def order_of(key: Any) -> tuple[int, int, int, int]:
    """Return the order in which Flask-CORS tries the keys of a dictionary."""
    if isinstance(key, re.Pattern):
        return 1, 0, -str(key.pattern).count("/"), -len(key.pattern)
    text = ".*" if key == "*" else str(key)
    return int(is_regex_text(text)), int(is_regex_text(text)), -text.count("/"), -len(text)
