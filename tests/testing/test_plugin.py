"""The pytest plugin, in a separate run of pytest."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITH_AN_APP = """
import pytest
from flask import Flask
from flask_corsguard import CorsGuard

@pytest.fixture
def app():
    app = Flask(__name__)
    CorsGuard(app, origins=["https://app.example"])
    app.add_url_rule("/", view_func=lambda: "hello")
    return app

def test_a_page_reads(cors_browser):
    assert cors_browser.open("https://app.example").fetch("https://api.example").text == "hello"
"""
WITHOUT_AN_APP = """
def test_a_page_reads(cors_browser):
    raise NotImplementedError
"""
WITH_AN_APP_THAT_NEEDS_MORE = """
import pytest

@pytest.fixture
def app(database):
    raise NotImplementedError

def test_a_page_reads(cors_browser):
    raise NotImplementedError
"""
WITHOUT_ANY_USE = """
import sys

def test_nothing_of_it_is_imported_yet(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("flask_corsguard")
    assert not {"flask", "flask_corsguard", "werkzeug"} & set(sys.modules)
"""


def run(tmp_path, text):
    """Return the exit status and the output of pytest on a file of *text*."""
    (tmp_path / "test_it.py").write_text(text)
    # Without the measurement of this run, which would import what the plugin must not.
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:cov",
        "-p",
        "no:randomly",
    ]
    done = subprocess.run(
        [*command, "."], cwd=tmp_path, capture_output=True, text=True, timeout=1200, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("text", [WITH_AN_APP, WITHOUT_ANY_USE], ids=["used", "not used"])
def test_the_fixture_is_there_and_costs_nothing_before_it_is_used(tmp_path, text):
    """The plugin imports nothing of the library until a test uses the fixture."""
    status, output = run(tmp_path, text)

    assert status == 0, output
    assert "1 passed" in output


def test_without_an_application_the_error_shows_what_to_write(tmp_path):
    """The error of pytest is not shown."""
    status, output = run(tmp_path, WITHOUT_AN_APP)

    assert status == 1
    assert "    @pytest.fixture\n    def app():\n        return create_app()\n" in output
    assert "FixtureLookupError" not in output


def test_another_missing_fixture_is_reported_by_pytest(tmp_path):
    """The fixture app exists, but needs one that does not."""
    status, output = run(tmp_path, WITH_AN_APP_THAT_NEEDS_MORE)

    assert status == 1
    assert "fixture 'database' not found" in output
    assert "create_app" not in output
