"""Look-alikes: origins of others that a careless comparison takes for one that is allowed."""

from __future__ import annotations

from collections.abc import Iterator

from flask_corsguard.testing.urls import DEFAULT_PORTS, is_address, parse_url


def look_alikes(origin: str) -> Iterator[tuple[str, str]]:
    """Yield what is like *origin* at one of its boundaries, with what differs.

    :param origin: an origin with the scheme http or https.
    """
    url = parse_url(origin)
    if url is None or url.scheme not in DEFAULT_PORTS:
        return
    scheme, host = url.scheme, url.host
    port = "" if url.port is None else f":{url.port}"
    other = "http" if scheme == "https" else "https"
    yield "the scheme", f"{other}://{host}{port}"
    yield "the port", f"{scheme}://{host}:{(url.port or 8442) + 1}"
    yield "a name before it", f"{scheme}://{host}{port}.evil.example"
    if port:
        yield "a name before its port", f"{scheme}://{host}.evil.example{port}"
    yield "a user name", f"{scheme}://{host}{port}@evil.example"
    yield "a path", f"{scheme}://evil.example/{host}"
    yield "a fragment", f"{scheme}://evil.example#{host}"
    yield "a slash at the end", f"{scheme}://{host}{port}/"
    yield (
        "upper case",
        f"{scheme}://{host.upper()}{port}" if host.upper() != host else f"{scheme.upper()}://{host}{port}",
    )
    yield "a dot at the end", f"{scheme}://{host}.{port}"
    yield "a zero byte escaped", f"{scheme}://{host}%00.evil.example"
    yield "an underscore", f"{scheme}://{host}_.evil.example"
    yield "a backtick", f"{scheme}://{host}`.evil.example"
    yield "a space", f"{scheme}://{host}{port} evil.example"
    if is_address(host):
        return
    yield "letters before it", f"{scheme}://evil{host}{port}"
    yield "a subdomain", f"{scheme}://evil.{host}{port}"
    if "." in host:
        first, _, rest = host.rpartition(".")
        yield "another letter for a dot", f"{scheme}://{first}x{rest}{port}"
        yield "the last letter missing", f"{scheme}://{host[:-1]}{port}"
        yield "the domain above", f"{scheme}://{host.partition('.')[2]}{port}"
