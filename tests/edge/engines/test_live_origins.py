"""The list of an engine in front is fed by what feeds live origins, as the documentation shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge.engines.haproxy_engine import ENGINES
from edge.engines.launch import running
from edge.engines.test_reload import ALWAYS, BEFORE, NEW, OLD, allowed
from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins
from flask_corsguard.testing import OriginSource

PAGE = Path(__file__).parents[3] / "docs" / "live-origins.md"


def documented(home: Path) -> dict:
    """Give what the page defines for HAProxy, with the paths of this one."""
    (code,) = re.findall(r"```python\n(import socket\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    code = code.replace("/run/haproxy/admin.sock", str(home / "haproxy.sock"))
    names = {"Policy": Policy}
    exec(code.replace("/etc/haproxy/corsguard", str(home / "corsguard")), names)
    return names


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_one_load_feeds_haproxy_and_live_origins(engine):
    """Without a reload: over a connection that was there before."""
    source = OriginSource([ALWAYS, OLD])
    tenants = LiveOrigins(source, clock=source.clock)
    live = Policy(origins=[tenants])
    with running(engine, BEFORE) as started, started.wire() as wire:
        host = started.site.host
        replace_list = documented(started.home.path)["replace_list"]
        for origins in ([ALWAYS, OLD], [ALWAYS, NEW], [ALWAYS]):
            source.set(origins)
            tenants.refresh()
            replace_list(Policy(origins=source.load()))
            granted = {each for each in (ALWAYS, OLD, NEW) if allowed(wire, host, each)}
            assert granted == set(origins) == set(live._origin_set.content.moment.snapshot[0].exact)
