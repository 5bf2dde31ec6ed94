"""What a page does, described once: real engines do it in JavaScript, the browser model in Python.

A :class:`Step` is plain data, so that one table of cases is all there is. Its outcome is an
:class:`Outcome`, which is plain data too: what a script on that page could know afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

EngineName = Literal["chromium", "firefox", "webkit"]
ENGINES: tuple[EngineName, ...] = ("chromium", "firefox", "webkit")

#: What a page can do. ``timing`` reads the resource timing of a *url* that was loaded before on the
#: same page; ``wait`` waits for *seconds*.
Act = Literal[
    "beacon",
    "eventsource",
    "fetch",
    "font",
    "form",
    "image",
    "navigate",
    "script",
    "timing",
    "wait",
    "websocket",
    "xhr",
]


class Names(NamedTuple):
    """The origins of one layout: where the page is, what it asks, and who else there is."""

    page: str
    api: str
    third: str
    #: What :attr:`page` is to :attr:`api`, as ``Sec-Fetch-Site`` calls it.
    site: Literal["same-site", "cross-site"]


@dataclass(frozen=True)
class Place:
    """Where a step is done: a document, and what is special about it."""

    #: The name of an origin: "page", "api" or "third" of :class:`Names`, or an origin itself.
    at: str = "page"
    #: Done by a document in ``<iframe sandbox="allow-scripts allow-forms">``: its origin is opaque.
    sandboxed: bool = False
    #: The ``Referrer-Policy`` of the document; "" is the browser's own default.
    referrer_policy: str = ""


@dataclass(frozen=True)
class Step:
    """One thing that a page does."""

    do: Act
    #: ``{page}``, ``{api}``, ``{third}`` are placeholders for origins; a run's own path follows them by
    #: itself, so "{api}/x" is fetched from a URL such as http://api.localhost:8001/run-17/x. WebSockets are
    #: written with http or https, too: the scheme follows from it.
    url: str = ""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    #: The text of the body; for forms, fields as (name, value) pairs are in :attr:`fields`.
    body: str | None = None
    mode: Literal["cors", "no-cors", "same-origin"] = "cors"
    #: Of fetch; XHR and EventSource send credentials across origins when it is "include".
    credentials: Literal["omit", "same-origin", "include"] = "same-origin"
    redirect: Literal["follow", "error", "manual"] = "follow"
    cache: Literal["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"] = "default"
    #: Of the request; "" is the document's.
    referrer_policy: str = ""
    #: Of images and scripts: the attribute; ``None``: it is not there.
    crossorigin: Literal["anonymous", "use-credentials"] | None = None
    #: Of forms: how the fields are written, and where the answer goes.
    enctype: str = "application/x-www-form-urlencoded"
    fields: tuple[tuple[str, str], ...] = ()
    target: Literal["frame", "top"] = "frame"
    #: Of XHR: somebody listens to the progress of the upload.
    upload_listener: bool = False
    #: Of fetch and xhr: the names of response headers that the script tries to read.
    read: tuple[str, ...] = ()
    #: Of beacons: the type of the Blob; "" sends a string.
    content_type: str = ""
    seconds: float = 0
    place: Place = field(default_factory=Place)


class Outcome(NamedTuple):
    """What the page knows after a step.

    ``result`` is one of:

    - ``readable``: the answer (fetch, xhr: all three of them are given; image: its pixels; script:
      its errors; eventsource: the first event; font; timing: its details);
    - ``opaque``: an image that taints a canvas, a script whose errors are muted, a no-cors answer,
      a redirect that is not followed, timing without details;
    - ``refused``: an error without a reason (the ``TypeError`` of fetch, the error event, a beacon
      that returns false, a fetch that cannot even be constructed);
    - ``open``: the WebSocket;
    - ``sent``: a form, a navigation, a beacon, of which the page learns nothing; ``wait``.
    """

    result: Literal["readable", "opaque", "refused", "open", "sent"]
    #: Of fetch and xhr that are readable, else 0.
    status: int = 0
    #: Of fetch and xhr that are readable: its text.
    body: str = ""
    #: Of fetch and xhr: those of ``Step.read`` that a script could read, in lower case, sorted by name.
    headers: tuple[tuple[str, str], ...] = ()


class Seen(NamedTuple):
    """A request as the server saw it, and what was answered."""

    method: str
    #: The path below the run's own, with the query.
    path: str
    #: The origin that was asked, from the scheme and ``Host``.
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    status: int
    response_headers: tuple[tuple[str, str], ...]
    #: Whether the application behind the library was called.
    reached: bool

    def get(self, name: str) -> str | None:
        """Return the value of the request header *name*, in any case."""
        return _get(self.headers, name)

    def answered(self, name: str) -> str | None:
        """Return the value of the response header *name*, in any case; lines are joined by commas."""
        return _get(self.response_headers, name)

    def __str__(self) -> str:
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        answer = [str(self.status), *(f"{name}: {value}" for name, value in self.response_headers)]
        return "\n".join([*(f"> {line}" for line in lines), *(f"< {line}" for line in answer)])


def _get(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    values = [value for key, value in headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None
