"""``python -m benchmarks``: measure, show, and write down."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import apart, end_to_end, machine, measure, page, processes, results, table, targets
from .catalogue import exchanges, names
from .progress import Progress
from .rows import Row, RowError, selects, with_baselines
from .scenarios.log import silent_log

#: The status of a program that Ctrl-C has ended, as a shell reports it.
INTERRUPTED = 128 + signal.SIGINT


def main(given: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the status to exit with."""
    asked = _parser().parse_args(given)
    # Started in the background of a shell, it would otherwise be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wanted = [name for name in names() if selects(asked.only, name)]
    if asked.list:
        print("\n".join(wanted))
        return 0
    if asked.report is not None:
        found = results.read(asked.report)
        _show(found)
        if asked.write_docs:
            page.write(found)
        return 0
    if not wanted:
        print("no row has all of that in its name: see --list", file=sys.stderr)
        return 2
    mode = measure.QUICK if asked.quick else measure.FULL
    mode = mode._replace(rounds=asked.rounds or mode.rounds)
    found = results.Results(machine.facts(mode.name))
    ended = _run(wanted, mode, found)
    return _report(asked, found, ended)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--list", action="store_true", help="list the rows, and measure nothing")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="TEXT", help="only rows with every TEXT in their name"
    )
    parser.add_argument("--quick", action="store_true", help="see that it works; the figures are of no use")
    parser.add_argument("--rounds", type=int, metavar="N", help="measure in N rounds")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the results go")
    parser.add_argument(
        "--report",
        type=Path,
        nargs="?",
        const=results.COMMITTED,
        metavar="FILE",
        help="show results that are there, and measure nothing",
    )
    parser.add_argument(
        "--write-docs",
        action="store_true",
        help="write the documentation's figures from less than a full run",
    )
    return parser


def _run(wanted: Sequence[str], mode: measure.Mode, found: results.Results) -> str | None:
    """Measure, into *found*; return what has ended it before its end, if something has."""
    rows = exchanges()
    chosen = {name: rows[name] for name in with_baselines(wanted, rows)}
    aparts = [each for each in apart.APART if each.name in wanted]
    served = [name for name in end_to_end.ROWS if name in wanted]
    total = (
        sum(
            processes.seconds(group, mode, close) if close.processes else len(group) * measure.PREPARING
            for group, close in measure.grouped(chosen)
        )
        + measure.seconds_of_rounds(chosen, mode)
        + sum(each.seconds * apart.turns_of(each, mode.turns) for each in aparts)
        + end_to_end.seconds(mode.drive, mode.turns, served)
    )
    try:
        with Progress(total) as progress:
            # First, while this process is small: a server has a core of its own, but shares the memory.
            if served:
                end_to_end.run(served, mode.drive, mode.turns, found, progress)
            apart.run(aparts, mode.turns, found, progress)
            for group, close in measure.grouped(chosen):
                if close.processes:
                    processes.run(group, mode, close, found, progress)
                else:
                    _measure({name: chosen[name] for name in group}, mode, close, found, progress)
    except KeyboardInterrupt:
        return "interrupted"
    except RowError as error:
        return f"error: {error}"
    return None


def _measure(
    rows: Mapping[str, Row],
    mode: measure.Mode,
    close: measure.Close,
    found: results.Results,
    progress: Progress,
) -> None:
    with silent_log():
        numbers, nominal = range(mode.rounds * close.times), measure.seconds_of_one(rows, mode, close)
        measured = measure.prepare(rows, mode.sample / close.parts, len(numbers), progress)
        measure.rounds(measured, numbers, found, progress, nominal)


def _report(asked: argparse.Namespace, found: results.Results, ended: str | None) -> int:
    """Show and write down what was measured; give the status to exit with."""
    found.series = {name: found.series[name] for name in names() if name in found.series}
    full = ended is None and not (asked.quick or asked.rounds) and set(found.series) == set(names())
    if found.series:
        output = asked.output or (results.COMMITTED if full else results.PARTIAL)
        results.write(found, output)
        verdicts = _show(found)
        print(f"\nwritten to {output.name}; python -m pyperf stats, hist and compare_to read it")
        if full or asked.write_docs:
            page.write(found)
            print(f"written to {page.PAGE.name}, and plots beside it")
    if ended is not None:
        print(f"{ended}; what was measured until then is {'above' if found.series else 'nothing'}")
        return INTERRUPTED if ended == "interrupted" else 1
    return int(not asked.quick and not all(verdict.holds for verdict in verdicts))


def _show(found: results.Results) -> list[targets.Verdict]:
    verdicts = targets.judged(found)
    print("\n".join(table.of_rows(found, exchanges())))
    if verdicts:
        print("", *table.of_targets(verdicts), sep="\n")
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
