"""What a command is about: an application with its inventory, or a sentence where there is none."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import PolicyError
from flask_corsguard.inventories.inventory import inventory, layer_of
from flask_corsguard.inventories.words import text_of
from flask_corsguard.wsgi.middleware import CorsMiddleware

from .failures import Failure
from .loading import load_application

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from flask_corsguard.inventories.entry import Entry


#: What Flask-CORS makes of ``"*"``.
_ANYONE = {"*": "everyone", "re.compile('.*')": "everyone"}


def load_subject() -> object:
    """Return the application of the command; a policy, a list or a mapping is put around an empty one.

    :raises Failure: if there is none, or a mapping is not one of policies.
    """
    loaded = load_application()
    if not isinstance(loaded, (Policy, Mapping, list, tuple)):
        return loaded
    try:
        layer = CorsMiddleware(_nothing, loaded)
    except PolicyError as error:
        raise Failure(str(error)) from error
    # The line is not known.
    layer.where = ""
    return layer


def entries_of(application: object) -> list[Entry]:
    """Return the inventory of *application*.

    :raises Failure: if it has no policy.
    """
    try:
        return list(inventory(application))
    except LookupError as error:
        raise Failure(why_no_entries(application, error)) from error


def why_no_entries(application: object, error: LookupError) -> str:
    """Return the message of *error*, with what Flask-CORS does in *application*, if that is initialised."""
    told = "; ".join(_rules_of_flask_cors(application))
    return f"{error} Flask-CORS answers there now: {told}." if told else str(error)


def context_of(application: object) -> AbstractContextManager[object]:
    """Return what origin callables of *application* are called in: its context, if it is one of Flask's."""
    flask = getattr(layer_of(application), "flask", None)
    return nullcontext() if flask is None else cast("AbstractContextManager[object]", flask.app_context())


def _nothing(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("404 Not Found", [])
    return ()


def _rules_of_flask_cors(application: object) -> Iterator[str]:
    """Yield what Flask-CORS allows at each of its resources.

    Flask-CORS has no public name for this, so this function reads the variables of its ``after_request``
    hook.
    """
    hooks: dict[object, list[Any]] = getattr(application, "after_request_funcs", {})
    for hook in chain.from_iterable(hooks.values()):
        if getattr(hook, "__module__", "").partition(".")[0] == "flask_cors":
            for pattern, options in inspect.getclosurevars(hook).nonlocals.get("resources", ()):
                # A dictionary before 6.0.2.
                fields = options if isinstance(options, dict) else vars(options)
                path = pattern.pattern if isinstance(pattern, re.Pattern) else str(pattern)
                origins = ", ".join(_ANYONE.get(text_of(each), text_of(each)) for each in fields["origins"])
                credentials = " with credentials" if fields.get("supports_credentials") else ""
                yield f"{path!r} allows {origins}{credentials}"
