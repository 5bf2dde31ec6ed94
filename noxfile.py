"""Tests of the package as users install it: it is built once, and that build is tested everywhere.

    nox                                     the build, and its tests in every Python that this machine has
    nox -s package                          the build: reproducible, complete, valid
    nox -s wheel                            the fast tests in this Python, with oldest and newest Flask
    nox -s tests-3.12                       all tests in one Python, with the oldest and the newest Flask

``DIST=folder`` names a wheel and an sdist that are tested instead of a new build. What follows ``--`` goes to
pytest. The tests come from the unpacked sdist, from which the package itself is removed: what they import is
what is installed.
"""

from __future__ import annotations

import os
import shutil
import tarfile
from pathlib import Path
from typing import Final

import nox

nox.needs_version = ">=2025.2.9"
nox.options.error_on_external_run = True
nox.options.sessions = ["package", "tests"]

ROOT: Final = Path(__file__).parent
PYPROJECT: Final = nox.project.load_toml("pyproject.toml")
#: Those of the classifiers; nox adds a build without the global lock, for which not everything has a wheel.
PYTHONS: Final = [each for each in nox.project.python_versions(PYPROJECT) if not each.endswith("t")]
#: What the library itself needs, at the lowest version that pyproject.toml allows.
LOWEST: Final = [f"{each.replace('>=', '==')}.*" for each in PYPROJECT["project"]["dependencies"]]
FLASK: Final = nox.parametrize("flask", ["lowest", "newest"])
#: Where the main branches are of what the library is built on.
DEVELOPMENT: Final = [f"{name} @ git+https://github.com/pallets/{name}" for name in ("flask", "werkzeug")]

#: The layers. Their tests need no other extension, which may lack a wheel for an interpreter.
LAYERS: Final = ["tests/core", "tests/wsgi", "tests/asgi", "tests/flask"]
OF_EXTENSIONS: Final = [
    "tests/flask/test_beside.py",
    "tests/flask/test_beside_sockets.py",
    "tests/flask/test_statuses.py",
    "tests/flask/warnings/test_lost_marks.py",
]
OF_LAYERS: Final = [*LAYERS, *(f"--ignore={each}" for each in OF_EXTENSIONS)]
FOR_LAYERS: Final = [
    *("flask[async]", "flask-caching", "flask-cors", "flask-sock", "hypothesis", "pytest"),
    *("pytest-randomly", "pytest-xdist", "quart", "starlette", "waitress", "whitenoise"),
]

WORDS: Final = "--ignore=tests/test_plain_code.py"

#: What has to work where nothing else is installed.
IMPORT: Final = "import flask_corsguard as it; it.CorsGuard; it.Policy(origins=['https://*.a.example'])"


