"""The checks of the origins of a policy: each alone, and together with what else is allowed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final, Literal, cast

from flask_corsguard.core.origin import Origin, is_loopback_host
from flask_corsguard.core.origin_pattern import OriginPattern, read_origin
from flask_corsguard.core.origin_set import OriginCheck, OriginSet
from flask_corsguard.core.problems import Problem, problem
from flask_corsguard.core.public_suffix import has_strangers_below

from .fields import Problems, check_list

Door = Literal["null-origin", "insecure-origins", "public-suffixes"]

#: What `dangerously_allow` can name.
DOORS: Final[tuple[Door, ...]] = ("null-origin", "insecure-origins", "public-suffixes")

_NAMES: Final = ("corsguard-canary", "corsguardcanary")

#: Origins that nobody would list: a regular expression that matches one of them matches by
#: something that a stranger can have, too. Names under ".invalid" can never exist (RFC 2606).
CANARIES: Final = (
    "https://corsguard-canary.invalid",
    "http://corsguard-canary.invalid",
    "https://corsguard-canary.invalid:8443",
    "https://a.b.corsguard-canary.invalid",
    *(
        f"https://{prefix}{name}.{domain}"
        for prefix in ("", "www.", "app.", "api.")
        for name in _NAMES
        for domain in ("com", "net", "org", "io", "dev", "app", "co", "co.uk", "de", "example", "test")
    ),
    "https://203.0.113.77",
    "https://[2001:db8::c0a5]",
    "corsguard-canary://host",
)

#: The same for the sites that anyone can have from a hosting provider.
HOSTED_CANARIES: Final = tuple(
    f"https://corsguard-canary.{domain}"
    for domain in (
        *("github.io", "gitlab.io", "pages.dev", "workers.dev", "vercel.app", "netlify.app", "web.app"),
        *("herokuapp.com", "onrender.com", "fly.dev", "azurewebsites.net", "cloudfront.net", "ngrok.io"),
    )
)


class Nobody(tuple[()]):
    """The origins of the closed policy: none, and on purpose. An empty list is refused."""

    __slots__ = ()

    def __new__(cls) -> Nobody:
        """Give the one instance there is."""
        return NOBODY

    def __repr__(self) -> str:
        return "nobody"


NOBODY: Final = tuple.__new__(Nobody)

Item = str | re.Pattern[str] | OriginCheck


@dataclass
class Origins:
    """The origins of a policy, read and sorted by how they are matched."""

    items: tuple[Item, ...] = ()
    any: bool = False
    exact: list[str] = field(default_factory=list)
    patterns: list[tuple[str, OriginPattern]] = field(default_factory=list)
    regexes: list[re.Pattern[str]] = field(default_factory=list)
    callables: list[OriginCheck] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        """Whether every host is allowed, as ``"*"`` or in the disguise of ``https://*``."""
        return (
            self.any
            or any(p.subdomains and not p.host for _, p in self.patterns)
            or any(regex.fullmatch(canary) for regex in self.regexes for canary in CANARIES)
        )

    def compile(self, *, secure_only: bool) -> OriginSet:
        """Make the set that is asked per request."""
        return OriginSet(
            self.exact,
            (pattern for _, pattern in self.patterns),
            self.regexes,
            self.callables,
            secure_only=secure_only,
        )


def check_origins(value: object, problems: Problems, doors: Iterable[str]) -> Origins:
    """Read the origins; of each that is wrong say what works instead."""
    if isinstance(value, Nobody):
        return Origins(value)
    if value is None:
        hint = 'Give the list of origins, or "*" if everyone may read the answers.'
        problems.append(problem("origins.none", "origins", value, hint))
        return Origins()
    if value == "*":
        return Origins(any=True)
    found = Origins()
    before = len(problems)
    items = check_list("origins", value, '"https://app.example"', problems)
    if "*" in items:
        if len(items) == 1:
            return Origins(any=True)
        hint = 'Write origins="*", or leave "*" out.'
        problems.append(problem("origins.redundant", "origins", value, hint))
        items.remove("*")
    for item in items:
        if (refusal := _sort_in(item, found, doors)) is not None:
            problems.append(refusal)
    if not items and len(problems) == before:
        hint = "If nobody else may call, use SAME_ORIGIN; otherwise name the origins."
        problems.append(problem("origins.empty", "origins", value, hint))
    found.items = tuple(cast("list[Item]", items))
    return found


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
    elif inspect.iscoroutinefunction(item):
        hint = "Use a plain function that returns True or False."
        return problem("origins.async", "origins", item, hint)
    elif callable(item) and isinstance(item, Hashable):
        found.callables.append(cast("OriginCheck", item))
    else:
        hint = 'Write the origin as text, such as "https://app.example"; a callable must be hashable.'
        return problem("origins.type", "origins", item, hint)
    return None


