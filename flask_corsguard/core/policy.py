"""What is allowed across origins: written once, and checked when it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from operator import methodcaller
from typing import Any, Final, Literal, NoReturn, TypedDict, cast, final

from .origin import Origin
from .origin_set import OriginSet
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
from .validation.origins import DOORS, NOBODY, Door, Origins, check_credentials, check_origins
from .validation.unknown_fields import hint_for_unknown

GuardMode = Literal["enforce", "report", "off"]
GUARD_MODES: Final[tuple[GuardMode, ...]] = ("enforce", "report", "off")

ResourcePolicy = Literal["same-origin", "same-site", "cross-origin"]
RESOURCE_POLICIES: Final[tuple[ResourcePolicy, ...]] = ("same-origin", "same-site", "cross-origin")

OriginsField = str | Iterable["str | re.Pattern[str] | Callable[[Origin], bool]"]
NamesField = str | Iterable[str]


class PolicyFields(TypedDict, total=False):
    """The fields of a :class:`Policy`, for functions that pass them on."""

    origins: OriginsField
    methods: NamesField | None
    allow_headers: NamesField
    expose_headers: NamesField
    credentials: bool
    max_age: int | timedelta | None
    private_network: bool
    timing: bool | Literal["*"]
    resource_policy: ResourcePolicy | None
    guard: GuardMode
    dangerously_allow: Iterable[Door]


#: The defaults of the fields; ``origins`` has none.
DEFAULTS: Final[Mapping[str, object]] = {
    "methods": None,
    "allow_headers": ("Content-Type",),
    "expose_headers": (),
    "credentials": False,
    "max_age": 600,
    "private_network": False,
    "timing": False,
    "resource_policy": None,
    "guard": "enforce",
    "dangerously_allow": (),
}

FIELDS: Final = ("origins", *DEFAULTS)

_MISSING: Final[Any] = object()


@final
class Policy:
    """Who may call across origins, and how. A policy is immutable, hashable, comparable and safe to share.

    All fields are checked, together, when the policy is built.

    :param origins: the origins that are allowed: ``"*"`` for any, or a list of exact origins
        (``"https://a.example:8443"``), patterns (``"https://*.a.example"``: one or more labels, never
        the domain itself; ``"http://localhost:*"``: any port or none), compiled regular expressions
        (they must match the whole origin) and callables ``(Origin) -> bool`` (called only with a
        well-formed origin, never for ``null``; an exception means no). Required.
    :param methods: the methods that are allowed, ``"*"`` for any. ``None`` stands for the methods of the
        matched route in Flask, elsewhere for ``GET``, ``HEAD`` and ``POST``. Browsers let these three pass
        whatever a list says; the guard takes a list at its word, so ``methods=["GET"]`` is read-only.
    :param allow_headers: the request headers that are allowed, ``"*"`` for any but ``Authorization``, which
        must be listed beside it.
    :param expose_headers: the response headers that a page may read beyond the seven it always may, ``"*"``
        for all.
    :param credentials: whether the browser may send cookies and HTTP authentication, and the page read the
        answer.
    :param max_age: how long a browser may keep the answer to a preflight: seconds or a ``timedelta``, from 0,
        which turns that off, to 86400. ``None`` sends nothing; browsers then keep it for 5 seconds.
    :param private_network: whether pages may reach from the internet into a private network, where their
        browser asks.
    :param timing: whether pages of allowed origins may read the detailed timing of the response; ``"*"``
        for every page, also of what an ``<img>`` or ``<script>`` loads, which sends no ``Origin``.
    :param resource_policy: the ``Cross-Origin-Resource-Policy`` of every response: which sites may embed
        it, as an image for example, without asking.
    :param guard: what happens to a request that the policy does not allow: ``"enforce"`` refuses it,
        ``"report"`` only logs and signals it, ``"off"`` does neither.
    :param dangerously_allow: the doors that are open although they rarely should be: ``"null-origin"``,
        ``"insecure-origins"`` (plain http together with credentials), ``"public-suffixes"``
        (``https://*.github.io`` together with credentials), ``"unproven-regexes"`` (regular expressions
        that are not proven to match only sites that they spell out, together with credentials) and
        ``"any-extension"`` (``chrome-extension://*`` and the like together with credentials).
    :raises PolicyError: with every problem of the policy, if it has any.

    >>> policy = Policy(origins=["https://app.example"], methods=["GET", "PUT"], credentials=True)
    >>> policy.replace(credentials=False)
    Policy(origins=('https://app.example',), methods=('GET', 'PUT'))
    """

    # Where a pickle and a traceback look for it: a module may move, a public name does not.
    __module__ = "flask_corsguard"
    __slots__ = (*FIELDS, "_compiled", "_hash", "_origin_set")

    origins: Literal["*"] | tuple[str | re.Pattern[str] | Callable[[Origin], bool], ...]
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

    #: The compiled origins; ``None`` allows every origin.
    _origin_set: OriginSet | None
    #: A place for the compiled policy; see :func:`.compiled.compiled`, which alone reads and fills it.
    _compiled: object
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
        secure_only = credentials and "insecure-origins" not in doors
        self._set("_origin_set", None if found.any else found.compile(secure_only=secure_only))
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
        """
        return Policy(**{**self._fields(), **changes})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a new dictionary: ``Policy.from_mapping(p.to_dict()) == p``.

        Its values are lists, strings, numbers and ``None``; expressions and callables stay what they are.

        :returns: the fields by name.
        """
        fields = self._fields().items()
        return {name: list(value) if type(value) is tuple else value for name, value in fields}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Policy:
        """Return the policy whose fields *mapping* holds by name, as :meth:`to_dict` returns them.

        :param mapping: fields by name.
        :returns: the policy.
        :raises PolicyError: with every problem of the policy, if it has any.
        """
        if not isinstance(cast("object", mapping), Mapping):
            raise PolicyError([problem("policy.type", "policy", mapping, 'Write {"origins": ["*"]}.')])
        named = cast("Mapping[object, Any]", mapping).items()
        return cls(**{exact(n) if isinstance(n, str) else shown(n): value for n, value in named})

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in FIELDS}

    def _key(self) -> tuple[object, ...]:
        return tuple(self._fields().values())

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
        fields = self._fields().items()
        changed = [f"{name}={value!r}" for name, value in fields if value != DEFAULTS.get(name, _MISSING)]
        return f"Policy({', '.join(changed)})"

    def __reduce__(self) -> str | tuple[Any, ...]:
        # By public names alone, so that a pickle outlives the modules that it was made by.
        if self.origins is not NOBODY:
            return Policy.from_mapping, (self.to_dict(),)
        fields = self._fields().items()
        changes = {name: value for name, value in fields if value != getattr(SAME_ORIGIN, name)}
        return (methodcaller("replace", **changes), (SAME_ORIGIN,)) if changes else "SAME_ORIGIN"


#: The closed policy: nobody across origins.
SAME_ORIGIN: Final = Policy(origins=NOBODY)


def with_methods(policy: Policy, methods: Literal["*"] | tuple[str, ...]) -> Policy:
    """Return *policy* with the *methods* of a route; nothing is checked again."""
    other = object.__new__(Policy)
    for name in Policy.__slots__:
        if name not in {"methods", "_compiled", "_hash"}:
            other._set(name, getattr(policy, name))
    # Tempting: policy.replace(). But checking a hundred thousand origins for each route would be felt.
    other._set("methods", methods)
    other._set("_compiled", None)
    return other


def policy_from(value: object, field: str) -> Policy:
    """Return *value* if it is a policy, or the policy that it describes if it is a mapping of fields.

    :param value: a policy, or a mapping of fields.
    :param field: where *value* was given, for the problem.
    :raises PolicyError: if *value* is neither, or has problems.
    """
    if isinstance(value, Policy):
        return value
    if isinstance(value, Mapping):
        return Policy.from_mapping(value)
    raise PolicyError(
        [problem("policy.type", field, value, 'Write Policy(origins=["https://app.example"]).')]
    )
