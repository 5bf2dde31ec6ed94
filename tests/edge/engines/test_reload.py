"""Another export is put in place while requests arrive: each is answered by the old one or by the new one."""

from __future__ import annotations

import threading
import time

import pytest

from edge.engines.apache_engine import WITH_DBM
from edge.engines.launch import running
from edge.engines.table import CORS_ALONE, ENGINES
from flask_corsguard import Policy
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.wire import WireError

OLD, NEW, ALWAYS = "https://old.example", "https://new.example", "https://app.example"
BEFORE, AFTER = (source_of(Policy(origins=[ALWAYS, each])) for each in (OLD, NEW))
PATIENCE = 120
#: How often the new export has to apply, each time over a new connection.
IN_A_ROW = 5
#: Seconds after which an engine that watches its files has noticed new ones.
NOTICED = 1


def allowed(wire, host: str, origin: str, path: str = "/") -> bool | None:
    """Ask, and return whether the origin was granted; ``None`` if the connection ended."""
    headers = [("Host", host), ("Origin", origin), ("Access-Control-Request-Method", "PUT")]
    try:
        answer = wire.ask("OPTIONS", path, headers)
    except (WireError, OSError):
        return None
    granted = answer.values("access-control-allow-origin")
    assert granted in ([], [origin])
    assert answer.status in {200, 204 if granted else 403}
    return bool(granted)


def is_in_force(started) -> bool:
    """Whether a new connection is answered by the new export."""
    host = started.site.host
    with started.wire() as wire:
        return allowed(wire, host, NEW) is True and allowed(wire, host, OLD) is False


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("engine", [*ENGINES, WITH_DBM, *CORS_ALONE], ids=str)
def test_a_reload_under_load_grants_nothing_else(engine, tls):
    """An origin of both is never refused, a stranger never allowed, and in the end the new one applies."""
    seen: dict[str, set[bool | None]] = {ALWAYS: set(), "https://evil.example": set()}
    done = threading.Event()
    with running(engine, BEFORE, tls=tls) as started:
        host = started.site.host

        def load(origin: str) -> None:
            with started.wire() as wire:
                while not done.is_set():
                    seen[origin].add(allowed(wire, host, origin))

        threads = [threading.Thread(target=load, args=(origin,)) for origin in seen]
        for thread in threads:
            thread.start()
        try:
            with started.wire() as wire:
                assert allowed(wire, host, OLD)
                assert not allowed(wire, host, NEW)
            started.write(AFTER)
            engine.reload(started)
            # Old processes may take connections for a moment after the first new one does.
            deadline, in_force = time.monotonic() + PATIENCE, 0
            while in_force < IN_A_ROW and time.monotonic() < deadline:
                in_force = in_force + 1 if is_in_force(started) else 0
                time.sleep(0.02)
        finally:
            done.set()
            for thread in threads:
                thread.join()

    assert in_force == IN_A_ROW
    assert False not in seen[ALWAYS]
    assert True not in seen["https://evil.example"]


@pytest.mark.parametrize("engine", [*ENGINES, WITH_DBM], ids=str)
def test_the_rules_in_force_never_get_the_lists_of_other_rules(engine):
    """Before the reload, each path has its policy: some engines notice new lists by themselves."""
    private, public = Policy(origins=[OLD], credentials=True), Policy(origins=[NEW])
    with running(engine, source_of({"/private": private, "/public": public})) as started:
        started.write(source_of({"/public": public}))
        time.sleep(NOTICED)
        with started.wire() as wire:
            granted = {
                (path, origin)
                for path in ("/private", "/public")
                for origin in (OLD, NEW)
                if allowed(wire, started.site.host, origin, path)
            }

    assert granted <= {("/private", OLD), ("/public", NEW)}
