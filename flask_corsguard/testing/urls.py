"""URLs and origins, as far as http(s) needs them.

This is not the whole URL standard: a host is a domain, a dotted IPv4 address or a bracketed IPv6
address. Other spellings of an address (``http://127.1``) are not URLs here.

:see: https://url.spec.whatwg.org/#url-parsing
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, ip_address
from typing import Final
from urllib.parse import quote, unquote

import idna

from .scalar_values import scalar_value_string

DEFAULT_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443, "ws": 80, "wss": 443}
HTTP_SCHEMES: Final = frozenset({"http", "https"})
MAX_PORT: Final = 65535

_ABSOLUTE = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)")
_AUTHORITY = re.compile(r"[/\\]*([^/\\?#]*)(.*)")
_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::([0-9]*))?")
_SHELL_AUTHORITY = re.compile(r"//([A-Za-z0-9_.~%-]+)(?::([1-9][0-9]{0,4}))?(?:/.*)?")
_REST = re.compile(r"([^?#]*)(?:\?([^#]*))?(?:#(.*))?")
# See https://url.spec.whatwg.org/#forbidden-domain-code-point.
_FORBIDDEN_IN_HOST = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
# Besides letters, digits and "_.-~", quote() leaves these characters as they are: printable ASCII
# outside of https://url.spec.whatwg.org/#path-percent-encode-set and #special-query-percent-encode-set.
_PATH_SAFE = "!$%&'()*+,/:;=@[\\]|"
_QUERY_SAFE = "!$%&()*+,/:;=?@[\\]^`{|}"


class OpaqueOrigin:
    """The origin of a sandboxed document: it is equal only to itself, and written ``null``."""

    def __str__(self) -> str:
        return "null"


@dataclass(frozen=True, slots=True)
class TupleOrigin:
    """A scheme, a host and a port (``None``: the default port of the scheme)."""

    scheme: str
    host: str
    port: int | None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")


Origin = TupleOrigin | OpaqueOrigin


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed URL. If the scheme is not http(s) or ws(s), *path* contains everything after it."""

    scheme: str
    host: str = ""
    port: int | None = None
    path: str = "/"
    query: str | None = None
    fragment: str | None = None
    #: ``user:password``, as it was written.
    userinfo: str = ""

    @property
    def origin(self) -> Origin:
        """The origin of the URL (https://url.spec.whatwg.org/#concept-url-origin)."""
        if self.scheme not in DEFAULT_PORTS:
            return OpaqueOrigin()
        return TupleOrigin(self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """The value of ``Host``."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def target(self) -> str:
        """The path with the query, as in the first line of a request."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    def __str__(self) -> str:
        if self.scheme not in DEFAULT_PORTS:
            return f"{self.scheme}:{self.path}"
        userinfo = f"{self.userinfo}@" if self.userinfo else ""
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.scheme}://{userinfo}{self.authority}{self.target}{fragment}"

    def without_fragment(self) -> Url:
        """Return the URL as it is fetched, cached and shown to scripts."""
        return replace(self, fragment=None)


def parse_url(text: str, base: Url | None = None) -> Url | None:
    """Return *text* as a URL, relative to *base*; ``None`` if it is not a URL.

    See https://url.spec.whatwg.org/#concept-basic-url-parser.
    """
    text = scalar_value_string(text).strip("".join(map(chr, range(0x21))))
    text = re.sub(r"[\t\n\r]", "", text)
    absolute = _ABSOLUTE.fullmatch(text)
    if absolute is not None:
        scheme = absolute[1].lower()
        if scheme not in DEFAULT_PORTS:
            return Url(scheme, path=absolute[2])
        return _parse_authority(scheme, absolute[2])
    if base is None or base.scheme not in DEFAULT_PORTS:
        return None
    if re.match(r"[/\\]{2}", text):
        return _parse_authority(base.scheme, text)
    return _parse_relative(text, base)