def _sort_in_text(text: str, found: Origins, doors: Iterable[str]) -> Problem | None:
    if text == "null":
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
    if "null" in found.exact:
        refuse("null-origin", "null", 'Leave "null" out, or allow it in a policy without credentials.')
    for text, pattern in found.patterns:
        if pattern.subdomains and not pattern.host:
            refuse("any-origin", text, 'Name the domain: "https://*.example.com".')
        elif pattern.subdomains and "public-suffixes" not in doors and has_strangers_below(pattern.host):
            hint = f'Name your own domain below it: "{pattern.scheme}://*.yours.{pattern.host}".'
            refuse("public-suffix", text, hint)
    for regex in found.regexes:
        _check_regex(regex, doors, refuse)
    if "insecure-origins" not in doors:
        _check_secure(found, refuse)


def _check_regex(
    regex: re.Pattern[str], doors: Iterable[str], refuse: Callable[[str, object, str], None]
) -> None:
    for canary in _canaries(regex, doors):
        if regex.fullmatch(canary):
            hint = f'It also matches "{canary}"; write the domain out, or use "https://*.example.com".'
            refuse("any-origin", regex, hint)
            return
    for lookalike in _lookalikes(regex):
        if regex.fullmatch(lookalike):
            hint = (
                f'It also matches "{lookalike}"; escape the dots and end at the host, '
                'or use "https://*.example.com".'
            )
            refuse("lookalike", regex, hint)
            return


def _lookalikes(regex: re.Pattern[str]) -> Iterator[str]:
    """Give what somebody would register to be taken for a host that *regex* names."""
    named = re.findall(r"[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+", re.sub(r"\\(.)", r"\1", regex.pattern))
    for scheme, host in product(("https", "http"), named):
        yield f"{scheme}://{host}.corsguard-canary.invalid"
        yield from (f"{scheme}://{name}{host}" for name in _NAMES)
        for at in (match.start() for match in re.finditer(r"\.", host)):
            # An unescaped dot is any character.
            yield f"{scheme}://{host[:at]}-{host[at + 1 :]}"
            yield f"{scheme}://x.{host[:at]}-{host[at + 1 :]}"


def _check_secure(found: Origins, refuse: Callable[[str, object, str], None]) -> None:
    hint = 'Use https there; if it truly cannot, add dangerously_allow=["insecure-origins"].'
    for text in found.exact:
        # Parsed again rather than kept: of a hundred thousand origins few begin like this.
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


def _canaries(regex: re.Pattern[str], doors: Iterable[str]) -> Iterator[str]:
    hosted = () if "public-suffixes" in doors else (*HOSTED_CANARIES, *_below_public_suffixes(regex))
    for canary in (*CANARIES, *hosted):
        yield canary
        # A port that the expression names is one that everybody can listen on.
        yield from (f"{canary}:{port}" for port in re.findall(r"[0-9]{2,5}", regex.pattern))


def _below_public_suffixes(regex: re.Pattern[str]) -> Iterator[str]:
    bare = re.sub(r"\\(.)", r"\1", regex.pattern)
    for suffix in dict.fromkeys(
        re.findall(r"[a-z]{2,}", bare) + re.findall(r"(?<=\.)[a-z0-9.-]+[a-z]", bare)
    ):
        if has_strangers_below(suffix):
            yield from (f"https://{name}.{suffix}" for name in _NAMES)
