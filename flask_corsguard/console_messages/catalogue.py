"""The catalogue: all faults by their codes, and all messages in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .chromium import CHROMIUM
from .cors_faults import CORS_FAULTS
from .faults import Fault
from .firefox import FIREFOX
from .messages import Message
from .network_faults import NETWORK_FAULTS
from .preflight_faults import PREFLIGHT_FAULTS
from .webkit import WEBKIT

FAULTS: Final[Mapping[str, Fault]] = {
    fault.code: fault for fault in (*CORS_FAULTS, *PREFLIGHT_FAULTS, *NETWORK_FAULTS)
}
MESSAGES: Final[tuple[Message, ...]] = (*CHROMIUM, *FIREFOX, *WEBKIT)
