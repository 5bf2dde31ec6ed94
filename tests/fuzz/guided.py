"""The process that fuzzes one target: ``python -m fuzz.guided TARGET [option of libFuzzer]... FOLDER``."""

from __future__ import annotations

import sys
import warnings

import atheris

# The library alone is watched: what leads to a new branch of it is tried further.
with atheris.instrument_imports(include=["flask_corsguard"]):
    from .targets import TARGETS, silence


def main() -> None:
    """Fuzz the target that the first argument names; the rest is for libFuzzer."""
    name = sys.argv[1]
    # The applications of a target set headers that the policy replaces.
    warnings.simplefilter("ignore")
    silence()
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
