"""An origin of a stranger that a regular expression matches, to show the author of the expression.

It is written along the tree of the expression, so that it matches by construction. The expression is never
run, and cannot hang. Where the tree leaves a choice, the first try takes the first option; later tries differ
from it in one choice, then in two.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH, Origin, is_loopback_host, split
from flask_corsguard.core.origin_pattern import OriginPattern, read_origin
from flask_corsguard.core.public_suffix import has_strangers_below, is_unlisted, site_of, suffix_within
from flask_corsguard.core.regex_tree import Anchor, Chars, Choice, Node, Repeat, Sequence, UnreadableError
from flask_corsguard.core.regexes import MAX_CHOICES, Proof

#: Origins that are tried: enough to change any two choices of an ordinary expression.
MAX_TRIES: Final = 300
#: Nodes that all tries visit, which takes about a tenth of a second.
MAX_NODES: Final = 10_000

#: What a stranger would put where an expression takes anything, the best first.
FILLERS: Final = (
    *("evil", ".evil.example", "https://evil", "https://evil.example", "https://evil.", "evil.example"),
    *("evil.", "x", "7", "77", "203.0.113.7", "-", "https", "s://evil.example"),
)

# The characters that a stranger chose are marked, to separate them from those that the expression spells out:
# they are moved into a private area of Unicode.
_CHOSEN = 0xE000

_START, _END = "^", "$"
_ANCHORS = {
    "AT_BEGINNING": _START,
    "AT_BEGINNING_STRING": _START,
    "AT_END": _END,
    "AT_END_STRING": _END,
}


class Stranger(NamedTuple):
    """An origin that an expression should not match.

    :ivar origin: its serialization.
    :ivar spelled: the parts of its host that the expression spells out, the longest first. Then come those
        that it would spell out if its dots were escaped.
    :ivar is_anyone: whether the stranger chose the whole name of its site, so that any site will do.
    """

    origin: str
    spelled: tuple[str, ...]
    is_anyone: bool


def find_stranger(tree: Node, proof: Proof) -> Stranger | None:
    """Return an origin that the expression matches, and that is none that *proof* names, if one is found.

    What somebody can register is preferred to a bare name, an address and ``https://example.comevil``.
    """
    second = None
    fillers = (*FILLERS, *_names_below(proof))
    below = tuple(f".{base}" for base in proof.bases)
    for text in _tries(tree, fillers):
        plain = _plain(text)
        parts = split(plain)
        if parts is None:
            continue
        scheme, host, _ = parts
        is_of_the_web = scheme in {"http", "https"}
        if f"{scheme}://{host}".lower() in proof.origins or host.lower().endswith(below):
            continue
        if not is_of_the_web and _is_mixed(text[: len(scheme)]):
            continue
        start = len(scheme) + 3
        marked = text[start : start + len(host)]
        site = host if is_unlisted(host) else site_of(host)
        owned = marked.removesuffix(".")[-len(site or host) :]
        if any(map(_is_chosen, owned)):
            if site is not None and is_of_the_web and not _is_mixed(owned.rpartition(".")[2]):
                return _stranger(plain, marked, owned)
            second = second or _stranger(plain, marked, owned)
    return second


def safe_spelling(stranger: Stranger) -> str | None:
    """Return, as code, what allows the hosts that *stranger* spells out; ``None`` if there are none."""
    for name in stranger.spelled:
        if is_loopback_host(name):
            scheme = stranger.origin.partition("://")[0]
            return f'"{scheme}://{name}:*"'
        is_host = isinstance(read_origin(f"https://{name}"), Origin)
        if is_host and site_of(name) is not None and not has_strangers_below(name):
            return f'"https://{name}" or "https://*.{name}"'
    return None


def own_names_below(scheme: str, host: str) -> str:
    """Return what to write instead of the subdomains of *host*, below which strangers have names.

    :param scheme: the scheme of the origins that are meant.
    :param host: a host of which :func:`.has_strangers_below` is true.
    """
    if is_unlisted(host):
        return f'Strangers have names below "{host}": name each origin whole, "{scheme}://yours.{host}".'
    suffix = suffix_within(host)
    below = "it" if suffix == host else f'"{host}", for strangers have theirs below "{suffix}"'
    return f'Name your own domain below {below}: "{scheme}://*.yours.{host}".'


def own_extension(scheme: str) -> str:
    """Return what to write instead of every extension.

    :param scheme: the scheme of extensions.
    """
    every = f'write "{scheme}://*" and add dangerously_allow=["any-extension"]'
    if scheme == "chrome-extension":
        example = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
        return f'Name the extension by its id, "{example}"; to allow every extension, {every}.'
    return (
        "The id of such an extension differs in every browser, so none can be named. Leave credentials out, "
        f"and have the extension send a token in a header; to allow every extension, {every}."
    )


def _stranger(plain: str, marked: str, owned: str) -> Stranger:
    runs = ["".join(run) for _, run in groupby(marked, _is_chosen)]
    # One character between two parts is where a dot was meant, most of the time.
    dotted = "".join("." if len(run) == 1 and _is_chosen(run) else run for run in runs)
    is_anyone = all(map(_is_chosen, owned.partition(".")[0]))
    return Stranger(plain, (*_spelled(marked), *_spelled(dotted)), is_anyone)


def _spelled(marked: str) -> list[str]:
    runs = ("".join(run).strip(".-_") for chosen, run in groupby(marked, _is_chosen) if not chosen)
    return sorted(filter(None, runs), key=len, reverse=True)


def _is_mixed(text: str) -> bool:
    return len(set(map(_is_chosen, text))) > 1


def _is_chosen(character: str) -> bool:
    return ord(character) >= _CHOSEN


def _plain(text: str) -> str:
    return "".join(chr(ord(each) - _CHOSEN) if _is_chosen(each) else each for each in text)


@lru_cache(maxsize=64)  # The fillers, again and again.
def _chosen(text: str) -> str:
    return "".join(chr(ord(character) + _CHOSEN) for character in text)


def _names_below(proof: Proof) -> Iterator[str]:
    """Yield what names of strangers have left of the unproven tails: ``evil.s3`` of ``.amazonaws.com``."""
    for tail in proof.unproven:
        host = tail.partition(".")[2]
        if isinstance(read_origin(f"https://*.{host}"), OriginPattern):
            suffix = suffix_within(host)
            if suffix is not None and suffix != host:
                yield f"evil.{suffix.removesuffix(f'.{host}')}"


def _tries(tree: Node, fillers: tuple[str, ...]) -> Iterator[str]:
    """Yield what the expression matches, as far as that is an origin."""
    plans: deque[tuple[int, ...]] = deque([()])
    nodes = MAX_NODES
    for _ in range(MAX_TRIES):
        if not plans:
            return
        plan = plans.popleft()
        writer = _Writer(plan, fillers, nodes)
        with suppress(UnreadableError):
            # Elsewhere the two stay in the text, which then is not an origin.
            yield writer.write(tree).lstrip(_START).rstrip(_END)
        nodes = writer.nodes
        for place in range(len(plan), min(len(writer.options), len(plan) + MAX_TRIES)):
            if len(plans) < MAX_TRIES:
                same = plan + (0,) * (place - len(plan))
                plans.extend((*same, option) for option in range(1, writer.options[place]))


class _Writer:
    """Writes one match.

    :param plan: which option to take, choice by choice; the first one after its end.
    :param fillers: what to put where anything may be, the best first.
    :param nodes: how many nodes it may visit.
    :ivar options: how many options there were, choice by choice.
    :ivar nodes: how many nodes are left.
    """

    def __init__(self, plan: tuple[int, ...], fillers: tuple[str, ...], nodes: int) -> None:
        self.options: list[int] = []
        self.nodes = nodes
        self._plan = plan
        self._fillers = fillers

    def write(self, node: Node) -> str:
        """Return a match of *node*.

        :raises UnreadableError: if this is not one for sure, or too long.
        """
        self.nodes -= 1
        if self.nodes < 0:
            raise UnreadableError
        if isinstance(node, Chars):
            return self._choose(_characters(node))
        if isinstance(node, Sequence):
            return "".join([self.write(item) for item in node.items])
        if isinstance(node, Choice):
            return self.write(node.items[self._pick(len(node.items))])
        if isinstance(node, Repeat):
            return self._write_repeat(node)
        if isinstance(node, Anchor) and node.name in _ANCHORS:
            return _ANCHORS[node.name]
        # Only `re` knows what a look-around or an atomic group matches.
        raise UnreadableError

    def _write_repeat(self, node: Repeat) -> str:
        if isinstance(node.item, Chars):
            return self._choose(_runs(node, node.item, self._fillers))
        counts = range(node.least, min(node.least + 1, node.most) + 1)
        return "".join([self.write(node.item) for _ in range(counts[self._pick(len(counts))])])

    def _choose(self, texts: list[str]) -> str:
        if not texts:
            raise UnreadableError
        return texts[self._pick(len(texts))]

    def _pick(self, options: int) -> int:
        place = len(self.options)
        self.options.append(options)
        return self._plan[place] if place < len(self._plan) else 0


def _characters(node: Chars) -> list[str]:
    """Return the characters that are worth a try."""
    if not node.is_open and len(node.allowed) <= MAX_CHOICES:
        return sorted(node.allowed, key=_by_case)
    worth = [character for character in "x-7" if character in node.allowed]
    return [*map(_chosen, worth or sorted(node.allowed, key=_by_case)[:2])]


def _by_case(character: str) -> tuple[bool, str]:
    # On the web, only what is in lower case is an origin.
    return character.isupper(), character


def _runs(node: Repeat, characters: Chars, fillers: tuple[str, ...]) -> list[str]:
    """Return the repetitions of one class of characters that are worth a try."""
    allowed = characters.allowed
    counts = {max(node.least, 1), node.least} if node.most else {0}
    if max(counts) > MAX_ORIGIN_LENGTH:
        return []
    if len(allowed) == 1:
        return ["".join(allowed) * count for count in sorted(counts, reverse=True)]
    runs = [
        filler for filler in fillers if node.least <= len(filler) <= node.most and allowed.issuperset(filler)
    ]
    if not runs and allowed:
        runs.append(max(counts) * min(allowed, key=_by_case))
    return [*map(_chosen, runs), *([""] if node.least == 0 else [])]
