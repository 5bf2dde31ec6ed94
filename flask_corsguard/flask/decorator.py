"""The decorator ``cors``, which marks a view function, a view class or a blueprint with a policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from inspect import isroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from flask import Blueprint, request_started
from flask.sansio.app import App
from flask.views import View

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.policy_fields import explains_fields
from flask_corsguard.core.problems import PolicyError, problem
from flask_corsguard.wsgi.application import ASGI_ADAPTER, is_asgi

from .application import is_flask, is_of_quart
from .marks import (
    EXTENSION,
    REGISTRATIONS,
    UNREGISTERED,
    Registration,
    earlier_mark,
    mark_of,
    notify_observers,
    put_mark,
    wrappers_of,
)
from .warnings.guard_missing import guard_missing, marked_names
from .warnings.mark_record import record_decorator, record_mark, record_of
from .warnings.warning import Place, warn

if TYPE_CHECKING:
    from flask import Flask
    from flask.blueprints import BlueprintSetupState
    from typing_extensions import Unpack

    from flask_corsguard.core.policy_fields import PolicyFields

T = TypeVar("T", bound=object)


@overload
def cors(policy: Policy | Sequence[Policy], /) -> Callable[[T], T]: ...
@overload
def cors(**fields: Unpack[PolicyFields]) -> Callable[[T], T]: ...
@explains_fields
def cors(policy: Any = None, /, **fields: Any) -> Callable[[T], T]:
    """Mark a view function, a ``View`` class, a method of one or a ``Blueprint`` with a policy.

    The policy replaces those of the blueprint and of the application; policies are never merged. A
    blueprint's also applies to the blueprints nested in it, and to the 404 and 405 below its prefix.

    A mark has no effect until the application has a :class:`.CorsGuard`; without one, the first request
    warns.

    :param policy: a :class:`.Policy`, or a list of policies; or give the fields of one by name.
    :param fields: the fields of a policy, instead of *policy*.
    :returns: a decorator that returns its target unchanged.
    :raises PolicyError: if the policy has problems.
    :raises TypeError: if the target is none of these, or a blueprint that is already registered.
    :raises RuntimeError: if the target is marked with another policy already.
    """
    if is_flask(policy):
        raise TypeError("cors marks views and blueprints; for an application write CorsGuard(app, policy).")
    if policy is not None and fields:
        hint = "Give a policy or its fields; policy.replace(...) makes one like another."
        raise PolicyError([problem("policy.twice", "cors", fields, hint)])
    if callable(policy):
        raise TypeError("cors is a decorator with arguments: write @cors(policy) or @cors(origins=[...]).")
    marked_with = Policy(**fields) if policy is None else policy_from(policy, "cors")

    def mark(target: T) -> T:
        place = Place.of_caller()
        _check_target(target)
        _check_first(target, marked_with)
        if isinstance(target, Blueprint):
            _record(target)
        put_mark(target, marked_with)
        record_mark(target, place)
        _unguarded_marks.expect(place)
        return target

    record_decorator(mark, Place.of_caller())
    return mark


def _check_first(target: object, policy: AnyPolicy) -> None:
    earlier = earlier_mark(target)
    if earlier is None or earlier == policy:
        return
    name = getattr(target, "__qualname__", None) or getattr(target, "name", None) or repr(target)
    where = next((f" at {each.place}" for each in map(record_of, wrappers_of(target)) if each), "")
    if isinstance(target, Blueprint):
        remedy = f"For one application alone, write CorsGuard(app, blueprints={{{name!r}: policy}})."
    else:
        remedy = "For another route of this view, mark functools.partial(view) and register that."
    raise RuntimeError(
        f"{name} is marked already{where}, with another policy, which this one would replace. Remove one of "
        f"the two. {remedy}"
    )


def _check_target(target: object) -> None:
    if is_of_quart(target) or (
        not isinstance(target, (type, partial)) and not isroutine(target) and is_asgi(target)
    ):
        raise TypeError(
            f"cors marks views and blueprints of Flask, and {target!r} is for ASGI: write "
            f'{ASGI_ADAPTER}; there {{"/api": policy}} applies a policy to a path.'
        )
    if isinstance(target, App) or hasattr(target, "init_app"):
        raise TypeError(
            "cors marks views and blueprints; for a whole application write CorsGuard(app, policy)."
        )
    if isinstance(target, type):
        if issubclass(target, View):
            return
        raise TypeError(f"cors marks classes of flask.views.View, and {target.__name__} is not one.")
    if not callable(target) and not isinstance(target, Blueprint):
        raise TypeError(
            f"cors marks view functions, View classes and Blueprints, not {type(target).__name__}: "
            "put it above the function or class, or write cors(policy)(blueprint)."
        )


def _record(blueprint: Blueprint) -> None:
    def note(state: BlueprintSetupState) -> None:
        name = f"{state.name_prefix}.{state.name}".lstrip(".")
        registration = Registration(name, state.url_prefix or "", state.subdomain)
        state.app.extensions.setdefault(REGISTRATIONS, []).append(registration)
        UNREGISTERED.discard(blueprint)
        notify_observers()

    if mark_of(blueprint) is not None:
        return
    try:
        # Only a recorded function learns the prefix of a registration, which may be a nested one.
        blueprint.record(note)
    except AssertionError as error:
        raise TypeError(
            f"The blueprint {blueprint.name!r} is already registered, and its prefix can no longer be "
            "learnt: mark it before app.register_blueprint(...)."
        ) from error
    UNREGISTERED.add(blueprint)


class _UnguardedMarks:
    """Warns, on the first request after a mark, if the application has no ``CorsGuard``.

    A mark does not know its application, and an application without the extension calls nothing of this
    package. So this listens to ``request_started``, once, and then disconnects.
    """

    def __init__(self) -> None:
        self._place: Place | None = None

    def expect(self, place: Place) -> None:
        """Check the next request; a warning points to *place*."""
        self._place = place
        request_started.connect(self._check)

    def _check(self, app: Flask, **_: object) -> None:
        request_started.disconnect(self._check)
        place, self._place = self._place, None
        if place is None or app.testing or EXTENSION in app.extensions:
            return
        names = marked_names(app)
        if names:
            warn(guard_missing(names, app.import_name), place)


_unguarded_marks: Final = _UnguardedMarks()
