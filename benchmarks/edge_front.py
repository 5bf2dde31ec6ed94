"""nginx that answers by itself, beside the same nginx that passes everything on to gunicorn.

Both run at once and are driven in turn, a moment each, so that both meet the same machine: only the ratios
mean anything.
"""

from __future__ import annotations

import re
import subprocess
import sys
from statistics import median
from typing import Any, Final

from edge.engines.launch import Running, running
from edge.engines.nginx_engine import ENGINES
from edge.engines.shop import APP, create_shop
from edge.engines.shop_server import gunicorn
from flask_corsguard.edge.source import source_of

from .edge_origins import group_of, spent

#: Seconds of one turn, and how many turns each has.
SECONDS: Final = 2
TURNS: Final = 5
CONNECTIONS: Final = 4

_EVIL: Final = "https://evil.example"
#: What is sent: method, and headers.
CASES: Final = {
    "an allowed preflight": ("OPTIONS", {"Origin": APP, "Access-Control-Request-Method": "PUT"}),
    "a refused preflight": ("OPTIONS", {"Origin": _EVIL, "Access-Control-Request-Method": "PUT"}),
    "a forged PUT": ("PUT", {"Origin": _EVIL, "Sec-Fetch-Site": "cross-site"}),
    "an allowed GET": ("GET", {"Origin": APP}),
}
_PATH: Final = "/api/items"
_RATE: Final = re.compile(r"^Requests/sec:\s+([0-9.]+)$", re.MULTILINE)
_COUNT: Final = re.compile(r"^\s*([0-9]+) requests in", re.MULTILINE)


def _without_export(_name: str, _text: str) -> str:
    return ""


def rows() -> list[dict[str, Any]]:
    """Measure each case."""
    source = source_of(create_shop())
    nginx = ENGINES[-1]
    with (
        gunicorn() as (port, workers),
        running(nginx, source, behind=port) as answering,
        running(nginx, source, behind=port, change=_without_export) as passing,
    ):
        return [_case(name, answering, passing, workers) for name in CASES]


def _case(name: str, answering: Running, passing: Running, workers: int) -> dict[str, Any]:
    rates, costs = [], []
    for _ in range(TURNS):
        rate, cost = _turn(name, answering, workers)
        other_rate, other_cost = _turn(name, passing, workers)
        rates.append(rate / other_rate)
        costs.append(other_cost / cost)
    return {
        "case": name,
        "rate": [round(each(rates), 2) for each in (median, min, max)],
        "cpu": [round(each(costs), 2) for each in (median, min, max)],
    }


def _turn(name: str, front: Running, workers: int) -> tuple[float, float]:
    """Return requests per second, and seconds of the processors of nginx and gunicorn for each."""
    method, headers = CASES[name]
    script = front.home.path / "wrk.lua"
    lines = [
        f'wrk.method = "{method}"',
        *(f'wrk.headers["{key}"] = "{value}"' for key, value in headers.items()),
    ]
    script.write_text("\n".join(lines))
    groups = (group_of(front), workers)
    before = sum(map(spent, groups))
    command = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{SECONDS}s", "-s", str(script)]
    said = subprocess.run(  # noqa: S603 - our own words
        [*command, f"http://{front.site.host}{_PATH}"], check=True, capture_output=True, text=True
    ).stdout
    rate, count = _RATE.search(said), _COUNT.search(said)
    assert rate is not None, said
    assert count is not None, said
    return float(rate[1]), (sum(map(spent, groups)) - before) / int(count[1])


def versions() -> dict[str, str]:
    """Return what was measured."""
    shown = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--version"], check=True, capture_output=True, text=True
    )
    return {"nginx": ENGINES[-1].version(), "gunicorn": shown.stdout.split("version ")[1].split(")")[0]}
