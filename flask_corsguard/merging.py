"""The headers of a policy put onto those of an application."""

from __future__ import annotations

from collections.abc import Iterable

from .core.answers import Headers


def merge(
    theirs: Iterable[tuple[str, str]], ours: Headers, owned: frozenset[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Put *ours* onto *theirs* and leave both as they are.

    :param theirs: the headers of the application.
    :param ours: the headers of the policy; ``Vary`` joins the application's.
    :param owned: in lower case, the names that the application does not set.
    :returns: all headers, and the names of the application's that were left out.
    """
    merged: list[tuple[str, str]] = []
    replaced: list[str] = []
    vary: list[str] = []
    for header in theirs:
        name = header[0].lower()
        if name in owned:
            replaced.append(header[0])
        elif name == "vary":
            vary.append(header[1])
        else:
            merged.append(header)
    for header in ours:
        if header[0] == "Vary":
            vary.append(header[1])
        else:
            merged.append(header)
    if vary:
        merged.append(("Vary", _merge_vary(vary)))
    return merged, replaced


def _merge_vary(values: list[str]) -> str:
    # RFC 9110, section 12.5.5: names in any case, or "*", which says more than any name.
    names: dict[str, str] = {}
    for value in values:
        for element in value.split(","):
            name = element.strip()
            if name:
                names.setdefault(name.lower(), name)
    return "*" if "*" in names else ", ".join(names.values())
