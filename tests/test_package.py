"""The metadata, the workflows and the documentation of the package agree."""

from __future__ import annotations

import io
import re
import runpy
import subprocess
import sys
from importlib import metadata
from typing import Final

import pytest

from pages import DOCS, ROOT

METADATA: Final = metadata.metadata("flask-corsguard")
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NOTES: Final = runpy.run_path(str(ROOT / ".ci" / "notes.py"))["notes"]
INSTALL: Final = ROOT / ".ci" / "install.py"
REPOSITORY: Final = "https://github.com/flask-corsguard/flask-corsguard"
SITE: Final = "https://flask-corsguard.readthedocs.io"
PYTHONS: Final = re.findall(
    r"(?m)^Programming Language :: Python :: (3\.\d+)$", "\n".join(METADATA.get_all("Classifier"))
)

CHANGELOG: Final = """
## [0.2.0] - unreleased

- More.

## [0.1.0] - 2026-12-01

### Added

- Something.

## [0.0.1] - 2026-01-01

- Nothing.
"""


def test_the_project_has_addresses():
    """The package index shows them beside the package."""
    addresses = dict(each.split(", ") for each in METADATA.get_all("Project-URL"))

    assert set(addresses) == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert all(address.startswith((REPOSITORY, SITE)) for address in addresses.values())


def test_no_file_names_another_address_of_the_project():
    """If the project moves, one search finds every place."""
    files = [
        *(ROOT / name for name in ("CITATION.cff", "CONTRIBUTING.md", "README.md", "SECURITY.md")),
        *(ROOT / ".github").rglob("*.yml"),
        *DOCS.glob("*.md"),
    ]
    found = {
        address
        for file in files
        for address in re.findall(
            r"https://(?:github\.com/[\w-]+/flask-corsguard|[\w-]*corsguard[\w.-]*)", file.read_text("utf-8")
        )
    }

    assert found == {REPOSITORY, SITE}


def test_every_link_of_the_readme_is_absolute_on_the_package_index():
    """There it is not beside the other files."""
    targets = re.findall(r"\]\(([^)]+)\)", METADATA["Description"])

    assert len(targets) > 30
    assert [target for target in targets if not target.startswith("https://")] == []


def test_every_absolute_link_of_the_readme_leads_to_a_file_of_this_version():
    """A picture is raw, a page of the documentation is on its site, another file is in the repository."""
    tag = f"v{METADATA['Version']}"
    leads = {
        rf"{SITE}/en/{tag}/(.+)\.html": r"docs/\1.md",
        rf"https://raw\.githubusercontent\.com/flask-corsguard/flask-corsguard/{tag}/(.+)": r"\1",
        rf"{REPOSITORY}/blob/{tag}/(.+)": r"\1",
    }

    def file_of(target: str) -> str:
        files = [
            found.expand(file) for address, file in leads.items() if (found := re.fullmatch(address, target))
        ]
        return files[0] if files else "none"

    targets = re.findall(r"\]\((https:[^)#]+)", METADATA["Description"])

    assert [target for target in targets if not (ROOT / file_of(target)).is_file()] == []


def test_the_versions_of_python_are_the_same_everywhere():
    """The classifiers name them, noxfile.py reads them there, and CI and the documentation agree."""
    workflow = (ROOT / ".github" / "workflows" / "package.yml").read_text("utf-8")
    page = (DOCS / "support.md").read_text("utf-8")

    assert METADATA["Requires-Python"] == f">={PYTHONS[0]}"
    assert f"session: [{', '.join(f'tests-{each}' for each in PYTHONS)}]" in workflow
    assert f"| CPython | {', '.join(PYTHONS)} |" in page


