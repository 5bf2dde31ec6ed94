"""What the package of live origins brings along, and what it does not."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from flask_corsguard import live
from flask_corsguard.live.driver import needs
from pages import DOCS


def printed_by(program):
    """Return what a program prints in a new process."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
def test_importing_the_library_imports_nothing_of_live_origins():
    """Nor does an application that is served."""
    program = (
        "import sys, flask, flask_corsguard as it, flask_corsguard.testing; "
        "app = flask.Flask('x'); it.CorsGuard(app, origins=['https://a.example']); "
        "app.test_client().get('/'); "
        "print(sorted(name for name in sys.modules if name.startswith('flask_corsguard.live')))"
    )
    assert printed_by(program) == "[]\n"


@pytest.mark.slow
def test_importing_live_origins_imports_no_driver_and_starts_no_thread():
    """Each source imports its own, and a policy starts none."""
    program = (
        "import sys, _thread, flask_corsguard as it; from flask_corsguard.live import LiveOrigins; "
        "it.Policy(origins=[LiveOrigins(list)]); "
        "print({'redis', 'sqlalchemy', 'watchfiles', 'flask'} & set(sys.modules), _thread._count())"
    )
    assert printed_by(program) == "set() 0\n"


@pytest.mark.parametrize(
    ("module", "package"), [("file", "watchfiles"), ("redis", "redis"), ("sql", "sqlalchemy")]
)
def test_the_error_for_a_missing_package_shows_what_to_install(module, package, monkeypatch):
    """The library brings no driver along."""
    monkeypatch.delitem(sys.modules, f"flask_corsguard.live.{module}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(ModuleNotFoundError) as raised:
        import_module(f"flask_corsguard.live.{module}")

    assert str(raised.value) == (
        f"This source of origins needs {package}. Write: python3 -m pip install {package}"
    )
    assert raised.value.name == package


def test_the_error_for_a_package_that_lacks_another_one_is_its_own():
    """It names the other one."""
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'nobody'$"), needs("watchfiles"):
        import_module("nobody")


@pytest.mark.parametrize("name", live.__all__)
def test_every_public_name_is_documented(name):
    """In the reference."""
    assert f":: {name}" in (DOCS / "api.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["LiveOrigins", "LivePolicies", "Bell"])
def test_a_traceback_shows_the_public_path_of_a_class(name):
    """A module of ours may move."""
    assert getattr(live, name).__module__ == "flask_corsguard.live"
