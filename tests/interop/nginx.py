"""nginx with the blocks that the documentation shows, in a configuration around them."""

from __future__ import annotations

import os
from typing import Final

from interop.launch import Home, program
from pages import DOCS, blocks_of

#: Where the blocks of the documentation have the application.
DOCUMENTED: Final = "127.0.0.1:8000"

_CONFIGURATION: Final = """\
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log stderr;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    proxy_cache_path {home}/cache keys_zone=shared:1m;
    server {{
        listen 127.0.0.1:{listen};
        {server}
        location / {{
            proxy_pass http://127.0.0.1:8000;
        }}
        {locations}
    }}
}}
"""
_TLS: Final = "ssl_certificate {home}/tls.pem; ssl_certificate_key {home}/tls.pem;"


def documented(directive: str, page: str = "guides/nginx.md") -> str:
    """Return the one block with that directive that a page of the documentation shows."""
    blocks = [block.lexemes["source"] for block in blocks_of((DOCS / page).read_text("utf-8"), "nginx")]
    (block,) = (block for block in blocks if directive in block)
    return block


def start(home: Home, port: int, behind: int, server: str, locations: str, *, pem: bytes = b"") -> None:
    """Start nginx at *port* in front of an application at the port *behind*.

    :param server: directives for all locations.
    :param locations: locations beside ``/``.
    :param pem: a private key and its certificates; with it nginx speaks TLS only.
    """
    if pem:
        (home.path / "tls.pem").write_bytes(pem)
    text = _CONFIGURATION.format(
        home=home.path,
        listen=f"{port} ssl" if pem else port,
        server=server + (_TLS.format(home=home.path) if pem else ""),
        locations=locations,
        user="user root;" if os.geteuid() == 0 else "",
    )
    configuration = home.path / "nginx.conf"
    configuration.write_text(text.replace(DOCUMENTED, f"127.0.0.1:{behind}"))
    nginx = program("nginx", "nginx")
    home.start([nginx, "-p", str(home.path), "-c", str(configuration), "-e", "stderr"], port)
