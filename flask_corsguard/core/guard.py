"""What the guard may be told to do with a request that the policy does not allow."""

from __future__ import annotations

from typing import Final, Literal

GuardMode = Literal["enforce", "report", "off"]

GUARD_MODES: Final[tuple[GuardMode, ...]] = ("enforce", "report", "off")
