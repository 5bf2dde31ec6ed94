"""The plots of the page: what peers add, what many origins cost, what large headers cost.

They are read in the light and in the dark theme: no ground of their own, and colours half-way between
both. Equal results give equal bytes, and each plot names the results that it shows.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
#: Microseconds below which a logarithmic scale does not go.
LEAST: Final = 0.01
#: How full the bars are, without and with an ``Origin``.
SHADES: Final = (0.45, 1.0)
#: The height of the curves, and of a line of text, in points.
POINTS: Final = 260
LINE: Final = 13


class Plot(NamedTuple):
    """A plot's file, and what it shows: coordinates, or bars."""

    file: str
    data: Any


def curves_of(curves: Iterable[Curve], results: Results) -> dict[str, list[tuple[float, float]]]:
    """Return the points of each curve, in microseconds, as far as they were measured."""
    found = {}
    for curve in curves:
        points = [
            (float(at), round(quantity.of(results.values) * _MICRO, 4))
            for at, quantity in curve.points
            if is_measured(quantity, results)
        ]
        if points:
            found[curve.label] = points
    return found


def bars_of(bars: Iterable[tuple[str, Sequence[Quantity]]], results: Results) -> dict[str, list[float]]:
    """Return the lengths of each library's bars, in microseconds, where all of them were measured."""
    return {
        label: [round(each.of(results.values) * _MICRO, 4) for each in quantities]
        for label, quantities in bars
        if all(is_measured(each, results) for each in quantities)
    }


def plots(results: Results) -> list[Plot]:
    """Return what each plot shows of these results."""
    return [
        Plot("performance-added.svg", bars_of(ADDED, results)),
        Plot("performance-origins.svg", curves_of(GROWTH, results)),
        Plot("performance-hostile.svg", curves_of(HOSTILE, results)),
    ]


def mark(plot: Plot) -> str:
    """Return the words in a file that name what it shows."""
    digest = hashlib.sha256(json.dumps(plot.data, sort_keys=True).encode()).hexdigest()
    return f"of the figures {digest[:32]}"


_STYLE: Final[dict[Any, Any]] = {
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


@contextmanager
def _styled() -> Iterator[None]:
    import matplotlib as mpl

    mpl.use("Agg")
    with mpl.rc_context(_STYLE):
        yield


def draw_edge(plot: Plot, folder: Path = STATIC, suffix: str = ".svg") -> None:
    """Draw what a preflight costs in engines in front, by the number of origins."""
    with _styled():
        up = "a preflight, processor time (µs)"
        _save(_curves(plot.data, "exact origins in the policy", up), plot, folder, suffix)


def draw(results: Results, folder: Path = STATIC, suffix: str = ".svg") -> None:
    """Draw every plot into *folder*."""
    added, origins, hostile = plots(results)
    with _styled():
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
    from matplotlib.patches import Patch

    figure, axes = _axes(1.4 + 0.56 * len(data))
    labels = list(data)
    for at, label in enumerate(labels):
        colour = OURS if label.startswith("flask-corsguard") else OTHERS[0]
        for offset, (value, shade) in enumerate(zip(data[label], SHADES, strict=True)):
            place, length = at + (offset - 0.5) * 0.38, max(value, LEAST)
            axes.barh(place, length, 0.34, color=colour, alpha=shade)
            axes.text(length * 1.08, place, f"{value:.3g}", va="center", fontsize=8.5)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.1, y=0.02)
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)
    axes.set_xlabel("added to a request of the bare application (µs)")
    axes.xaxis.set_major_formatter("{x:g}")
    keys = [Patch(color=INK, alpha=shade) for shade in SHADES]
    figure.legend(keys, ["without Origin", "with an allowed Origin"], loc="outside upper right", ncols=2)
    return figure


def _curves(data: dict[str, list[tuple[float, float]]], across: str, up: str) -> Figure:
    figure, axes = _axes(4.8)
    others = iter(OTHERS)
    axes.set_xscale("log")
    axes.set_yscale("log")
    ends: list[tuple[float, float, str, str]] = []
    for label, points in data.items():
        ours = label.startswith("flask-corsguard")
        colour = OURS if ours else next(others)
        # The second curve of the library differs from the first one without its colour, too.
        line = "--" if ours and ends and ends[0][3] == OURS else "-"
        horizontal, vertical = zip(*points, strict=True)
        # A layer that adds less than the noise may seem to add less than nothing.
        shown = [max(value, LEAST) for value in vertical]
        axes.plot(horizontal, shown, line, marker="o", ms=4, lw=2.4 if ours else 1.5, color=colour)
        ends.append((horizontal[-1], shown[-1], label, colour))
    for at, height, place, label, colour in _apart(ends):
        where: dict[str, Any] = {"xytext": (6, place), "textcoords": "offset points"}
        axes.annotate(label, (at, height), va="center", color=colour, **where)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.grid(visible=True)
    return figure


def _apart(ends: list[tuple[float, float, str, str]]) -> Iterator[tuple[float, float, float, str, str]]:
    """Yield the labels at the ends of curves, moved up where they would cover each other."""
    heights = [height for _, height, _, _ in ends]
    decades = max(1.0, math.log10(max(heights) / min(heights)))
    taken: dict[float, float] = {}
    for at, height, label, colour in sorted(ends):
        natural = math.log10(height) / decades * POINTS
        place = max(natural, taken.get(at, -math.inf) + LINE)
        taken[at] = place
        yield at, height, place - natural, label, colour
