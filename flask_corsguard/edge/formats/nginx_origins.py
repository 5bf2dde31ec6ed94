"""Origins in nginx: lists that are looked up in hash tables, however many there are.

Below a star the ``hostnames`` form of ``map`` finds the host in constant time. It also matches hosts that no
browser sends, so the expression that takes the host out of ``Origin`` checks its labels and its length first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from flask_corsguard.core.origin import DEFAULT_PORTS, MAX_HOST_LENGTH
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.edge.files import File
from flask_corsguard.edge.origins import PORT, Origins, Shape, shape_of
from flask_corsguard.edge.rules import Rules

from .nginx_text import Map, expression, quoted
from .states import numbered

#: Scheme, port ("" for the default one, "*" for any), and whether hosts lie below a star.
_Group = tuple[str, str, bool]

_HOST: Final = r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}"
_ANY_HOST: Final = r"\[[0-9a-f:]+\]|[a-z0-9_.-]+"


def maps_of_origins(rules: Rules, directory: str) -> tuple[list[Map], list[File]]:
    """Return the maps that find out who sends a request, and the lists that they include."""
    maps: list[Map] = []
    files: list[File] = []
    sets = numbered(rules)
    if sets:
        # Keys are compared without case.
        maps.append(Map("$http_origin", "lower_case", [('"~[A-Z]"', '""')], "$http_origin"))
    groups = _groups(sets)
    maps += [_host_map(group, number) for group, number in groups.items()]
    for origins, number in sets.items():
        maps += list(_maps_of(origins, number, groups, directory, files))
    return maps, files


def _maps_of(
    origins: Origins, number: int, groups: dict[_Group, int], directory: str, files: list[File]
) -> Iterator[Map]:
    # Each map leaves to the next one what it does not find.
    after = '""'
    rest = [expression(_one(shape_of(pattern))) for pattern in origins.patterns if _group(pattern) is None]
    rest += [expression(re.escape(each)) for each in origins.exact if each.lower() != each]
    if rest:
        yield Map("$http_origin", f"in_{number}_rest", [(each, "1") for each in rest], '""')
        after = f"$corsguard_in_{number}_rest"
    for group, index in groups.items():
        hosts = [pattern.host for pattern in origins.patterns if _group(pattern) == group]
        if hosts:
            below = group[2]
            file = f"patterns-{number}-{index}.map"
            files.append(File(file, _list(f"*.{host}" if below else host for host in hosts), is_data=True))
            name = f"in_{number}_{index}"
            yield Map(f"$corsguard_host_{index}", name, [], after, f"{directory}/{file}", hostnames=below)
            after = f"$corsguard_{name}"
    file = f"origins-{number}.map"
    files.append(File(file, _list(each for each in origins.exact if each.lower() == each), is_data=True))
    yield Map("$corsguard_lower_case", f"in_{number}", [], after, f"{directory}/{file}")


def _list(keys: Iterator[str]) -> str:
    return "".join(f"{quoted(key)} 1;\n" for key in keys)


def _groups(sets: dict[Origins, int]) -> dict[_Group, int]:
    groups: dict[_Group, int] = {}
    for origins in sets:
        for pattern in origins.patterns:
            group = _group(pattern)
            if group is not None:
                groups.setdefault(group, len(groups))
    return groups


def _group(pattern: OriginPattern) -> _Group | None:
    if pattern.scheme not in DEFAULT_PORTS or pattern.host.endswith("."):
        return None
    port = "*" if pattern.any_port else str(pattern.port or "")
    return pattern.scheme, port, pattern.subdomains


def _host_map(group: _Group, number: int) -> Map:
    scheme, port, below = group
    name = f"corsguard_host_taken_{number}"
    host = rf"(?=[^:]{{1,{MAX_HOST_LENGTH}}}(?::|\z))(?<{name}>{_HOST if below else _ANY_HOST})"
    after = f":{port}" if port else ""
    if port == "*":
        after = rf"(?::(?!{DEFAULT_PORTS[scheme]}\z){PORT})?"
    lines = [(expression(f"{scheme}://{host}{after}"), f"${name}")]
    return Map("$http_origin", f"host_{number}", lines, '""')


def _one(shape: Shape) -> str:
    never = rf"(?!(?:{shape.never})\z)" if shape.never else ""
    bound = rf"(?=(?:{shape.bound})\z)" if shape.bound else ""
    return f"{never}{bound}{shape.whole}"
