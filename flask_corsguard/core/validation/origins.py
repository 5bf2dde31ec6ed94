"""The checks of the origins of a policy: each alone, and together with what else is allowed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, cast, get_args

from flask_corsguard.core.changing_set import ChangingOriginSet, ChangingSet, ReadRow
from flask_corsguard.core.origin import DEFAULT_PORTS, NULL_ORIGINS, Origin, is_loopback_host
from flask_corsguard.core.origin_pattern import EXTENSION_SCHEMES, OriginPattern, read_origin
from flask_corsguard.core.origin_set import OriginCheck, OriginSet
from flask_corsguard.core.problems import Problem, problem
from flask_corsguard.core.public_suffix import has_strangers_below

from .fields import Problems, check_list, is_star

Door = Literal["null-origin", "insecure-origins", "public-suffixes", "unproven-regexes", "any-extension"]

#: What `dangerously_allow` can name.
DOORS: Final[tuple[Door, ...]] = get_args(Door)


class Nobody(tuple[()]):
    """The origins of the closed policy: none, and on purpose. An empty list is refused."""

    __slots__ = ()

    def __new__(cls) -> Nobody:
        """Return the one instance there is."""
        return NOBODY

    def __repr__(self) -> str:
        return "nobody"


NOBODY: Final = tuple.__new__(Nobody)


class Unlisted(tuple[()]):
    """The origins of the policy that leaves CORS to the application: none is listed, nor refused."""

    __slots__ = ()

    def __new__(cls) -> Unlisted:
        """Return the one instance there is."""
        return UNLISTED

    def __repr__(self) -> str:
        return "unlisted"


UNLISTED: Final = tuple.__new__(Unlisted)

Item = str | re.Pattern[str] | OriginCheck | ChangingSet


@dataclass
class Origins:
    """The origins of a policy, read and sorted by how they are matched."""

    items: tuple[Item, ...] = ()
    any: bool = False
    exact: list[str] = field(default_factory=list)
    patterns: list[tuple[str, OriginPattern]] = field(default_factory=list)
    regexes: list[re.Pattern[str]] = field(default_factory=list)
    callables: list[OriginCheck] = field(default_factory=list)
    changing: list[ChangingSet] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        """Whether any site is allowed: as ``"*"``, as ``https://*`` or by a regular expression."""
        if self.any or any(p.subdomains and not p.host for _, p in self.patterns):
            return True
        if not self.regexes:
            return False
        from .regexes import matches_anyone

        return any(map(matches_anyone, self.regexes))

    def compile(self, read: ReadRow, *, secure_only: bool) -> OriginSet:
        """Make the set that is asked per request.

        :param read: checks the rows of changing sets.
        """
        patterns = [pattern for _, pattern in self.patterns]
        static = self.exact, patterns, self.regexes, self.callables
        if not self.changing:
            return OriginSet(*static, secure_only=secure_only)
        changing = [each.follow(read) for each in self.changing]
        return ChangingOriginSet(*static, changing=changing, secure_only=secure_only)


def check_origins(value: object, problems: Problems, doors: Iterable[str]) -> Origins:
    """Read the origins; for each wrong one, add a problem that shows what works instead."""
    if isinstance(value, Nobody):
        return Origins(value)
    if value is None:
        hint = 'Give the list of origins, or "*" if everyone may read the answers.'
        problems.append(problem("origins.none", "origins", value, hint))
        return Origins()
    if is_star(value):
        return Origins(any=True)
    if _is_one_item(value):
        problems.append(problem("list.type", "origins", value, "Put it into a list."))
        return Origins()
    found = Origins()
    before = len(problems)
    items = check_list("origins", value, '"https://app.example"', problems)
    if any(map(is_star, items)):
        if len(items) == 1:
            return Origins(any=True)
        hint = 'Write origins="*", or leave "*" out.'
        problems.append(problem("origins.redundant", "origins", value, hint))
        items = [item for item in items if not is_star(item)]
    for item in items:
        if (refusal := _sort_in(item, found, doors)) is not None:
            problems.append(refusal)
    if not items and len(problems) == before:
        hint = "If nobody else may call, use SAME_ORIGIN; otherwise name the origins."
        problems.append(problem("origins.empty", "origins", value, hint))
    found.items = tuple(cast("list[Item]", items))
    return found


def _is_one_item(value: object) -> bool:
    is_item = isinstance(value, (re.Pattern, ChangingSet)) or callable(value)
    # The class of an enumeration can be called, and has items.
    return is_item and not isinstance(value, Iterable)


