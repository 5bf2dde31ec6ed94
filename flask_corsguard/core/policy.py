"""What is allowed across origins: written once, and checked when it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, cast, final

from .origin_set import OriginSet
from .policy_fields import (
    DEFAULTS,
    FIELDS,
    GUARD_MODES,
    RESOURCE_POLICIES,
    SLOTS,
    GuardMode,
    NamesField,
    OriginItems,
    OriginsField,
    ResourcePolicy,
)
from .problems import PolicyError, Problem, problem, shown
from .validation.fields import (
    check_choice,
    check_flag,
    check_list,
    check_max_age,
    check_methods,
    check_request_headers,
    check_response_headers,
    exact,
    is_star,
)
from .validation.origins import DOORS, NOBODY, UNLISTED, Door, Origins, check_credentials, check_origins
from .validation.rows import RowCheck
from .validation.unknown_fields import hint_for_unknown


class _Required:
    """What ``origins`` is where it is left out: a signature shows that it must be given."""

    def __repr__(self) -> str:
        return "<required>"


_MISSING: Final[Any] = _Required()


@final
class Policy:
    """Who may call across origins, and how. A policy is immutable, hashable, comparable and safe to share.

    All fields are checked, together, when the policy is built.

    :param origins: the origins that are allowed: ``"*"`` for any, or a list of exact origins
        (``"https://a.example:8443"``), patterns, compiled regular expressions and callables. Required.
        The pattern ``"https://*.a.example"`` matches one or more labels, never the domain itself, and
        ``"http://localhost:*"`` any port or none. A regular expression must match the whole origin. A
        callable ``(Origin) -> bool`` is called only with a well-formed origin, never for ``null``; an
        exception means no.
    :param methods: the methods that are allowed, ``"*"`` for any. ``None`` allows the methods of the
        matched route in Flask, elsewhere ``GET``, ``HEAD`` and ``POST``. Browsers always allow these three.
        The guard allows only the methods of a list, so ``methods=["GET"]`` is read-only.
        ``origins="*"`` without methods allows a page of every origin to send ``POST``, and in Flask every
        method of the route. For data that pages only read, write ``methods=["GET"]``.
    :param allow_headers: the request headers that are allowed, ``"*"`` for any but ``Authorization``, which
        must be listed beside it.
    :param expose_headers: the response headers that a page may read, beside seven; ``"*"`` for all.
    :param credentials: whether browsers may send cookies and HTTP authentication, and pages read the answer.
    :param max_age: how long a browser may cache the response to a preflight: seconds or a ``timedelta``,
        from 0 (not at all) to 86400. ``None`` sends nothing; browsers then cache it for 5 seconds.
    :param private_network: whether pages of the internet may call a private network, if browsers ask for it.
    :param timing: whether pages of allowed origins may read the detailed timing of the response. ``"*"``
        allows it to every page, also for an ``<img>`` or a ``<script>``, which sends no ``Origin``.
    :param resource_policy: the ``Cross-Origin-Resource-Policy`` of every response: which sites may embed
        it, as an image for example, without asking.
    :param guard: what happens to a request that the policy does not allow: ``"enforce"`` refuses it,
        ``"report"`` only logs and signals it, ``"off"`` does neither.
    :param dangerously_allow: what is rarely safe, and allowed only if it is named here. ``"null-origin"``
        allows ``null``. The others are for policies with credentials. ``"insecure-origins"`` allows plain
        http, ``"public-suffixes"`` allows ``https://*.github.io``, and ``"any-extension"`` allows
        ``chrome-extension://*`` and the like. ``"unproven-regexes"`` allows regular expressions without a
        proof that they match only the sites in their text.
    :raises PolicyError: with every problem of the policy, if it has any.

    >>> policy = Policy(origins=["https://app.example"], methods=["GET", "PUT"], credentials=True)
    >>> policy.replace(credentials=False)
    Policy(origins=('https://app.example',), methods=('GET', 'PUT'))
    """

    # Where a pickle and a traceback look for it: a module may move, a public name does not.
    __module__ = "flask_corsguard"
    __slots__ = SLOTS

    origins: OriginItems
    methods: Literal["*"] | tuple[str, ...] | None
    allow_headers: str | tuple[str, ...]
    expose_headers: Literal["*"] | tuple[str, ...]
    credentials: bool
    #: In seconds.
    max_age: int | None
    private_network: bool
    timing: bool | Literal["*"]
    resource_policy: ResourcePolicy | None
    guard: GuardMode
    dangerously_allow: tuple[Door, ...]

    if TYPE_CHECKING:  # help() shows no private member
        #: The compiled origins; ``None`` allows every origin.
        _origin_set: OriginSet | None
        #: Places; :func:`.compiled.compiled` and :func:`.audiences.varying` alone read and fill them.
        _compiled: object
        _varying: Policy
        _hash: int

    def __init__(
        self,
        /,
        *,
        origins: OriginsField = _MISSING,
        methods: NamesField | None = None,
        allow_headers: NamesField = ("Content-Type",),
        expose_headers: NamesField = (),
        credentials: bool = False,
        max_age: int | timedelta | None = 600,
        private_network: bool = False,
        timing: bool | Literal["*"] = False,
        resource_policy: ResourcePolicy | None = None,
        guard: GuardMode = "enforce",
        dangerously_allow: Iterable[Door] = (),
        **unknown: NoReturn,
    ) -> None:
        problems: list[Problem] = [
            problem("field.unknown", name, value, hint_for_unknown(name, FIELDS))
            for name, value in cast("dict[str, object]", unknown).items()
        ]
        doors = check_list("dangerously_allow", dangerously_allow, '"null-origin"', problems)
        # Another type would be asked below what it makes of a comparison.
        doors = [d for d in doors if isinstance(check_choice("dangerously_allow", d, DOORS, problems), str)]
        if origins is _MISSING:
            hint = 'Write origins=["https://app.example"], or use SAME_ORIGIN if nobody else may call.'
            problems.append(problem("origins.missing", "origins", None, hint))
            found = Origins()
        else:
            found = check_origins(origins, problems, cast("list[str]", doors))
        if credentials := check_flag("credentials", credentials, problems):
            check_credentials(found, cast("list[str]", doors), problems)
        self._set("origins", "*" if found.any else found.items)
        self._set("methods", check_methods(methods, problems))
        self._set("allow_headers", check_request_headers(allow_headers, problems))
        self._set("expose_headers", check_response_headers(expose_headers, problems))
        self._set("credentials", credentials)
        self._set("max_age", check_max_age(max_age, problems))
        self._set("private_network", check_flag("private_network", private_network, problems))
        self._set("timing", "*" if is_star(timing) else check_flag("timing", timing, problems))
        if resource_policy is not None:
            resource_policy = check_choice("resource_policy", resource_policy, RESOURCE_POLICIES, problems)
        self._set("resource_policy", resource_policy)
        self._set("guard", check_choice("guard", guard, GUARD_MODES, problems))
        self._set("dangerously_allow", tuple(doors))
        self._check_together(found, problems)
        if problems:
            raise PolicyError(problems)
        read = RowCheck(credentials, self.private_network, frozenset(self.dangerously_allow))
        self._set("_origin_set", None if found.any else read.compile(found))
        self._set("_compiled", None)

    def _check_together(self, found: Origins, problems: list[Problem]) -> None:
        if self.credentials and self.expose_headers == "*":
            hint = "List the headers by name."
            problems.append(problem("credentials.exposed-wildcard", "expose_headers", "*", hint))
        if self.private_network and found.is_any:
            hint = "Name the origins that may."
            problems.append(problem("private-network.any-origin", "private_network", True, hint))

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"A policy cannot be changed; make another: policy.replace({name}=...).")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("A policy cannot be changed.")

    def replace(self, /, **changes: Any) -> Policy:
        """Return a policy like this one but for the *changes*, checked anew.

        :param changes: fields by name.
        :returns: the new policy; this one stays as it is.
        :raises PolicyError: if the result has problems.
        :raises TypeError: if this policy is ``UNMANAGED``, which has no fields.
        """
        if self.is_unmanaged:
            raise TypeError("UNMANAGED has no fields to replace: write Policy(...) with those that you mean.")
        return Policy(**{**self._by_name(), **changes})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a new dictionary: ``Policy.from_mapping(p.to_dict()) == p``.

        Its values are lists, strings, numbers and ``None``; expressions and callables stay what they are.

        :returns: the fields by name; those of ``UNMANAGED`` are ``{"unmanaged": True}``.
        """
        if self.is_unmanaged:
            return dict(_OF_UNMANAGED)
        return {name: list(it) if type(it) is tuple else it for name, it in self._by_name().items()}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Policy:
        """Return the policy whose fields *mapping* contains by name, as :meth:`to_dict` returns them.

        :param mapping: fields by name.
        :returns: the policy.
        :raises PolicyError: with every problem of the policy, if it has any.
        """
        if not isinstance(cast("object", mapping), Mapping):
            raise PolicyError([problem("policy.type", "policy", mapping, 'Write {"origins": ["*"]}.')])
        named = cast("Mapping[object, Any]", mapping).items()
        if "unmanaged" in mapping:
            return _unmanaged(mapping)
        return cls(**{exact(n) if isinstance(n, str) else shown(n): value for n, value in named})

    @property
    def is_unmanaged(self) -> bool:
        """Whether this is ``UNMANAGED``."""
        return self.origins is UNLISTED

    def _by_name(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELDS}

    def _key(self) -> tuple[object, ...]:
        # Both kinds of an empty list are equal tuples.
        return self.is_unmanaged, *self._by_name().values()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Policy):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        try:  # Computed once: a policy of a hundred thousand origins may well be a key.
            return self._hash
        except AttributeError:
            self._set("_hash", hash(self._key()))
            return self._hash

    def __repr__(self) -> str:
        if self.is_unmanaged:
            return "UNMANAGED"
        fields = self._by_name().items()
        changed = [f"{name}={value!r}" for name, value in fields if value != DEFAULTS.get(name, _MISSING)]
        return f"Policy({', '.join(changed)})"

    def __reduce__(self) -> str | tuple[Any, ...]:
        # By public names alone, so that a pickle outlives the modules that it was made by.
        if self.is_unmanaged:
            return "UNMANAGED"
        if self.origins is not NOBODY:
            return Policy.from_mapping, (self.to_dict(),)
        fields = self._by_name().items()
        changes = {name: value for name, value in fields if value != getattr(SAME_ORIGIN, name)}
        return (methodcaller("replace", **changes), (SAME_ORIGIN,)) if changes else "SAME_ORIGIN"


