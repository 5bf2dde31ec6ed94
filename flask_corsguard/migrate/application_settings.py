"""The options of an application: of its configuration, of ``CORS()`` and of ``init_app``."""

from __future__ import annotations

from dataclasses import dataclass, field

from .call_fields import remove_key
from .configuration import Configuration
from .configuration_keys import KeyUse
from .options import KEYS, OPTIONS
from .policy_text import PolicyText
from .rendering import render
from .settings import Setting, Settings, settings_of_keywords
from .sites import ExtensionCall
from .translation import resolve_ignored
from .work import Work


@dataclass(eq=False)
class Initialisation:
    """An application, or a blueprint, that is initialised.

    :ivar call: the call with the application.
    :ivar maker: the call of ``CORS()`` before it, if that is another one.
    """

    call: ExtensionCall
    maker: ExtensionCall | None
    settings: Settings = field(default_factory=Settings)
    policy: PolicyText | None = None
    rules: dict[str, PolicyText] = field(default_factory=dict)
    #: Rules that the application needs besides, such as that of Flask-SocketIO.
    extra: dict[str, PolicyText] = field(default_factory=dict)
    #: Later calls for the same application, which become one with this.
    also: list[Initialisation] = field(default_factory=list)


class ApplicationSettings:
    """Collects the options of applications."""

    def __init__(self, work: Work, configuration: Configuration) -> None:
        self._work = work
        self._configuration = configuration

    def of(self, initialisation: Initialisation) -> Settings:
        """Return the options of an application, those of its configuration included."""
        result = Settings()
        late = self._late_keys(initialisation.call)
        target = initialisation.call.target
        source = initialisation.call.module.source
        for name, setting in self._configuration.settings().by_name.items():
            if setting.name in late:
                continue
            if target is not None:
                is_read = self._configuration.is_read(setting.name)
                is_kept = is_read or self._configuration.is_open
                key = setting.name if is_kept else f"APP_{setting.name}"
                default = render(OPTIONS[name].default)
                is_certain = self._configuration.is_certain(setting.name)
                read = f'["{key}"]' if is_certain else f'.get("{key}", {default})'
                setting.run_time_text = f"{source.of(target)}.config{read}"
                if is_read:
                    setting.text = setting.run_time_text
            result.by_name[name] = setting
        for each in (initialisation.maker, initialisation.call):
            if each is not None:
                found = settings_of_keywords(
                    each.call, each.module, each.scope, self._work.resolver, self._work.evaluator
                )
                result = result.with_others(found)
        return result

    def _late_keys(self, call: ExtensionCall) -> set[str]:
        """Return the keys that are set only after the application was initialised."""
        return {
            key
            for key in self._configuration.known_keys()
            if all(self._is_late(use, call) for use in self._configuration.of(key))
        }

    def _is_late(self, use: KeyUse, call: ExtensionCall) -> bool:
        if use.how == "kept":
            return False
        if use.how in {"attribute", "variable"}:
            loads = self._work.targets.calls_of("from_object")
            return bool(loads) and all(
                where is call.module and scope.node is call.scope.node and node.lineno > call.node.lineno
                for where, scope, node in loads
            )
        line = getattr(use.node, "lineno", 0)
        return use.module is call.module and use.scope.node is call.scope.node and line > call.node.lineno

    def settle_late(self, initialisation: Initialisation, settings: Settings) -> Settings:
        """Ask about keys that were set too late; return the options with those that an answer applies."""
        call = initialisation.call
        late = [key for key in self._late_keys(call) if KEYS[key] not in settings.by_name]
        if not late:
            return settings
        answer = self._work.ask(
            call.module,
            call.node,
            "late-config",
            f"{', '.join(sorted(late))} was set after CORS had read the configuration, so it had no effect. "
            "Apply it, or go on without it?",
        )
        for key in late:
            for use in self._configuration.of(key):
                value = self._work.evaluator.value(use.value, use.module, use.scope)
                if answer == "as-written":
                    settings.by_name[KEYS[key]] = Setting(key, value, None, use.module, use.scope, None)
                if answer is not None:
                    remove_key(use)
        return settings

    def resolve_resources(self, call: ExtensionCall, settings: Settings) -> Settings:
        """Return the options, and with them those for misspelt paths if an answer corrects these."""
        first = next(settings.combinations())
        renames, _ = resolve_ignored(first, self._work.answers, call.place)
        for name, meant in renames.items():
            if meant == "resources":
                settings.by_name["resources"] = settings.by_name.pop(name)
        return settings
