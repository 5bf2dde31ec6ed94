"""What has been found of the routes of an application, so that requests need not find it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, final

from flask_corsguard.core.audiences import AnyCompiled, AnyPolicy, compiled_any

from .rule_additions import Additions
from .url_rules import shares_urls

if TYPE_CHECKING:
    from werkzeug.routing import Map, Rule

    from flask_corsguard.core.compiled import CompiledPolicy


#: How many copies of policies with the methods of a rule are stored; most applications need fewer than ten.
MAX_COPIES: Final = 1024


class Copies:
    """Policies that name no methods, with those of rules."""

    def __init__(self) -> None:
        self._copies: dict[tuple[int, str | tuple[str, ...]], tuple[AnyPolicy, AnyCompiled]] = {}

    def of(self, policy: AnyPolicy, methods: Literal["*"] | tuple[str, ...]) -> AnyCompiled:
        """Return *policy* with *methods*."""
        key = id(policy), methods
        known = self._copies.get(key)
        if known is None:
            if len(self._copies) >= MAX_COPIES:
                # Policies come and go, where a callable makes them.
                self._copies = {}
            # The policy stays beside its copy, so that its id is not given to another policy.
            known = self._copies[key] = policy, compiled_any(policy).for_methods(methods)
        return known[1]


@final
class RulePolicy:
    """A rule and its policy; the rule stays, so that its id is not given to another one.

    :ivar view: the view that was found; the policy of another one is another.
    """

    # Not a named tuple: to read a part of one costs several times as much.
    __slots__ = ("by_policy", "rule", "view")

    def __init__(self, rule: Rule, by_policy: CompiledPolicy, view: object) -> None:
        self.rule, self.by_policy, self.view = rule, by_policy, view


class Memory:
    """What was found since the last mark. A new mark replaces the whole memory, so no entry outlives it."""

    __slots__ = ("_shared", "addition", "additions", "by_rule", "by_rule_and_method", "is_one_decided", "one")

    def __init__(self) -> None:
        #: The policy of every response, once it is known that nothing is marked.
        self.one: CompiledPolicy | None = None
        #: Whether it has been looked into whether there is such a policy.
        self.is_one_decided = False
        #: By the id of a rule. Only rules of functions: the policy of a view class depends on the method.
        self.by_rule: dict[int, RulePolicy] = {}
        #: The additions to the URL map, and the last one when what follows was found.
        self.additions = Additions()
        self.addition = self.additions.last
        #: By the id of a rule and one of its methods in upper case: the rule, its view, its policy, and that
        #: policy with the methods of the rule.
        self.by_rule_and_method: dict[tuple[int, str], tuple[Rule, object, AnyPolicy, AnyCompiled]] = {}
        #: By the id of a rule: the rule, and whether another one can match its URLs.
        self._shared: dict[int, tuple[Rule, bool]] = {}

    def renew(self, additions: Additions) -> None:
        """Forget the methods of rules: a rule that was added to the map may share their URLs."""
        # Read first and noted last: a rule that is added meanwhile has everything forgotten once more, and no
        # other thread finds what is about to be forgotten.
        addition = additions.last
        self.by_rule_and_method, self._shared = {}, {}
        self.additions, self.addition = additions, addition

    def is_shared(self, rule: Rule, url_map: Map) -> bool:
        """Whether another rule of *url_map* could match a URL of *rule*: :func:`~.url_rules.shares_urls`."""
        known = self._shared.get(id(rule))
        if known is None or known[0] is not rule:
            self._shared[id(rule)] = known = rule, shares_urls(rule, url_map)
        return known[1]
