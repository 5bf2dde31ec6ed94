"""The mark: a policy put on a view function, a view class or a blueprint.

A mark changes nothing about what it is put on; it is only found there when a request comes in. So
it does not matter whether it stands above or below ``@app.route``, nor how many well-behaved
decorators (those that use :func:`functools.wraps`) stand between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar, overload
from weakref import WeakSet

from flask import Blueprint, Flask, request_started
from flask.views import View

from flask_corsguard.core.errors import PolicyError, problem
from flask_corsguard.core.policy import Policy
from flask_corsguard.wsgi.path_rules import policy_from

from .warnings.warning import Place, warn

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState
    from typing_extensions import Unpack

    from flask_corsguard.core.policy import PolicyFields

T = TypeVar("T", bound=object)

_MARK = "__corsguard_policy__"

#: Wrappers of a view that are looked through; a chain of them may hold a circle.
MAX_WRAPPERS: Final = 64

#: The key in ``app.extensions`` whose value is the :class:`.CorsMiddleware` of the application.
EXTENSION: Final = "corsguard"

#: Where an application keeps the registrations of its marked blueprints.
REGISTRATIONS = "corsguard_blueprints"

#: Marked blueprints that no application has registered so far.
UNREGISTERED: Final[WeakSet[Blueprint]] = WeakSet()


class Registration(NamedTuple):
    """A marked blueprint as an application registered it."""

    blueprint: Blueprint
    url_prefix: str
    subdomain: str | None


@overload
def cors(policy: Policy, /) -> Callable[[T], T]: ...
@overload
def cors(**fields: Unpack[PolicyFields]) -> Callable[[T], T]: ...
def cors(policy: Any = None, /, **fields: Any) -> Callable[[T], T]:
    """Mark a view function, a ``View`` class, a method of one or a ``Blueprint`` with a policy.

    It does nothing until the application has a :class:`.CorsGuard`; without one, the first request
    warns.

    The policy replaces those of the blueprint and of the application; nothing is merged. A
    blueprint's holds for the blueprints nested in it, and for the 404 and 405 below its prefix.

    :param policy: a :class:`.Policy`; or give its fields by name.
    :returns: a decorator that gives back what it is put on, unchanged.
    :raises PolicyError: if the policy has problems.
    :raises TypeError: if the mark is put on something else, or on a registered blueprint.
    """
    if policy is not None and fields:
        hint = "Give a policy or its fields; policy.replace(...) makes one like another."
        raise PolicyError([problem("policy.twice", "cors", fields, hint)])
    if callable(policy):
        raise TypeError("cors is a decorator with arguments: write @cors(policy) or @cors(origins=[...]).")
    said = Policy(**fields) if policy is None else policy_from(policy, "cors")

    def mark(target: T) -> T:
        if isinstance(target, Blueprint):
            _record(target)
        _check_target(target)
        try:
            setattr(target, _MARK, said)
        except AttributeError as error:
            raise TypeError(f"cors cannot mark {target!r}: mark the function that it wraps.") from error
        _forget()
        _unguarded.wait(Place.of_caller())
        return target

    return mark


def _check_target(target: object) -> None:
    if isinstance(target, Flask):
        raise TypeError(
            "cors marks views and blueprints; for a whole application write CorsGuard(app, policy)."
        )
    if isinstance(target, type):
        if issubclass(target, View):
            return
        raise TypeError(f"cors marks classes of flask.views.View, and {target.__name__} is none.")
    if not callable(target) and not isinstance(target, Blueprint):
        raise TypeError(
            f"cors marks view functions, View classes and Blueprints, not {type(target).__name__}: "
            "put it above the function or class, or write cors(policy)(blueprint)."
        )


def _record(blueprint: Blueprint) -> None:
    def note(state: BlueprintSetupState) -> None:
        registration = Registration(blueprint, state.url_prefix or "", state.subdomain)
        state.app.extensions.setdefault(REGISTRATIONS, []).append(registration)
        UNREGISTERED.discard(blueprint)
        _forget()

    if getattr(blueprint, _MARK, None) is not None:
        return
    try:
        # Only here is the prefix told that a registration, perhaps a nested one, gives a blueprint.
        blueprint.record(note)
    except AssertionError as error:
        raise TypeError(
            f"The blueprint {blueprint.name!r} is already registered, and its prefix can no longer be "
            "learnt: mark it before app.register_blueprint(...)."
        ) from error
    UNREGISTERED.add(blueprint)


class _Unguarded:
    """Waits for the next request that Flask opens, to say that a mark does nothing there.

    A mark has no application to ask, and an application without the extension calls nothing of
    ours. So the signal is asked, once, and is not listened to after that.
    """

    def __init__(self) -> None:
        self._place: Place | None = None

    def wait(self, place: Place) -> None:
        self._place = place
        request_started.connect(self._look)

    def _look(self, app: Flask, **_: object) -> None:
        request_started.disconnect(self._look)
        place, self._place = self._place, None
        if place is None or app.testing or EXTENSION in app.extensions:
            return
        views = [name for name, view in app.view_functions.items() if mark_of_view(view, "GET") is not None]
        names = views + [name for name, each in app.blueprints.items() if mark_of(each) is not None]
        if names:
            warn(
                f"@cors marks {', '.join(names)}, but the application {app.import_name!r} has no CorsGuard, "
                "without which a mark does nothing. Write CorsGuard(app).",
                place,
            )


_unguarded: Final = _Unguarded()


class Remembers(Protocol):
    """What keeps marks that it has found."""

    def forget(self) -> None:
        """Forget them: something has been marked since."""
        ...


_remembering: Final[WeakSet[Remembers]] = WeakSet()


def remember(found: Remembers) -> None:
    """Have *found* told of every new mark, as long as it lives."""
    _remembering.add(found)


def _forget() -> None:
    for found in list(_remembering):
        found.forget()


def wrappers_of(target: object) -> Iterator[object]:
    """Give *target* and, below well-behaved decorators, what it wraps."""
    for _ in range(MAX_WRAPPERS):
        yield target
        target = target.func if isinstance(target, partial) else getattr(target, "__wrapped__", None)
        if target is None:
            return


def mark_of(target: object) -> Policy | None:
    """Give the policy that *target* is marked with, also below decorators that wrap it."""
    for each in wrappers_of(target):
        mark = getattr(each, _MARK, None)
        if mark is not None:
            return mark  # type: ignore[no-any-return]  # only cors() writes there
    return None


def mark_of_view(view: object, method: str) -> Policy | None:
    """Give the policy that a view is marked with: its method's, else its own, else its class's."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return mark_of(view)
    handler = getattr(view_class, method.lower(), None)
    if handler is None and method == "HEAD":
        handler = getattr(view_class, "get", None)
    return mark_of(handler) or mark_of(view) or mark_of(view_class)
