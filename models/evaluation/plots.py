"""The report: charts as SVG that takes the page's text colour, pictures as WebP; both as text for HTML."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
import numpy as np
from PIL import Image

from models.export.pictures import grid

matplotlib.use("svg")
from matplotlib import colormaps, pyplot  # noqa: E402  (the backend is chosen first)
from matplotlib.axes import Axes  # noqa: E402

INK = "#010203"  # replaced by currentColor, so that the charts follow light and dark
REAL, MADE = "#3b7dd8", "#d9822b"
STYLE = {
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6, "font.size": 9, "svg.fonttype": "none",
    "font.family": "sans-serif", "legend.frameon": False, "lines.linewidth": 1.4, "svg.hashsalt": "evaluation",
}


class Chart:
    """axes to draw on; svg afterwards."""

    axes: Axes
    svg: str = ""


@contextmanager
def chart(width: float = 4.6, height: float = 2.8) -> Iterator[Chart]:
    """A chart of width x height inches; its `svg` is set on leaving."""
    with matplotlib.rc_context(STYLE):
        figure, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
        made = Chart()
        made.axes = axes
        yield made
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    text = out.getvalue()
    made.svg = text[text.index("<svg"):].replace(INK, "currentColor").replace("<svg ", '<svg role="img" aria-hidden="true" ', 1)


def line_chart(lines: dict[str, tuple[np.ndarray, np.ndarray]], x: str, y: str, mark: float | None = None) -> str:
    """name -> (x, y) values; mark: a dotted line at this x. The legend is left out for one line."""
    with chart() as made:
        for (name, (xs, ys)), colour in zip(lines.items(), (REAL, MADE, "#3f9b5b", "#a05cc0"), strict=False):
            made.axes.plot(xs, ys, label=name, color=colour)
        if mark is not None:
            made.axes.axvline(mark, color=INK, linestyle=":", linewidth=0.8)
        made.axes.set(xlabel=x, ylabel=y)
        made.axes.grid(alpha=0.15, linewidth=0.6)
        if len(lines) > 1:
            made.axes.legend()
    return made.svg


def bar_chart(groups: dict[str, dict[str, float]], x: str) -> str:
    """series -> class -> value, as horizontal bars beside each other."""
    names = list(next(iter(groups.values())))
    at, height = np.arange(len(names)), 0.8 / len(groups)
    with chart(4.6, 0.6 + 0.28 * len(names)) as made:
        colours = (REAL, MADE) if len(groups) > 1 else (MADE,)
        for i, ((series, values), colour) in enumerate(zip(groups.items(), colours, strict=False)):
            places = at + (i - (len(groups) - 1) / 2) * height
            made.axes.barh(places, [values.get(name, 0) for name in names], height, color=colour, label=series)
        made.axes.set_yticks(at, names)
        made.axes.invert_yaxis()
        made.axes.tick_params(axis="y", length=0)
        made.axes.set_xlabel(x)
        if len(groups) > 1:
            made.axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.12), ncols=2)
    return made.svg


def entropy_map(entropies: np.ndarray, opened: np.ndarray, width: int, low: float, high: float, zoom: int = 8) -> np.ndarray:
    """entropies, opened [T] -> uint8 [width * zoom, width * zoom, 3]: colour is entropy (token 0 has none: black), a white line
    at the left of a token that opens a patch."""
    values = np.nan_to_num((entropies - low) / (high - low), nan=0, posinf=0)
    colours = (255 * colormaps["magma"](np.clip(values, 0, 1))[:, :3]).astype(np.uint8)
    picture = colours.reshape(width, width, 3).repeat(zoom, 0).repeat(zoom, 1)
    for token in np.flatnonzero(opened):
        row, column = token // width * zoom, token % width * zoom
        picture[row : row + zoom, column] = 255
    picture[::zoom] = picture[::zoom] // 2
    return picture


def tiles(pixels: np.ndarray, columns: int, exact: bool = False) -> str:
    """uint8 [N, h, w, 3] as one picture, a data address. WebP of quality 90, a fifth of the bytes; `exact`: without loss."""
    out = io.BytesIO()
    Image.fromarray(grid(np.asarray(pixels), columns)).save(out, format="WEBP", lossless=exact, quality=90, method=6)
    return "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()
