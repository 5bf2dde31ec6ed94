"""The checks of the regular expressions of a policy. Loaded only where a check needs one."""

from __future__ import annotations

import re
from typing import Final

from flask_corsguard.core.origin_pattern import EXTENSION_SCHEMES, OriginPattern, read_origin
from flask_corsguard.core.public_suffix import has_strangers_below
from flask_corsguard.core.regex_tree import UnreadableError, read_expression
from flask_corsguard.core.regexes import Proof, prove

from .stranger import Stranger, find_stranger, own_extension, own_names_below, safe_spelling

#: The form that is always proven harmless, for users who need an expression.
_SAFE: Final = r're.compile(r"https://([a-z0-9-]+\.)*example\.com(:[0-9]+)?")'


def hint_of_unproven(regex: re.Pattern[str], *, public_suffixes: bool) -> str | None:
    """Return what to write instead of *regex* in a policy with credentials; ``None`` if it is confined.

    :param regex: the expression; it is not run.
    :param public_suffixes: whether ``dangerously_allow`` contains ``"public-suffixes"``.
    """
    proof = prove(regex, public_suffixes=public_suffixes)
    if proof.is_confined:
        return None
    if proof.is_empty:
        return f"It matches no origin that a browser sends, such as https://example.com; write {_SAFE}."
    stranger = _stranger_of(regex, proof)
    found = "" if stranger is None else f'It also matches "{stranger.origin}". '
    if stranger is not None and (scheme := stranger.origin.partition("://")[0]) in EXTENSION_SCHEMES:
        return found + own_extension(scheme)
    instead = None if stranger is None else safe_spelling(stranger)
    if instead is not None:
        return f"{found}Write {instead}."
    for tail in sorted(proof.unproven):
        pattern = read_origin(f"https://*.{tail.partition('.')[2]}")
        if isinstance(pattern, OriginPattern) and has_strangers_below(pattern.host):
            return found + own_names_below("https", pattern.host)
    return (
        f"{found}Spell out the whole domain, with a dot before it: {_SAFE}; or, if you know all that it "
        'matches, add dangerously_allow=["unproven-regexes"].'
    )


def matches_anyone(regex: re.Pattern[str]) -> bool:
    """Return whether any site's owner has an origin that *regex* matches, as far as can be found.

    :param regex: the expression; it is not run.
    """
    stranger = _stranger_of(regex, Proof())
    return stranger is not None and stranger.is_anyone


def _stranger_of(regex: re.Pattern[str], proof: Proof) -> Stranger | None:
    try:
        return find_stranger(read_expression(regex), proof)
    except UnreadableError:
        return None
