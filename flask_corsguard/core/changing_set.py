"""Sets of origins that are replaced while requests run, and what a policy with such a set remembers.

The core knows no clock and asks nobody: whoever owns such a set says what is in it at this moment.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import is_
from typing import Any, Final, Generic, Protocol, TypeVar, cast, final

from .origin import MAX_ORIGIN_LENGTH
from .origin_pattern import OriginPattern
from .origin_set import OriginCheck, OriginSet, Outcome
from .problems import Problem
from .reasons import ALLOWED, Reason

#: What is in changing sets at one moment. It is never changed, only replaced, so its identity is its version.
Snapshot = tuple[OriginSet, ...]

#: Reads one row of a set as a policy would: the pattern that it is, ``None`` if it is an exact origin, or why
#: the policy refuses it. Two policies that read alike have equal ones.
ReadRow = Callable[[object], OriginPattern | Problem | None]

_ALLOWED: Final[Outcome] = (ALLOWED, None)

_FOREVER: Final = float("inf")

T = TypeVar("T")


@final
class Moment:
    """What a changing set is, until it is looked after again. It is never changed, only replaced.

    :ivar snapshot: the content.
    :ivar fresh: before this time the content counts, and nobody has to look after it.
    :ivar good: before this time the content counts at all.
    """

    __slots__ = ("fresh", "good", "snapshot")

    def __init__(self, snapshot: Snapshot, fresh: float, good: float) -> None:
        self.snapshot, self.fresh, self.good = snapshot, fresh, good


class Content(Protocol):
    """The content of a changing set for one policy. Requests read it, so nothing here waits."""

    @property
    def moment(self) -> Moment:
        """What the set is. The snapshot is the same object until the content changes."""
        ...

    @property
    def clock(self) -> Callable[[], float]:
        """What returns the time."""
        ...

    def after(self, moment: Moment, /) -> Snapshot:
        """Return the content now, when *moment* is no longer fresh."""
        ...


class ChangingSet(ABC):
    """An item of a policy's origins whose content is replaced while requests run: the base of such types."""

    @abstractmethod
    def follow(self, read: ReadRow) -> Content:
        """Return the content of this set for the policies that check its rows by *read*.

        :param read: checks a row; rows that it refuses are left out.
        """


class ChangingOriginSet(OriginSet):
    """The origins of a policy that has changing sets beside what it lists itself.

    :param changing: the content of each changing set.
    :ivar content: the content of all of them.
    :ivar is_static_exact: whether the policy itself lists nothing but exact origins.
    """

    __slots__ = ("content", "is_static_exact")

    def __init__(
        self,
        exact: Collection[str],
        patterns: Iterable[OriginPattern],
        regexes: Iterable[re.Pattern[str]],
        callables: Iterable[OriginCheck],
        *,
        changing: Sequence[Content],
        secure_only: bool,
    ) -> None:
        super().__init__(exact, patterns, regexes, callables, secure_only=secure_only)
        self.is_static_exact, self.is_exact = self.is_exact, False
        self.content: Content = changing[0] if len(changing) == 1 else _Together(changing)

    def check(self, text: str) -> Outcome:
        """Return ``ALLOWED`` if *text*, the value of ``Origin``, is allowed now, else why it is not."""
        return self.check_by(_now(self.content), text)

    def check_by(self, snapshot: Snapshot, text: str) -> Outcome:
        """Return what :meth:`check` does while *snapshot* is the content of the changing sets."""
        if len(text) <= MAX_ORIGIN_LENGTH:
            for each in snapshot:
                if text in each.exact or (not each.is_exact and each.check(text)[0] is ALLOWED):
                    return _ALLOWED
        return super().check(text)

    def why_not(self, text: str) -> Outcome:
        """Return why *text* was not allowed, even if it is by now."""
        return super().check(text)


def _now(content: Content) -> Snapshot:
    moment = content.moment
    return moment.snapshot if content.clock() < moment.fresh else content.after(moment)


class _Together:
    """The content of several changing sets, as one object that is the same until one of them changes."""

    def __init__(self, changing: Iterable[Content]) -> None:
        self._changing = tuple(changing)
        self._last: tuple[tuple[Snapshot, ...], Moment] = ((), Moment((), _FOREVER, _FOREVER))

    @property
    def moment(self) -> Moment:
        """What the sets are at the moment of the call."""
        parts = tuple([_now(each) for each in self._changing])
        # Read once: another thread may replace it.
        known, moment = self._last
        if len(known) == len(parts) and all(map(is_, known, parts)):
            return moment
        moment = Moment(tuple(each for part in parts for each in part), _FOREVER, _FOREVER)
        self._last = parts, moment
        return moment

    @staticmethod
    def clock() -> float:
        """Return a time at which every moment is fresh: each set has looked at its own clock."""
        return 0

    def after(self, moment: Moment) -> Snapshot:
        """Return the content of *moment*."""
        return moment.snapshot


class AnswersOfNow(dict[str, T], Generic[T]):
    """The answers of a policy with changing sets, each remembered until one of the sets changes.

    It stands where another policy has the dictionary of what it remembers, and is itself empty. An answer is
    kept beside the very snapshot that it was made by, so none outlives it, whichever thread comes late.

    :param origins: the origins of the policy.
    :param allow: makes the answer to an allowed origin, and to one that a callable has raised for.
    :param refusals: the answers to others, by the reason; under ``None`` that to whoever is not listed.
    :param bound: how many answers are remembered.
    """

    __slots__ = ("_allow", "_bound", "_clock", "_content", "_memory", "_origins", "_refusals")

    def __init__(
        self,
        origins: ChangingOriginSet,
        allow: Callable[[str, Exception | None], T],
        refusals: Mapping[Reason | None, T],
        bound: int,
    ) -> None:
        super().__init__()
        self._origins, self._content, self._allow = origins, origins.content, allow
        self._clock = origins.content.clock
        self._refusals: Mapping[Reason | None, Any] = refusals
        self._bound = bound
        self._memory: _Memory[T] = _Memory(())

    def get(self, origin: str, _default: object = None) -> T:
        """Return the answer to *origin*, whose length is that of an origin."""
        moment = self._content.moment
        snapshot = moment.snapshot if self._clock() < moment.fresh else self._content.after(moment)
        memory = self._memory
        if memory.made_by is not snapshot:
            self._memory = memory = _Memory(snapshot)
        answer = memory.answers.get(origin)
        return self._make(origin, memory) if answer is None else answer

    def _make(self, origin: str, memory: _Memory[T]) -> T:
        origins = self._origins
        if origins.is_static_exact and origin not in origins.exact:
            for each in memory.made_by:
                if not each.is_exact or origin in each.exact:
                    break
            else:
                # What a list in code does: why it is not allowed is found out when somebody asks.
                return cast("T", self._refusals[None])
        reason, error = origins.check_by(memory.made_by, origin)
        if reason is not ALLOWED:
            refusal = self._refusals[reason]
            return cast("T", refusal if error is None else replace(refusal, error=error))
        answer = self._allow(origin, error)
        if origins.is_constant and len(memory.answers) < self._bound:
            memory.answers[origin] = answer
        return answer


@final
class _Memory(Generic[T]):
    """Answers, and the snapshot that they were made by."""

    __slots__ = ("answers", "made_by")

    def __init__(self, made_by: Snapshot) -> None:
        self.made_by = made_by
        self.answers: dict[str, T] = {}
