"""What is known of the keys of live policies, and when each is asked for again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, final

from flask_corsguard.core.audiences import AnyPolicy, varying
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.problems import PolicyError, shown

from .questions import Questions
from .source import is_confirmed

#: After so many keys in a row for which the source fails, the others are not asked for: it is away.
MAX_FAILURES: Final = 3
#: How many new keys are asked for, before the known ones are asked for again.
MAX_WANTED: Final = 64
#: Seconds after which a key that no request has had is not asked for any more.
IDLE: Final = 3600.0
#: Seconds between two lines about strangers for whom the source fails.
QUIET: Final = 60.0

_NEVER: Final = float("-inf")
_FOREVER: Final = float("inf")

logger: Final = logging.getLogger("flask_corsguard")

Load = Callable[[Any], "Policy | Sequence[Policy] | Mapping[str, Any] | None"]


class Times(NamedTuple):
    """How long answers count, and how many of them are stored."""

    ttl: float
    grace: float
    maxsize: int


@final
class Entry:
    """The policy of a key. All but its last use and its next question is replaced as a whole.

    :param version: the version that was read before the policy was.
    :ivar fresh: before this time there is nothing to look after.
    :ivar good: before this time the policy counts.
    :ivar used: when a request had the key.
    :ivar due: when the key is to be asked for again.
    """

    __slots__ = ("due", "fresh", "good", "policy", "used", "version")

    def __init__(self, policy: AnyPolicy, version: object, used: float, fresh: float, good: float) -> None:
        self.policy, self.version, self.used = policy, version, used
        self.fresh, self.good, self.due = fresh, good, used


class KnownKeys:
    """The policies that a source has given for keys. One thread at a time changes them.

    :param load: returns the policy of a key.
    :param read_version: returns what differs whenever any policy does.
    :param questions: knows the time, and logs outages.
    :ivar known: by key, what counts: at most as many as there may be, and no stranger among them.
    :ivar strangers: keys that the source does not know, and until when it is not asked; the oldest first.
    :ivar wanted: keys that requests have had and nobody has asked for yet. Requests put them there.
    """

    def __init__(
        self,
        load: Load,
        read_version: Callable[[], object] | None,
        questions: Questions,
        times: Times,
    ) -> None:
        self._load, self._read_version = load, read_version
        self._questions, self._times = questions, times
        self.known: dict[Hashable, Entry] = {}
        self.strangers: dict[Hashable, float] = {}
        self.wanted: dict[Hashable, None] = {}
        self._version: object = None
        self._version_due = self._quiet_until = _NEVER
        #: Known keys for which the source fails, each logged once.
        self._failing: set[Hashable] = set()
        #: The last log line about the policy of each key.
        self._told: dict[Hashable, str] = {}

    def ask_at_once(self, asked: float, keys: Iterable[Hashable]) -> bool:
        """Ask for *keys* under a version, so that it can confirm them later.

        :returns: whether there was an answer for each.
        """
        has_none = self._read_version is not None and self._version is None
        return not (has_none and not self._confirm(asked)) and self.ask_for(keys)

    def ask_for(self, keys: Iterable[Hashable]) -> bool:
        """Ask for *keys*, one after the other.

        :returns: whether there was an answer for each.
        """
        failures, answered = 0, True
        for key in keys:
            self.wanted.pop(key, None)
            if self._ask_for_one(key):
                failures = 0
                continue
            answered = False
            failures += 1
            if failures == MAX_FAILURES:
                break
        return answered

    def ask_for_due(self, asked: float) -> bool:
        """Ask for what has to be asked for again, and for what requests have wanted.

        :returns: whether there was an answer for each.
        """
        if self._read_version is None:
            for key in [key for key, entry in self.known.items() if asked - entry.used > IDLE]:
                del self.known[key]
        elif asked >= self._version_due and not self._confirm(asked):
            return False
        due = [(entry.due, key) for key, entry in self.known.items() if entry.due <= asked]
        due.sort(key=lambda each: each[0])
        # First what is known: no stranger, for whom the source may fail, comes before it.
        return self.ask_for([*(key for _, key in due), *tuple(self.wanted)[:MAX_WANTED]])

    def next_due(self, now: float) -> float:
        """Return the seconds until something has to be asked."""
        if self.wanted:
            return 0
        times = [entry.due for entry in self.known.values()]
        if self._read_version is not None:
            times.append(self._version_due)
        return min([*times, now + self._times.ttl]) - now

    def _confirm(self, asked: float) -> bool:
        """Read the version: what was loaded under it counts for longer, all else is due."""
        try:
            version = self._read_version() if self._read_version is not None else None
            same = {key for key, entry in self.known.items() if is_confirmed(entry.version, version)}
        except Exception as error:  # noqa: BLE001 - the user's own source
            self._questions.outage.begin(asked, error, self._left(asked))
            return False
        self._questions.outage.end(asked)
        self._version, self._version_due = version, asked + self._questions.pause(answered=True)
        for key, entry in tuple(self.known.items()):
            if key in same:
                self._put(key, entry.policy, version, asked, entry.used)
            else:
                entry.due = asked
        return True

    def _ask_for_one(self, key: Hashable) -> bool:
        # In this order: if this thread hangs, another one may read a newer version meanwhile.
        asked, version = self._questions.now(), self._version
        try:
            policy = self._policy_of(key)
        except Exception as error:  # noqa: BLE001 - the user's own source
            self._fail(key, error, asked)
            return False
        self._failing.discard(key)
        self._questions.outage.end(asked)
        if policy is None:
            self.known.pop(key, None)
            self._remember_stranger(key, asked)
        else:
            self.strangers.pop(key, None)
            self._take(key, policy, version, asked)
        return True

    def _policy_of(self, key: Hashable) -> AnyPolicy | None:
        try:
            answer: object = self._load(key)
            found = None if answer is None else policy_from(answer, "load")
        except PolicyError as error:
            text = str(error)
            if self._told.get(key) != text:
                if len(self._told) >= self._times.maxsize:
                    self._told.clear()
                self._told[key] = text
                logger.warning("the policy of %s cannot be used, so the key is closed: %s", shown(key), text)
            return SAME_ORIGIN
        self._told.pop(key, None)
        return found

    def _fail(self, key: Hashable, error: Exception, asked: float) -> None:
        entry = self.known.get(key)
        if entry is not None:
            entry.due = asked + self._questions.pause(answered=False)
            if key not in self._failing:
                self._failing.add(key)
                self._questions.outage.begin(asked, error, entry.good - asked)
        elif not self.known:
            self._questions.outage.begin(asked, error, 0)
        elif asked >= self._quiet_until:
            # Anyone can send a key that makes the source fail, so these are not logged one by one.
            self._quiet_until = asked + QUIET
            logger.warning(
                "the source of policies fails for a new key, %s: %s", shown(key), shown(str(error))
            )

    def _take(self, key: Hashable, policy: AnyPolicy, version: object, asked: float) -> None:
        before = self.known.get(key)
        if before is not None and asked + self._times.grace < before.good:
            # A thread that has hung comes back with what was true before another one asked.
            return
        if before is None:
            while len(self.known) >= self._times.maxsize:
                del self.known[min(self.known, key=lambda each: self.known[each].used)]
            self._put(key, policy, version, asked, asked)
        else:
            # The old object has been compiled, and remembers its answers.
            same = before.policy == policy
            self._put(key, before.policy if same else policy, version, asked, before.used)

    def _put(self, key: Hashable, policy: AnyPolicy, version: object, asked: float, used: float) -> None:
        # Compiled here, so that no request has to.
        varying(policy)
        good = asked + self._times.grace
        entry = Entry(policy, version, used, self._questions.fresh(asked, good), good)
        entry.due = _FOREVER if version is not None else asked + self._questions.pause(answered=True)
        self.known[key] = entry

    def _remember_stranger(self, key: Hashable, asked: float) -> None:
        self.strangers.pop(key, None)
        while len(self.strangers) >= self._times.maxsize:
            del self.strangers[next(iter(self.strangers))]
        self.strangers[key] = asked + self._times.ttl

    def _left(self, now: float) -> float:
        return max((entry.good for entry in self.known.values()), default=now) - now
