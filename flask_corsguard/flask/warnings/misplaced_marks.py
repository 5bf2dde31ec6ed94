"""Warns of marks that are put elsewhere than the program seems to mean."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.findings import Finding
from flask_corsguard.flask.marks import Living, wrappers_of

from .lost_marks import lost_marks, name_of, unshown_marks
from .mark_record import PutMark, place_of_decorator, record_of
from .warning import Place, warn

if TYPE_CHECKING:
    from flask import Flask

#: All applications that have the extension.
_guarded: Final[Living[Flask]] = Living()


def is_any_mark_unshown() -> bool:
    """Whether something is marked that no application shows, so that any of them may come to show it."""
    return bool(unshown_marks(_guarded))


class MarkCheck:
    """Checks the marks that an application shows, or should, at a request after each new mark.

    :param app: the application.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._told: set[tuple[str, int]] = set()
        #: Whether there is nothing new to check.
        self.is_done = False
        _guarded.add(app)

    def forget(self) -> None:
        """Check again: a mark was put."""
        self.is_done = False

    def check(self) -> None:
        """Warn of each mark that has no effect, or a wider one than was meant, once."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self.is_done = True
            for place, finding in self._untold():
                warn(finding, place)
        except BaseException:
            # A warning that is an error. The next request warns of the next one.
            self.is_done = False
            raise
        finally:
            self._lock.release()

    def findings(self) -> Iterator[tuple[Place, Finding]]:
        """Yield what is found, whether or not there was a warning of it."""
        for mark, finding in self._of_marks():
            yield mark.place, finding
        yield from _in_method_decorators(self._app)

    def _of_marks(self) -> Iterator[tuple[PutMark, Finding]]:
        return chain(lost_marks(self._app, _guarded), _of_many_routes(self._app))

    def _untold(self) -> Iterator[tuple[Place, Finding]]:
        for mark, finding in self._of_marks():
            if not mark.is_told:
                mark.is_told = True
                yield mark.place, finding
        for place, finding in _in_method_decorators(self._app):
            if place[:2] not in self._told:
                self._told.add(place[:2])
                yield place, finding


def _of_many_routes(app: Flask) -> Iterator[tuple[PutMark, Finding]]:
    """Find functions that are the view of more routes than they were marked for."""
    rules: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        rules.setdefault(rule.endpoint, []).append(rule.rule)
    found: dict[int, tuple[PutMark, dict[object, list[str]]]] = {}
    for endpoint, view in app.view_functions.items():
        mark = next(filter(None, map(record_of, wrappers_of(view))), None)
        if mark is not None and endpoint in rules:
            # A blueprint that is registered twice is written once.
            blueprint, _, name = endpoint.rpartition(".")
            routes = found.setdefault(id(mark), (mark, {}))[1]
            routes.setdefault((app.blueprints.get(blueprint), name), rules[endpoint])
    for mark, routes in found.values():
        # Two endpoints of one URL may be for a WebSocket and for plain requests.
        if len(set(map(tuple, routes.values()))) > mark.times:
            message = (
                f"The mark on {name_of(mark.target())} applies wherever that function is the view: at "
                f"{', '.join(chain.from_iterable(routes.values()))}."
            )
            hint = (
                "If one of them is meant, mark functools.partial(view) and register that there. If all are, "
                "give their rules one endpoint, or mark the function for each of them."
            )
            yield mark, Finding(code="mark.many-routes", message=message, hint=hint)


def _in_method_decorators(app: Flask) -> Iterator[tuple[Place, Finding]]:
    """Find marks in the ``method_decorators`` of Flask-RESTful and Flask-RESTX."""
    classes = dict.fromkeys(getattr(view, "view_class", None) for view in app.view_functions.values())
    for view_class in classes:
        decorators = getattr(view_class, "method_decorators", ())
        of_methods = decorators.values() if isinstance(decorators, dict) else [decorators]
        for place in filter(None, map(place_of_decorator, chain.from_iterable(of_methods))):
            message = (
                f"@cors in method_decorators of {name_of(view_class)} has no effect: they are called for "
                "each request, long after its policy was found."
            )
            hint = "Write @cors(policy) above the class, or above one of its methods."
            yield place, Finding(code="mark.in-method-decorators", message=message, hint=hint)
