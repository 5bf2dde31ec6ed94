"""Sets of origins that are replaced while requests run, and what a policy with such a set remembers.

The core reads no clock and no source: the owner of such a set returns its content of this moment.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import is_
from typing import Any, Final, Generic, Protocol, TypeVar, cast, final

from .limits import MAX_KNOWN_ORIGINS
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

_NEVER: Final = float("-inf")

T = TypeVar("T")


@final
class Moment:
    """What a changing set is, until another moment replaces this one.

    :ivar snapshot: the content.
    :ivar fresh: before this time the content counts, and nobody has to look after it.
    :ivar good: before this time the content counts at all.
    :ivar sure: before this time, by the clock of requests, none of them has to ask whether it counts. Nothing
        else ever changes.
    """

    __slots__ = ("fresh", "good", "snapshot", "sure")

    def __init__(self, snapshot: Snapshot, fresh: float, good: float) -> None:
        self.snapshot, self.fresh, self.good = snapshot, fresh, good
        self.sure = _NEVER

    def end(self) -> None:
        """Have everyone who remembers this moment ask for the one that has replaced it."""
        # Tempting: that each request compares it with the one that is there now. But that costs it more.
        self.sure = _NEVER


class Content(Protocol):
    """The content of a changing set for one policy. Requests read it, so nothing here waits."""

    @property
    def moment(self) -> Moment:
        """What the set is. The snapshot is the same object until the content changes."""
        ...

    @property
    def clock(self) -> Callable[[], float]:
        """What returns the time to requests."""
        ...

    def look(self, moment: Moment, /) -> Snapshot:
        """Return the content now, when nobody is sure of *moment* any more."""
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
    return moment.snapshot if content.clock() < moment.sure else content.look(moment)


class _Together:
    """The content of several changing sets, as one object that is the same until one of them changes.

    Nobody is ever sure of its moments, because only the sets know when one of them ends.
    """

    def __init__(self, changing: Iterable[Content]) -> None:
        self._changing = tuple(changing)
        self._last: tuple[tuple[Snapshot, ...], Moment] = ((), Moment((), _NEVER, _NEVER))

    @property
    def moment(self) -> Moment:
        """What the sets are at the moment of the call."""
        parts = tuple([_now(each) for each in self._changing])
        # Read once: another thread may replace it.
        known, moment = self._last
        if len(known) == len(parts) and all(map(is_, known, parts)):
            return moment
        moment = Moment(tuple(each for part in parts for each in part), _NEVER, _NEVER)
        self._last = parts, moment
        return moment

    @staticmethod
    def clock() -> float:
        """Return any time: each set has looked at its own clock."""
        return 0

    def look(self, moment: Moment) -> Snapshot:
        """Return the content of *moment*."""
        return moment.snapshot


# Tempting: a dataclass. But that one takes half a millisecond of every import of the package.
@final
class Answering(Generic[T]):
    """How a policy with changing sets answers.

    :ivar origins: the origins of the policy.
    :ivar allow: makes the answer to an allowed origin, and to one that a callable has raised for.
    :ivar refusals: the answers to others, by the reason; under ``None`` the answer to an unlisted origin.
    """

    __slots__ = ("allow", "origins", "refusals")

    def __init__(
        self,
        origins: ChangingOriginSet,
        allow: Callable[[str, Exception | None], T],
        refusals: Mapping[Reason | None, T],
    ) -> None:
        self.origins, self.allow, self.refusals = origins, allow, refusals


@final
class Memory(Generic[T]):
    """The answers of a policy with changing sets that are remembered of one moment.

    Each answer is stored beside the snapshot that it was made from. So no answer outlives its snapshot, even
    if a thread comes late. :class:`ChangingAnswers` reads the attributes itself: a call would cost more.

    :param answering: how the policy answers.
    :param moment: what the sets are.
    :param made_by: the content.
    :param answers: what is known of it.
    :ivar moment: the answers count while somebody is sure of it.
    :ivar clock: returns the time.
    :ivar answers: the answers, by origin.
    :ivar first: one of these origins, because a comparison costs less than a look-up; empty if there is none.
    :ivar to_first: the answer to it.
    :ivar listed: all origins that are allowed, if there is no other way to be.
    """

    # Only `answers` changes after this is made, so what a request reads always belongs together.
    __slots__ = ("_answering", "_made_by", "answers", "clock", "first", "listed", "moment", "to_first")

    def __init__(
        self, answering: Answering[T], moment: Moment, made_by: Snapshot, answers: dict[str, T]
    ) -> None:
        self._answering, self.moment, self._made_by, self.answers = answering, moment, made_by, answers
        self.clock: Callable[[], float] = answering.origins.content.clock
        # Copied, because another thread may add an answer meanwhile.
        self.first, self.to_first = next(iter([*answers.items()]), ("", answering.refusals[None]))
        self.listed = _listed(answering.origins, made_by)

    def renewed(self) -> Memory[T]:
        """Return what is remembered now, when nobody is sure of the moment any more."""
        answering = self._answering
        content = answering.origins.content
        moment = content.moment
        made_by = moment.snapshot if self.clock() < moment.sure else content.look(moment)
        if made_by is not self._made_by:
            return Memory(answering, moment, made_by, {})
        if moment is self.moment and (self.first or not self.answers):
            return self
        return Memory(answering, moment, made_by, self.answers)

    def make(self, origin: str) -> T:
        """Return the answer to *origin*, whose length is that of an origin, and remember it."""
        answering = self._answering
        origins = answering.origins
        if origins.is_static_exact and origin not in origins.exact:
            for each in self._made_by:
                if not each.is_exact or origin in each.exact:
                    break
            else:
                return answering.refusals[None]
        reason, error = origins.check_by(self._made_by, origin)
        if reason is not ALLOWED:
            refusal: Any = answering.refusals[reason]
            return cast("T", refusal if error is None else replace(refusal, error=error))
        answer = answering.allow(origin, error)
        if origins.is_constant and len(self.answers) < MAX_KNOWN_ORIGINS:
            self.answers[origin] = answer
        return answer


def _listed(origins: ChangingOriginSet, snapshot: Snapshot) -> frozenset[str] | None:
    if not origins.is_static_exact or origins.exact or len(snapshot) != 1 or not snapshot[0].is_exact:
        return None
    return snapshot[0].exact


def memory_of(
    origins: OriginSet | None,
    allow: Callable[[str, Exception | None], T],
    refusals: Mapping[Reason | None, T],
) -> Memory[T] | None:
    """Return the memory of a policy that has not answered yet; ``None`` if it has no changing set.

    The arguments are those of :class:`Answering`.
    """
    if not isinstance(origins, ChangingOriginSet):
        return None
    answering = Answering(origins, allow, refusals)
    return Memory(answering, Moment((), _NEVER, _NEVER), (), {})


class ChangingAnswers:
    """What a compiled policy with changing sets does in its own way."""

    __slots__ = ()
    _memory: Any
    _to_others: Any
    to_no_origin: Any

    def answer_to(self, origin: str | None) -> Any:
        """Return the answer to *origin* now, as :meth:`.CompiledPolicy.answer_to` does."""
        memory = self._memory
        # Bound to a name first: what is called as an attribute costs more.
        clock = memory.clock
        if clock() >= memory.moment.sure:
            self._memory = memory = memory.renewed()
        if origin == memory.first:
            return memory.to_first
        if origin is None:
            return self.to_no_origin
        # Tempting: the look-up first. But that would hash a megabyte before it refuses it.
        if len(origin) > MAX_ORIGIN_LENGTH:
            return self._to_others
        answer = memory.answers.get(origin)
        if answer is None:
            listed = memory.listed
            if listed is None or origin in listed:
                return memory.make(origin)
            # What a list in code does: why it is not allowed is found out when somebody asks.
            return self._to_others
        return answer
