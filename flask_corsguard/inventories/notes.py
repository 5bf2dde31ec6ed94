"""The findings about the policy of an entry of an inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from flask_corsguard.core.findings import FINDINGS, Finding
from flask_corsguard.core.guard import SAFE_METHODS
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.policy import Policy

from .entry import Given
from .words import policies_in


def _catalogued(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, hint=FINDINGS[code].remedy)


_GUARDS: Final = {
    "off": _catalogued("policy.guard-off", "The guard is off, so forged requests run."),
    "report": _catalogued("policy.guard-report", 'With guard="report" forged requests are logged, and run.'),
}

_EVERYONE_UNSAFE: Final = _catalogued(
    "policy.everyone-unsafe",
    'origins="*" allows every page on the web to send this request and to read the answer.',
)

_EVERYONE_SESSION: Final = _catalogued(
    "policy.everyone-session",
    'origins="*" allows every page to read this, and the view reads who is signed in.',
)


_UNMANAGED: Final = _catalogued(
    "policy.unmanaged", "UNMANAGED: nothing is added to the answers, and nothing is guarded."
)


class Notes:
    """Finds what may be wrong with policies; each policy is read once.

    :param report_only: whether no policy of the application enforces its guard.
    """

    def __init__(self, *, report_only: bool = False) -> None:
        self._report_only = report_only
        self._of_policies: dict[int, tuple[Policy, tuple[Finding, ...]]] = {}

    def of(
        self, given: Given, method: str, *, reads_session: Callable[[], bool] = bool
    ) -> tuple[Finding, ...]:
        """Return the findings of an entry, without the line that they are about.

        :param given: the policy of the entry.
        :param method: its method, or ``ANY`` for all methods.
        :param reads_session: asks whether its view reads who is signed in.
        """
        found = [
            each
            for policy in policies_in(given)
            for each in (*self._of_method(policy, method, reads_session), *self._of_policy(policy))
        ]
        return tuple(dict.fromkeys(found))

    def _of_method(self, policy: Policy, method: str, reads_session: Callable[[], bool]) -> Iterator[Finding]:
        if policy.is_unmanaged:
            yield _UNMANAGED
            return
        is_unsafe = method not in SAFE_METHODS
        guard = "report" if self._report_only and policy.guard == "enforce" else policy.guard
        if is_unsafe and guard in _GUARDS:
            yield _GUARDS[guard]
        if policy.origins == "*":
            if is_unsafe:
                yield _EVERYONE_UNSAFE
            if reads_session():
                yield _EVERYONE_SESSION

    def _of_policy(self, policy: Policy) -> tuple[Finding, ...]:
        # A policy of a hundred thousand origins may be that of a thousand routes.
        known = self._of_policies.get(id(policy))
        if known is None:
            known = self._of_policies[id(policy)] = policy, tuple(_of_fields(policy))
        return known[1]


def _of_fields(policy: Policy) -> Iterator[Finding]:
    for door in policy.dangerously_allow:
        yield _catalogued("policy.open-door", f'dangerously_allow has "{door}".')
    parsed = (Origin.parse(each) for each in policy.origins if isinstance(each, str))
    by_host: dict[str, list[Origin]] = {}
    for origin in parsed:
        if origin is not None and not origin.is_loopback:
            by_host.setdefault(origin.host, []).append(origin)
    for origins in by_host.values():
        yield from _twins(origins)


def _twins(origins: list[Origin]) -> Iterator[Finding]:
    """Yield what is found of the origins of one host."""
    by_scheme = {origin.scheme: origin for origin in reversed(origins)}
    if "http" in by_scheme and "https" in by_scheme:
        secure, insecure = by_scheme["https"], by_scheme["http"]
        yield Finding(
            code="policy.insecure-twin",
            message=f"origins lists {secure}, and {insecure}, which has no TLS.",
            hint=f"Remove {insecure}.",
        )
    for scheme in by_scheme:
        same = [str(origin) for origin in origins if origin.scheme == scheme]
        if len(same) > 1:
            yield _catalogued("policy.twin-ports", f"The origins {', '.join(same)} differ only by port.")
