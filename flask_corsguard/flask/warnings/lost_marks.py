"""Warns of marks that are not in force, because nothing that a guarded application calls shows them.

The worst: a view that its mark closes stays open by the policy of the application, because a decorator
between them does not use :func:`functools.wraps`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Flask

from flask_corsguard.core.findings import Finding
from flask_corsguard.flask.marks import wrappers_of

from .mark_record import PutMark, put_marks
from .reach import reach_of

_HOOKS: Final = (
    *("before_request_funcs", "after_request_funcs", "teardown_request_funcs"),
    *("url_value_preprocessors", "url_default_functions", "template_context_processors"),
)

_OF_FUNCTIONS: Final = frozenset({"function", "method", "partial"})


def lost_marks(app: Flask, guarded: Iterable[Flask]) -> Iterator[tuple[PutMark, Finding]]:
    """Yield each mark that is not in force, with what is found of it.

    :param app: the application that a request has come to.
    :param guarded: all applications that have the extension: a mark may be in force in another one.
    """
    lost = unshown_marks(guarded)
    if not lost:
        return
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    for endpoint, view in app.view_functions.items():
        for target, mark in _taken(lost, view):
            yield mark, _hidden(target, view, rules.get(endpoint, endpoint))
    for name, function in _hooks_of(app):
        for target, mark in _taken(lost, function):
            yield mark, _in_hook(target, name)
    views = {
        id(each): rules.get(endpoint, endpoint)
        for endpoint, view in app.view_functions.items()
        for each in wrappers_of(view)
    }
    for target, mark in lost.values():
        below = next((views[id(each)] for each in reach_of(target) if id(each) in views), None)
        if below is not None:
            yield mark, _above_route(target, below)
        elif not app.testing and _belongs_to(app, target, mark.place.filename):
            yield mark, _nowhere(target)


def unshown_marks(guarded: Iterable[Flask]) -> dict[int, tuple[object, PutMark]]:
    """Return the marks that none of the applications shows, with what is marked, by the id of that."""
    marks = list(put_marks())
    if not marks:
        return {}
    shown = {id(each) for one in guarded for each in _shown_by(one)}
    return {id(target): (target, mark) for target, mark in marks if id(target) not in shown}


def _taken(lost: dict[int, tuple[object, PutMark]], function: object) -> Iterator[tuple[object, PutMark]]:
    """Take out of *lost*, and yield, the marks of the objects within *function*."""
    for each in reach_of(function):
        found = lost.pop(id(each), None)
        if found is not None:
            yield found


def _shown_by(app: Flask) -> Iterator[object]:
    """Yield everything in which the marks of *app* are looked for."""
    yield from app.blueprints.values()
    methods: dict[str, set[str] | None] = {}
    for rule in app.url_map.iter_rules():
        known = methods.setdefault(rule.endpoint, set())
        methods[rule.endpoint] = None if known is None or rule.methods is None else known | rule.methods
    for endpoint, view in list(app.view_functions.items()):
        yield from shown_by_view(view, methods.get(endpoint, set()))


def shown_by_view(view: object, methods: Iterable[str] | None) -> Iterator[object]:
    """Yield everything in which the mark of a view is looked for, for *methods*; ``None`` for all."""
    view_class: type | None = getattr(view, "view_class", None)
    targets: Iterable[object] = [view]
    if view_class is not None:
        names = dir(view_class) if methods is None else (method.lower() for method in methods)
        # dispatch_request() is asked for every method, and is a method of no request.
        handlers = (getattr(view_class, name, None) for name in names if name != "dispatch_request")
        targets = chain([view], view_class.__mro__, handlers)
    for each in chain.from_iterable(map(wrappers_of, targets)):
        yield each
        # A method that is a view shows the mark of its function.
        yield getattr(each, "__func__", each)


def _hooks_of(app: Flask) -> Iterator[tuple[str, Any]]:
    for name in _HOOKS:
        for functions in getattr(app, name).values():
            yield from ((name, each) for each in functions)
    yield from (("teardown_appcontext_funcs", each) for each in app.teardown_appcontext_funcs)
    for by_code in app.error_handler_spec.values():
        for handlers in by_code.values():
            yield from (("error_handler_spec", each) for each in handlers.values())


def _belongs_to(app: Flask, target: object, filename: str) -> bool:
    """Whether *target* is written beside the application, and not in a blueprint that it leaves out."""
    if isinstance(target, Blueprint) or not Path(filename).is_relative_to(app.root_path):
        return False
    module = sys.modules.get(getattr(target, "__module__", ""))
    names: dict[str, object] = getattr(target, "__globals__", None) or vars(module or object())
    blueprints = (each for each in list(names.values()) if isinstance(each, Blueprint))
    functions = chain.from_iterable(blueprint.deferred_functions for blueprint in blueprints)
    held = chain.from_iterable(map(reach_of, functions))
    return not any(shown is target for each in held for shown in shown_by_view(each, None))


def name_of(target: object) -> str:
    """Return the name of a view, a class or a blueprint, for a message."""
    return getattr(target, "__qualname__", None) or getattr(target, "name", None) or repr(target)


def _hidden(target: object, view: object, rule: str) -> Finding:
    kind = type(view).__name__
    if kind in _OF_FUNCTIONS:
        why = f"the view of {rule} is {name_of(view)}, which hides it."
        hint = (
            "Use functools.wraps in the decorator that made that, or write @cors above that decorator and "
            "below the route."
        )
    else:
        why = f"the view of {rule} is of the class {kind}, which hides it."
        hint = f"Mark the object itself, as in view_func=cors(policy)({kind}(...))."
    return _lost("mark.hidden", target, why, hint)


def _in_hook(target: object, name: str) -> Finding:
    why = f"it is in {name}, and what that answers has the policy of the URL."
    hint = "Mark the view or the blueprint, or write CorsGuard(app, paths=...)."
    return _lost("mark.in-hook", target, why, hint)


def _above_route(target: object, rule: str) -> Finding:
    why = f"it is above a decorator that is above the route {rule}, which runs what is below it."
    return _lost("mark.above-route", target, why, "Write the route above all other decorators.")


def _nowhere(target: object) -> Finding:
    why = "no view, blueprint or class of an application with CorsGuard shows it."
    hint = (
        "Mark what is registered as the view, and use functools.wraps in every decorator between; or remove "
        "the mark."
    )
    return _lost("mark.unshown", target, why, hint)


def _lost(code: str, target: object, why: str, hint: str) -> Finding:
    message = f"The mark on {name_of(target)} has no effect: {why}"
    return Finding(code=code, message=message, hint=hint)
