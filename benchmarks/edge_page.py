"""The figures of engines in front, as the documentation includes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from . import plots

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "_figures" / "edge-cost.md"
FRONT: Final = ROOT / "docs" / "_figures" / "edge-front.md"
PLOT: Final = "edge-origins.svg"

_HEAD: Final = "<!-- Written by `make bench-edge`. -->"


def write(found: dict[str, Any]) -> None:
    """Write the tables and the plot of these results into the documentation."""
    PAGE.write_text(text(cost(found)))
    FRONT.write_text(text(front(found)))
    plots.draw_edge(plots.Plot(PLOT, curves(found)))


def text(lines: Iterator[str]) -> str:
    """Return a page."""
    return "\n".join([_HEAD, "", *lines, ""])


def front(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table of what nginx saves."""
    yield "| request | requests per second | processor time |"
    yield "|---|---|---|"
    for row in found["front"]:
        yield f"| {row['case']} | {_times(row['rate'])} | {_fraction(row['cpu'])} |"
    yield ""
    versions, where = found["versions"], found["machine"]
    yield (
        f"nginx {versions['nginx']}, gunicorn {versions['gunicorn']} with one worker of four threads, "
        f"{where['cpu_count']} cores, {where['date'][:10]}."
    )


def _times(values: list[float]) -> str:
    middle, least, most = values
    return f"{middle:.1f} times as many ({least:.1f} to {most:.1f})"


def _fraction(values: list[float]) -> str:
    middle, least, most = values
    if middle < 2:
        # The same, give or take what else the machine does.
        return f"{1 / middle:.2f} of it ({1 / most:.2f} to {1 / least:.2f})"
    return f"1/{middle:.0f} of it (1/{most:.0f} to 1/{least:.0f})"


def cost(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table of what many origins cost."""
    yield "| engine | origins | start, s | memory, MB | per preflight, us |"
    yield "|---|---|---|---|---|"
    for row in found["origins"]:
        name = f"{row['engine']} {row['version']}"
        count = f"{row['origins']:,}{' patterns' if row['kind'] == 'patterns' else ''}"
        if "refused" in row:
            yield f"| {name} | {count} | refused: `{row['refused']}` | | |"
        else:
            yield f"| {name} | {count} | {row['start']:.1f} | {row['memory']:,} | {row['preflight']:,.0f} |"
    where = found["machine"]
    yield ""
    yield f"{where['cpu_model_name']}, {where['cpu_count']} cores, {where['date'][:10]}."


def curves(found: dict[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """Return the points of the plot: processor time of a preflight by the number of exact origins."""
    points: dict[str, list[tuple[float, float]]] = {}
    for row in found["origins"]:
        if row["kind"] == "exact" and "refused" not in row:
            points.setdefault(row["engine"], []).append((float(row["origins"]), float(row["preflight"])))
    return points
