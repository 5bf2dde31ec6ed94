"""Runs ``pip install`` with the arguments of the command line, and shows in one line what it is at."""

from __future__ import annotations

import shutil
import subprocess
import sys


def main(*arguments: str) -> int:
    """Run pip, and return its exit code. The output of pip is shown if it fails."""
    options = ["--disable-pip-version-check", "--progress-bar=off"]
    command = [sys.executable, "-m", "pip", "install", *options, *arguments]
    lines = []
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, **pipes) as pip:
        for line in pip.stdout or ():
            lines.append(line)
            if line.lstrip().startswith(("Collecting ", "Building ", "Installing ", "Preparing ")):
                show("  " + line.strip().split(" (")[0].split(": ")[0])
    show("")
    if pip.returncode:
        sys.stderr.write("".join(lines))
    return pip.returncode


def show(text: str) -> None:
    """Show *text* in place of what was shown before; where nobody watches, nothing."""
    if sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        print(f"\r{text[: columns - 1]:{columns - 1}}", end="" if text else "\r", flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
