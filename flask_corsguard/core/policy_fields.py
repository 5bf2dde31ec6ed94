"""The fields of a policy: their names, types and defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, Literal, TypedDict, TypeVar

from .validation.origins import Door, Item

GuardMode = Literal["enforce", "report", "off"]
GUARD_MODES: Final[tuple[GuardMode, ...]] = ("enforce", "report", "off")

ResourcePolicy = Literal["same-origin", "same-site", "cross-origin"]
RESOURCE_POLICIES: Final[tuple[ResourcePolicy, ...]] = ("same-origin", "same-site", "cross-origin")

OriginsField = str | Iterable[Item]
NamesField = str | Iterable[str]

#: The origins of a policy in their one normal form.
OriginItems = Literal["*"] | tuple[Item, ...]


class PolicyFields(TypedDict, total=False):
    """The fields of a :class:`Policy`, for functions that pass them on."""

    origins: OriginsField
    methods: NamesField | None
    allow_headers: NamesField
    expose_headers: NamesField
    credentials: bool
    max_age: int | timedelta | None
    private_network: bool
    timing: bool | Literal["*"]
    resource_policy: ResourcePolicy | None
    guard: GuardMode
    dangerously_allow: Iterable[Door]


#: The defaults of the fields; ``origins`` has none.
DEFAULTS: Final[Mapping[str, object]] = {
    "methods": None,
    "allow_headers": ("Content-Type",),
    "expose_headers": (),
    "credentials": False,
    "max_age": 600,
    "private_network": False,
    "timing": False,
    "resource_policy": None,
    "guard": "enforce",
    "dangerously_allow": (),
}

FIELDS: Final = ("origins", *DEFAULTS)

#: What a field means, in a sentence; the docstring of :class:`Policy` explains everything.
SENTENCES: Final[Mapping[str, str]] = {
    "origins": 'The origins that are allowed: a list, or "*" for any. Required.',
    "methods": 'The methods that are allowed: a list, or "*" for any. None: those of the route in Flask.',
    "allow_headers": 'The request headers that are allowed: a list, or "*" for any but Authorization.',
    "expose_headers": 'The response headers that a page may read: a list, or "*" for all.',
    "credentials": "Whether the browser may send cookies and HTTP authentication.",
    "max_age": "How many seconds a browser may cache the response to a preflight, from 0 to 86400.",
    "private_network": "Whether pages of the internet may call a server in a private network.",
    "timing": 'Whether pages of allowed origins, or "*" for every page, may read detailed timing.',
    "resource_policy": "The Cross-Origin-Resource-Policy of every response: which sites may embed it.",
    "guard": 'Whether a refused request is stopped ("enforce"), only logged ("report") or neither ("off").',
    "dangerously_allow": "What is rarely safe, by name: null-origin, insecure-origins, public-suffixes ...",
}

#: The slots of a policy. ``help()`` shows their values; what begins with an underscore is private.
SLOTS: Final[Mapping[str, str]] = {
    **SENTENCES,
    **dict.fromkeys(("__weakref__", "_compiled", "_hash", "_origin_set", "_varying"), ""),
}

T = TypeVar("T")


def explains_fields(target: T) -> T:
    """Name and explain every field in the docstring of *target*, which takes them as ``**fields``."""
    summary = "the fields of a policy, instead of *policy*"
    head, found, tail = (target.__doc__ or "").partition(f":param fields: {summary}.")
    # Python 3.13 removes the indentation of docstrings when it compiles.
    indent = head[len(head.rstrip(" ")) :]
    fields = [f"{indent}    - ``{name}``: {sentence}" for name, sentence in SENTENCES.items()]
    if found:
        target.__doc__ = "\n".join([f"{head}:param fields: {summary}:", "", *fields, ""]) + tail
    return target
