"""The consoles on pages of the documentation show what the commands print today."""

from __future__ import annotations

from cli.consoles import repeat, runs_on


def test_the_page_of_troubleshooting_shows_what_why_prints(tmp_path):
    """Its example and its help."""
    runs = runs_on("troubleshooting.md")

    assert [run.command for run in runs] == [
        "cat console.txt",
        "flask cors why < console.txt",
        "flask cors why --help",
    ]
    for run in runs:
        assert repeat(run, tmp_path) == run.output