@pytest.mark.slow
def test_the_workflows_run_sessions_that_exist():
    """A name without a session would end the job that has it."""
    pytest.importorskip("nox", reason="make wheel installs it")
    command = [sys.executable, "-m", "nox", "--list", "--noxfile", str(ROOT / "noxfile.py")]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sessions = set(re.findall(r"(?m)^[*-] ([\w.-]+)", listed))
    workflows = "\n".join(path.read_text("utf-8") for path in WORKFLOWS)
    run = re.findall(r"-s ([a-z][\w.-]*)", workflows)
    run += re.findall(r"session: ([a-z][\w.-]*)", workflows)
    run += [f"tests-{each}" for each in PYTHONS]

    assert len(run) > 10
    assert set(run) <= sessions


def test_the_lowest_flask_and_werkzeug_are_documented():
    """noxfile.py tests exactly these."""
    requirements = metadata.requires("flask-corsguard")
    page = (DOCS / "support.md").read_text("utf-8")

    assert {"flask>=3.0.0", "werkzeug>=3.0.0"} <= set(requirements)
    assert "| Flask, Werkzeug | 3.0.0, and the newest |" in page


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(workflow):
    """A tag can be moved; the comment names the version of the commit."""
    used = re.findall(r"uses: (.+)", workflow.read_text("utf-8"))

    assert used
    assert [
        each for each in used if not re.fullmatch(r"\./\S+|[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
    ] == []


def test_the_changelog_has_a_section_for_this_version():
    """It is dated when the version is released."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    first = re.search(r"(?m)^## \[(.+)\] - (unreleased|\d{4}-\d\d-\d\d)$", changelog)

    assert first is not None
    assert first[1] == METADATA["Version"]


def test_the_notes_of_a_release_are_its_section_of_the_changelog():
    """Without its heading, which is the title."""
    assert NOTES("v0.1.0", CHANGELOG, "0.1.0") == "### Added\n\n- Something."


@pytest.mark.parametrize(
    ("tag", "version", "message"),
    [
        ("v0.1.0", "0.2.0", r"^the tag is v0\.1\.0, and the version in pyproject\.toml is 0\.2\.0$"),
        ("v0.2.0", "0.2.0", r"^CHANGELOG\.md does not date 0\.2\.0"),
        ("v0.3.0", "0.3.0", r"^CHANGELOG\.md has no section ## \[0\.3\.0\]$"),
    ],
)
def test_a_version_that_is_not_ready_has_no_notes(tag, version, message):
    """A wrong tag, a section without a date, and no section."""
    with pytest.raises(ValueError, match=message):
        NOTES(tag, CHANGELOG, version)


class Terminal(io.StringIO):
    """A terminal that somebody watches."""

    def isatty(self):
        return True


def test_an_installation_shows_in_a_terminal_what_it_is_at(monkeypatch):
    """Each line takes the place of the one before, and the last one is empty."""
    show = runpy.run_path(str(INSTALL))["show"]
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)

    show("  Collecting flask-and-werkzeug")
    show("  Collecting idna")
    show("")

    shown = [line.rstrip() for line in terminal.getvalue().split("\r")]
    assert shown == ["", "  Collecting flask-and-werkzeug", "  Collecting idna", "", ""]


@pytest.mark.slow
def test_an_installation_that_fails_shows_what_pip_printed():
    """And it fails, so that make does."""
    command = [sys.executable, str(INSTALL), "--no-index", "flask-corsguard-of-nobody"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert "No matching distribution found for flask-corsguard-of-nobody" in done.stderr


@pytest.mark.slow
def test_a_tag_of_another_version_ends_the_release():
    """The workflow stops at an exit code, and the log shows why."""
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "notes.py"), "v0"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("the tag is v0, and the version")


def test_listed_requirements_name_a_version_and_no_place():
    """A folder of one machine, or a host, would not be there on another one."""
    lists = [*(ROOT / "tests").rglob("requirements*.txt")]
    lines = [line for each in lists for line in each.read_text().splitlines() if not line.startswith("#")]

    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+(\[\w+\])?==[\w.+-]+", line)] == []