def _sort_in(item: object, found: Origins, doors: Iterable[str]) -> Problem | None:
    if item is None:
        return problem("origins.none", "origins", item, "Leave it out where the variable is not set.")
    if isinstance(item, str):
        return _sort_in_text(item, found, doors)
    if isinstance(item, re.Pattern):
        if not isinstance(item.pattern, str):
            hint = f"Write re.compile({item.pattern.decode('latin-1')!r})."
            return problem("origins.bytes-regex", "origins", item, hint)
        found.regexes.append(item)
    elif isinstance(item, ChangingSet):
        found.changing.append(item)
    elif inspect.iscoroutinefunction(item):
        hint = "Use a plain function that returns True or False."
        return problem("origins.async", "origins", item, hint)
    elif callable(item) and _has_hash(item):
        found.callables.append(cast("OriginCheck", item))
    else:
        return problem("origins.type", "origins", item, _hint_for_type(item))
    return None


def _hint_for_type(item: object) -> str:
    # This does not import flask_corsguard.live, which has the sources.
    if hasattr(type(item), "load"):
        return "A source of live origins must be in a live set: write LiveOrigins(source)."
    text = item.decode("latin-1") if isinstance(item, bytes) else ""
    example = text if read_origin(text) else "https://app.example"
    return f'Write the origin as text, such as "{example}"; a callable must be hashable.'


def _has_hash(item: object) -> bool:
    try:
        hash(item)
    except Exception:  # noqa: BLE001 - a method of the user's own type
        return False
    return True


def _sort_in_text(text: str, found: Origins, doors: Iterable[str]) -> Problem | None:
    if text in NULL_ORIGINS:
        if "null-origin" not in doors:
            hint = 'If you know that you need it, add dangerously_allow=["null-origin"].'
            return problem("origin.null", "origins", text, hint)
        found.exact.append(text)
        return None
    read = read_origin(text)
    if read is None:
        # Not above: most programs have no mistake, and do not pay for finding one when they start.
        from .diagnosis import diagnose

        return diagnose(text, "origins")
    if read.scheme not in DEFAULT_PORTS:
        # Here, too: few policies have the scheme of a shell.
        from .diagnosis import web_spelling

        if (meant := web_spelling(text, read.scheme)) is not None:
            return problem("origin.scheme-misspelled", "origins", text, f'Write "{meant}".')
    if isinstance(read, OriginPattern):
        found.patterns.append((text, read))
    else:
        found.exact.append(text)
    return None


def check_credentials(found: Origins, doors: Iterable[str], problems: Problems) -> None:
    """Refuse, for a policy with credentials, the origins that strangers can have."""
    refuse = _Refusals(problems)
    if found.any:
        refuse("any-origin", "*", 'Name the origins; "*" works only without credentials.')
    for text in sorted(NULL_ORIGINS.intersection(found.exact)):
        refuse("null-origin", text, f'Leave "{text}" out, or allow it in a policy without credentials.')
    for text, pattern in found.patterns:
        if pattern.subdomains and not pattern.host:
            _check_any_host(text, pattern.scheme, doors, refuse)
        elif pattern.subdomains and "public-suffixes" not in doors and has_strangers_below(pattern.host):
            from .stranger import own_names_below

            hint = own_names_below(pattern.scheme, pattern.host)
            refuse("public-suffix", text, hint)
    if found.regexes and "unproven-regexes" not in doors:
        # Not above: few policies have an expression, and the others do not pay for its reader.
        from .regexes import hint_of_unproven

        for regex in found.regexes:
            regex_hint = hint_of_unproven(regex, public_suffixes="public-suffixes" in doors)
            if regex_hint is not None:
                refuse("unproven-regex", regex, regex_hint)
    if "insecure-origins" not in doors:
        _check_secure(found, refuse)


def _check_any_host(
    text: str, scheme: str, doors: Iterable[str], refuse: Callable[[str, object, str], None]
) -> None:
    if scheme in EXTENSION_SCHEMES:
        if "any-extension" not in doors:
            from .stranger import own_extension

            refuse("any-extension", text, own_extension(scheme))
    elif scheme in DEFAULT_PORTS:
        refuse("any-origin", text, 'Name the domain: "https://*.example.com".')
    else:
        hint = f'Name the host that the application gives its pages, such as "{scheme}://localhost".'
        refuse("any-origin", text, hint)


def _check_secure(found: Origins, refuse: Callable[[str, object, str], None]) -> None:
    hint = 'Use https there; if it truly cannot, add dangerously_allow=["insecure-origins"].'
    for text in found.exact:
        # Parsed again rather than stored: of a hundred thousand origins few begin like this.
        if text.startswith("http:"):
            origin = Origin.parse(text)
            if origin is not None and not origin.is_loopback:
                refuse("insecure-origin", text, hint)
    for text, pattern in found.patterns:
        if pattern.scheme == "http" and pattern.host and not is_loopback_host(pattern.host):
            refuse("insecure-origin", text, hint)


class _Refusals:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def __call__(self, kind: str, value: object, hint: str) -> None:
        self._problems.append(problem(f"credentials.{kind}", "origins", value, hint))
