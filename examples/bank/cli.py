"""The demo from beginning to end: servers, table, and then the pages until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from flask_corsguard.testing import Browser

from .client import NoAnswerError, Relay, ask
from .edge import EngineMissingError, program
from .newcomer import RedisMissingError, in_file, in_redis, tell
from .policies import policies_for
from .report import Report
from .rows import rows_for
from .servers import PortTakenError, follow, serving, wait_for_end
from .sites import Sites
from .table import carry_out

_DONE, _WRONG, _UNUSABLE = 0, 1, 2

_MAX_PORT: Final = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and give the exit code: 0, 1 if a row is not as it should be, 2 if it cannot start."""
    # The parent may ignore the first signal, as shells do in the background, or send the second.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    said = _parse(arguments)
    for package in ("waitress", "redis" if said.redis else "watchfiles"):
        if find_spec(package) is None:
            return _say(
                f"The demo needs {package}: install the dependency group of that name, demo.", _UNUSABLE
            )
    report = Report(sys.stdout)
    try:
        if said.edge:
            program()
        with serving(said.ports, plain=said.plain, edge=bool(said.edge)) as (sites, children):
            after = partial(follow, children[-1]) if said.edge else _nothing
            after()
            report.addresses(sites)
            code = max(_show_table(sites, report, after), _show_newcomer(report, redis=said.redis))
            if said.once:
                return code
            # The pages begin with a fresh account and an empty log.
            ask(sites.bank, "POST", "/reset")
            report.invitation(sites)
            return _say(wait_for_end(children), _WRONG)
    except (PortTakenError, RedisMissingError, EngineMissingError) as error:
        return _say(str(error), _UNUSABLE)
    except NoAnswerError as error:
        return _say(str(error), _WRONG)
    except BrokenPipeError:
        # Who read the table has read enough; the interpreter must not try to flush the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _WRONG
    except KeyboardInterrupt:
        print()
        return _DONE


def _nothing() -> None:
    pass


def _show_table(sites: Sites, report: Report, after: Callable[[], None]) -> int:
    outcomes, browser = [], Browser({sites.bank.origin: Relay(sites.bank)})
    told = carry_out(rows_for(sites), browser, sites.bank, policies_for(sites), after)
    for number, outcome in enumerate(told, start=1):
        report.outcome(number, outcome)
        outcomes.append(outcome)
    report.summary(outcomes)
    report.commands(outcomes)
    return _WRONG if any(outcome.problems for outcome in outcomes) else _DONE


def _show_newcomer(report: Report, *, redis: bool) -> int:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory()))
        partners = stack.enter_context(in_redis()) if redis else in_file(directory)
        return _DONE if report.newcomer(partners.name, tell(partners)) else _WRONG


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m examples.bank",
        description="A bank, a partner and an attacker: who may read what of the bank, over real HTTP.",
    )
    parser.add_argument("--once", action="store_true", help="show the table and end")
    parser.add_argument("--edge", choices=["nginx"], help="put this engine in front of the bank")
    parser.add_argument("--redis", action="store_true", help="list the new partner in Redis, not in a file")
    parser.add_argument(
        "--ports", type=int, nargs=3, default=(0, 0, 0), metavar=("A", "B", "C"),
        help="the ports of bank, partner and attacker, instead of any that are free",
    )  # fmt: skip
    parser.add_argument(
        "--plain", action="store_true",
        help="use 127.0.0.1 instead of names, for browsers that do not know *.localhost",
    )  # fmt: skip
    said = parser.parse_args(arguments)
    said.ports = tuple(said.ports)
    if not all(0 <= port <= _MAX_PORT for port in said.ports):
        parser.error(f"a port is a number from 0, which means any, to {_MAX_PORT}")
    chosen = [port for port in said.ports if port]
    if len(set(chosen)) < len(chosen):
        parser.error("three origins need three different ports")
    return said


def _say(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code
