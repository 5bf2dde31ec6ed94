"""How an application hears of what its policy refuses."""

from __future__ import annotations

from typing import Final

from blinker import Namespace
from werkzeug.exceptions import Forbidden

from .core.decision import Decision

#: Sent with the application and ``decision=`` for every refused preflight.
cors_refused: Final = Namespace().signal("cors-refused")


class CrossOriginRefused(Forbidden):
    """The policy does not let this request across origins; error handlers may answer it.

    :ivar decision: the :class:`.Decision`, whose ``explain()`` says why.
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.explain())
        self.decision = decision
