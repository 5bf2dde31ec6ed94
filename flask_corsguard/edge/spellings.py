"""The spellings of a path: some mean the same, and some mean another path to other software."""

from __future__ import annotations

from typing import Final

from .paths import as_sent

#: What may follow a path.
_AFTER: Final = (
    *("/", "/x", "x", "/x/y", "?a=/closed", "/?", "/X"),
    # Escapes of what need not be escaped, of what must be, and in either case.
    *("/%78", "%20", "/%E9", "/%41", "/%C3%A9", "/%c3%a9", "/%22", "/%7C"),
    # Dot segments, and what looks like them.
    *("/.", "/./x", "/..", "/../x", "/..%2fx", "/%2e", "/%2E%2e/x", "/.%2e/x", "/...", "/.x", "/x.", "..x"),
    # Slashes, and what some software takes for one.
    *("//", "//x", "%2f", "%2Fx", "/%2fx", "\\x", "%5cx", "/%5C..%5cx", ";x", ";/x"),
    # Twice escaped, badly escaped, and characters that end a path elsewhere.
    *(
        "%252fx",
        "/%252e%252e/x",
        "%255c",
        "%25%32%66x",
        "/%25",
        "/100%25",
        "%",
        "%zz",
        "%00",
        "#x",
        "%23x",
        "%3Fx",
    ),
    # Characters that are not letters, and are sent as they are.
    *("/a+b", "/a,b", "/(a)", "/a|b", "/a[b]", "/~a", "/a:b@c"),
)

#: What may come before it.
_BEFORE: Final = ("/", "/x", "/x/..", "/.")


def spellings_of(path: str) -> list[str]:
    """Return request targets that are, or look like, the decoded *path*."""
    sent = as_sent(path)
    base = "" if sent == "/" else sent
    last = base[-1:] or "x"
    targets = [
        sent,
        *(f"{base}{after}" for after in _AFTER),
        *(f"{before}{base or '/'}" for before in _BEFORE),
        *(base.upper(), base.swapcase(), f"/%2f{base[1:]}", f"/\\{base[1:]}"),
        *(f"{base[:-1]}%{ord(last):02X}", f"{base[:-1]}%{ord(last):02x}"),
    ]
    # The root has no last character that could be changed.
    return [each if each.startswith("/") else f"/{each}" for each in targets]
