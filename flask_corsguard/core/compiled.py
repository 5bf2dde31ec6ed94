"""A policy compiled into the headers it sends: all of them that do not depend on the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import fetch_standard
from .origin import MAX_ORIGIN_LENGTH
from .origin_set import OriginSet

if TYPE_CHECKING:
    from .policy import Policy

Header = tuple[str, str]
Headers = tuple[Header, ...]

#: The methods of a policy that names none, where there is no route to ask.
DEFAULT_METHODS: Final = ("GET", "HEAD", "POST")

#: Longest list of requested headers that `"*"` reads, in bytes. Browsers send some hundreds; servers
#: take eight kilobytes in all; and with credentials the names are sent back.
MAX_WILDCARD_LIST_LENGTH: Final = 4096

#: Longest method that `"*"` reads, in bytes: twice the longest registered one, UPDATEREDIRECTREF.
MAX_WILDCARD_METHOD_LENGTH: Final = 34

#: What proxies may add to a list of requested headers, in bytes: spaces, empty elements.
LIST_SLACK: Final = 64

#: Of how many allowed origins a policy keeps the headers. Most list fewer; to others, headers are made
#: for each response. Nothing is dropped for a newcomer: under a pattern anyone can send new ones.
MAX_KNOWN_ORIGINS: Final = 1024

_VARY_ORIGIN: Final[Header] = ("Vary", "Origin")


class Answers:
    """What a policy answers, precomputed. Its lists are shared by all responses, which hold copies.

    :ivar origins: ``None`` where every origin is allowed.
    :ivar to_all: the headers of every actual response, where they do not depend on the origin.
    :ivar to_others: the headers of an actual response to an origin that is not allowed, or to none.
        That very list, so that one can see by it whether an origin is allowed.
    :ivar to_none: the headers of an actual response to a request without an origin.
    :ivar first: the first origin that is listed; most policies have no other. Comparing it is cheaper than
        any look-up.
    :ivar to_first: the headers of an actual response to that one.
    :ivar known: the headers of an actual response by the origin, for some of those that are allowed.
    :ivar preflight_grant: the headers that follow the origin on the answer to a preflight from an
        allowed one; ``None`` where they depend on what is requested.
    :ivar preflight_unread: the same where the requested headers are too many to be read, and ``"*"`` would
        let them through.
    :ivar preflight_refusal: the headers of the answer to a preflight from anyone else.
    :ivar granted: the whole answer to a preflight by the origin, for some of those that are allowed.
    :ivar granted_unread: the same with :attr:`preflight_unread`.
    """

    __slots__ = (
        "_age",
        "_allow_headers",
        "_credentials",
        "_methods",
        "_timing",
        "_to_allowed",
        "_vary_of_preflight",
        "any_header",
        "any_method",
        "credentials",
        "first",
        "granted",
        "granted_unread",
        "headers",
        "known",
        "max_list_length",
        "max_method_length",
        "methods",
        "origins",
        "owned",
        "preflight_grant",
        "preflight_refusal",
        "preflight_unread",
        "private_network",
        "to_all",
        "to_first",
        "to_none",
        "to_others",
    )

    def __init__(self, policy: Policy, origins: OriginSet | None) -> None:
        self.origins = origins
        self.private_network = policy.private_network
        self.credentials = policy.credentials
        self._credentials = ((fetch_standard.ACAC, "true"),) if policy.credentials else ()
        self._compile_actual(policy, closed=not policy.origins)
        self._compile_requested(policy)
        self._compile_preflight(policy)

    def _compile_actual(self, policy: Policy, *, closed: bool) -> None:
        resource_policy = ((fetch_standard.CORP, policy.resource_policy),) if policy.resource_policy else ()
        exposed = _joined(fetch_standard.ACEH, policy.expose_headers)
        self._timing = policy.timing
        self._to_allowed: Headers = (*self._credentials, *exposed, *resource_policy, _VARY_ORIGIN)
        # Where nobody is allowed no answer depends on the origin, so none varies by it.
        # See #cors-protocol-and-http-caches.
        vary = () if closed else (_VARY_ORIGIN,)
        self.to_others: list[Header] = [*resource_policy, *vary]
        self.to_all: list[Header] | None = self.to_others if closed else None
        if self.origins is None:
            timing = ((fetch_standard.TAO, "*"),) if policy.timing else ()
            self.to_all = [(fetch_standard.ACAO, "*"), *exposed, *timing, *resource_policy]
        self.to_none = self.to_others if self.to_all is None else self.to_all
        self.known: dict[str, list[Header]] = {}
        self.first: str | None = None
        self.to_first: list[Header] = []
        if self.origins is not None and self.origins.first is not None:
            self.first = self.origins.first
            self.to_first = self.to_allowed(self.first)
        #: In lower case: what of the application's own headers is replaced.
        self.owned = fetch_standard.CORS_RESPONSE_HEADERS | {
            *([fetch_standard.TAO.lower()] if policy.timing else ()),
            *([fetch_standard.CORP.lower()] if policy.resource_policy else ()),
        }

    def _compile_requested(self, policy: Policy) -> None:
        self._methods = DEFAULT_METHODS if policy.methods is None else policy.methods
        self.any_method = self._methods == "*"
        self.methods = frozenset(self._methods) | fetch_standard.SAFELISTED_METHODS
        self.max_method_length = max(map(len, self.methods))
        self._allow_headers = policy.allow_headers
        self.any_header = "*" in policy.allow_headers
        self.headers = frozenset(name.lower() for name in policy.allow_headers)
        self.max_list_length = MAX_WILDCARD_LIST_LENGTH
        if not self.any_header:
            self.max_list_length = sum(len(name) + 3 for name in self.headers) + LIST_SLACK

    def _compile_preflight(self, policy: Policy) -> None:
        self._age = () if policy.max_age is None else ((fetch_standard.ACMA, str(policy.max_age)),)
        vary = ["Origin", fetch_standard.ACRM, fetch_standard.ACRH]
        if policy.private_network:
            vary.append(fetch_standard.ACRPN)
        self._vary_of_preflight = ("Vary", ", ".join(vary))
        self.preflight_refusal: Headers = (self._vary_of_preflight,)
        echoes = policy.credentials and (self.any_method or self.any_header)
        self.preflight_grant = None if echoes or policy.private_network else self.preflight()
        # Where the method is not sent back, all that is asked for is then left unsaid.
        varies = policy.private_network or (policy.credentials and self.any_method)
        self.preflight_unread = None if varies else self.preflight(unread=True)
        self.granted: dict[str, Headers] = {}
        self.granted_unread: dict[str, Headers] = {}

    def to_origin(self, origin: str) -> tuple[list[Header], Exception | None]:
        """Give the headers of an actual response to *origin*, which is not among the known ones.

        :returns: the headers, which are shared, and the exception that a callable raised, if one did.
        """
        allowed, error = (True, None) if self.origins is None else self.origins.allows(origin)
        return self.to_allowed(origin) if allowed else self.to_others, error

    def to_allowed(self, origin: str) -> list[Header]:
        """Give the headers of an actual response to an allowed *origin*, which is known from then on."""
        if self.origins is None:
            return self.to_all or []
        timing = ((fetch_standard.TAO, origin),) if self._timing else ()
        headers = [(fetch_standard.ACAO, origin), *timing, *self._to_allowed]
        if self.origins.is_constant and len(self.known) < MAX_KNOWN_ORIGINS:
            self.known[origin] = headers
        return headers

    def grant(self, origin: str, grant: Headers) -> Headers:
        """Give the headers of the answer to a preflight from an allowed *origin*, which is kept.

        :param grant: what follows the origin.
        """
        headers = ((fetch_standard.ACAO, "*" if self.origins is None else origin), *grant)
        # Where all are allowed, an origin of any length is.
        is_kept = len(origin) <= MAX_ORIGIN_LENGTH if self.origins is None else self.origins.is_constant
        for kept, known in (
            (self.preflight_grant, self.granted),
            (self.preflight_unread, self.granted_unread),
        ):
            if is_kept and grant is kept and len(known) < MAX_KNOWN_ORIGINS:
                known[origin] = headers
        return headers

    def preflight(
        self,
        *,
        private_network: bool = False,
        method: str | None = None,
        names: tuple[str, ...] = (),
        unread: bool = False,
    ) -> Headers:
        """Give the headers that follow the origin on the answer to a preflight from an allowed one.

        :param private_network: whether to let the page reach into a private network.
        :param method: what to say of methods where ``"*"`` would be taken literally.
        :param names: what to say of headers where ``"*"`` would be taken literally.
        :param unread: whether nobody has read the requested headers, so that ``"*"`` is not said of them.
        """
        methods, headers = self._methods, self._allow_headers
        if self._credentials:
            # A "*" would be only a name here. See #cors-preflight-fetch, steps 7.5 to 7.7.
            if self.any_method:
                methods = () if method is None else (method,)
            if self.any_header:
                headers = names
        if unread and self.any_header:
            headers = ()
        return (
            *self._credentials,
            *(((fetch_standard.ACAPN, "true"),) if private_network else ()),
            *_joined(fetch_standard.ACAM, methods),
            *_joined(fetch_standard.ACAH, headers),
            *self._age,
            self._vary_of_preflight,
        )


def _joined(name: str, values: str | tuple[str, ...]) -> Headers:
    # An empty list says no more than no header (#http-new-header-syntax), and some clients stumble over it.
    if not values:
        return ()
    return ((name, values if isinstance(values, str) else ", ".join(values)),)
