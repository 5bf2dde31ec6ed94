"""The warning about what defeats a policy from outside, and the line of the application that it points to."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, NamedTuple

from flask_corsguard.core.findings import Finding
from flask_corsguard.wsgi.caller import frame_of_caller


class CorsGuardWarning(UserWarning):
    """Something outside the policy defeats it, such as another CORS layer or a SameSite cookie.

    The message names the remedy. It is given once, at the first request or when the cause is first seen. It
    points to the line that initialised :class:`.CorsGuard`, or that put the mark.

    :ivar finding: the :class:`.Finding`, whose code a program can compare; ``None`` if somebody else warns.
    """

    __module__ = "flask_corsguard"

    finding: Finding | None = None


class Place(NamedTuple):
    """A line of the application, with what :mod:`warnings` needs to point to it."""

    filename: str
    lineno: int
    module: str
    registry: dict[Any, Any]

    def __str__(self) -> str:
        return f"{self.filename}:{self.lineno}"

    @classmethod
    def of_caller(cls) -> Place:
        """Return the line that called into this package."""
        frame = frame_of_caller()
        names = frame.f_globals
        registry = names.setdefault("__warningregistry__", {})
        return cls(frame.f_code.co_filename, frame.f_lineno, names.get("__name__", "<string>"), registry)


def warn(finding: Finding, place: Place) -> None:
    """Warn of *finding*, as if the line at *place* did it.

    The cause of a warning at the first request was written long before: the frames on the stack are a
    server's, and none of them is the line to change.
    """
    warning = CorsGuardWarning(str(finding))
    warning.finding = replace(finding, where=str(place))
    warnings.warn_explicit(
        warning, CorsGuardWarning, place.filename, place.lineno, place.module, place.registry
    )
