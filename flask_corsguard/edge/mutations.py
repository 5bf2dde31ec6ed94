"""Origins that look like one that is allowed, changed at every boundary; and origins that nobody lists."""

from __future__ import annotations

from .origins import spelled_out


def mutations_of(item: str) -> list[str]:
    """Return an origin that *item*, an exact origin or a pattern, allows, and what looks like it."""
    origin = spelled_out(item)
    scheme, separator, rest = origin.partition("://")
    if not separator:
        return [origin, f"{origin}.", f" {origin}", origin.upper(), f"{origin},{origin}"]
    host, port = rest, ""
    if not rest.endswith("]") and ":" in rest:
        host, _, port = rest.rpartition(":")
    base = item.partition("://")[2].removesuffix(":*").removeprefix("*.")
    colon = f":{port}" if port else ""
    return [
        origin,
        # Around the host.
        *(f"{scheme}://{each}{colon}" for each in _hosts(host)),
        # In the place of "*." of a pattern, which never matches the domain itself.
        *(f"{scheme}://{each}{base}" for each in _prefixes()),
        # Around the port.
        *(f"{scheme}://{host}:{each}" for each in _ports(port)),
        f"{scheme}://{host}",
        # Around the scheme.
        *(
            f"{each}://{host}{colon}"
            for each in ("http", "https", f"{scheme}s", f"x{scheme}", scheme.upper())
        ),
        *(f"{scheme}:{host}{colon}", f"{scheme}:/{host}{colon}", f"{scheme}:///{host}{colon}", host),
        # Around the whole.
        *(f"{origin}{each}" for each in ("/", "/.", "#", "?", "\\", ".evil.example", "@evil.example", ":")),
        *(f"{each}{origin}" for each in ("x", "https://evil.example/", "https://evil.example@", "null, ")),
        *(f"{origin}, {origin}", f"{origin} {origin}", f"{origin},https://evil.example"),
        *(origin.upper(), f"{scheme}://{host.upper()}{colon}", f"{origin}\t.evil.example", f"{origin}|x"),
    ]


def _hosts(host: str) -> list[str]:
    parent = host.partition(".")[2] or host
    return [
        *(f"evil{host}", f"evil-{host}", f"evil.{host}", f"a.b.c.{host}", f"_.{host}", f"-.{host}"),
        *(f"{host}.", f"{host}..", f".{host}", f"..{host}", f"a..{host}", f"{host}.evil.example"),
        *(
            f"{host}evil",
            f"{host}-evil.example",
            f"{host}%00.evil.example",
            f"{host}\u00e9",
            f"\u00e9.{host}",
        ),
        *(parent, host.replace(".", "-", 1), host.replace(".", "", 1), host.replace(".", "x")),
        *(f"{host[:index]}x{host[index + 1 :]}" for index in range(len(host)) if host[index] == "."),
        *(f"{'a' * 63}.{host}", f"{'a' * 64}.{host}", f"{'a.' * 100}{host}", f"{'a.' * 150}{host}"),
        *(f"evil@{host}", f"{host}@evil.example", f"{host}/.evil.example", f"a+b.{host}", f"a%2eb.{host}"),
    ]


def _prefixes() -> list[str]:
    return [
        "",
        ".",
        "a.",
        "a.b.",
        "a-",
        "a",
        "*.",
        "1.",
        "-a.",
        "a_b.",
        "A.",
        "xn--a.",
        f"{'a' * 64}.",
        "a b.",
    ]


def _ports(port: str) -> list[str]:
    ports = ["80", "443", "1", "0", "8443", "65535", "65536", "99999", "100000", "08443", "8443x", "", "*"]
    return [*ports, f"{port}0", f"0{port}"] if port else ports


def foreign_origins() -> list[str]:
    """Return origins, and texts that are not origins, that no ordinary policy lists."""
    return [
        *(
            "https://evil.example",
            "http://evil.example:8080",
            "null",
            "NULL",
            "file://",
            "",
            " ",
            "*",
            "https://",
        ),
        *("https://*", "https://*.example", "https://a", "http://localhost", "http://localhost:3000"),
        *(
            "http://127.0.0.1",
            "http://127.1",
            "http://0x7f.1",
            "http://[::1]",
            "http://[::1]:3000",
            "http://[0::1]",
        ),
        *(
            "chrome-extension://abcdefghijklmnop",
            "app://.",
            "about:blank",
            "data:text/html,x",
            "javascript:1",
        ),
        *("https://evil.example\x7f", "https://\u00e9.example", f"https://{'a' * 400}.example", "a" * 5000),
        *("https://a.example,https://b.example", "undefined", "https:/evil.example", "//evil.example"),
    ]
