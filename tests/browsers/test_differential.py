"""Random policies and requests: the engine allows the page what the library's decision predicts."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from itertools import groupby

import pytest

from browsers.differential import Verdict, disagreement, make_examples, verdict_of, verdict_of_library
from browsers.modelled import ModelledRun
from browsers.table import SECURE


@pytest.mark.parametrize("layout", SECURE)
def test_the_engine_allows_a_page_what_the_decision_predicts(engine, arena, request, layout):
    """As does the browser model, which judges by the responses alone."""
    names = arena.layouts[layout]
    count = -(-request.config.getoption("--examples") // len(SECURE))
    examples = make_examples(layout, names, count)
    disagreements = []

    for _, group in groupby(sorted(examples, key=_is_sandboxed), _is_sandboxed):
        for example, said, seen in _ask(engine, arena, list(group)):
            verdicts = {
                "the library": verdict_of_library(example),
                engine.name: said,
                "the model": _ask_model(engine, example),
            }
            if len(set(verdicts.values())) > 1:
                disagreements.append(disagreement(example, verdicts, seen))

    assert not disagreements, f"{len(disagreements)} of {count}\n\n" + "\n\n".join(disagreements[:5])
    assert not arena.errors


def _ask(engine, arena, examples):
    with ExitStack() as stack:
        runs = [stack.enter_context(arena.run(example.app)) for example in examples]
        steps = [
            replace(example.step, url=example.step.url.replace("{api}", f"{{api}}{served.path}"))
            for example, served in zip(examples, runs, strict=True)
        ]
        outcomes = engine.run(examples[0].names, steps, "", parallel=True)
        return [
            (example, verdict_of(outcome, served.seen, example.names), served.seen)
            for example, outcome, served in zip(examples, outcomes, runs, strict=True)
        ]


def _ask_model(engine, example) -> Verdict:
    modelled = ModelledRun(example.app, example.names, engine.name)
    return verdict_of(modelled.run([example.step])[0], modelled.seen, example.names)


def _is_sandboxed(example) -> bool:
    return example.step.place.sandboxed