@nox.session
def package(session: nox.Session) -> None:
    """Build everything twice, compare the bytes, and check what the package index and pip make of it."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "package"))
    wheel, sdist = built(session)
    for each in (wheel, sdist):
        session.log(f"{each.name}: {each.stat().st_size:,} bytes")
    place = place_of(session)
    again = build(session, unpacked(sdist, place), place / "again")
    for one, other in zip((wheel, sdist), again, strict=True):
        if one.read_bytes() != other.read_bytes():
            session.error(f"two builds of {one.name} differ: compare {one} with {other}")
    session.run("twine", "check", "--strict", str(wheel), str(sdist))
    session.run("check-wheel-contents", str(wheel))
    # Two points are for the address of an author, which a group of maintainers has not.
    session.run("pyroma", "--min", "8", str(sdist))


@nox.session
@FLASK
def wheel(session: nox.Session, flask: str) -> None:
    """Install the wheel alone, import it without a warning, and run the fast tests with it."""
    path, sdist = built(session)
    install(session, path, *versions(flask))
    session.run("python", "-W", "error", "-c", IMPORT)
    arguments = ["--hypothesis-profile=development", "-m", "not slow", "--ignore=tests/browsers"]
    run_tests(session, sdist, flask, *arguments, "--ignore=tests/edge/engines", "--ignore=tests/interop")


@nox.session(python=PYTHONS)
@FLASK
def tests(session: nox.Session, flask: str) -> None:
    """Run all tests that need no browser and no other server."""
    path, sdist = built(session)
    install(session, path)
    run_tests(session, sdist, flask)


@nox.session(python=[PYTHONS[-1], f"{PYTHONS[-1]}t", "pypy3.11"])
def layers(session: nox.Session) -> None:
    """Run the tests of the layers, in interpreters for which not every extension has a wheel."""
    path, sdist = built(session)
    # An older release with a wheel is better than a newest one that has to be compiled.
    install(session, path, *FOR_LAYERS, "--prefer-binary")
    run(session, sdist, *OF_LAYERS)


@nox.session(python=PYTHONS[-1])
def development(session: nox.Session) -> None:
    """Run the tests of the layers with the main branches of Flask and Werkzeug."""
    path, sdist = built(session)
    install(session, path, *FOR_LAYERS)
    session.install("--upgrade", *DEVELOPMENT)
    run(session, sdist, *OF_LAYERS)


def built(session: nox.Session) -> tuple[Path, Path]:
    """Return the wheel and the sdist: those of ``DIST``, else those that the run's first session builds."""
    if given := os.environ.get("DIST"):
        return distributions(ROOT / given)
    place = session.cache_dir / "dist" / str(os.getpid())
    if not place.exists():
        shutil.rmtree(place.parent, ignore_errors=True)
        if session.name != "package":
            session.install(*nox.project.dependency_groups(PYPROJECT, "package"))
        build(session, ROOT, place)
    return distributions(place)


def build(session: nox.Session, source: Path, place: Path) -> tuple[Path, Path]:
    """Build the sdist of *source*, and the wheel from that, as users would who have no wheel."""
    session.run("python", "-m", "build", "--outdir", str(place), str(source), silent=True)
    return distributions(place)


def distributions(place: Path) -> tuple[Path, Path]:
    """Return the wheel and the sdist in *place*, which holds one of each."""
    (wheel,), (sdist,) = place.glob("*.whl"), place.glob("*.tar.gz")
    return wheel, sdist


def place_of(session: nox.Session) -> Path:
    """Return a new folder of the session; that of nox would become the place of all temporary files."""
    place = Path(session.virtualenv.location) / "place"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    return place


def unpacked(sdist: Path, place: Path) -> Path:
    """Unpack *sdist* and return its folder."""
    source = place / sdist.name.removesuffix(".tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(place, filter="data")
    return source


def install(session: nox.Session, wheel: Path, *others: str) -> None:
    """Install *wheel* and *others*."""
    session.install(str(wheel), *others)
    # In an environment that is used again, pip takes an earlier build of this version for the same.
    session.install("--force-reinstall", "--no-deps", str(wheel))


def versions(flask: str) -> list[str]:
    """Return what pip installs beside the wheel, so that its dependencies are the oldest or the newest."""
    return LOWEST if flask == "lowest" else []


def run_tests(session: nox.Session, sdist: Path, flask: str, *arguments: str) -> None:
    """Install what all tests need, and run them."""
    session.install(*nox.project.dependency_groups(PYPROJECT, "tests"))
    if flask == "lowest":
        # Afterwards: some of the extensions that are tested beside the library ask for newer ones, and work.
        session.install(*LOWEST)
    run(session, sdist, *arguments)


def run(session: nox.Session, sdist: Path, *arguments: str) -> None:
    """Run the tests of *sdist* with what is installed."""
    place = unpacked(sdist, place_of(session))
    shutil.rmtree(place / "flask_corsguard")
    (place / "_flask_corsguard_pytest.py").unlink()
    session.chdir(place)
    # The last is about the words in the source, which is not there.
    options = ["--quiet", "-p", "no:cacheprovider", "--numprocesses=2", "--dist=worksteal", WORDS]
    session.run("python", "-m", "pytest", *options, *arguments, *session.posargs)
