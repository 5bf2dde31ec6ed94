"""The decisions of a policy, or of a list of policies for several audiences."""

from __future__ import annotations

from flask_corsguard.core.audiences import AnyCompiled, Audiences
from flask_corsguard.core.compiled import CompiledPolicy, compiled
from flask_corsguard.core.decision import Decision, decide_by
from flask_corsguard.core.guard import judge_by
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.request import Request


def decided(policy: AnyCompiled, request: Request) -> Decision:
    """Return what :func:`~flask_corsguard.decide` decides."""
    return decide_by(policy.for_origin(request.origin), request)


def judged(policy: AnyCompiled, request: Request) -> Decision:
    """Return what :func:`~flask_corsguard.judge` decides."""
    return judge_by(policy.for_origin(request.origin), request)


def members_of(policy: AnyCompiled) -> tuple[Policy, ...]:
    """Return the policies of a list; a policy alone is a list of one."""
    return policy.policies if isinstance(policy, Audiences) else (policy.policy,)


def owned_by(policy: AnyCompiled) -> frozenset[str]:
    """Return the names, in lower case, of the response headers that the policies replace."""
    if not is_managed(policy):
        return frozenset()
    compiled_members = [policy] if isinstance(policy, CompiledPolicy) else map(compiled, policy.policies)
    return frozenset(name for member in compiled_members for name in member.owned)


def is_managed(policy: AnyCompiled) -> bool:
    """Whether the policy is not ``UNMANAGED``."""
    return isinstance(policy, Audiences) or policy.is_managed
