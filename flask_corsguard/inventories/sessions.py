"""Whether a view reads who is signed in, as far as its code shows it."""

from __future__ import annotations

from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Final

# Not "from flask import session": that proxy would be an attribute of this module, which raises at any touch.
import flask
from werkzeug.local import LocalProxy

from flask_corsguard.flask.warnings.reach import reach_of

#: The names of the users that extensions give: Flask-Login's and Flask-JWT-Extended's.
_USERS: Final = frozenset({"current_user"})


def reads_session(view: object, method: str) -> bool:
    """Whether *view*, a decorator around it, or its handler of *method* names the session or its user.

    A function that the view calls is not looked into.
    """
    view_class = getattr(view, "view_class", None)
    handlers = [getattr(view_class, name, None) for name in (method.lower(), "dispatch_request")]
    functions = (each for root in (view, *handlers) if root is not None for each in reach_of(root))
    return any(_names_the_session(each) for each in functions if type(each) is FunctionType)


def _names_the_session(function: FunctionType) -> bool:
    values = function.__globals__
    for name in _names_in(function.__code__):
        value = values.get(name)
        if value is flask.session or (name in _USERS and type(value) is LocalProxy):
            return True
    return False


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if type(constant) is CodeType:
            yield from _names_in(constant)
