"""Random applications and requests: whose policy is used, and which view runs.

python -m routing_fuzz --requests 100000 --seed 0
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from .exchanges import fuzz


def main() -> int:
    """Print the differences and how much was tried; the exit status is 1 if there is a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=20, help="how many differences are printed")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    found = fuzz(options.seed, options.requests, counts)
    for each in found[: options.show]:
        print(each)
    print(dict(sorted(counts.items())))
    print(f"{len(found)} differences")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
