"""Three real browser engines without a window and without a driver: started, asked and stopped.

``python -m browsers.engines NAME [SECONDS]``, from tests, starts one and tells where it can be asked.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from browsers import launch
from browsers.agent import Agent, Job
from browsers.arena import Arena
from browsers.launch import START, EngineError, EngineMissingError, Home
from browsers.steps import ENGINES, EngineName, Names, Outcome, Place, Step

__all__ = ["BOUND", "Engine", "EngineError", "EngineMissingError"]

#: Seconds for a step, apart from those that it waits by itself: most need a hundredth of one.
BOUND: Final = 60.0
#: Steps in parallel wait for each other: a browser has six connections to a server, and as long as here
#: per step would be ten times too slow.
SECONDS_PER_PARALLEL_STEP: Final = 0.1
#: Seconds from the end of the last step to its report, which may need a new document.
REPORT: Final = 60


class Engine:
    """One browser, from its start to :meth:`stop`, at the origins of an arena.

    :raises EngineMissingError: with the Debian package that has what is missing.
    :raises EngineError: if it does not start.
    """

    def __init__(self, name: EngineName, arena: Arena) -> None:
        self.name = name
        self.version = name
        #: How often it was asked, what for and how long that took.
        self.cases, self.steps, self.seconds = 0, 0, 0.0
        self._arena = arena
        self._broken = ""
        self._home = Home(name)
        self._agent = Agent(self._home.is_alive, arena.neighbour if name == "firefox" else None)
        arena.add_agent(self._agent)
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def run(
        self,
        names: Names,
        steps: Sequence[Step],
        prefix: str,
        *,
        parallel: bool = False,
        bound: float = BOUND,
    ) -> list[Outcome]:
        """Do *steps* one after the other, or neighbours of one place in *parallel*; give their outcomes.

        :param prefix: the path of the run, which follows each origin that a step names.
        :param bound: the seconds that a step may take.
        :raises EngineError: if a step has not ended, or could not be done.
        """
        began = time.monotonic()
        if parallel:
            bound += len(steps) * SECONDS_PER_PARALLEL_STEP
        outcomes: list[Outcome] = []
        for place, group in _jobs(steps):
            origin = names._asdict().get(place.at, place.at)
            told = [_tell(step, names, prefix) for step in group]
            job = Job(
                origin, place.referrer_policy, place.sandboxed, told, parallel, bound, _leaves(group[0])
            )
            outcomes += self._do(job)
        self.cases, self.steps = self.cases + 1, self.steps + len(steps)
        self.seconds += time.monotonic() - began
        return outcomes

    def stop(self) -> None:
        """End the browser and remove what it has written."""
        self._agent.close()
        self._home.remove()

    def _do(self, job: Job) -> list[Outcome]:
        if not job.leaves:
            return [self._outcome(result) for result in self._ask(job)]
        with self._arena.sending_back(self._agent.url(job.origin, job.referrer_policy)):
            return [self._outcome(result) for result in self._ask(job)]

    def _ask(self, job: Job) -> list[dict[str, Any]]:
        if self._broken:
            raise self._failed(f"given up before: {self._broken}")
        each = [job.bound + step["seconds"] for step in job.steps]
        seconds = REPORT + (max(each) if job.parallel else sum(each))
        try:
            return self._agent.ask(job, seconds)
        except TimeoutError:
            doing = "; ".join(f"{step['do']} {step['url']}" for step in job.steps[:3])
            state = "was not begun" if job.taken_by is None else "did not end"
            alive = "" if self._home.is_alive() else ", and the browser has ended"
            where = self._agent.where()
            self._broken = f"{doing}: {state} within {seconds:g} s; the agent was at {where}{alive}"
            raise self._failed(self._broken) from None

    def _outcome(self, result: dict[str, Any]) -> Outcome:
        if "error" in result:
            raise self._failed(result["error"])
        headers = sorted((name, value) for name, value in result.get("headers", ()))
        return Outcome(result["result"], result.get("status", 0), result.get("body", ""), tuple(headers))

    def _failed(self, why: str) -> EngineError:
        return EngineError("\n".join([f"{self.name}, {self.version}: {why}", *self._home.said()]))

    def _start(self) -> None:
        command, environ = getattr(launch, self.name)(self._home, self._arena)
        told = subprocess.run(
            [command[0], "--version"],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START,
            check=False,
        )
        self.version = told.stdout.strip() or "of unknown version"
        names = self._arena.layouts["ports"]
        self._home.spawn([*command, self._agent.url(names.page)], environ)
        if not self._agent.wait(START):
            raise self._failed(f"no job was asked for within {START} s")
        self._look_up_a_name()

    def _look_up_a_name(self) -> None:
        """Ask for a name that only the arena has, before it matters whether it is found.

        While libnss-wrapper reads its list for the first of WebKit's threads, it finds nothing for another.
        """
        step = Step("fetch", "{api}/first", mode="no-cors", place=Place(self._arena.layouts["ports"].page))
        outcomes = self.run(self._arena.layouts["plain"], [step, step], "")
        if outcomes[1].result != "opaque":
            raise self._failed(f"{self._arena.layouts['plain'].api} cannot be reached")
        self.cases, self.steps, self.seconds = 0, 0, 0.0


def _jobs(steps: Sequence[Step]) -> list[tuple[Place, list[Step]]]:
    """Group neighbours of the same place; what leaves the document is alone."""
    jobs: list[tuple[Place, list[Step]]] = []
    for step in steps:
        if step.place.sandboxed and _leaves(step):
            raise ValueError(f"A sandboxed document may not navigate its top: {step}")
        last = jobs[-1] if jobs else None
        if last is None or last[0] != step.place or _leaves(step) or _leaves(last[1][0]):
            jobs.append((step.place, [step]))
        else:
            last[1].append(step)
    return jobs


def _leaves(step: Step) -> bool:
    return step.do == "navigate" or (step.do == "form" and step.target == "top")


def _tell(step: Step, names: Names, prefix: str) -> dict[str, Any]:
    """Return *step* as the page gets it, with the addresses of this run."""
    url = step.url
    for name in ("page", "api", "third"):
        url = url.replace(f"{{{name}}}", getattr(names, name) + prefix)
    return asdict(step) | {"url": url}


if __name__ == "__main__":
    with Arena() as _arena:
        _engine = Engine(next(name for name in ENGINES if name == sys.argv[1]), _arena)
        print(_engine.version, *_arena.layouts.values(), sep="\n")  # noqa: T201 - a program prints
        try:
            time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 60)
        finally:
            _engine.stop()
