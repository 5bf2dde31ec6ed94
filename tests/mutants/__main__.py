"""Mutation testing: changes the package in small ways, one at a time, and asks whether a test notices.

::

    make mutants                    a fixed sample of 200; what has been tried before is not tried again
    make mutants ARGS="--engine --sample 500 --seed other"   of the core, the layers and the browser model
    make mutants ARGS="--module flask_corsguard/core/guard.py --sample 0"     all mutants of one module
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from .court import Court
from .recorder import STORE, up_to_date
from .source import Mutant, modules, mutants_of
from .trial import KILLED, SURVIVED, TIMEOUT, UNCOVERED, Outcome, outcome_of

EQUIVALENTS = Path(__file__).with_name("equivalents.json")

#: Of the mutants that change what the package does, the part that the tests have to notice.
GOAL = 0.95

#: The core, the layers and the browser model: what decides, as opposed to the tools.
ENGINE = ("core", "wsgi", "flask", "asgi", "testing")


def read_equivalents(mutants: list[Mutant]) -> set[str]:
    """Return those of *mutants* that no caller can notice.

    The file lists them by reason. An entry that ends with a star is all mutants that begin like it.
    """
    entries = {entry for listed in json.loads(EQUIVALENTS.read_text()).values() for entry in listed}
    beginnings = tuple(entry.removesuffix("*") for entry in entries if entry.endswith("*"))
    return {
        mutant.key
        for mutant in mutants
        if mutant.key in entries or (beginnings and mutant.key.startswith(beginnings))
    }


def sample_of(mutants: list[Mutant], seed: str, size: int) -> list[Mutant]:
    """Return *size* mutants that *seed* picks; others do not change which; 0 is all of them."""
    ranked = sorted(mutants, key=lambda mutant: mutant.rank(seed))
    return ranked[:size] if size else ranked


def main() -> int:
    """Run a sample; the exit status is 1 if too many mutants survive."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, help="how many mutants; 0: all")
    parser.add_argument("--seed", default="nightly", help="which ones: any word")
    parser.add_argument("--module", action="append", help="mutants of this module alone")
    parser.add_argument(
        "--package", action="append", default=[], help="those of this folder; can be repeated"
    )
    parser.add_argument("--engine", action="store_true", help=f"those of {', '.join(ENGINE)}")
    parser.add_argument("--key", action="append", default=[], help="mutants whose name has this in it alone")
    parser.add_argument("--again", action="store_true", help="try those that have survived once more")
    parser.add_argument(
        "--budget",
        type=float,
        default=120,
        help="seconds that the tests of one mutant may take; fast ones first",
    )
    parser.add_argument("--list", action="store_true", help="list the sample and try nothing")
    options = parser.parse_args()

    packages = [*options.package, *(ENGINE if options.engine else ())]
    chosen = options.module or [each for each in modules() if not packages or each.split("/")[1] in packages]
    mutants = [mutant for module in chosen for mutant in mutants_of(module)]
    mutants = [mutant for mutant in mutants if all(part in mutant.key for part in options.key)]
    equivalents = read_equivalents(mutants)
    sample = sample_of(mutants, options.seed, options.sample)
    if options.list:
        for mutant in sample:
            print(f"{mutant.module}:{mutant.line} {mutant.key}")
        return 0
    left = [mutant for mutant in sample if mutant.key not in equivalents]
    outcomes = try_all(left, STORE / f"{options.seed}.jsonl", again=options.again, budget=options.budget)
    return report(sample, outcomes, equivalents)


def try_all(mutants: list[Mutant], state: Path, *, again: bool, budget: float) -> dict[str, Outcome]:
    """Try what *state* has no outcome of, and append each outcome to it."""
    tried = dict(map(outcome_of, state.read_text().splitlines())) if state.exists() else {}
    if again:
        tried = {key: each for key, each in tried.items() if each.outcome in {KILLED, TIMEOUT}}
    left = [mutant for mutant in mutants if mutant.key not in tried]
    if not left:
        return tried
    court = Court(left, up_to_date(), budget)
    with state.open("a") as log:
        for place, mutant in enumerate(left, 1):
            outcome = court.try_mutant(mutant)
            tried[mutant.key] = outcome
            log.write(json.dumps({"key": mutant.key, **outcome._asdict()}) + "\n")
            log.flush()
            print(f"{place}/{len(left)} {outcome.outcome} {outcome.seconds} s {mutant.key}", flush=True)
    if court.unsound:
        print(f"not used, because they fail without a mutant: {', '.join(sorted(court.unsound))}")
    return tried


def report(sample: list[Mutant], outcomes: dict[str, Outcome], equivalents: set[str]) -> int:
    """Print the survivors and the figures."""
    counts: Counter[str] = Counter()
    for mutant in sample:
        if mutant.key in equivalents:
            counts["equivalent"] += 1
            continue
        outcome = outcomes[mutant.key].outcome
        counts[outcome] += 1
        if outcome in {SURVIVED, UNCOVERED}:
            print(f"{outcome}: {mutant.module}:{mutant.line}\n  {mutant.key}")
    noticed = counts[KILLED] + counts[TIMEOUT]
    changing = len(sample) - counts["equivalent"]
    print(f"{len(sample)} mutants: {dict(counts)}")
    print(f"{noticed} of {changing} that change something are noticed: {noticed / (changing or 1):.1%}")
    return 0 if noticed >= GOAL * changing else 1


if __name__ == "__main__":
    sys.exit(main())
