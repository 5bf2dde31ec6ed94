"""A policy for each key, such as each host, that is read from elsewhere in the background."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.core.policy import SAME_ORIGIN
from flask_corsguard.core.problems import shown

from .clocks import Clocks, clocks_of_the_machine
from .known_keys import KnownKeys, Load, Times
from .questions import Questions
from .source import checked_function, checked_times

#: Longest text that is read as a key, in characters: a host has 253, and no stranger may fill the memory.
MAX_KEY_LENGTH: Final = 512


class LivePolicies:
    """The policy of each request, by a key, read from elsewhere and never in a request.

    It is a callable that takes the WSGI environ, as :class:`flask_corsguard.CorsMiddleware` does. One thread
    of each process asks the source: for a key, the first time that a request has it, and every *ttl* seconds
    from then on. Until the first answer, and when none has come for *grace* seconds, the closed policy
    applies to the key.

    A key that the source does not know is a stranger's. It costs no question in a request, and takes the
    place of no key that is known. No more than *maxsize* of them are remembered.

    :param load: returns the policy of a key, its fields as a mapping, or a list of policies; ``None`` if
        there is no such key. A :exc:`.PolicyError` closes that key, and is logged once.
    :param key: returns the key of a request from its environ; ``None`` means that it has none.
    :param ttl: seconds between two questions for a key, at most.
    :param grace: seconds for which an answer counts, from when the question was asked.
    :param maxsize: how many keys are known, and how many strangers are remembered.
    :param version: returns what differs whenever any policy does. While it returns the same, no known key is
        asked for again.
    :param clock: for tests. Time is what it returns, and nothing is asked but by :meth:`refresh`.
    :raises TypeError: if *load*, *key* or *version* cannot be called.
    :raises ValueError: if a time or *maxsize* is not a positive number, or *grace* is less than twice *ttl*.
    """

    __module__ = "flask_corsguard.live"

    def __init__(
        self,
        load: Load,
        key: Callable[[Any], Hashable],
        ttl: float = 5,
        grace: float = 60,
        maxsize: int = 4096,
        *,
        version: Callable[[], object] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        checked_times(ttl, grace)
        if type(maxsize) is not int or maxsize < 1:
            raise ValueError(f"maxsize={shown(maxsize)} is not a size; pass how many keys there may be.")
        checked_function(load, "load", "a function that returns the policy of a key")
        self._key = checked_function(key, "key", "a function that returns the key of an environ")
        if version is not None:
            checked_function(version, "version", "a function that returns what changes with the policies")
        clocks = Clocks(clock, clock) if clock else clocks_of_the_machine()
        self._clock = clocks.now
        name = shown(getattr(load, "__qualname__", load))
        self._name = name
        self._questions = Questions(name, ttl, grace, clocks)
        self._keys = KnownKeys(load, version, self._questions, Times(ttl, grace, maxsize))
        # What requests read.
        self._known, self._strangers, self._wanted = self._keys.known, self._keys.strangers, self._keys.wanted
        self._maxsize = maxsize
        if clock is None:
            self._questions.begin(self._turn, self._questions.after_fork)
            self._questions.mark_used()

    def __repr__(self) -> str:
        return f"LivePolicies({self._name})"

    def __call__(self, environ: Any) -> AnyPolicy:
        """Return the policy of a request.

        :param environ: its WSGI environ.
        :returns: the policy of its key; the closed one if there is none, or not yet, or no longer.
        """
        key = self._key(environ)
        entry = self._known.get(key)
        if entry is None:
            self._miss(key)
            return SAME_ORIGIN
        now = entry.used = self._clock()
        if now < entry.fresh or self._questions.look_after(entry.good):
            return entry.policy
        return SAME_ORIGIN

    def _miss(self, key: Hashable) -> None:
        if key is None or (isinstance(key, (str, bytes)) and len(key) > MAX_KEY_LENGTH):
            return
        again = self._strangers.get(key)
        if again is not None and self._clock() < again:
            return
        # A flood of unknown keys is not stored; a key that is left out comes again.
        if key not in self._wanted and len(self._wanted) < self._maxsize:
            self._wanted[key] = None
            self._questions.wake()

    def refresh(self, *keys: Hashable) -> bool:
        """Ask for *keys* now, in this thread, and wait: where an application starts, or in a test.

        :param keys: the keys; without any, those that are known or wanted.
        :returns: whether the source has answered for all.
        """
        return self._questions.alone(
            lambda asked: self._keys.ask_at_once(asked, keys or [*self._known, *self._wanted])
        )

    def invalidate(self, *keys: Hashable) -> None:
        """Have the source asked at once, in the background; do not wait for it.

        :param keys: the keys that may have changed; without any, all that are known.
        """
        for key in keys or tuple(self._known):
            self._wanted[key] = None
        self._questions.wake()

    def _turn(self) -> float:
        if not self._questions.alone(self._keys.ask_for_due):
            return self._questions.pause(answered=False)
        return self._keys.next_due(self._clock())
