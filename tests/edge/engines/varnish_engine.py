"""Varnish."""

from __future__ import annotations

import subprocess
from typing import Final

from edge.engines.launch import Engine, Running
from interop.launch import program

_CONFIGURATION: Final = """\
vcl 4.1;
backend default {{
    .host = "127.0.0.1";
    .port = "{behind}";
}}
include "{home}/corsguard/corsguard.vcl";
sub vcl_recv {{
    if (req.http.Upgrade ~ "(?i)websocket") {{
        return (pipe);
    }}
    return (pass);
}}
sub vcl_pipe {{
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
}}
"""


def _configure(running: Running) -> None:
    home = running.home.path
    (home / "default.vcl").write_text(_CONFIGURATION.format(home=home, behind=running.behind))


def _command(running: Running) -> list[str]:
    home = running.home.path
    command = [program("varnishd", "varnish"), "-F", "-n", f"{home}/varnish", "-f", f"{home}/default.vcl"]
    # Without jails: in a container there may be no user to become.
    command += ["-j", "none", "-a", f"127.0.0.1:{running.port}", "-s", "malloc,16m"]
    return [*command, "-p", "thread_pool_min=10", "-p", "thread_pools=1", "-p", "http_req_hdr_len=16k"]


def _reload(running: Running) -> None:
    home = running.home.path
    name = f"corsguard_{len(running.settings)}"
    running.settings[name] = name
    for words in (["vcl.load", name, f"{home}/default.vcl"], ["vcl.use", name]):
        command = [program("varnishadm", "varnish"), "-n", f"{home}/varnish", *words]
        subprocess.run(command, check=True, capture_output=True)


def _version() -> str:
    shown = subprocess.run([program("varnishd", "varnish"), "-V"], check=True, capture_output=True, text=True)
    return (shown.stdout + shown.stderr).partition("varnish-")[2].split()[0]


ENGINES: Final = (Engine("Varnish", "varnish", _configure, _command, _reload, _version, ends_tls=False),)
