"""Starts one of the applications, and prints what pages of a browser get from it.

It runs in the environment of the applications, in a folder of the test, with a program of the table on
standard input.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path

from migration.judge import observed, urls_of

#: Of many routes, so many are fetched.
MAX_URLS = 15

#: What ends the program, or waits for another machine.
_LEFT_OUT = ("/logout", "/worker", "/gc-cleanup")


def asreview():
    """Return the application as its users start it."""
    from asreview.webapp.app import create_app

    return create_app()


def changedetection():
    """Return the application as ``changedetection.io -C -d .`` starts it in its mode for batches."""
    from changedetectionio.flask_app import changedetection_app
    from changedetectionio.store import ChangeDetectionStore

    folder = str(Path("datastore").resolve())
    Path(folder).mkdir()
    store = ChangeDetectionStore(datastore_path=folder, include_default_watches=False)
    return changedetection_app({"datastore_path": folder, "batch_mode": True}, store)


def mlflow():
    """Return the application as ``mlflow server`` serves it."""
    from mlflow.server import app

    return app


def main():
    """Print the URLs, what was fetched, and what was warned of."""
    program = json.load(sys.stdin)
    # Loggers print, and what is printed is read.
    output, sys.stdout = sys.stdout, sys.stderr
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        app = globals()[program["id"]]()
        urls = _some(urls_of(app))
        found = observed(app, program, urls)
    told = sorted({str(each.message) for each in caught if "flask_corsguard" in each.category.__module__})
    json.dump({"urls": urls, "observed": found, "warnings": told}, output)
    output.flush()
    # Threads of the applications do not end by themselves.
    os._exit(0)


def _some(urls):
    listed = [each for each in urls if not any(part in each[0] for part in _LEFT_OUT)]
    step = -(-len(listed) // MAX_URLS)
    return listed[::step]


if __name__ == "__main__":
    main()
