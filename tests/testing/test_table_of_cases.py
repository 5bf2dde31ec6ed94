"""The browser model in the table of cases that real engines are tested with, and with random policies."""

from __future__ import annotations

import pytest

from browsers.cases import CASES
from browsers.differential import Verdict, disagreement, make_examples, verdict_of, verdict_of_library
from browsers.judged import Run, expectation, told
from browsers.modelled import LAYOUTS, ModelledRun
from browsers.steps import ENGINES
from flask_corsguard.testing import DIFFERENCES

#: The row that shows a difference.
SHOWN = {
    "client-hints": "client hints: those of the device",
    "wildcard-authorization": "Authorization under any header",
    "no-referrer-no-cors-origin": "a no-cors POST with no-referrer",
    "redirected-preflight-origin": "PUT and 307 to a third origin: a preflight of null",
    "redirected-get-preflight": "PUT and 303 becomes GET",
    "resource-policy-address": "the library: an image under resource_policy='same-site', from another port",
    "samesite-default": "another site: a fetch with credentials",
    "lax-allowing-unsafe": "another site: a form, two minutes young",
    "mixed-content-loopback": "an https page uses http: a fetch",
    "image-cache-refetch": "without Vary, an image is cached for pages with an origin",
    "negative-max-age": "an age of minus one, which is not an age by the standard",
    "preflight-fetch-mode": "without Sec-Fetch-Site: an allowed origin puts",
    "websocket-fetch-metadata": "a socket",
    "websocket-destination": "a socket",
    "secure-cookie-on-loopback": "a Secure cookie over http to this machine",
}
#: What no step of a page shows in seconds: ten minutes, a hand at the address bar, a Referer.
UNSHOWN = {"preflight-cache-limit", "fetch-user", "sandboxed-referer"}
#: Examples for each layout, of the same random numbers as those that engines are asked.
EXAMPLES = 1000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_model_does_what_the_table_lists(case):
    """It does what the standard requires, and what each engine does, in every layout."""
    for layout in case.layouts:
        names = LAYOUTS[layout]
        for judge in ("standard", *ENGINES):
            modelled = ModelledRun(case.app(names), names, None if judge == "standard" else judge)

            done = Run(modelled.run(case.steps), modelled.seen)

            exchange = "\n\n".join(str(each) for each in done.seen)
            assert told(case, names, done) == expectation(case, names, judge), (
                f"{judge}, {layout}:\n{exchange}"
            )


@pytest.mark.parametrize("layout", ["ports", "localhost", "https"])
def test_the_model_comes_to_the_verdict_of_decide(layout):
    """The model judges by the responses alone."""
    names = LAYOUTS[layout]
    disagreements = []

    for example in make_examples(layout, names, EXAMPLES):
        modelled = ModelledRun(example.app, names, "chromium")
        verdicts: dict[str, Verdict] = {
            "the library": verdict_of_library(example),
            "the model": verdict_of(modelled.run([example.step])[0], modelled.seen, names),
        }
        if len(set(verdicts.values())) > 1:
            disagreements.append(disagreement(example, verdicts, modelled.seen))

    assert not disagreements, f"{len(disagreements)} of {EXAMPLES}\n\n" + "\n\n".join(disagreements[:5])


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.code)
def test_the_table_shows_every_difference(difference):
    """Each difference has a row that lists the deviating engines."""
    if difference.code in UNSHOWN:
        assert difference.code not in SHOWN
        return
    case = next(case for case in CASES if case.id == SHOWN[difference.code])

    deviating = {engine for engine in ENGINES if case.told(engine) != case.told("standard")}

    alike = {other for other, shown in SHOWN.items() if shown == case.id}
    named = {engine for other in DIFFERENCES if other.code in alike for engine in other.deviating}
    assert deviating == named or difference.code == "lax-allowing-unsafe"
    assert deviating >= difference.deviating
