"""What a row of the table is."""

from __future__ import annotations

from dataclasses import dataclass

from flask_corsguard import Policy

from .browser import PageRequest, Verdict


@dataclass(frozen=True)
class Row:
    """One line of the story, with its end."""

    title: str
    request: PageRequest
    #: The policy by which the bank ought to answer.
    policy: Policy
    #: The statuses of the answers: one, or two if a preflight comes first.
    statuses: tuple[int, ...]
    verdict: Verdict
    #: Whether the guard refuses it, so that the bank never sees it.
    refused: bool = False
    #: What is taken from Alice's account.
    moved: int = 0
    #: Whether the bank's switch is on meanwhile.
    guard: bool = True
