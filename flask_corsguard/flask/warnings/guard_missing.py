"""Marks of an application that has no ``CorsGuard`` to read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_corsguard.core.findings import Finding
from flask_corsguard.flask.marks import mark_of, mark_of_view

if TYPE_CHECKING:
    from flask import Flask


def marked_names(app: Flask) -> list[str]:
    """Return the names of the views and the blueprints of *app* that are marked."""
    views = [name for name, view in app.view_functions.items() if mark_of_view(view, "GET") is not None]
    return views + [name for name, each in app.blueprints.items() if mark_of(each) is not None]


def guard_missing(names: Iterable[str], import_name: str) -> Finding:
    """Return what is found of an application without the extension.

    :param names: what is marked.
    :param import_name: the name of the application.
    """
    message = (
        f"@cors marks {', '.join(names)}, but the application {import_name!r} has no CorsGuard, without "
        "which a mark does nothing."
    )
    return Finding(code="guard.missing", message=message, hint="Write CorsGuard(app).")
