"""The table of cases: what pages do, what they get, what the server sees.

How requests are written, in :attr:`Case.seen`::

    OPTIONS[page]?PUT+x-a PUT[page] GET[-]{lax,strict} POST[null]403 POST[page]<cross-site/cors/empty>

A method, and whose ``Origin`` it has ("-": none). Of a preflight, the method and headers that it asks for.
Then the cookies, and the status if it is not a success; in some cases ``Sec-Fetch-Site/Mode/Dest``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from browsers.apps import MakeApp
from browsers.steps import Names, Outcome, Place, Seen, Step

LAYOUTS = ("ports", "localhost", "https", "plain", "mixed")
SECURE = ("ports", "localhost", "https")
CROSS_SITE = ("localhost", "https")

#: A page of the API itself.
OWN = Place("api")
SANDBOXED = Place(sandboxed=True)
NO_REFERRER = Place(referrer_policy="no-referrer")


@dataclass(frozen=True)
class Told:
    """What the page gets and what the server sees."""

    #: For each step: "readable", "readable 404", "readable x-total=7", "opaque", "refused", ...
    got: tuple[str, ...]
    seen: str


@dataclass(frozen=True)
class Case:
    """One row: an application, the steps of a page, and their expected results."""

    id: str
    app: MakeApp
    steps: tuple[Step, ...]
    got: tuple[str, ...]
    seen: str
    group: str = ""
    layouts: Sequence[str] = SECURE
    #: What another engine does, or the standard requires, instead.
    but: Mapping[str, Told] = field(default_factory=dict)
    #: Whether ``Sec-Fetch-*`` are part of what is seen.
    metadata: bool = False

    def told(self, by: str) -> Told:
        """Return what *by* does: an engine's name, or "standard"."""
        return self.but.get(by, Told(self.got, self.seen))

    @property
    def is_contested(self) -> bool:
        """Whether an engine or the standard differs."""
        return bool(self.but)


def describe(outcome: Outcome) -> str:
    """Write an outcome as :attr:`Case.got` does."""
    words: list[str] = [outcome.result]
    if outcome.status not in {0, 200}:
        words.append(str(outcome.status))
    words += [f"{name}={value}" for name, value in outcome.headers]
    return " ".join(words)


def transcribe(seen: Iterable[Seen], names: Names | Mapping[str, str], *, metadata: bool = False) -> str:
    """Write requests as :attr:`Case.seen` does.

    :param names: what to call which origin.
    """
    called = {
        origin: name for name, origin in (names if isinstance(names, Mapping) else names._asdict()).items()
    }
    return " ".join(_transcribe(each, called, metadata=metadata) for each in seen)


def _transcribe(seen: Seen, called: Mapping[str, str], *, metadata: bool) -> str:
    origin = seen.get("Origin")
    text = f"{seen.method}[{'-' if origin is None else called.get(origin, origin)}]"
    if (asked := seen.get("Access-Control-Request-Method")) is not None:
        text += f"?{asked}"
    if (listed := seen.get("Access-Control-Request-Headers")) is not None:
        text += f"+{listed}"
    if (cookie := seen.get("Cookie")) is not None:
        text += "{" + ",".join(sorted(each.partition("=")[0].strip() for each in cookie.split(";"))) + "}"
    if metadata:
        said = (seen.get(f"Sec-Fetch-{name}") or "-" for name in ("Site", "Mode", "Dest"))
        text += f"<{'/'.join(said)}>"
    if seen.status not in range(100, 300):
        text += str(seen.status)
    return text
