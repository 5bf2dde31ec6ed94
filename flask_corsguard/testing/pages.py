"""Pages, and what they can do."""

from __future__ import annotations

from typing import Any

from .attempts import Attempt
from .elements import CrossOrigin, load_font, load_image, load_script, open_event_source
from .fetching import Fetch, referrer_policy_of
from .request_constructor import (
    Data,
    Fields,
    HeadersArgument,
    body_and_headers,
    checked_url,
    client_of,
    construct,
    normalize_method,
)
from .requests import CacheMode, Client, CredentialsMode, Mode, RedirectMode
from .responses import Image, Response, Script, filtered
from .sending import Target, navigate, open_websocket, send_beacon, submit
from .urls import Origin
from .user_agent import Agent, Answer


class Page:
    """A document in a browser; ``browser.open(url)`` and ``browser.visit(url)`` give one.

    Whatever a browser refuses raises :class:`FetchRefused`. A URL may be relative to the page's.
    """

    def __init__(self, agent: Agent, client: Client, response: Response | None = None) -> None:
        self._agent = agent
        self._client = client
        #: What the page was loaded from; ``None`` if it was opened without a request.
        self.response = response

    @property
    def url(self) -> str:
        """The URL of the page."""
        return str(self._client.url)

    @property
    def origin(self) -> Origin:
        """The origin of the page; ``str()`` of it is ``"null"`` in a sandboxed frame."""
        return self._client.origin

    def __repr__(self) -> str:
        return f"<Page {self.url}{' (sandboxed)' if self._client.is_sandboxed else ''}>"

    def fetch(
        self,
        url: str,
        method: str = "GET",
        *,
        json: Any = None,
        data: Data | None = None,
        headers: HeadersArgument = (),
        mode: Mode = "cors",
        credentials: CredentialsMode = "same-origin",
        redirect: RedirectMode = "follow",
        cache: CacheMode = "default",
        referrer_policy: str | None = None,
    ) -> Response:
        """Call ``fetch()`` (https://fetch.spec.whatwg.org/#fetch-method).

        :param json: what is sent as JSON, with that ``Content-Type``.
        :param data: text, bytes, or a mapping that is sent as ``URLSearchParams``.
        :param referrer_policy: ``None`` is that of the page.
        """
        with Attempt(self._agent, self._client, f"fetch {method} {url}") as attempt:
            request = construct(
                self._client,
                url,
                method=method,
                json=json,
                data=data,
                headers=headers,
                mode=mode,
                credentials=credentials,
                redirect=redirect,
                cache=cache,
                referrer_policy=referrer_policy or "",
            )
            return filtered(*attempt.fetch(request))

    def xhr(
        self,
        url: str,
        method: str = "GET",
        *,
        data: Data | None = None,
        headers: HeadersArgument = (),
        with_credentials: bool = False,
        upload_listener: bool = False,
    ) -> Response:
        """Send an ``XMLHttpRequest`` (https://xhr.spec.whatwg.org/#the-send()-method).

        :param upload_listener: somebody listens to the progress of the upload, so that even a
            simple request needs a preflight.
        """
        with Attempt(self._agent, self._client, f"send an XMLHttpRequest {method} {url}") as attempt:
            request = client_of(checked_url(url, self._client), self._client)
            request.method = normalize_method(method)
            # Not an error, as it is with fetch: the body is left out.
            sent = None if request.method in {"GET", "HEAD"} else data
            request.body, request.headers = body_and_headers("cors", None, sent, headers)
            request.mode = "cors"
            request.credentials = "include" if with_credentials else "same-origin"
            request.unsafe, request.use_preflight = True, upload_listener
            return filtered(*attempt.fetch(request))

    def image(self, url: str, crossorigin: CrossOrigin | None = None) -> Image:
        """Show an ``<img>``; the result says whether a canvas with it is ``tainted``."""
        return load_image(self._agent, self._client, url, crossorigin)

    def script(self, url: str, crossorigin: CrossOrigin | None = None) -> Script:
        """Run a ``<script>``; the result says whether its errors are ``muted``."""
        return load_script(self._agent, self._client, url, crossorigin)

    def font(self, url: str) -> Response:
        """Use a font of ``@font-face``, which always needs CORS across origins."""
        return load_font(self._agent, self._client, url)

    def event_source(self, url: str, *, with_credentials: bool = False) -> Response:
        """Open an ``EventSource``, and read what it says first."""
        return open_event_source(self._agent, self._client, url, with_credentials=with_credentials)

    def submit(
        self,
        url: str,
        data: Fields,
        enctype: str = "application/x-www-form-urlencoded",
        method: str = "POST",
        target: Target = "_top",
    ) -> Response:
        """Submit a form, as a script does; the page learns nothing of the answer.

        :param target: where the answer goes: ``"frame"`` is an ``<iframe>`` in this page, anything
            else a window of its own.
        """
        return submit(self._agent, self._client, url, data, enctype=enctype, method=method, target=target)

    def beacon(self, url: str, data: Data = "", content_type: str | None = None) -> Response:
        """Call ``navigator.sendBeacon()``; the page learns nothing of the answer.

        :param content_type: the type of a ``Blob``; with one that no form could send there is a
            preflight. Without it *data* has the type that it has with :meth:`fetch`.
        """
        return send_beacon(self._agent, self._client, url, data, content_type)

    def websocket(self, url: str) -> Response:
        """Open a WebSocket and close it again; http(s) stands for ws(s)."""
        return open_websocket(self._agent, self._client, url)

    def navigate(self, url: str) -> Page:
        """Go to another page, as a script does that sets ``location``."""
        return page_of(self._agent, *navigate(self._agent, self._client, url))


def page_of(agent: Agent, fetch: Fetch, answer: Answer) -> Page:
    """Give the page that an *answer* to a navigation becomes."""
    url = fetch.request.url
    return Page(agent, Client(url, url.origin, referrer_policy_of(answer)), filtered(fetch, answer))
