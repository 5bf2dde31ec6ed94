"""The marks of an application's views and blueprints, found once and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .core.fetch import SAFELISTED_METHODS, UPPER_CASE_METHODS
from .decorators import is_marked, mark_of, mark_of_view

if TYPE_CHECKING:
    from flask import Flask

    from .core.policy import Policy

#: The methods by which the marks of a class are remembered; others are asked for too seldom.
_REMEMBERED: Final = UPPER_CASE_METHODS | SAFELISTED_METHODS


class KnownMarks:
    """Finds the mark of an endpoint, and remembers it as long as the endpoint has the same view."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._known: dict[tuple[str, str], tuple[object, Policy | None]] = {}

    def forget(self) -> None:
        """Forget what was found: something has been marked since."""
        self._known = {}

    def any(self) -> bool:
        """Whether any view of the application, or any of its blueprints, is marked."""
        blueprints = self._app.blueprints.values()
        return any(map(is_marked, (*self._app.view_functions.values(), *blueprints)))

    def find(self, endpoint: str, method: str) -> Policy | None:
        """Give the mark of the endpoint's view, else that of its nearest blueprint, if there is one."""
        view = self._app.view_functions.get(endpoint)
        known = self._known.get((endpoint, method))
        if known is not None and known[0] is view:
            return known[1]
        mark = mark_of_view(view, method) or self._of_blueprints(endpoint)
        if method in _REMEMBERED:
            self._known[endpoint, method] = view, mark
        return mark

    def _of_blueprints(self, endpoint: str) -> Policy | None:
        # See flask.Request.blueprints: a name is the path of nested names, the innermost last.
        name = endpoint.rpartition(".")[0]
        while name:
            mark = mark_of(self._app.blueprints.get(name))
            if mark is not None:
                return mark
            name = name.rpartition(".")[0]
        return None
