"""Coverage-guided fuzzing with atheris: each target in a process of its own, for so many executions.

    make fuzz                                 100,000 executions of each target
    make fuzz ARGS="--runs 1000000 origins"   more, of one

What a target fails with is printed with its bytes; they become a test.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from .targets import SEEDS, TARGETS

#: The longest input, in bytes, but for a few that try bounds.
LONGEST = 600
#: How long one input may take, in seconds: no target takes more than linear time.
PATIENCE = 20


def main() -> int:
    """Fuzz the targets one after the other; the exit status is 1 if one has failed."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(TARGETS)}; none: all")
    parser.add_argument("--runs", type=int, default=100_000, help="executions of each target")
    parser.add_argument("--seconds", type=int, default=600, help="the longest time for each target")
    parser.add_argument("--seed", type=int, default=1, help="another one takes other ways")
    options = parser.parse_args()
    total, failed = 0, []
    for name in options.targets or TARGETS:
        done, output = fuzz(name, options)
        runs = re.findall(r"#(\d+)\s|Done (\d+) runs", output)
        executions = max((int(one or other) for one, other in runs), default=0)
        total += executions
        print(f"{name}: {executions} executions{'' if done else ', failed'}", flush=True)
        if not done:
            failed.append(name)
            print(output[-4000:], flush=True)
    print(f"{total} executions in all; failed: {', '.join(failed) or 'none'}")
    return 1 if failed else 0


def fuzz(name: str, options: argparse.Namespace) -> tuple[bool, str]:
    """Fuzz one target in another process; return whether all went well, and what it printed."""
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS):
            Path(folder, str(number)).write_bytes(seed)
        arguments = [
            *(f"-runs={options.runs}", f"-max_total_time={options.seconds}", f"-seed={options.seed}"),
            *(f"-max_len={LONGEST}", f"-timeout={PATIENCE}", f"-artifact_prefix={folder}/", folder),
        ]
        done = subprocess.run(
            [sys.executable, "-m", "fuzz.guided", name, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output = done.stdout.decode(errors="replace")
        if done.returncode:
            crashes = [path.read_bytes() for path in Path(folder).glob("*-*")]
            output += "".join(f"\n{name}({data!r})" for data in crashes)
    return done.returncode == 0, output


if __name__ == "__main__":
    sys.exit(main())
