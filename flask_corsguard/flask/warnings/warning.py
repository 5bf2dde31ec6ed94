"""Warnings: what stands around a policy and keeps it from doing what it says."""

from __future__ import annotations

import sys
import warnings
from typing import Any, NamedTuple

_PACKAGE = __name__.partition(".")[0]


class CorsGuardWarning(UserWarning):
    """Something beside the policy will keep it from doing what it says; the message names the remedy.

    It is said once, at the first request or when it is first seen, and points to the line that
    initialised :class:`.CorsGuard`, or that put the mark.
    """


class Place(NamedTuple):
    """A line of the application, and what :mod:`warnings` has to know of it."""

    filename: str
    lineno: int
    module: str
    registry: dict[Any, Any]

    @classmethod
    def of_caller(cls) -> Place:
        """Give the line that called into this package."""
        frame = sys._getframe(1)  # noqa: SLF001 - as warnings.warn() itself finds its caller
        while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
            frame = frame.f_back
        names = frame.f_globals
        registry = names.setdefault("__warningregistry__", {})
        return cls(frame.f_code.co_filename, frame.f_lineno, names.get("__name__", "<string>"), registry)


def warn(message: str, place: Place) -> None:
    """Warn that *message*, as if the line at *place* did it.

    What is found at the first request was written long before: the frames that are on the stack
    then belong to a server, and none of them is the one to change.
    """
    warnings.warn_explicit(
        message, CorsGuardWarning, place.filename, place.lineno, place.module, place.registry
    )
