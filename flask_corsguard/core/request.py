"""A request as the CORS protocol sees it, and what makes it a preflight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from . import fetch_standard
from .origin import MAX_ORIGIN_LENGTH

#: Longest requested method that is searched for a comma, in bytes. No policy allows a longer one.
MAX_SEARCHED_METHOD_LENGTH: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What of a request matters to CORS and to the guard.

    Repeated header lines are joined by commas, as WSGI does.

    :param method: the request's own method, as it was sent.
    :param origin: the value of ``Origin``; ``None`` if there is none.
    :param requested_method: the value of ``Access-Control-Request-Method``.
    :param requested_headers: the value of ``Access-Control-Request-Headers``.
    :param private_network: the value of ``Access-Control-Request-Private-Network``.
    :param fetch_site: the value of ``Sec-Fetch-Site``.
    :param host: the value of ``Host``.
    :param scheme: how the server was reached: ``"http"`` or ``"https"``.
    :param upgrade: the value of ``Upgrade``.
    :param has_cookie: whether the request has a ``Cookie``.

    >>> Request(method="OPTIONS", origin="https://app.example", requested_method="PUT").is_preflight
    True
    """

    __module__ = "flask_corsguard"

    method: str
    origin: str | None = None
    requested_method: str | None = None
    requested_headers: str | None = None
    private_network: str | None = None
    fetch_site: str | None = None
    host: str | None = None
    scheme: str = "http"
    upgrade: str | None = None
    has_cookie: bool = False

    @classmethod
    def from_headers(
        cls,
        method: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        scheme: str = "http",
    ) -> Request:
        """Return the request with this *method* and these *headers*, whose names may be in any case.

        :param method: the request's own method.
        :param headers: names and values; a name may come more than once.
        :param scheme: how the server was reached: ``"http"`` or ``"https"``.
        :returns: the request; headers that do not matter to CORS are left out.
        """
        pairs = cast("Mapping[str, str]", headers).items() if isinstance(headers, Mapping) else headers
        found: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            found[key] = f"{found[key]},{value}" if key in found else value
        return cls(
            method=method,
            origin=found.get("origin"),
            requested_method=found.get(fetch_standard.ACRM.lower()),
            requested_headers=found.get(fetch_standard.ACRH.lower()),
            private_network=found.get(fetch_standard.ACRPN.lower()),
            fetch_site=found.get("sec-fetch-site"),
            host=found.get("host"),
            scheme=scheme,
            upgrade=found.get("upgrade"),
            has_cookie="cookie" in found,
        )

    @property
    def is_preflight(self) -> bool:
        """Whether this is OPTIONS with one ``Origin`` and one ``Access-Control-Request-Method``."""
        return is_preflight(self.method, self.origin, self.requested_method)


def is_preflight(method: str, origin: str | None, requested_method: str | None) -> bool:
    """Whether a request is OPTIONS with one ``Origin`` and one ``Access-Control-Request-Method``.

    An empty value counts as none, and a comma means two header lines. A value that is too long to be searched
    counts as one: it is refused later, unread. See https://fetch.spec.whatwg.org/#cors-preflight-request.
    """
    if method != "OPTIONS" or not origin or not requested_method:
        return False
    return (len(origin) > MAX_ORIGIN_LENGTH or "," not in origin) and (
        len(requested_method) > MAX_SEARCHED_METHOD_LENGTH or "," not in requested_method
    )
