"""``make prose``: check the language of all pages, and show the lines that are wrong."""

from __future__ import annotations

import sys

from pages import ROOT
from prose import CHECKED, install, lint


def main() -> int:
    """Check all pages; return 1 if a line is wrong."""
    install()
    result = lint(*CHECKED)
    print((result.stdout + result.stderr).replace(f"{ROOT}/", "").strip() or "The prose is plain.")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
