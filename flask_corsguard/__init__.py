"""CORS for Flask, WSGI and ASGI, as the Fetch standard defines it, and a guard against forged requests."""

import importlib as _importlib
import typing as _typing

from .core.decision import Decision as Decision
from .core.decision import decide as decide
from .core.guard import judge as judge
from .core.origin import Origin as Origin
from .core.policy import SAME_ORIGIN as SAME_ORIGIN
from .core.policy import UNMANAGED as UNMANAGED
from .core.policy import Policy as Policy
from .core.problems import PolicyError as PolicyError
from .core.problems import Problem as Problem
from .core.reasons import Kind as Kind
from .core.reasons import Reason as Reason
from .core.request import Request as Request
from .wsgi.middleware import CorsMiddleware as CorsMiddleware

if _typing.TYPE_CHECKING:
    from .core.findings import Finding as Finding
    from .flask.decorator import cors as cors
    from .flask.extension import CorsGuard as CorsGuard
    from .flask.refusal import CrossOriginRefused as CrossOriginRefused
    from .flask.refusal import cors_refused as cors_refused
    from .flask.warnings.warning import CorsGuardWarning as CorsGuardWarning
    from .inventories.entry import Entry as Entry
    from .inventories.inventory import inventory as inventory
    from .migrate.runtime import policy_from_flask_cors as policy_from_flask_cors

# Imported on first use, so that a program of WSGI imports no Flask, and a server none of the tools.
_ON_FIRST_USE = {
    "CorsGuard": "flask.extension",
    "CorsGuardWarning": "flask.warnings.warning",
    "CrossOriginRefused": "flask.refusal",
    "Entry": "inventories.entry",
    "Finding": "core.findings",
    "cors": "flask.decorator",
    "cors_refused": "flask.refusal",
    "inventory": "inventories.inventory",
    "policy_from_flask_cors": "migrate.runtime",
}

__all__ = [
    "SAME_ORIGIN",
    "UNMANAGED",
    "CorsGuard",
    "CorsGuardWarning",
    "CorsMiddleware",
    "CrossOriginRefused",
    "Decision",
    "Entry",
    "Finding",
    "Kind",
    "Origin",
    "Policy",
    "PolicyError",
    "Problem",
    "Reason",
    "Request",
    "cors",
    "cors_refused",
    "decide",
    "inventory",
    "judge",
    "policy_from_flask_cors",
]


def __getattr__(name: str) -> object:
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(_importlib.import_module(f".{_ON_FIRST_USE[name]}", __name__), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    # dir() sorts them.
    return list({*globals(), *_ON_FIRST_USE})
