"""Warns of keys of the configuration that nobody reads: set too late, or left over from Flask-CORS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.policy import Policy
from flask_corsguard.flask.config import PREFIX

if TYPE_CHECKING:
    from flask import Flask

#: By the keys of Flask-CORS, those with the same meaning here; ``None`` if no key is needed.
_OF_FLASK_CORS: Final[Mapping[str, str | None]] = {
    "CORS_ORIGINS": "CORSGUARD_ORIGINS",
    "CORS_METHODS": "CORSGUARD_METHODS",
    "CORS_ALLOW_HEADERS": "CORSGUARD_ALLOW_HEADERS",
    "CORS_EXPOSE_HEADERS": "CORSGUARD_EXPOSE_HEADERS",
    "CORS_SUPPORTS_CREDENTIALS": "CORSGUARD_CREDENTIALS",
    "CORS_MAX_AGE": "CORSGUARD_MAX_AGE",
    "CORS_ALLOW_PRIVATE_NETWORK": "CORSGUARD_PRIVATE_NETWORK",
    "CORS_RESOURCES": "CORSGUARD_PATHS",
    **dict.fromkeys(("CORS_SEND_WILDCARD", "CORS_VARY_HEADER", "CORS_AUTOMATIC_OPTIONS")),
    **dict.fromkeys(("CORS_ALWAYS_SEND", "CORS_INTERCEPT_EXCEPTIONS")),
}


#: Policies that were made of options of Flask-CORS, by their identities and the options: the application has
#: read these itself. Two applications can have equal policies, and one of them keys that nobody reads.
_READ: Final[WeakValueDictionary[tuple[int, str], Policy]] = WeakValueDictionary()


def remember_options(policy: Policy, options: Iterable[str]) -> None:
    """Record that a policy was made of these *options* of Flask-CORS, wherever they come from."""
    _READ.update({(id(policy), option): policy for option in options})


class StaleConfiguration:
    """Compares the configuration with what it was when the extension read it.

    :param app: the application.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._read = self._now()

    def _now(self) -> dict[str, object]:
        return {key: _frozen(value) for key, value in self._app.config.items() if _is_ours(key)}

    def findings(self, policies: Iterable[Policy], *, flask_cors: bool) -> Iterator[Finding]:
        """Yield a finding for each kind of keys that have no effect.

        :param policies: all policies of the application.
        :param flask_cors: whether Flask-CORS is there, too, and reads its keys.
        """
        now = self._now()
        late = sorted(key for key in {*now, *self._read} if now.get(key) != self._read.get(key))
        if late:
            message = (
                f"{', '.join(late)} changed after CorsGuard had read the configuration, which has no effect."
            )
            hint = "Set it before CorsGuard(app), or before guard.init_app(app)."
            yield Finding(code="config.late", message=message, hint=hint)
        config = self._app.config
        listed = [*policies]
        left = sorted(key for key in _OF_FLASK_CORS if key in config and not _is_heard(key, config, listed))
        if left and not flask_cors:
            new = [name for name in map(_OF_FLASK_CORS.get, left) if name is not None]
            move = (
                f"Put it into the policy, or write {', '.join(new)}, and remove them."
                if new
                else "Remove them."
            )
            message = f"{', '.join(left)}: keys of Flask-CORS, which have no effect here."
            yield Finding(code="flask-cors.keys", message=message, hint=move)


def _is_heard(key: str, config: Mapping[str, object], policies: Iterable[Policy]) -> bool:
    """Whether a policy has the value of a key of Flask-CORS: the application has read it itself."""
    option = key.removeprefix("CORS_").lower()
    field = (_OF_FLASK_CORS[key] or "").removeprefix(PREFIX).lower()
    value = _frozen(config[key])
    return any(
        (id(policy), option) in _READ
        or (value is not None and getattr(policy, field, None) in (value, (value,)))
        for policy in policies
    )


def _is_ours(key: object) -> bool:
    return isinstance(key, str) and key.startswith(PREFIX)


def _frozen(value: object) -> object:
    """Return a copy of *value* that later changes of lists and mappings in it do not change."""
    if isinstance(value, Mapping):
        return {key: _frozen(each) for key, each in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value
