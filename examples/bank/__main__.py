"""Runs the demo: ``python -m examples.bank [--once] [--ports A B C] [--plain]``."""

import sys

# Nothing newer than Python 2 in this file: Python must read it before it can report that Python is too old.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.stderr.write("The demo needs Python 3.10 or newer, and this is %s.\n" % sys.version.split()[0])  # noqa: UP031
    sys.exit(2)

if __name__ == "__main__":
    try:
        from .cli import main

        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
