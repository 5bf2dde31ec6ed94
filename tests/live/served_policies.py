"""Applications with a policy for each host, for WSGI and ASGI, started where the table of hosts is."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from flask import Flask

from flask_corsguard import CorsGuard
from flask_corsguard.asgi import CorsMiddleware
from flask_corsguard.live import LivePolicies
from live.pid_asgi import pid

HOME = Path.cwd()


def load(host):
    """Return the fields of the policy of a host, and record which thread of which process asks."""
    with (HOME / "asked").open("a") as asked:
        asked.write(f"{os.getpid()} {threading.get_native_id()}\n")
    origins = json.loads((HOME / "tenants.json").read_text()).get(host)
    return {"origins": origins, "credentials": True} if origins else None


def version():
    """Return what differs whenever the table does."""
    status = (HOME / "tenants.json").stat()
    return status.st_ino, status.st_mtime_ns


def host_of(request):
    """Return the host, of an environ or of a scope."""
    return request["HTTP_HOST"] if "HTTP_HOST" in request else dict(request["headers"])[b"host"].decode()


tenants = LivePolicies(load, host_of, ttl=0.3, grace=30, version=version)
application = Flask(__name__)
CorsGuard(application, tenants)
asgi_application = CorsMiddleware(pid, tenants)


@application.get("/")
def index():
    """Return the number of the process that answers."""
    return str(os.getpid())


if (HOME / "refresh").exists():
    tenants.refresh("one.example")
