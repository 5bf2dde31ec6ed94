"""Varnish with hitch, which ends TLS in front of it, as the documentation configures them."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from edge.engines.launch import Engine, Running
from edge.engines.page import documented
from interop.launch import program

#: Seconds for the compiler.
_PATIENCE: Final = 120

#: Nothing is stored: each request reaches the application.
_WITHOUT_CACHE: Final = """
sub vcl_recv {
    return (pass);
}
"""


def _configure(running: Running) -> None:
    home = running.home.path
    changes = {"/etc/varnish/corsguard": f"{home}/corsguard", "8000": str(running.behind)}
    (home / "default.vcl").write_text(documented("vcl", changes) + _WITHOUT_CACHE)
    changes = {
        "[*]:443": f"[127.0.0.1]:{running.port}",
        "8443": str(running.inner_port),
        "/etc/hitch/shop.pem": f"{home}/tls.pem",
    }
    (home / "hitch.conf").write_text(documented("ini", changes))


def _command(running: Running) -> list[str]:
    home = running.home.path
    command = [program("varnishd", "varnish"), "-F", "-n", f"{home}/varnish", "-f", f"{home}/default.vcl"]
    # Without jails: in a container there may be no user to become.
    address = f"127.0.0.1:{running.inner_port}{',PROXY' if running.tls else ''}"
    command += ["-j", "none", "-a", address, "-s", "malloc,16m"]
    return [*command, "-p", "thread_pool_min=10", "-p", "thread_pools=1", "-p", "http_req_hdr_len=16k"]


def _tls_command(running: Running) -> list[str]:
    command = [program("hitch", "hitch"), f"--config={running.home.path}/hitch.conf"]
    # No certificate has an address to ask whether it was revoked.
    command += ["--daemon=off", "--ocsp-dir=", "--workers=1"]
    return [*command, "--user=nobody", "--group=nogroup"] if os.geteuid() == 0 else command


def _reload(running: Running) -> None:
    home = running.home.path
    name = f"corsguard_{len(running.settings)}"
    running.settings[name] = name
    for words in (["vcl.load", name, f"{home}/default.vcl"], ["vcl.use", name]):
        # To compile takes longer on a busy machine than the five seconds that it waits by default.
        command = [program("varnishadm", "varnish"), "-n", f"{home}/varnish", "-t", str(_PATIENCE), *words]
        subprocess.run(command, check=True, capture_output=True)


def _version() -> str:
    shown = subprocess.run([program("varnishd", "varnish"), "-V"], check=True, capture_output=True, text=True)
    return (shown.stdout + shown.stderr).partition("varnish-")[2].split()[0]


ENGINES: Final = (
    Engine("Varnish", "varnish", _configure, _command, _reload, _version, tls_command=_tls_command),
)
