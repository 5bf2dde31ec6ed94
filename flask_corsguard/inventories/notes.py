"""What deserves a look about the policy of an entry: the findings that an inventory has beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.guard import SAFE_METHODS
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.policy import Policy

_GUARDS: Final = {
    "off": Finding(
        code="policy.guard-off",
        message="The guard is off, so forged requests run.",
        hint='Remove guard="off"; or, if another layer is the guard, ignore this code.',
    ),
    "report": Finding(
        code="policy.guard-report",
        message='With guard="report" forged requests are logged, and run.',
        hint='Read the log until it names nobody who should be allowed, and then write guard="enforce".',
    ),
}

_EVERYONE_UNSAFE: Final = Finding(
    code="policy.everyone-unsafe",
    message='origins="*" lets every page on the web send this request and read the answer.',
    hint="List the origins that may; or, if it is public, ignore this code.",
)

_EVERYONE_SESSION: Final = Finding(
    code="policy.everyone-session",
    message='origins="*" lets every page read this, and the view reads who is signed in.',
    hint="List the origins that may, with credentials=True; or do not read the session in this view.",
)


class Notes:
    """Finds what deserves a look; each policy is read once."""

    def __init__(self) -> None:
        self._of_policies: dict[int, tuple[Policy, tuple[Finding, ...]]] = {}

    def of(
        self, policy: Policy | None, method: str, *, reads_session: Callable[[], bool] = bool
    ) -> tuple[Finding, ...]:
        """Return the findings of an entry, without the line that they are about.

        :param policy: the policy of the entry; ``None`` if it is not known.
        :param method: its method, or one that stands for all.
        :param reads_session: asks whether its view reads who is signed in.
        """
        if policy is None:
            return ()
        return (*self._of_method(policy, method, reads_session), *self._of_policy(policy))

    def _of_method(self, policy: Policy, method: str, reads_session: Callable[[], bool]) -> Iterator[Finding]:
        is_unsafe = method not in SAFE_METHODS
        if is_unsafe and policy.guard in _GUARDS:
            yield _GUARDS[policy.guard]
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
        message = f'dangerously_allow has "{door}".'
        yield Finding(code="policy.open-door", message=message, hint="Remove it, unless something needs it.")
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
            message = f"The origins {', '.join(same)} differ only by port."
            yield Finding(code="policy.twin-ports", message=message, hint="Remove those that are gone.")
