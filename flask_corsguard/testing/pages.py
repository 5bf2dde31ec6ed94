"""The page: a document in a browser, with every way in which it sends a request."""

from __future__ import annotations

from typing import Any

from .elements import CrossOrigin, load_font, load_image, load_script, open_event_source
from .fetching import Fetch, referrer_policy_of
from .refusals import Attempt
from .request_constructor import Data, Fields, HeadersArgument, construct, xhr_request
from .requests import CacheMode, Client, CredentialsMode, Mode, RedirectMode
from .responses import Image, Response, Script, filtered_response
from .sending import Target, navigate, open_websocket, send_beacon, submit
from .urls import Origin
from .user_agent import Agent, Answer


class Page:
    """A document in a browser, as :meth:`Browser.open` and :meth:`Browser.visit` return it.

    Each method is one way in which a page sends a request. It returns what the page may know of
    the response, or raises :class:`FetchRefused`. An exception that the application raises reaches
    the test. A *url* is absolute, or relative to the URL of the page.
    """

    __module__ = "flask_corsguard.testing"

    def __init__(self, agent: Agent, client: Client, response: Response | None = None) -> None:
        self._agent = agent
        self._client = client
        #: The response that the page was loaded from; ``None`` for a page of :meth:`Browser.open`.
        self.response = response

    @property
    def url(self) -> str:
        """The URL of the page."""
        return str(self._client.url)

    @property
    def origin(self) -> Origin:
        """The origin of the page; ``str(page.origin)`` is ``"null"`` in a sandboxed frame."""
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
        """Return the response that ``fetch()`` gives the page (https://fetch.spec.whatwg.org/#fetch-method).

        >>> from flask_corsguard.testing import Browser
        >>> from werkzeug import Response
        >>> app = Response("hello", headers={"Access-Control-Allow-Origin": "https://app.example"})
        >>> page = Browser(app).open("https://app.example")
        >>> response = page.fetch("https://api.example/greeting")
        >>> response.type, response.status, response.text
        ('cors', 200, 'hello')

        A status such as 404 is not a refusal: the page reads that response, too.

        :param url: the URL of the request.
        :param method: the method; to another origin, any but GET, HEAD and POST needs a preflight.
        :param json: a value to send as JSON, with ``Content-Type: application/json`` unless
            *headers* has another one.
        :param data: text, bytes, or a mapping that is sent as ``URLSearchParams``. Not with *json*.
        :param headers: request headers, as a mapping or as pairs. As in a browser, the forbidden
            ones (``Cookie``, ``Origin``) are dropped (#forbidden-request-header).
        :param mode: ``"cors"``, ``"same-origin"`` (another origin is refused) or ``"no-cors"`` (the
            page cannot read the response of another origin, whatever that origin allows).
        :param credentials: when cookies are sent and stored: never (``"omit"``), at the origin of
            the page, or at every origin (``"include"``).
        :param redirect: ``"follow"``, ``"error"`` (a redirect is refused) or ``"manual"`` (a
            redirect is an opaque response).
        :param cache: how to use the HTTP cache: ``"default"``, ``"no-store"``, ``"reload"``,
            ``"no-cache"``, ``"force-cache"`` or ``"only-if-cached"`` (#concept-request-cache-mode).
        :param referrer_policy: the referrer policy of the request, such as ``"no-referrer"``;
            ``None`` is that of the page.
        :returns: the part of the response that the page may read.
        :raises FetchRefused: if ``fetch()`` would reject its promise. Then the request cannot be made
            (a forbidden method, for example), or the preflight does not allow it. Or no application
            is at its origin, or the response does not allow the page to read it.
        :raises ValueError: if an argument is not one of its values, or both *json* and *data* are
            used.
        """
        with Attempt(self._client, f"fetch {method} {url}") as attempt:
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
            fetch = Fetch(self._agent, request, attempt.exchanges)
            return filtered_response(fetch, fetch.run())

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
        """Return the response of an ``XMLHttpRequest`` (https://xhr.spec.whatwg.org/#the-send()-method).

        :param url: the URL of the request.
        :param method: the method, as for :meth:`fetch`.
        :param data: the body, as for :meth:`fetch`; GET and HEAD leave it out.
        :param headers: request headers, as for :meth:`fetch`.
        :param with_credentials: send cookies to other origins as well.
        :param upload_listener: listen to the progress of the upload: even a simple request to
            another origin needs a preflight then.
        :returns: the part of the response that the page may read.
        :raises FetchRefused: if the script would get an ``error`` event, or the method, a header
            or the URL is invalid.
        """
        with Attempt(self._client, f"send an XMLHttpRequest {method} {url}") as attempt:
            request = xhr_request(
                self._client,
                url,
                method=method,
                data=data,
                headers=headers,
                with_credentials=with_credentials,
                upload_listener=upload_listener,
            )
            fetch = Fetch(self._agent, request, attempt.exchanges)
            return filtered_response(fetch, fetch.run())

    def image(self, url: str, crossorigin: CrossOrigin | None = None) -> Image:
        """Return the image that an ``<img>`` shows, whatever the status of the response.

        :param url: the ``src`` of the element.
        :param crossorigin: the attribute of the element, ``"anonymous"`` or ``"use-credentials"``;
            ``None``: it has none, and the image needs no CORS.
        :returns: the image; :attr:`Image.tainted` tells whether a canvas could read it.
        :raises FetchRefused: if the ``<img>`` would get an ``error`` event: the request or the
            response is refused, or the response is not an image.
        """
        return load_image(self._agent, self._client, url, crossorigin)

    def script(self, url: str, crossorigin: CrossOrigin | None = None) -> Script:
        """Return the script that a ``<script>`` runs (https://html.spec.whatwg.org/#fetch-a-classic-script).

        :param url: the ``src`` of the element.
        :param crossorigin: the attribute of the element, ``"anonymous"`` or ``"use-credentials"``;
            ``None``: it has none, and the script needs no CORS.
        :returns: the script; :attr:`Script.muted` tells whether the page learns of its errors.
        :raises FetchRefused: if the ``<script>`` would get an ``error`` event: the request or the
            response is refused, its type forbids to run it, or its status is not from 200 to 299.
        """
        return load_script(self._agent, self._client, url, crossorigin)

    def font(self, url: str) -> Response:
        """Return the font of an ``@font-face`` (https://drafts.csswg.org/css-fonts/#font-fetching-requirements).

        :param url: the URL in ``src``; a font of another origin always needs CORS.
        :returns: the response, as the page may read it.
        :raises FetchRefused: if the browser would use another font: the request or the response is
            refused, or its status is not from 200 to 299.
        """
        return load_font(self._agent, self._client, url)

    def event_source(self, url: str, *, with_credentials: bool = False) -> Response:
        """Return the beginning of an ``EventSource`` (https://html.spec.whatwg.org/#dom-eventsource).

        :param url: the URL of the event stream.
        :param with_credentials: send cookies to other origins as well.
        :returns: the response, with the first piece of its body: the stream may never end.
        :raises FetchRefused: if the connection would fail: the request or the response is refused,
            its status is not 200, or its type is not ``text/event-stream``.
        """
        return open_event_source(self._agent, self._client, url, with_credentials=with_credentials)

    def submit(
        self,
        url: str,
        data: Fields,
        enctype: str = "application/x-www-form-urlencoded",
        method: str = "POST",
        target: Target = "_top",
    ) -> Response:
        """Submit a form, as ``form.submit()`` does, and return an opaque response.

        See https://html.spec.whatwg.org/#form-submission-algorithm: it is a navigation, so no
        preflight is sent, and cookies go along as ``SameSite`` allows.

        :param url: the ``action`` of the form.
        :param data: names and values of its fields, as a mapping or as pairs.
        :param enctype: the encoding of a POST: this, ``"multipart/form-data"`` or
            ``"text/plain"``.
        :param method: ``"POST"`` or ``"GET"``.
        :param target: where the response is shown: in an ``<iframe>`` of the page (``"frame"``), or
            top-level (``"_top"``, ``"_self"``, ``"_blank"``).
        :returns: an opaque response: the page learns nothing. Look at :attr:`Response.exchange`,
            or at what the application did.
        :raises FetchRefused: if the browser would show an error page: it cannot send the request to
            *url*, or to the ``Location`` of a redirect.
        :raises ValueError: if *enctype*, *method* or *target* is not one of its values.
        """
        return submit(self._agent, self._client, url, data, enctype=enctype, method=method, target=target)

    def beacon(self, url: str, data: Data = "", content_type: str | None = None) -> Response:
        """Call ``navigator.sendBeacon()``, and return an opaque response.

        See https://w3c.github.io/beacon/#sendbeacon-method.

        :param url: the URL that the beacon is sent to, with POST and with cookies.
        :param data: the body, as for :meth:`fetch`.
        :param content_type: the type of a ``Blob``; a type that no form can send needs a preflight.
            ``None``: the type that *data* has with :meth:`fetch`.
        :returns: an opaque response: the page learns nothing of it, not even a CORS error.
        :raises FetchRefused: if the beacon itself was not sent: the preflight does not allow it,
            its body has more than 65,536 bytes, or *url* cannot be requested.
        """
        return send_beacon(self._agent, self._client, url, data, content_type)

    def websocket(self, url: str) -> Response:
        """Open a WebSocket, close it at once, and return an opaque response.

        See https://websockets.spec.whatwg.org/#concept-websocket-establish. CORS does not apply:
        only the application can refuse the handshake. It has 10 seconds of real time to answer.

        :param url: a ``ws`` or ``wss`` URL, or the same with ``http`` or ``https``.
        :returns: an opaque response; the handshake is in its :attr:`~Response.exchange`.
        :raises FetchRefused: if the WebSocket does not open: *url* is not one that it can have, or
            the status of the response is not 101.
        :raises TimeoutError: if the application does not answer the handshake, or does not return
            after the WebSocket was closed, within 10 seconds.
        """
        return open_websocket(self._agent, self._client, url)

    def navigate(self, url: str) -> Page:
        """Go to *url*, as a link or ``location = url`` does, and return the new page.

        See https://html.spec.whatwg.org/#create-navigation-params-by-fetching.

        :param url: an http(s) URL; redirects are followed.
        :returns: the page at the last URL, with its :attr:`response`; this page stays usable.
        :raises FetchRefused: if the browser would show an error page: it cannot send the request to
            *url*, or to the ``Location`` of a redirect.
        """
        return page_of(self._agent, *navigate(self._agent, self._client, url))


def page_of(agent: Agent, fetch: Fetch, answer: Answer) -> Page:
    """Return the page that the response to a navigation becomes."""
    url = fetch.request.url
    return Page(agent, Client(url, url.origin, referrer_policy_of(answer)), filtered_response(fetch, answer))
