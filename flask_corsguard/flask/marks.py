"""The marks of an application's views and blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decorator import mark_of, mark_of_view

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

    from flask_corsguard.core.policy import Policy


class Marks:
    """The marks that an application has now."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def any(self) -> bool:
        """Whether any view of the application, or any of its blueprints, is marked."""
        app = self._app
        return any(mark_of(blueprint) is not None for blueprint in app.blueprints.values()) or any(
            self._has_mark(rule) for rule in app.url_map.iter_rules()
        )

    def _has_mark(self, rule: Rule) -> bool:
        view = self._app.view_functions.get(rule.endpoint)
        if rule.methods is None and hasattr(view, "view_class"):
            # There is no telling which of its methods will be asked for.
            return True
        return any(mark_of_view(view, method) is not None for method in rule.methods or ("GET",))

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
