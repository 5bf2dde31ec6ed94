"""Apache, with the virtual host that the documentation shows."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Final

from edge.engines.launch import Engine, Running
from edge.engines.page import documented
from interop.launch import program

_MODULES: Final = "/usr/lib/apache2/modules"
_CONFIGURATION: Final = """\
ServerRoot {home}
PidFile {home}/apache.pid
Mutex file:{home}
ErrorLog {home}/apache.log
ServerName localhost
{user}
{modules}
MaxKeepAliveRequests 0
KeepAliveTimeout 60
StartServers 1
ServerLimit 1
ThreadsPerChild 25
MaxRequestWorkers 25
Listen 127.0.0.1:{port}
{host}
"""
_LOADED: Final = (
    *("mpm_event", "authz_core", "headers", "rewrite", "proxy", "proxy_http", "ssl", "socache_shmcb"),
)


def _program() -> str:
    return program("apache2", "apache2-bin")


def _configure(running: Running) -> None:
    home = running.home.path
    changes = {
        "*:443": f"*:{running.port}",
        "/etc/apache2/corsguard": f"{home}/corsguard",
        "/etc/apache2/shop.crt": f"{home}/tls.crt",
        "/etc/apache2/shop.key": f"{home}/tls.key",
        "8000": str(running.behind),
    }
    host = documented("apache", changes)
    text = _CONFIGURATION.format(
        home=home,
        port=running.port,
        host=host if running.tls else re.sub(r" *SSL.*\n", "", host),
        user="User www-data\nGroup www-data" if os.geteuid() == 0 else "",
        modules="\n".join(f"LoadModule {name}_module {_MODULES}/mod_{name}.so" for name in _LOADED),
    )
    (home / "apache.conf").write_text(text)


def _command(running: Running) -> list[str]:
    return [_program(), "-f", str(running.home.path / "apache.conf"), "-DFOREGROUND"]


def _reload(running: Running) -> None:
    command = [_program(), "-f", str(running.home.path / "apache.conf"), "-k", "graceful"]
    subprocess.run(command, check=True, capture_output=True)


def _version() -> str:
    shown = subprocess.run([_program(), "-v"], check=True, capture_output=True, text=True)
    return shown.stdout.partition("Apache/")[2].split()[0]


def _configure_dbm(running: Running) -> None:
    """Do what the comments of the export are for: run the commands, and define what they name."""
    text = (running.home.path / "corsguard" / "corsguard.conf").read_text()
    path = f"{Path(program('httxt2dbm', 'apache2-utils')).parent}:{os.environ['PATH']}"
    for command in re.findall("^# (httxt2dbm .*)$", text, re.MULTILINE):
        subprocess.run(["sh", "-c", command], check=True, env={**os.environ, "PATH": path})
    _configure(running)
    file = running.home.path / "apache.conf"
    file.write_text(f"Define CORSGUARD_DBM\n{file.read_text()}")


ENGINES: Final = (Engine("Apache", "apache", _configure, _command, _reload, _version),)
#: With dbm files instead of lists of text; Apache watches them.
WITH_DBM: Final = replace(
    ENGINES[0], name="Apache with dbm", configure=_configure_dbm, reload=lambda _running: None
)