#: The closed policy: nobody across origins.
SAME_ORIGIN: Final = Policy(origins=NOBODY)


def copy_of(policy: Policy, **changes: object) -> Policy:
    """Return *policy* with the *changes*, of which none is checked, and without its compiled form."""
    other = object.__new__(Policy)
    for name in Policy.__slots__:
        if name not in {"__weakref__", "_compiled", "_hash", "_varying"}:
            other._set(name, changes[name] if name in changes else getattr(policy, name))
    # Tempting: policy.replace(). But checking a hundred thousand origins for each route would be felt.
    other._set("_compiled", None)
    return other


#: The policy of a part that manages its CORS itself: nothing is added to its responses, replaced in them or
#: removed from them; preflights and every request reach it; and nothing is guarded.
UNMANAGED: Final = copy_of(SAME_ORIGIN, origins=UNLISTED, methods="*", guard="off")


def strictest(policies: Iterable[Policy]) -> ResourcePolicy | None:
    """Return the strictest ``resource_policy`` of the *policies*; ``None`` if none has any."""
    given = {policy.resource_policy for policy in policies}
    return next((each for each in RESOURCE_POLICIES if each in given), None)


#: What ``UNMANAGED`` is in a configuration.
_OF_UNMANAGED: Final = {"unmanaged": True}


def _unmanaged(mapping: Mapping[str, Any]) -> Policy:
    if dict(mapping) == _OF_UNMANAGED:
        return UNMANAGED
    hint = 'Write {"unmanaged": true} and no other field; or leave "unmanaged" out.'
    raise PolicyError([problem("policy.unmanaged", "unmanaged", mapping["unmanaged"], hint)])
