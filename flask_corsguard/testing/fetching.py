"""The fetch algorithms: main fetch, HTTP fetch and HTTP-redirect fetch, step by step.

:see: https://fetch.spec.whatwg.org/#fetching
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS

from .checks import (
    cors_check,
    mixed_content_check,
    port_check,
    resource_policy_check,
    tao_check,
    upgrades_mixed_content,
)
from .exchanges import Exchange
from .headers import REQUEST_BODY_HEADERS, get, split, without
from .preflights import needs_preflight, preflight, unsafe_names_of
from .refusals import NetworkError
from .requests import (
    DEFAULT_REFERRER_POLICY,
    REFERRER_POLICIES,
    Request,
    determine_referrer,
)
from .urls import HTTP_SCHEMES, Url, parse_url, same_origin
from .user_agent import REDIRECT_STATUSES, Agent, Answer

#: See #concept-http-redirect-fetch, step 7.
MAX_REDIRECTS: Final = 20

_DOCUMENT_ACCEPT: Final = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_ACCEPT: Final = {
    "document": _DOCUMENT_ACCEPT,
    "iframe": _DOCUMENT_ACCEPT,
    "image": "image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
}


class Fetch:
    """One fetch, with its preflights and redirects (#concept-fetch).

    :param agent: the browser.
    :param request: the request; redirects change it.
    :param exchanges: the list that every exchange is added to.
    """

    def __init__(self, agent: Agent, request: Request, exchanges: list[Exchange]) -> None:
        self.agent = agent
        self.request = request
        self.exchanges = exchanges
        #: Whether the answer is a redirect that was not followed: the page gets an opaque-redirect
        #: filtered response.
        self.is_unfollowed = False
        self._was_preflighted = False

    def run(self) -> Answer:
        """Return the answer to the last request, after all preflights and redirects.

        :raises NetworkError: if the standard returns a network error.
        """
        request = self.request
        if get(request.headers, "Accept") is None:
            request.headers.append(("Accept", _ACCEPT.get(request.destination, "*/*")))
        if get(request.headers, "Accept-Language") is None:
            request.headers.append(("Accept-Language", "en"))
        return self._main_fetch()

    def _main_fetch(self) -> Answer:
        # See #concept-main-fetch.
        request = self.request
        if upgrades_mixed_content(request):
            request.urls[-1] = replace(request.url, scheme="https")
        port_check(request)
        mixed_content_check(request, self.agent.quirks)
        request.referrer_policy = (
            request.referrer_policy
            or (request.client.referrer_policy if request.client else "")
            or DEFAULT_REFERRER_POLICY
        )
        request.referrer = determine_referrer(request)
        origin = request.url.origin
        is_same_origin = same_origin(origin, request.origin) and request.tainting == "basic"
        if is_same_origin or request.mode in {"navigate", "websocket"}:
            return self._scheme_fetch()
        if request.mode == "same-origin":
            raise NetworkError(
                "main fetch, step 12 (same-origin mode)",
                f"the mode is same-origin, but {origin} is not the origin of the request, {request.origin}.",
                'mode="cors"',
            )
        if request.mode == "no-cors":
            if request.redirect != "follow":
                raise NetworkError(
                    "main fetch, step 12 (no-cors mode)",
                    "a no-cors request to another origin must follow redirects.",
                    'redirect="follow"',
                )
            request.tainting = "opaque"
            return self._scheme_fetch()
        return self._cors_fetch()

    def _cors_fetch(self) -> Answer:
        request = self.request
        self._refuse_other_schemes()
        request.tainting = "cors"
        is_unsafe = request.method not in SAFELISTED_METHODS or bool(unsafe_names_of(self.agent, request))
        if not request.use_preflight and not (request.unsafe and is_unsafe):
            return self._http_fetch()
        self._was_preflighted = True
        try:
            return self._http_fetch(makes_preflight=True)
        except NetworkError:
            self.agent.preflights.clear(request)
            raise

    def _scheme_fetch(self) -> Answer:
        # See #concept-scheme-fetch.
        self._refuse_other_schemes()
        return self._http_fetch()

    def _refuse_other_schemes(self) -> None:
        if self.request.url.scheme not in HTTP_SCHEMES:
            raise NetworkError(
                "scheme fetch",
                f"this model does not fetch {self.request.url.scheme}: URLs.",
                "an http or https URL",
            )

    def _http_fetch(self, *, makes_preflight: bool = False) -> Answer:
        # See #concept-http-fetch, steps 4 to 6.
        agent, request = self.agent, self.request
        if makes_preflight and needs_preflight(agent, request):
            preflight(agent, request, self.exchanges)
        answer = agent.fetch(request, self.exchanges)
        if request.tainting == "cors":
            self._check_sharing(answer)
        if not tao_check(request, answer.headers):
            request.timing_failed = True
        if request.tainting == "opaque":
            resource_policy_check(request, answer.headers, agent.quirks)
        if answer.status not in REDIRECT_STATUSES:
            return answer
        if request.redirect == "error":
            raise NetworkError(
                "HTTP fetch, step 6 (redirect)",
                f"the response is a redirect ({answer.status}), and this request does not follow redirects.",
                "a response that is not a redirect",
            )
        if request.redirect == "manual":
            self.is_unfollowed = True
            return answer
        return self._redirect_fetch(answer)

    def _check_sharing(self, answer: Answer) -> None:
        try:
            cors_check(self.request, answer.headers)
        except NetworkError as error:
            # Every CORS request has an Origin: this response was stored for a request without CORS.
            if answer.exchange.origin is None:
                error.because += (
                    " The browser stored it for an earlier request without Origin, "
                    "and it has no Vary: Origin."
                )
                error.needed += "; and Vary: Origin on every response, which such a policy adds"
            raise

    def _redirect_fetch(self, answer: Answer) -> Answer:
        # See #concept-http-redirect-fetch.
        request = self.request
        location = get(answer.headers, "Location")
        if location is None:
            return answer
        url = self._url_of(location)
        request.redirects += 1
        to_get = (answer.status in {301, 302} and request.method == "POST") or (
            answer.status == 303 and request.method not in {"GET", "HEAD"}  # noqa: PLR2004 - See Other
        )
        if to_get:
            again = self._was_preflighted and self.agent.quirks.has("redirected-get-preflight")
            request.use_preflight = request.use_preflight or again
            request.method, request.body = "GET", None
            request.headers = without(request.headers, REQUEST_BODY_HEADERS)
        if not same_origin(request.url.origin, url.origin):
            request.headers = without(request.headers, {"authorization"})
        request.urls.append(url)
        policy = referrer_policy_of(answer)
        if policy:
            request.referrer_policy = policy
        return self._main_fetch()

    def _url_of(self, location: str) -> Url:
        # Steps 3 to 10.
        request = self.request
        url = parse_url(location, request.url)
        step, needed = "HTTP-redirect fetch", "a Location that browsers follow"
        if url is None or url.scheme not in HTTP_SCHEMES:
            raise NetworkError(step, f"Location is {location!r}, which is not an http(s) URL.", needed)
        if request.redirects == MAX_REDIRECTS:
            raise NetworkError(
                step, f"the request was already redirected {MAX_REDIRECTS} times.", "fewer redirects"
            )
        is_foreign = not same_origin(request.origin, url.origin)
        cors = request.tainting == "cors" or (request.mode == "cors" and is_foreign)
        if url.userinfo and cors:
            raise NetworkError(step, "Location contains a user name or a password.", needed)
        return url if url.fragment is not None else replace(url, fragment=request.url.fragment)


def referrer_policy_of(answer: Answer) -> str:
    """Return the referrer policy that *answer* sets; ``""`` if it sets none.

    See https://w3c.github.io/webappsec-referrer-policy/#parse-referrer-policy-from-header.
    """
    tokens = split(get(answer.headers, "Referrer-Policy") or "")
    known = [token.lower() for token in tokens if token.lower() in REFERRER_POLICIES]
    return known[-1] if known else ""
