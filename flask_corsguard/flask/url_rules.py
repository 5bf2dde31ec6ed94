"""The rules that a URL has for its methods: one that matches it for GET need not match it for DELETE."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule, WebsocketMismatch

from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.routing import Map, MapAdapter

#: A part of a rule with a converter in it; a slash within its arguments makes two of it, both with a bracket.
_CONVERTED: Final = re.compile(r"[<>]")
#: Converters that match no slash.
_OF_ONE_SEGMENT: Final = re.compile(r"(?:[^<>]*<(?:(?:string|int|float|uuid)(?:\([^()/]*\))?:)?\w+>[^<>]*)+")


def rule_of(adapter: MapAdapter, info: str, method: str) -> Rule | None:
    """Return the rule that a URL has for *method*; ``None`` if it has none.

    :param info: the path, decoded.
    :raises RequestRedirect: if the rule sends the request to another URL.
    """
    # A handshake may ask for a URL that has only rules for plain requests.
    for websocket in (None, False):
        try:
            return adapter.match(info, method, return_rule=True, websocket=websocket)[0]
        except RequestRedirect:
            raise
        except HTTPException:
            continue
    return None


def mismatched_rule(error: HTTPException, adapter: MapAdapter, info: str, method: str) -> Rule | None:
    """Return the rule of a URL that is for WebSockets while the request is not, or the reverse.

    No view answers such a request. But an engine in front compares the URL alone, and finds this rule.

    :param error: what the URL map has raised.
    """
    # If another rule takes other methods, the error names these.
    if not isinstance(error, WebsocketMismatch) and not adapter.websocket:
        return None
    try:
        return adapter.match(info, method, return_rule=True, websocket=not adapter.websocket)[0]
    except HTTPException:
        return None


def rules_of(adapter: MapAdapter, info: str, methods: Iterable[str]) -> dict[str, Rule]:
    """Return, by method, the rule that a URL has for each of *methods*, but for those that it redirects."""
    rules: dict[str, Rule] = {}
    for method in methods:
        try:
            rules[method] = adapter.match(info, method, return_rule=True)[0]
        except HTTPException:
            # A redirect: another rule is nearer.
            continue
    return rules


def shares_urls(rule: Rule, url_map: Map) -> bool:
    """Whether another rule of *url_map* could match a URL of *rule*, for a method that *rule* takes, too.

    Only methods count that a preflight has to name: browsers send safelisted ones whatever it names. No such
    rule is overlooked; two rules that only their converters tell apart count as sharing URLs.
    """
    methods = (rule.methods or set()) - {"OPTIONS"} - SAFELISTED_METHODS
    return any(
        other is not rule
        and not other.build_only
        and methods & (other.methods or methods)
        and _could_match_the_same(rule.rule, other.rule)
        for other in url_map.iter_rules()
    )


def decoded(path: str) -> str:
    """Return *path* as Werkzeug reads ``PATH_INFO``: bytes in Latin-1 (PEP 3333), which are UTF-8."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def target_of(redirect: RequestRedirect, adapter: MapAdapter) -> str | None:
    """Return the path, as WSGI has it, that a redirect leads to; ``None`` if it leads to another host."""
    target = urlsplit(redirect.new_url)
    if target.netloc != adapter.get_host(None):
        return None
    path = unquote(target.path).removeprefix(adapter.script_name.rstrip("/"))
    return "/" + path.lstrip("/").encode("utf-8").decode("latin-1")


def rank(method: str) -> tuple[bool, bool, str]:
    """Return the place of *method* among those of a URL, of which the first gives the policy of a 405.

    OPTIONS is last: Flask adds it to every rule, and a view class has no method for it.
    """
    return method != "GET", method == "OPTIONS", method


def _could_match_the_same(one: str, other: str) -> bool:
    # A trailing slash may be left out, and repeated ones are merged.
    segments = (filter(None, each.split("/")) for each in (one, other))
    for mine, others in zip_longest(*segments):
        for segment in (mine, others):
            if segment and _CONVERTED.search(segment) and not _OF_ONE_SEGMENT.fullmatch(segment):
                # It may match any number of segments.
                return True
        if mine is None or others is None:
            return False
        if mine != others and not (_CONVERTED.search(mine) or _CONVERTED.search(others)):
            return False
    return True
