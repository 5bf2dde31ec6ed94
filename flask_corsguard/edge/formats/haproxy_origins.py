"""Origins in HAProxy: lists that it stores in trees, and expressions for what a list cannot contain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask_corsguard.core.origin import DEFAULT_PORTS, MAX_HOST_LENGTH
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.edge.files import File
from flask_corsguard.edge.origins import PORT, Origins, shape_of

_ORIGIN: Final = "var(txn.cg_origin)"
#: The host in an origin, without its port; below a star it has no colon.
_HOST: Final = f"{_ORIGIN},field(3,/),field(1,:)"
_LABELS: Final = r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}\.?"

#: Scheme, and port: "" for the default one, "*" for any.
_Group = tuple[str, str]


def _group(pattern: OriginPattern) -> _Group | None:
    if not pattern.subdomains or pattern.scheme not in DEFAULT_PORTS:
        return None
    return pattern.scheme, "*" if pattern.any_port else str(pattern.port or "")


def _groups(origins: Origins) -> dict[_Group, list[str]]:
    groups: dict[_Group, list[str]] = {}
    for pattern in origins.patterns:
        group = _group(pattern)
        if group is not None:
            groups.setdefault(group, []).append(pattern.host)
    return groups


def lists_of(origins: Origins, number: int) -> Iterator[File]:
    """Yield the lists of *origins*."""
    yield File(f"origins-{number}.lst", "".join(f"{each}\n" for each in origins.exact), is_data=True)
    for index, hosts in enumerate(_groups(origins).values()):
        text = "".join(f".{host}\n" for host in hosts)
        yield File(f"patterns-{number}-{index}.lst", text, is_data=True)


def conditions_of(origins: Origins, number: int, directory: str) -> Iterator[tuple[str, ...]]:
    """Yield conditions, each of which several tests make; an origin that meets one is one of *origins*."""
    yield (f"{{ {_ORIGIN} -m str -f {directory}/origins-{number}.lst }}",)
    for index, (scheme, port) in enumerate(_groups(origins)):
        bound = f"!{{ {_HOST},length gt {MAX_HOST_LENGTH} }}"
        after = f":{port}" if port else ""
        if port == "*":
            after = f"(?::(?!{DEFAULT_PORTS[scheme]}$){PORT})?"
        form = f"{{ {_ORIGIN} -m reg -- '^{scheme}://{_LABELS}{after}$' }}"
        yield form, bound, f"{{ {_HOST} -m end -f {directory}/patterns-{number}-{index}.lst }}"
    for pattern in origins.patterns:
        if _group(pattern) is None:
            shape = shape_of(pattern)
            never = (f"!{{ {_ORIGIN} -m reg -- '^(?:{shape.never})$' }}",) if shape.never else ()
            long = (f"{{ {_ORIGIN} -m reg -- '^(?:{shape.bound})$' }}",) if shape.bound else ()
            yield f"{{ {_ORIGIN} -m reg -- '^(?:{shape.whole})$' }}", *never, *long
