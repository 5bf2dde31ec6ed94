"""What the figures belong to: the processor, the system, Python and the versions; no name, and no path."""

from __future__ import annotations

import os
import platform
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from .results import Fact

#: Distributions whose versions the figures depend on.
DISTRIBUTIONS: Final = (
    *("flask-corsguard", "flask", "werkzeug", "flask-cors"),
    *("wsgicors", "wsgi-cors-middleware", "nti.wsgi.cors"),
    *("django", "django-cors-headers", "falcon", "quart", "quart-cors", "starlette", "gunicorn"),
)
#: How the name of a fact begins that is a version.
VERSION: Final = "version_"


def facts(mode: str) -> dict[str, Fact]:
    """Return what is known of the machine and of what runs on it, for a run of that mode."""
    return {
        "cpu_count": os.cpu_count() or 1,
        "cpu_model_name": _processor(),
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S}",
        "mode": mode,
        "platform": f"{platform.system()} {platform.machine()}",
        "python_implementation": platform.python_implementation().lower(),
        "python_version": platform.python_version(),
        "system": _system(),
        **{f"{VERSION}{name}": found for name in DISTRIBUTIONS if (found := _version(name))},
    }


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return f"{platform.system()} {platform.release()}"


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
