"""All findings about an application: those of its entries, and those of its first request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from flask_corsguard.core.findings import Finding

from .entry import Entry
from .inventory import inventory, layers_of
from .words import without_implied


def findings_of(app: object) -> list[Finding]:
    """Return what is found about *app*, by file and line.

    What only requests show, such as a proxy that replaces ``Host``, is not among it.

    :param app: what :func:`.inventory` takes; or a Flask application with marks and without the extension.
    :raises LookupError: if there is nothing to look at.
    """
    if missing := _without_guard(app):
        return [missing]
    entries = inventory(app)
    found = [*_of_entries(entries)]
    for layer in layers_of(app):
        if getattr(layer, "flask", None) is not None:
            found += layer.first_request.findings()
            found += _unused_paths(layer)
    return sorted(dict.fromkeys(found), key=_line_of)


def _line_of(finding: Finding) -> tuple[str, int, str]:
    file, _, line = finding.where.rpartition(":")
    return file, int(line or 0), finding.code


def _without_guard(app: object) -> Finding | None:
    if layers_of(app) or not hasattr(app, "view_functions"):
        return None
    from flask_corsguard.flask.warnings.guard_missing import guard_missing, marked_names

    application: Any = app
    names = marked_names(application)
    return guard_missing(names, application.import_name) if names else None


def _of_entries(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Yield each finding once, with the routes that it is about."""
    routes: dict[Finding, list[str]] = {}
    for entry in without_implied(entries):
        route = f"{entry.method} {entry.host}{entry.rule}"
        for finding in entry.notes:
            routes.setdefault(finding, []).append(route)
    for finding, about in routes.items():
        yield replace(finding, routes=tuple(dict.fromkeys(about)))


def _unused_paths(layer: Any) -> Iterator[Finding]:
    """Yield the path rules that give no route, and nothing that is mounted, its policy."""
    if layer.settings.paths is None:
        return
    from .routed import unused_paths

    for path in unused_paths(layer):
        yield Finding(
            code="path.unused",
            message=f"No route has the policy of the path {path!r}.",
            hint="Correct the path, or remove it: a view or a blueprint with a policy does not need it.",
            where=str(layer.place),
        )
