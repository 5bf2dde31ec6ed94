"""Random policies and requests, and three opinions on each: the library's, an engine's, the model's."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from browsers.apps import thing
from browsers.steps import Names, Outcome, Place, Seen, Step
from browsers.table import describe, transcribe
from flask_corsguard import CorsMiddleware, Policy, Reason, Request, decide
from flask_corsguard.core.guard import is_refused, judge

#: Examples of the same number and layout are the same ones, wherever and whenever they are made.
SEED = "2026-11"

_METHODS = ("GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE", "PATCH", "patch", "put")
_NORMALIZED = {"put": "PUT"}
#: Name, value, and whether a preflight has to ask for it.
_HEADERS = (
    ("Accept", "text/html", False),
    ("Accept", "a" * 129, True),
    ("Authorization", "Bearer 1", True),
    ("Content-Language", "en, de", False),
    ("Content-Type", "application/json", True),
    ("Content-Type", "text/plain;charset=utf-8", False),
    ("Range", "bytes=0-9", False),
    ("X-A", "1", True),
    ("X-B", "2", True),
)
_READ = ("x-other", "x-total")


class Verdict(NamedTuple):
    """What became of a request: what the page has, what the server saw."""

    got: str
    seen: str


@dataclass(frozen=True)
class Example:
    """A policy and a request."""

    number: int
    names: Names
    policy: Policy
    step: Step

    @property
    def origin(self) -> str:
        """The origin as it is in the request."""
        return "null" if self.step.place.sandboxed else self.names.page

    @property
    def app(self) -> CorsMiddleware:
        """What is asked."""
        return CorsMiddleware(thing, self.policy)

    @property
    def unsafe_headers(self) -> list[str]:
        """The names that a preflight asks for, in its order."""
        unsafe = {(name, value) for name, value, is_unsafe in _HEADERS if is_unsafe}
        return sorted(name.lower() for name, value in self.step.headers if (name, value) in unsafe)

    def __str__(self) -> str:
        return f"example {self.number}: {self.policy!r}\n{self.step!r}\nfrom {self.origin}"


def make_examples(layout: str, names: Names, count: int) -> list[Example]:
    """Make *count* examples for the origins of one layout."""
    return [
        _make_example(random.Random(f"{SEED} {layout} {number}"), number, names) for number in range(count)
    ]


def _make_example(dice: random.Random, number: int, names: Names) -> Example:
    return Example(number, names, _make_policy(dice, names), _make_step(dice))


def _make_policy(dice: random.Random, names: Names) -> Policy:
    host, _, port = names.page.rpartition(":")
    scheme = names.page.partition("://")[0]
    credentials = dice.random() < 0.4
    origins = dice.choice(
        [
            [names.page],
            [names.page, names.third],
            [names.third, "https://other.example"],
            [f"{host}:*"],
            [f"{host}:{int(port) + 1}", "https://*.partner.example"],
            [re.compile(re.escape(names.page))],
            [lambda origin: str(origin) == names.page],
            [f"{scheme}://*.localhost:*"],
            *([] if credentials else ["*", "*", ["null", names.third]]),
        ]
    )
    return Policy(
        origins=origins,
        methods=dice.choice([None, "*", dice.sample(["PUT", "DELETE", "PATCH"], dice.randint(0, 3))]),
        allow_headers=dice.choice(
            [
                "*",
                ["*", "Authorization"],
                ["Content-Type"],
                dice.sample(["Accept", "Authorization", "Content-Type", "X-A", "x-b"], dice.randint(0, 5)),
            ]
        ),
        expose_headers=dice.choice(
            [(), ["X-Total"], ["x-total", "X-Other"], *([] if credentials else ["*"])]
        ),
        credentials=credentials,
        max_age=dice.choice([None, 0, 600]),
        timing=dice.random() < 0.5,
        resource_policy=dice.choice([None, "same-origin", "same-site", "cross-origin"]),
        guard=dice.choice(["enforce", "off"]),
        dangerously_allow=["null-origin"] if "null" in origins else [],
    )


def _make_step(dice: random.Random) -> Step:
    method = dice.choice(_METHODS)
    headers = {name: value for name, value, _ in dice.sample(_HEADERS, dice.choice([0, 0, 1, 1, 2, 3]))}
    return Step(
        dice.choice(["fetch", "fetch", "xhr"]),
        "{api}/x",
        method=method,
        headers=tuple(headers.items()),
        body="x" if method not in {"GET", "HEAD"} and "Content-Type" in headers else None,
        credentials=dice.choice(["omit", "same-origin", "include"]),
        read=_READ,
        place=Place(sandboxed=dice.random() < 0.2),
    )


def verdict_of_library(example: Example) -> Verdict:
    """Return what :func:`flask_corsguard.decide` and the guard predict for the request."""
    step, policy = example.step, example.policy
    method = _NORMALIZED.get(step.method, step.method)
    include = step.credentials == "include"
    unsafe = example.unsafe_headers
    label = {example.names.page: "page"}.get(example.origin, example.origin)
    seen = []
    if method not in {"GET", "HEAD", "POST"} or unsafe:
        asked = Request(
            method="OPTIONS",
            origin=example.origin,
            requested_method=method,
            requested_headers=",".join(unsafe) if unsafe else None,
        )
        decision = decide(policy, asked)
        seen.append(f"OPTIONS[{label}]?{method}" + (f"+{','.join(unsafe)}" if unsafe else ""))
        if decision.status != 204:
            return Verdict("refused", seen[0] + str(decision.status))
        if not (_engines_send(example, asked) and (not include or policy.credentials)):
            return Verdict("refused", seen[0])
    sent = Request(
        method=method,
        origin=example.origin,
        fetch_site=_site(example),
        host=example.names.api.partition("//")[2],
    )
    judged = judge(policy, sent)
    status = 403 if is_refused(judged) and policy.guard == "enforce" else 200
    seen.append(f"{method}[{label}]" + ("403" if status == 403 else ""))
    if not decide(policy, sent).allowed or (include and not policy.credentials):
        return Verdict("refused", " ".join(seen))
    return Verdict(_readable(example, status), " ".join(seen))


def _engines_send(example: Example, asked: Request) -> bool:
    decision = decide(example.policy, asked)
    if decision.reason is Reason.HEADER_NOT_ALLOWED and _is_wildcard_authorization(example):
        # See flask_corsguard.testing.DIFFERENCES, "wildcard-authorization".
        rest = [name for name in example.unsafe_headers if name != "authorization"]
        return decide(example.policy, replace(asked, requested_headers=",".join(rest) or None)).allowed
    return decision.allowed


def _is_wildcard_authorization(example: Example) -> bool:
    return (
        "*" in example.policy.allow_headers
        and not example.policy.credentials
        and example.step.credentials != "include"
    )


def _site(example: Example) -> str:
    return "cross-site" if example.step.place.sandboxed else example.names.site


def _readable(example: Example, status: int) -> str:
    exposed = [name.lower() for name in example.policy.expose_headers]
    served = {"x-other": "8", "x-total": "7"} if status == 200 else {}
    every = "*" in exposed and example.step.credentials != "include"
    headers = tuple(item for item in served.items() if every or item[0] in exposed)
    return describe(Outcome("readable", status, "", headers))


def verdict_of(outcome: Outcome, seen: list[Seen], names: Names) -> Verdict:
    """Return what became of a request that was really sent."""
    return Verdict(describe(outcome), transcribe(seen, names))


def disagreement(example: Example, verdicts: dict[str, Verdict], seen: list[Seen]) -> str:
    """Return all that one needs to understand who is wrong."""
    told = "\n".join(f"{who}: {verdict.got} | {verdict.seen}" for who, verdict in verdicts.items())
    exchange = "\n\n".join(str(each) for each in seen) or "nothing was sent"
    return f"{example}\n{told}\n{exchange}"
