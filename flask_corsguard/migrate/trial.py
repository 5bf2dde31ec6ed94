"""Starts an application in another process: before the migration for its routes, then to see it start.

This is the one part of the migration that executes the project, and only with ``--app``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from .observation import Seen, observe
from .project import SKIPPED
from .routes import Route, route_of

if TYPE_CHECKING:
    from .migration import Change

#: Seconds that an application may take to start.
MAX_SECONDS: Final = 120

_MARK: Final = "flask-corsguard routes: "


class TrialError(Exception):
    """The application does not start; the message is one sentence."""


class Trial(NamedTuple):
    """An application that was started: its routes, and what pages may do there."""

    routes: list[Route]
    seen: list[Seen]


def started(application: str, folder: Path, origins: Sequence[str] = ()) -> Trial:
    """Start an application; return its routes, by its own URL map, and what pages may do there.

    :param application: as Flask's ``--app`` takes it, such as ``shop:create_app``.
    :param folder: where it is imported.
    :param origins: those of pages that fetch every route.
    :raises TrialError: if it does not start.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), *_inherited()])}
    try:
        found = subprocess.run(  # noqa: S603 - this interpreter, and this module
            [sys.executable, "-m", __name__, application, *origins],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=MAX_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise TrialError(f"{application} does not start within {MAX_SECONDS} seconds.") from None
    lines = [line for line in found.stdout.splitlines() if line.startswith(_MARK)]
    if found.returncode or not lines:
        reason = (found.stderr.strip().splitlines() or ["it ended"])[-1]
        is_elsewhere = "Could not import" in reason and "/" not in application
        hint = f" Name its folder, too, as in --app src/{application}." if is_elsewhere else ""
        raise TrialError(f"{application} does not start ({reason}).{hint}")
    content = json.loads(lines[-1].removeprefix(_MARK))
    routes = [route_of(rule, None) for rule in content["rules"]]
    return Trial(routes, [Seen(*each) for each in content["seen"]])


def _inherited() -> list[str]:
    return [each for each in os.environ.get("PYTHONPATH", "").split(os.pathsep) if each]


def started_after(application: str, folder: Path, changes: Sequence[Change], origins: Sequence[str]) -> Trial:
    """Start the migrated application in a copy of *folder*.

    :raises TrialError: if it does not start.
    """
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.resolve().name
        shutil.copytree(folder, copy, ignore=_not_copied, symlinks=True)
        for change in changes:
            target = copy / change.path.resolve().relative_to(folder.resolve())
            target.write_bytes(change.after)
        return started(application, copy, origins)


def _not_copied(folder: str, names: Sequence[str]) -> set[str]:
    # A file such as .env may be what the application starts with.
    return {each for each in names if (each in SKIPPED or each[:1] == ".") and Path(folder, each).is_dir()}


def main(arguments: Sequence[str]) -> None:
    """Print the rules of the application that *arguments* names, and what pages of their origins may do."""
    from flask.cli import ScriptInfo

    app = ScriptInfo(app_import_path=arguments[0]).load_app()
    rules = sorted({rule.rule for rule in app.url_map.iter_rules()})
    seen = observe(app, arguments[1:])
    sys.stdout.write(f"{_MARK}{json.dumps({'rules': rules, 'seen': seen})}\n")


if __name__ == "__main__":  # pragma: no cover - in the other process
    main(sys.argv[1:])
