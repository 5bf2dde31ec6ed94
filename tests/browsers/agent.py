"""The agent: a page inside of a browser that asks its own server what to do, and the jobs for it."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote

#: Where agents are, at every origin.
PREFIX: Final = "/__agent/"
#: Seconds in which a document that a job needs must be there: an engine may start a process for it.
BEGIN: Final = 180
#: Seconds for which a question may wait: less than the time after which any browser gives up.
HOLD: Final = 20
#: Seconds after which one looks whether the browser is still there.
LOOK: Final = 0.5

_SCRIPT: Final = Path(__file__).with_name("agent.js")
_PAGE: Final = """<!doctype html>
<meta charset="utf-8">
<title>Agent</title>
<link rel="icon" href="data:,">
<body>
<script id="agent" data-document="{number}" data-warm="{warm}">
{script}</script>
"""

#: What a page reports of one step: the fields of an Outcome, or ``error``.
Result = dict[str, Any]


@dataclass
class Job:
    """Steps that one document does."""

    origin: str
    referrer_policy: str
    sandboxed: bool
    steps: Sequence[Mapping[str, Any]]
    parallel: bool
    #: Seconds for each step.
    bound: float
    #: Its one step leaves the document, and it is done when the agent has come back.
    leaves: bool
    #: The number of the document that does it.
    taken_by: int | None = field(default=None, init=False)
    results: list[Result] | None = field(default=None, init=False)

    def told(self) -> dict[str, Any]:
        """Return what the page must know."""
        steps = list(self.steps)
        return {"steps": steps, "parallel": self.parallel, "bound": self.bound, "sandboxed": self.sandboxed}


class Agent:
    """The page of one started browser, as a WSGI application, and its jobs.

    Each start has an agent of its own, because a question that a killed browser had asked would swallow
    the next one's job. Of its documents only the newest one is given anything, for the same reason.

    :param is_alive: whether there is any sense in waiting.
    :param neighbour: gives, of a page's origin, the one that each document asks for something before it asks
        for jobs, until the preflight of that is cached. Firefox has a process for each site, and each forgets
        its first preflights, those to its own site and to others apart.
    """

    def __init__(self, is_alive: Callable[[], bool], neighbour: Callable[[str], str] | None) -> None:
        self.id = secrets.token_hex(8)
        self._is_alive = is_alive
        self._neighbour = neighbour
        self._was_asked = False
        self._changed = threading.Condition()
        self._closed = False
        #: The origin and the referrer policy of each document there was.
        self._documents: list[tuple[str, str]] = []
        #: Of documents, the one where something went wrong and may still be going on.
        self._spent: int | None = None
        self._job: Job | None = None
        self._is_there = False

    def url(self, origin: str, referrer_policy: str = "") -> str:
        """Return the address of the agent's page at *origin*."""
        return f"{origin}{PREFIX}{self.id}/page?referrer={quote(referrer_policy)}"

    def wait(self, seconds: float) -> bool:
        """Return whether the browser has asked for its first job before *seconds* have passed."""
        with self._changed:
            return self._wait_for(lambda: self._is_there, seconds)

    def ask(self, job: Job, seconds: float) -> list[Result]:
        """Have *job* done and return its results, one for each step or up to the first error.

        :raises TimeoutError: if there are none after *seconds*, or if the browser has ended.
        """
        with self._changed:
            self._job = job
            self._changed.notify_all()
            if self._wait_for(lambda: job.taken_by is not None, BEGIN):
                self._wait_for(lambda: job.results is not None, seconds)
            self._job = None
        if job.results is None:
            raise TimeoutError
        return job.results

    def _wait_for(self, condition: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not self._changed.wait_for(lambda: self._closed or condition(), LOOK):
            if time.monotonic() > until or not self._is_alive():
                break
        return condition()

    def where(self) -> str:
        """Return the page at which the agent was last."""
        return " with ".join(self._documents[-1]) if self._documents else "nowhere"

    def close(self) -> None:
        """Have the question that waits answered."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __call__(self, environ, start_response):
        """Serve the page, answer its question, or warm it up."""
        headers = [("Cache-Control", "no-store")]
        body = b""
        if environ["PATH_INFO"].endswith("/warm"):
            body = self._warm(environ["REQUEST_METHOD"])
            # Tempting: "*" as the method, but Firefox never caches what that allows.
            headers += [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "PUT")]
            headers.append(("Access-Control-Max-Age", "600"))
        elif environ["REQUEST_METHOD"] == "POST":
            question = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            body = json.dumps(self._answer(question["document"], question["results"])).encode()
            headers.append(("Content-Type", "application/json"))
        else:
            policy = parse_qs(environ["QUERY_STRING"]).get("referrer", [""])[0]
            body = self._page(f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}", policy)
            headers.append(("Content-Type", "text/html; charset=utf-8"))
            if policy:
                headers.append(("Referrer-Policy", policy))
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _warm(self, method: str) -> bytes:
        """Return, for an actual request, whether there was no preflight."""
        was_asked, self._was_asked = self._was_asked, method == "OPTIONS"
        return b"asked" if was_asked else b"kept"

    def _page(self, origin: str, policy: str) -> bytes:
        with self._changed:
            self._documents.append((origin, policy))
            number = len(self._documents)
            self._changed.notify_all()
        warm = f"{self._neighbour(origin)}{PREFIX}{self.id}/warm" if self._neighbour else ""
        return _PAGE.format(number=number, warm=warm, script=_SCRIPT.read_text()).encode()

    def _answer(self, number: int, results: list[Result] | None) -> dict[str, Any]:
        with self._changed:
            self._is_there = True
            self._note(number, results)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_stale(number) or self._waiting() is not None, HOLD)
            if self._is_stale(number):
                return {"stop": True}
            job = self._waiting()
            if job is None:
                return {}
            if number == self._spent or self._documents[-1] != (job.origin, job.referrer_policy):
                return {"go": self.url(job.origin, job.referrer_policy)}
            job.taken_by = number
            return {"job": job.told()}

    def _note(self, number: int, results: list[Result] | None) -> None:
        """Take *results* of the document that has the job; another document is a return from it."""
        job = self._job
        if job is None or job.taken_by is None or job.results is not None:
            return
        if job.taken_by == number:
            job.results = results
            if results and "error" in results[-1]:
                self._spent = number
        elif job.leaves:
            job.results = [{"result": "sent"}]

    def _is_stale(self, number: int) -> bool:
        return self._closed or number != len(self._documents)

    def _waiting(self) -> Job | None:
        return self._job if self._job is not None and self._job.taken_by is None else None
