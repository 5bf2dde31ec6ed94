"""The fields of a policy: their names, types and defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, Literal, TypedDict

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
