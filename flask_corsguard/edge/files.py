"""The files of an export: deterministic, and each with a head that shows what it was made from and how."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask_corsguard.core.audiences import AnyCompiled
from flask_corsguard.core.problems import Problem

from .audiences import is_managed, members_of
from .limits import Limits, losses_in
from .places import Place, Source
from .rules import Rules


@dataclass(frozen=True, slots=True)
class Table:
    """A file that a program of the engine makes of a list, for the engine to read instead.

    :ivar name: its name in the directory of the export.
    :ivar command: the command that makes it.
    """

    name: str
    command: str


@dataclass(frozen=True, slots=True)
class File:
    """One file.

    :ivar name: its name in the directory of the export.
    :ivar text: its content, without the head.
    :ivar is_data: whether it only lists origins.
    :ivar comment: what begins a comment line; ``None`` where the format has none.
    :ivar table: what the engine may read instead.
    """

    name: str
    text: str
    is_data: bool = False
    comment: str | None = "# "
    table: Table | None = None


def no_problems(_rules: Rules) -> Iterable[Problem]:
    """Return that an engine can do everything."""
    return ()


@dataclass(frozen=True, slots=True)
class Format:
    """What an engine reads.

    :ivar name: as on the command line.
    :ivar engine: the name of the engine, and the oldest version that is tested.
    :ivar directory: where the engine finds the files, unless the user names another place.
    :ivar spell: returns the files for rules and that directory.
    :ivar check: returns the parts of the rules that it cannot do.
    :ivar limits: what it can do, if it is for CORS alone.
    """

    name: str
    engine: str
    directory: str
    spell: Callable[[Rules, str], tuple[File, ...]]
    check: Callable[[Rules], Iterable[Problem]] = no_problems
    limits: Limits | None = None

    @property
    def is_full(self) -> bool:
        """Whether it does all that the policies ask for, the guard included."""
        return self.limits is None

    def problems(self, rules: Rules) -> Iterator[Problem]:
        """Yield the parts of *rules* that it cannot do."""
        yield from self.check(rules)
        if self.limits is not None:
            yield from losses_in(rules, self.limits)


#: The lines at the top of each file.
_HEAD: Final = (
    "Written by `{command}`. Do not edit: write it again.",
    "For {engine}.",
    "Policies: sha256:{digest}",
)
_CORS_ALONE: Final = "This is CORS alone: the guard stays in the application."


def digest_of(source: Source) -> str:
    """Return the digest of the policies and their places, the same in every process and version of Python."""
    places = [_described(place) for place in source.places]
    text = json.dumps(places, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _described(place: Place) -> Mapping[str, object]:
    # What cannot be written as JSON cannot be exported either.
    return {
        "path": place.path,
        "exact": place.exact,
        "policies": _fields(place.policy),
        "by_method": {name: _fields(each) for name, each in place.by_method},
    }


def _fields(policy: AnyCompiled) -> list[object]:
    return [each.to_dict() if is_managed(policy) else None for each in members_of(policy)]


def headed(file: File, form: Format, command: str, digest: str) -> str:
    """Return the text of *file* with its head."""
    if file.comment is None:
        return file.text
    lines = [line.format(command=command, engine=form.engine, digest=digest) for line in _HEAD]
    lines += [] if form.is_full else [_CORS_ALONE]
    return "".join(f"{file.comment}{line}\n" for line in lines) + file.text


def without_head(text: str) -> str:
    """Return the text of a file that has a head, without the head."""
    return "\n".join(text.split("\n")[len(_HEAD) :])
