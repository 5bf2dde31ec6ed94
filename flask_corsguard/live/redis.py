"""Origins in a set of Redis, with a version beside it, and news of changes."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final
from weakref import WeakKeyDictionary

from .driver import needs
from .native import Bell

with needs("redis"):
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

#: Seconds after which a server that does not answer has failed.
TIMEOUT: Final = 2.0
#: Seconds between two looks at the bell, while news is waited for.
_LOOK: Final = 0.2


class RedisSet:
    """A set of Redis that lists origins and patterns, for :class:`.LiveOrigins`.

    Beside the set ``KEY`` there are ``KEY:version``, which is another text after each change, and the channel
    ``KEY:changes``, on which each change is published. :meth:`add` and :meth:`discard` see to both. Without
    ``KEY:version`` the whole set is read every time.

    :param server: the URL of the server, such as ``"redis://localhost:6379/0"``; or a client, which should
        have a ``socket_timeout``, and no retries.
    :param key: the key of the set.
    """

    __module__ = "flask_corsguard.live.redis"

    def __init__(self, server: str | redis.Redis, key: str = "cors:origins") -> None:
        self._client: Any = _client_of(server) if isinstance(server, str) else server
        self._key = key
        # By the bell: a process that was forked has another one, and a connection of its own.
        self._news: WeakKeyDictionary[Bell, Any] = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"RedisSet({self._key!r})"

    def add(self, *origins: str) -> None:
        """Add *origins* to the set, and notify every process; for the program that changes the set."""
        self._change("sadd", origins)

    def discard(self, *origins: str) -> None:
        """Remove *origins* from the set, and notify every process; for the program that changes the set."""
        self._change("srem", origins)

    def _change(self, command: str, origins: tuple[str, ...]) -> None:
        # Tempting: INCR. But a server that restarts from an old copy would count to the same number again.
        version = secrets.token_hex(8)
        with self._client.pipeline(transaction=True) as transaction:
            getattr(transaction, command)(self._key, *origins)
            transaction.set(f"{self._key}:version", version)
            transaction.publish(f"{self._key}:changes", version)
            transaction.execute()

    def load(self) -> list[str]:
        """Return the members of the set, for the object that uses this source."""
        return [_text(member) for member in self._client.smembers(self._key)]

    def version(self) -> object:
        """Return the text beside the set, for the object that uses this source."""
        return self._client.get(f"{self._key}:version")

    def wait(self, seconds: float, bell: Bell) -> None:
        """Wait until a change is published, for the object that uses this source."""
        deadline = time.monotonic() + seconds
        news = self._news.get(bell)
        if news is None:
            news = self._client.pubsub(ignore_subscribe_messages=True)
            news.subscribe(f"{self._key}:changes")
            # The server confirms it. This process did not receive earlier changes, so the source is asked
            # once more.
            news.get_message(timeout=TIMEOUT)
            self._news[bell] = news
            return
        try:
            while not bell.is_set() and (left := deadline - time.monotonic()) > 0:
                if news.get_message(timeout=min(left, _LOOK)) is not None:
                    return
        except BaseException:
            del self._news[bell]
            news.close()
            raise


def _client_of(url: str) -> redis.Redis:
    # By default redis-py tries again for seconds, and that again within each question.
    return redis.Redis.from_url(
        url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
    )


def _text(member: str | bytes) -> str:
    return member.decode("utf-8", "replace") if isinstance(member, bytes) else member
