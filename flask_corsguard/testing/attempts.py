"""What a page tries: it succeeds, or says in one exception what went wrong and all that took place."""

from __future__ import annotations

from types import TracebackType

from .exchanges import Exchange
from .fetching import Fetch
from .refusals import FetchRefused, NetworkError
from .requests import Client, Request
from .urls import page_origin
from .user_agent import Agent, Answer


class Attempt:
    """One thing that a page, or a person, tries.

    As a context manager it turns a :class:`NetworkError` into a :class:`FetchRefused` that knows
    what was asked and what went over the wire.
    """

    def __init__(self, agent: Agent, client: Client | None, asked: str) -> None:
        self._agent = agent
        who = "a person who types the URL" if client is None else f"a page of {page_origin(client.url)}"
        if client is not None and client.is_sandboxed:
            who = f"a sandboxed frame (origin null) in {who}"
        self._asked = f"{who} {asked}"
        self.exchanges: list[Exchange] = []

    def __enter__(self) -> Attempt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, NetworkError):
            raise FetchRefused(self._asked, error, tuple(self.exchanges)) from None

    def fetch(self, request: Request) -> tuple[Fetch, Answer]:
        """Fetch *request*, as far as a browser does."""
        fetch = Fetch(self._agent, request, self.exchanges)
        return fetch, fetch.run()
