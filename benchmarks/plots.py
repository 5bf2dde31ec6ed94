"""The plots of the page: what peers add, what many origins cost, what large headers cost.

They are read in the light and in the dark theme: no ground of their own, and colours half-way between
both. Equal results give equal bytes, and each plot says of which results it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .figures import Quantity, is_measured
from .page_parts import ADDED, GROWTH, HOSTILE, Curve
from .results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STATIC: Final = Path(__file__).parent.parent / "docs" / "_static"

#: Legible on white and on furo's dark ground alike: more than 4:1 on either (WCAG 2, 1.4.3).
INK: Final = "#7b7b7b"
OURS: Final = "#e0672b"
OTHERS: Final = ("#3f87c9", "#4a9d5b", "#a878c4", "#c2913a", "#3fa3a3", "#d0638f", "#8a8f3c", "#9a7b6a")

_MICRO: Final = 1e6


class Plot(NamedTuple):
    """A plot's file, and what it shows: coordinates, or bars."""

    file: str
    data: Any


def curves_of(curves: Iterable[Curve], results: Results) -> dict[str, list[tuple[float, float]]]:
    """Give the points of each curve, in microseconds, as far as they were measured."""
    found = {}
    for curve in curves:
        points = [
            (float(at), round(quantity.of(lambda row: results.series[row].median) * _MICRO, 4))
            for at, quantity in curve.points
            if is_measured(quantity, results)
        ]
        if points:
            found[curve.label] = points
    return found


def bars_of(bars: Iterable[tuple[str, Sequence[Quantity]]], results: Results) -> dict[str, list[float]]:
    """Give the lengths of each library's bars, in microseconds, where all of them were measured."""
    return {
        label: [round(each.of(lambda row: results.series[row].median) * _MICRO, 4) for each in quantities]
        for label, quantities in bars
        if all(is_measured(each, results) for each in quantities)
    }


def plots(results: Results) -> list[Plot]:
    """Give what each plot shows of these results."""
    return [
        Plot("performance-added.svg", bars_of(ADDED, results)),
        Plot("performance-origins.svg", curves_of(GROWTH, results)),
        Plot("performance-hostile.svg", curves_of(HOSTILE, results)),
    ]


def mark(plot: Plot) -> str:
    """Give the words by which a file says what it shows."""
    digest = hashlib.sha256(json.dumps(plot.data, sort_keys=True).encode()).hexdigest()
    return f"of the figures {digest[:32]}"


def draw(results: Results, folder: Path = STATIC, suffix: str = ".svg") -> None:
    """Draw every plot into *folder*."""
    import matplotlib as mpl

    mpl.use("Agg")
    style = {
        "svg.hashsalt": "flask-corsguard",
        "font.size": 10,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "grid.alpha": 0.3,
        "grid.color": INK,
        "legend.frameon": False,
        "legend.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
    added, origins, hostile = plots(results)
    with mpl.rc_context(style):
        _save(_bars(added.data), added, folder, suffix)
        label = "exact origins in the policy"
        _save(_curves(origins.data, label, "added to an allowed GET (µs)"), origins, folder, suffix)
        label = "size of the header (bytes)"
        _save(_curves(hostile.data, label, "a preflight, whole (µs)"), hostile, folder, suffix)


def _save(figure: Figure, plot: Plot, folder: Path, suffix: str) -> None:
    # A date would make other bytes of the same results.
    metadata = {"Date": None, "Description": mark(plot)} if suffix == ".svg" else {}
    figure.savefig((folder / plot.file).with_suffix(suffix), metadata=metadata, transparent=True)


def _axes(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure as New

    figure = New(figsize=(8, height), layout="constrained")
    return figure, figure.subplots()


def _bars(data: dict[str, list[float]]) -> Figure:
    figure, axes = _axes(1.2 + 0.62 * len(data))
    labels = list(data)
    for at, label in enumerate(labels):
        colour = OURS if label.startswith("flask-corsguard") else OTHERS[0]
        for offset, (value, shade) in enumerate(zip(data[label], (0.45, 1.0), strict=True)):
            place = at + (offset - 0.5) * 0.38
            axes.barh(place, max(value, 0.01), 0.34, color=colour, alpha=shade)
            axes.text(max(value, 0.01) * 1.08, place, f"{value:.3g}", va="center", fontsize=8.5)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.12)
    axes.grid(visible=True, axis="x")
    axes.set_xlabel("added to the bare application (µs): pale, without Origin; full, with an allowed one")
    axes.xaxis.set_major_formatter("{x:g}")
    return figure


def _curves(data: dict[str, list[tuple[float, float]]], across: str, up: str) -> Figure:
    figure, axes = _axes(4.8)
    others = iter(OTHERS)
    for label, points in data.items():
        ours = label.startswith("flask-corsguard")
        colour = OURS if ours else next(others)
        dashed = "--" if label.endswith(("in Flask", "names")) and ours else "-"
        horizontal, vertical = zip(*points, strict=True)
        axes.plot(horizontal, vertical, dashed, marker="o", ms=4, lw=2.4 if ours else 1.5, color=colour)
        axes.annotate(
            label, (horizontal[-1], vertical[-1]), (6, 0), textcoords="offset points", va="center", color=colour
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(visible=True)
    return figure
