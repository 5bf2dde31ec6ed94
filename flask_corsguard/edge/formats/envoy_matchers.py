"""The matchers of Envoy (xds.type.matcher.v3): predicates over request headers, and trees of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

Json = dict[str, Any]

#: The most repetitions that an expression of RE2 can ask for.
MAX_REPEAT: Final = 1000

_INPUT: Final = "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput"


def _single(header: str, value: Json) -> Json:
    header = header.lower()
    found = {"name": header, "typed_config": {"@type": _INPUT, "header_name": header}}
    return {"single_predicate": {"input": found, "value_match": value}}


def matches(header: str, pattern: str) -> Json:
    """Return the predicate that a header is there and matches *pattern* as a whole."""
    return _single(header, {"safe_regex": {"google_re2": {}, "regex": pattern}})


def exact(header: str, value: str) -> Json:
    """Return the predicate that a header is there and has this *value*."""
    return _single(header, {"exact": value})


def present(header: str) -> Json:
    """Return the predicate that a header is there."""
    return matches(header, ".*")


def longer_than(header: str, length: int) -> Json:
    """Return the predicate that a header is longer than *length*."""
    whole, rest = divmod(length + 1, MAX_REPEAT)
    return matches(header, f".{{{MAX_REPEAT}}}" * whole + f".{{{rest}}}.*")


def all_of(*predicates: Json) -> Json:
    """Return the predicate that all of *predicates* are true."""
    return predicates[0] if len(predicates) == 1 else {"and_matcher": {"predicate": list(predicates)}}


def any_of(*predicates: Json) -> Json:
    """Return the predicate that one of *predicates* is true."""
    return predicates[0] if len(predicates) == 1 else {"or_matcher": {"predicate": list(predicates)}}


def not_of(predicate: Json) -> Json:
    """Return the predicate that *predicate* is not true."""
    return {"not_matcher": predicate}


def tree(branches: Iterable[tuple[Json, Json]], otherwise: Json) -> Json:
    """Return what to do: that of the first branch whose predicate is true, or else *otherwise*."""
    matchers = [{"predicate": predicate, "on_match": on_match} for predicate, on_match in branches]
    return {"matcher": {"matcher_list": {"matchers": matchers}, "on_no_match": otherwise}}
