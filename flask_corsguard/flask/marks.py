"""Marks: the policies put on views and blueprints, and how they are found again.

A mark is an attribute. It changes nothing about its target and is only read when a request comes in. So it
does not matter whether it is above or below ``@app.route``, nor how many decorators that use
:func:`functools.wraps` are between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from threading import Lock
from types import FunctionType
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar
from weakref import WeakSet

from flask_corsguard.core.audiences import AnyPolicy

if TYPE_CHECKING:
    from flask import Blueprint, Flask

_MARK: Final = "__corsguard_policy__"

#: How many wrappers of a view are searched; a chain of them may contain a circle.
MAX_WRAPPERS: Final = 64

#: The key in ``app.extensions`` whose value is the :class:`.CorsMiddleware` of the application.
EXTENSION: Final = "corsguard"

#: The key in ``app.extensions`` whose value lists the registrations of marked blueprints.
REGISTRATIONS: Final = "corsguard_blueprints"

T = TypeVar("T")


class Living(Generic[T]):
    """Objects, each as long as it lives.

    A thread may add one while another reads them: marks are put, and applications are built, in any thread.
    """

    def __init__(self) -> None:
        self._members: WeakSet[T] = WeakSet()
        self._lock = Lock()

    def add(self, member: T) -> None:
        """Add *member*."""
        with self._lock:
            self._members.add(member)

    def discard(self, member: T) -> None:
        """Take *member* out, if it is there."""
        with self._lock:
            self._members.discard(member)

    def __iter__(self) -> Iterator[T]:
        with self._lock:
            return iter(list(self._members))


#: The marked blueprints that no application has registered so far.
UNREGISTERED: Final[Living[Blueprint]] = Living()


class Registration(NamedTuple):
    """A blueprint as an application registered it."""

    #: With those of the blueprints around it, joined by dots.
    name: str
    url_prefix: str
    subdomain: str | None


class MarkObserver(Protocol):
    """Remembers marks that it has found."""

    def forget(self) -> None:
        """Forget what was found: a mark has been put since."""
        ...


_observers: Final[Living[MarkObserver]] = Living()


def observe_marks(observer: MarkObserver) -> None:
    """Call ``observer.forget()`` on every new mark, as long as *observer* lives."""
    _observers.add(observer)


def notify_observers() -> None:
    """Have every observer forget what it has found."""
    for observer in _observers:
        observer.forget()


def put_mark(target: object, policy: AnyPolicy) -> None:
    """Mark *target* with *policy*.

    :raises TypeError: if *target* takes no attribute.
    """
    try:
        setattr(target, _MARK, policy)
    except AttributeError as error:
        raise TypeError(
            f"cors cannot mark {target!r}: mark the function that it wraps; or, if it is in "
            "method_decorators, the class."
        ) from error
    notify_observers()


def wrappers_of(target: object) -> Iterator[object]:
    """Yield *target* and, below decorators that use :func:`functools.wraps`, what it wraps."""
    for _ in range(MAX_WRAPPERS):
        yield target
        target = target.func if isinstance(target, partial) else getattr(target, "__wrapped__", None)
        if target is None:
            return


def earlier_mark(target: object) -> AnyPolicy | None:
    """Return the policy that a new mark on *target* would replace; ``None`` if there is none.

    A subclass has a mark of its own beside that of its base, and so has a partial beside its function.
    """
    if isinstance(target, type):
        return vars(target).get(_MARK)
    for each in wrappers_of(target):
        mark: AnyPolicy | None = getattr(each, _MARK, None)
        if mark is not None or isinstance(each, partial):
            return mark
    return None


def mark_of(target: object) -> AnyPolicy | None:
    """Return the policy that *target*, or what it wraps, is marked with; ``None`` if there is none."""
    for each in wrappers_of(target):
        mark = getattr(each, _MARK, None)
        if mark is not None:
            return mark  # type: ignore[no-any-return]  # only put_mark() writes there
    return None


def mark_of_view(view: object, method: str) -> AnyPolicy | None:
    """Return the mark of a view: that of its *method*, else its own, else that of its class."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return mark_of(view)
    handler = getattr(view_class, method.lower(), None)
    if handler is None and method == "HEAD":
        handler = getattr(view_class, "get", None)
    return mark_of(handler) or mark_of(view) or mark_of(view_class)


def any_mark_of_view(view: object) -> bool:
    """Whether a view is marked for any method."""
    if mark_of(view) is not None:
        return True
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return False
    return mark_of(view_class) is not None or any(
        mark_of(each) is not None for each in methods_of(view_class)
    )


def methods_of(view_class: type | None) -> Iterator[object]:
    """Yield the functions of a view class and of its bases."""
    # Tempting: getattr(). But an attribute may be a proxy, which raises outside of a request.
    for base in () if view_class is None else view_class.__mro__:
        for each in vars(base).values():
            if isinstance(each, (FunctionType, staticmethod, classmethod)):
                yield each


class Marks:
    """The marks of one application, read when they are asked for.

    :param app: the application.
    :param blueprints: the application's policies of blueprints, by their names; they override the marks.
    """

    def __init__(self, app: Flask, blueprints: Mapping[str, AnyPolicy]) -> None:
        self._app = app
        self._by_name = blueprints

    def any(self) -> bool:
        """Whether any view of the application, or any of its blueprints, is marked."""
        app = self._app
        return (
            bool(self._by_name)
            or any(mark_of(blueprint) is not None for blueprint in app.blueprints.values())
            # Tempting: to ask by the rules of the map. But another one may be put in for any of these views.
            or any(any_mark_of_view(view) for view in list(app.view_functions.values()))
        )

    def policies(self) -> Iterator[AnyPolicy]:
        """Yield the policies of the blueprints and the views, some more than once."""
        app = self._app
        yield from self._by_name.values()
        for target in [*app.blueprints.values(), *app.view_functions.values()]:
            view_class = getattr(target, "view_class", None)
            for each in (target, view_class, *methods_of(view_class)):
                mark = mark_of(each)
                if mark is not None:
                    yield mark

    def find(self, endpoint: str, method: str) -> AnyPolicy | None:
        """Return the mark of the endpoint's view, else that of its innermost marked blueprint."""
        mark = mark_of_view(self._app.view_functions.get(endpoint), method)
        return mark or self._of_blueprints(endpoint)

    def _of_blueprints(self, endpoint: str) -> AnyPolicy | None:
        # See flask.Request.blueprints: a name is the path of nested names, the innermost last.
        name = endpoint.rpartition(".")[0]
        while name:
            mark = self.of_blueprint(name)
            if mark is not None:
                return mark
            name = name.rpartition(".")[0]
        return None

    def of_blueprint(self, name: str) -> AnyPolicy | None:
        """Return the policy of the blueprint that is registered as *name*, alone."""
        return self._by_name.get(name) or mark_of(self._app.blueprints.get(name))
