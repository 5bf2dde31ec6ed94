"""The whole layer: from an environ, and what an application would answer, to what the server gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from flask_corsguard import SAME_ORIGIN, UNMANAGED, Policy, Reason, Request

from .headers import Answer, Header, decide, is_handshake, is_own, is_preflight, judge, strictest
from .origins import allows

ALWAYS_OWNED = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
    "access-control-expose-headers",
    "access-control-allow-private-network",
]


class Outcome(NamedTuple):
    """What comes out of the layer."""

    status: str
    #: Without ``Content-Type`` and ``Content-Length`` of an answer of the layer's own.
    headers: list[Header]
    #: Whether the application was called; the body is its own then.
    called: bool
    #: The layer's own text, up to the first colon: the sentence after it is not part of the contract.
    text: str
    #: The reason, for every call of ``on_refusal``.
    notified: list[Reason]
    #: The levels of the log records, sorted.
    logged: list[str]


class Found(NamedTuple):
    """The policy of a request to a URL where other requests have other ones."""

    policy: Policy
    #: Those that are known.
    beside: list[Policy]


def answer(
    found: Policy | Found, environ: Mapping[str, object], status: str, theirs: Iterable[Header]
) -> Outcome:
    """Return what the layer does if the application answers with *status* and *theirs*."""
    request = read_request(environ)
    policy, beside = found if isinstance(found, Found) else (found, None)
    if policy is UNMANAGED:
        return Outcome(status, list(theirs), True, "", [], [])
    if is_preflight(request):
        return answer_preflight(decide(policy, request, beside))
    said, verdict = decide(policy, request, beside), judge(policy, request, beside)
    notified = [] if verdict.allowed else [verdict.reason]
    logged = ["WARNING"] * len(notified) + ["ERROR"] * bool(said.errors)
    if verdict.allowed and is_withheld(said, request, environ):
        notified.append(said.reason)
        logged.append("INFO")
    if not verdict.allowed and policy.guard == "enforce":
        text = refusal_text(verdict, request)
        return Outcome("403 Forbidden", merge([], found, said), False, text, notified, sorted(logged))
    if replaced(theirs, found):
        logged.append("WARNING")
    return Outcome(status, merge(theirs, found, said), True, "", notified, sorted(logged))


def is_withheld(said: Answer, request: Request, environ: Mapping[str, object]) -> bool:
    """Whether a page of another origin has asked to read the answer, and may not."""
    if said.allowed or is_handshake(request):
        return False
    if request.fetch_site in {"same-origin", "none"} or (not request.fetch_site and is_own(request)):
        return False
    return environ.get("HTTP_SEC_FETCH_MODE", "") in {"", "cors"}


def answer_preflight(said: Answer) -> Outcome:
    """Return what the layer answers without the application."""
    notified = [] if said.allowed else [said.reason]
    logged = ["ERROR"] * bool(said.errors) + ["INFO"] * len(notified)
    status = {204: "204 No Content", 403: "403 Forbidden"}[said.status or 0]
    return Outcome(status, said.headers, False, "Refused" if said.status == 403 else "", notified, logged)


def refusal_text(verdict: Answer, request: Request) -> str:
    """Return what the text of a refusal begins with: only an origin that cannot read it gets the code."""
    if request.method == "HEAD":
        return ""
    is_readable = "Access-Control-Allow-Origin" in [name for name, _ in verdict.headers]
    return "Refused" if is_readable else f"Refused ({verdict.reason})"


def read_request(environ: Mapping[str, object]) -> Request:
    """Read what matters to CORS, one key after the other."""

    def value(key: str) -> str | None:
        return str(environ[key]) if key in environ else None

    return Request(
        method=str(environ["REQUEST_METHOD"]),
        origin=value("HTTP_ORIGIN"),
        requested_method=value("HTTP_ACCESS_CONTROL_REQUEST_METHOD"),
        requested_headers=value("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
        private_network=value("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"),
        fetch_site=value("HTTP_SEC_FETCH_SITE"),
        host=value("HTTP_HOST"),
        scheme=str(environ["wsgi.url_scheme"]),
        upgrade=value("HTTP_UPGRADE"),
        has_cookie="HTTP_COOKIE" in environ,
    )


def owned(name: str, found: Policy | Found) -> bool:
    """Whether a policy of the URL speaks of the header, so that the application does not."""
    policies = [found.policy, *found.beside] if isinstance(found, Found) else [found]
    if name.lower() == "timing-allow-origin":
        return any(policy.timing for policy in policies)
    if name.lower() == "cross-origin-resource-policy":
        return any(policy.resource_policy is not None for policy in policies)
    return name.lower() in ALWAYS_OWNED


def replaced(theirs: Iterable[Header], policy: Policy | Found) -> list[str]:
    """Return the names of the application's headers that do not come through."""
    return [name for name, _ in theirs if owned(name, policy)]


