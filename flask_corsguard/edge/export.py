"""An export: a source, spelled for an engine."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .files import File, Format, Table, digest_of, headed
from .losses import refuse
from .places import Source
from .rules import Rules, rules_of


@dataclass(frozen=True, slots=True)
class Export:
    """The files for an engine.

    :ivar rules: what they mean.
    :ivar files: names and texts.
    :ivar data: the names of those that only list origins.
    :ivar tables: what an engine may read instead of one of those, by its name.
    """

    rules: Rules
    files: dict[str, str]
    data: frozenset[str]
    tables: dict[str, Table]


def export(
    source: Source,
    form: Format,
    *,
    own: Iterable[str] = (),
    accepted: Collection[str] = (),
    directory: str | None = None,
    command: str = "corsguard export",
) -> Export:
    """Return the files that make an engine answer as *source* does.

    :param own: the application's own origins.
    :param accepted: the codes of losses that are accepted.
    :param directory: where the engine finds the files.
    :param command: what is written into the files as the command that made them.
    :raises PolicyError: with everything that the engine cannot do.
    """
    # Where the guard stays in the application, it reports as ever.
    rules = rules_of(source, own, accepted if form.is_full else {*accepted, "edge.report"})
    refuse(form.problems(rules), accepted)
    digest = digest_of(source)
    files: tuple[File, ...] = form.spell(rules, form.directory if directory is None else directory)
    return Export(
        rules,
        {file.name: headed(file, form, command, digest) for file in files},
        frozenset(file.name for file in files if file.is_data),
        {file.name: file.table for file in files if file.table is not None},
    )
