"""The marks of an application's views and blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decorators import is_marked, mark_of, mark_of_view

if TYPE_CHECKING:
    from flask import Flask

    from .core.policy import Policy


class Marks:
    """The marks that an application has now."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def any(self) -> bool:
        """Whether any view of the application, or any of its blueprints, is marked."""
        blueprints = self._app.blueprints.values()
        return any(map(is_marked, (*self._app.view_functions.values(), *blueprints)))

    def find(self, endpoint: str, method: str) -> Policy | None:
        """Give the mark of the endpoint's view, else that of its nearest blueprint, if there is one."""
        mark = mark_of_view(self._app.view_functions.get(endpoint), method)
        return mark or self._of_blueprints(endpoint)

    def _of_blueprints(self, endpoint: str) -> Policy | None:
        # See flask.Request.blueprints: a name is the path of nested names, the innermost last.
        name = endpoint.rpartition(".")[0]
        while name:
            mark = mark_of(self._app.blueprints.get(name))
            if mark is not None:
                return mark
            name = name.rpartition(".")[0]
        return None