def merge(theirs: Iterable[Header], policy: Policy | Found, said: Answer) -> list[Header]:
    """Put the headers of a policy onto those of an application: first theirs, then ours, ``Vary`` last."""
    merged = [(name, value) for name, value in theirs if name.lower() != "vary" and not owned(name, policy)]
    merged += [header for header in said.headers if header[0] != "Vary"]
    values = [value for name, value in [*theirs, *said.headers] if name.lower() == "vary"]
    return [*merged, ("Vary", merge_vary(values))] if values else merged


def merge_vary(values: list[str]) -> str:
    """Each name once, as it is first spelt; ``*`` includes all."""
    names: list[str] = []
    for value in values:
        for name in value.split(","):
            if name.strip() and name.strip().lower() not in [each.lower() for each in names]:
                names.append(name.strip())
    return "*" if "*" in names else ", ".join(names)


def of_list(policies: Iterable[Policy], environ: Mapping[str, object]) -> Found:
    """Return the first policy that allows the origin, or else the last one."""
    policies = list(policies)
    origin = read_request(environ).origin
    for policy in policies:
        if origin is not None and allows(policy, origin)[0] is Reason.ALLOWED:
            break
    return Found(policy, [each for each in policies if each is not policy])


def closed(policies: Iterable[Policy]) -> Found:
    """Return the closed policy where any of *policies* may be that of the same URL, spelt otherwise."""
    return Found(SAME_ORIGIN.replace(resource_policy=strictest(list(policies))), [])


def by_path(rules: Mapping[str, Policy], path: str) -> Policy | Found:
    """Return the policy of the first rule that covers the path that the server decoded."""
    if is_ambiguous(path) or (path and not path.startswith("/")):
        return closed(rules.values())
    for rule, policy in rules.items():
        if covers(rule, path):
            return policy
    return closed(rules.values())


def covers(rule: str, path: str) -> bool:
    """Whether the segments of *rule* are the first of *path*, whose bytes WSGI gives as Latin-1."""
    wanted = rule.encode().decode("latin-1").split("/")[1:] if rule != "/" else []
    return (path or "/").split("/")[1:][: len(wanted)] == wanted


def is_ambiguous(path: str) -> bool:
    """Whether other software could take the path for another one."""
    if "//" in path or "\\" in path or "\x00" in path:
        return True
    if any(escape in path.lower() for escape in ("%2e", "%2f", "%5c")):
        return True
    return any(segment in {".", ".."} for segment in path.split("/"))


def by_callable(policy_of: Callable[[Mapping[str, object]], object], environ: Mapping[str, object]) -> Found:
    """Return what the callable gives; the closed policy, if it gives none."""
    try:
        policy = policy_of(environ)
    except Exception:  # noqa: BLE001 - whatever it is, nobody is allowed
        return Found(SAME_ORIGIN, [])
    return Found(policy if isinstance(policy, Policy) else SAME_ORIGIN, [])
