"""The spellings of a path: some mean the same, and some mean another path to other software."""

from __future__ import annotations

from .paths import as_sent


def spellings_of(path: str) -> list[str]:
    """Return request targets that are, or look like, the decoded *path*."""
    sent = as_sent(path)
    base = "" if sent == "/" else sent
    last = base[-1:] or "x"
    targets = [
        *(
            sent,
            f"{base}/",
            f"{base}/x",
            f"{base}x",
            f"{base}/x/y",
            f"{base}?a=/closed",
            f"{base}/?",
            f"/x{base}",
        ),
        *(base.upper() or "/X", base.swapcase() or "/X", f"{base}/X"),
        # Unreserved characters that are escaped.
        *(
            f"{base[:-1]}%{ord(last):02X}",
            f"{base[:-1]}%{ord(last):02x}",
            f"{base}/%78",
            f"{base}%20",
            f"{base}/%E9",
        ),
        # Dot segments.
        *(
            f"{base}/.",
            f"{base}/./x",
            f"{base}/..",
            f"{base}/../x",
            f"{base}/..%2fx",
            f"/x/..{base}",
            f"/.{base}",
        ),
        *(
            f"{base}/%2e",
            f"{base}/%2E%2e/x",
            f"{base}/.%2e/x",
            f"{base}/...",
            f"{base}/.x",
            f"{base}/x.",
            f"{base}..x",
        ),
        # Slashes, and what some software takes for one.
        *(
            f"/{sent}",
            f"{base}//",
            f"{base}//x",
            f"{base}%2f",
            f"{base}%2Fx",
            f"{base}/%2fx",
            f"/%2f{base[1:]}",
        ),
        *(f"{base}\\x", f"{base}%5cx", f"{base}/%5C..%5cx", f"/\\{base[1:]}", f"{base};x", f"{base};/x"),
        # Twice escaped, badly escaped, and characters that end a path elsewhere.
        *(
            f"{base}%252fx",
            f"{base}/%252e%252e/x",
            f"{base}%255c",
            f"{base}%25%32%66x",
            f"{base}/%25",
            f"{base}/100%25",
        ),
        *(
            f"{base}%",
            f"{base}%zz",
            f"{base}%00",
            f"{base}#x",
            f"{base}%23x",
            f"{base}%3Fx",
        ),
        *(
            f"{base}/a+b",
            f"{base}/a,b",
            f"{base}/(a)",
            f"{base}/a|b",
            f"{base}/a[b]",
            f"{base}/~a",
            f"{base}/a:b@c",
        ),
        *(f"{base}/%C3%A9", f"{base}/%c3%a9", f"{base}/%22", f"{base}/%7C", f"{base}/%41"),
    ]
    # The root has no last character that could be changed.
    return [each if each.startswith("/") else f"/{each}" for each in targets]
