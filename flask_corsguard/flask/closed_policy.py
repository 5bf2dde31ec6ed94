"""The closed policy of requests of which the policy cannot be found, such as those with an ambiguous path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_corsguard.core.audiences import AnyPolicy, closed_policy

from .marks import Marks

if TYPE_CHECKING:
    from flask import Flask

    from flask_corsguard.core.policy import Policy


class ClosedPolicy:
    """Makes the closed policy from all policies of an application, when it is needed.

    :param app: the application.
    :param marks: its marks, which may become more.
    :param policies: its other policies.
    """

    def __init__(self, app: Flask, marks: Marks, policies: Iterable[AnyPolicy]) -> None:
        self._app = app
        self._marks = marks
        self._policies = tuple(policies)
        self.forget()

    def forget(self) -> None:
        """Make it anew: a mark was put."""
        self._made: tuple[tuple[int, int], Policy] | None = None

    def find(self) -> Policy:
        """Return the closed policy."""
        count = len(self._app.view_functions), len(self._app.blueprints)
        made = self._made
        if made is None or made[0] != count:
            self._made = made = count, closed_policy([*self._policies, *self._marks.policies()])
        return made[1]