def _parse_authority(scheme: str, text: str) -> Url | None:
    match = _AUTHORITY.fullmatch(text)
    authority, rest = match.groups() if match else ("", "")
    userinfo, _, host_and_port = authority.rpartition("@")
    parts = _HOST_AND_PORT.fullmatch(host_and_port)
    host = _parse_host(parts[1]) if parts else None
    if parts is None or host is None:
        return None
    # Any number of zeros may precede a port. But int() raises for thousands of digits.
    digits = (parts[2] or "").lstrip("0")[: len(str(MAX_PORT)) + 1]
    port = int(digits or "0") if parts[2] else None
    if port is not None and port > MAX_PORT:
        return None
    root = Url(scheme, host, None if port == DEFAULT_PORTS[scheme] else port, userinfo=userinfo)
    return _parse_relative(rest or "/", root)


def _parse_host(text: str) -> str | None:
    if text.startswith("["):
        return _canonical_address(text[1:-1])
    try:
        name = unquote(text, errors="strict")
        # Tempting: the codec "idna". But it follows IDNA 2003, which turns a sharp s into "ss".
        host = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:
        return None
    if not host or _FORBIDDEN_IN_HOST.search(host):
        return None
    # See https://url.spec.whatwg.org/#ends-in-a-number-checker.
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.removesuffix(".").rpartition(".")[2]):
        return _canonical_address(host)
    return host


def _canonical_address(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    if mapped is None:
        return f"[{address}]"
    # Since Python 3.13, str() writes these with dots; the URL standard does not.
    return f"[::ffff:{int(mapped) >> 16:x}:{int(mapped) & 0xFFFF:x}]"


def _parse_relative(text: str, base: Url) -> Url:
    match = _REST.fullmatch(text)
    path, query, fragment = match.groups() if match else (text, None, None)
    path = path.replace("\\", "/")
    if not path:
        query = base.query if query is None else query
        path = base.path
    elif not path.startswith("/"):
        path = f"{base.path.rpartition('/')[0]}/{path}"
    return replace(
        base,
        path=quote(_without_dots(path), safe=_PATH_SAFE),
        query=None if query is None else quote(query, safe=_QUERY_SAFE),
        fragment=fragment,
    )


def _without_dots(path: str) -> str:
    result: list[str] = []
    segments = path.split("/")[1:]
    for at, segment in enumerate(segments):
        decoded = segment.lower().replace("%2e", ".")
        if decoded == "..":
            del result[-1:]
        elif decoded != ".":
            result.append(segment)
        if decoded in {".", ".."} and at == len(segments) - 1:
            result.append("")
    return "/" + "/".join(result)


def page_origin(url: Url) -> TupleOrigin | None:
    """Return the origin of a page at *url*; ``None`` if that could only be an opaque origin.

    In the URL standard, most schemes have an opaque origin. But an app shell (Capacitor, Electron)
    registers its own scheme with the engine as one with hosts, and sends a tuple origin.
    """
    if url.scheme in HTTP_SCHEMES:
        return TupleOrigin(url.scheme, url.host, url.port)
    authority = _SHELL_AUTHORITY.fullmatch(url.path)
    # Browsers no longer open pages of ftp:, and a page of file: has an opaque origin.
    if authority is None or url.scheme in {"file", "ftp"}:
        return None
    return TupleOrigin(url.scheme, authority[1], int(authority[2]) if authority[2] else None)


def same_origin(one: Origin, other: Origin) -> bool:
    """Return whether two origins are the same origin (https://html.spec.whatwg.org/#same-origin)."""
    return one == other


def is_address(host: str) -> bool:
    """Return whether *host* is an IP address."""
    return host.startswith("[") or re.fullmatch(r"[0-9.]+", host) is not None


def is_loopback(host: str) -> bool:
    """Return whether *host* is always the machine that the browser runs on."""
    name = host.removesuffix(".")
    return (
        name == "localhost"
        or name.endswith(".localhost")
        or host == "[::1]"
        or (is_address(host) and host.startswith("127."))
    )


def is_trustworthy(url: Url) -> bool:
    """Return whether *url* is potentially trustworthy.

    See https://w3c.github.io/webappsec-secure-contexts/#is-url-trustworthy.
    """
    return url.scheme in {"https", "wss"} or is_loopback(url.host)
