"""The line of the program that has called into this package."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Final

#: This package, and Flask, which calls the decorators of a view class itself.
_PACKAGES: Final = (__name__.partition(".")[0], "flask")


def frame_of_caller() -> FrameType:
    """Return the frame that called into this package."""
    frame = sys._getframe(1)  # noqa: SLF001 - as warnings.warn() itself finds its caller
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _PACKAGES:
        frame = frame.f_back
    return frame


def line_of_caller() -> str:
    """Return the line that called into this package, as ``file:line``."""
    frame = frame_of_caller()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
