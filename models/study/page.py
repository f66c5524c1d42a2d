"""results.md of a study: our figures beside the paper's, and which differences are larger than those between seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.study.plan import DEFAULT, ArmConfig, Study

Figures = dict[str, Any]
NONE = "-"
FRACTIONS = (0.25, 0.5, 0.75, 1.0)
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""97.5 % quantiles of Student's t, by degrees of freedom from 1; the last for more."""


@dataclass(frozen=True)
class Row:
    """An arm as the page shows it: the figures of each of its trainings that is done, and how far the others are."""

    arm: ArmConfig
    done: list[Figures]
    wanted: int
    so_far: str = ""
    """Of trainings that are not at their end."""


def write_page(study: Study, rows: list[Row], setting: list[str]) -> str:
    """Markdown. setting: sentences on what was measured, and with what."""
    tables: dict[str, Callable[[list[Row]], list[str]]] = {"trained": trained_table, "thresholds": threshold_table,
                                                           "probe": probe_table, "curve": curve_table, "patches": patches_table}
    lines = [f"# {study.config.title}", "", f"**Claim.** {study.config.claim} The paper's figures: {study.config.paper}.", "",
             *(f"* {one}" for one in setting), "", *tables[study.config.measure](rows), ""]
    missing = [f"{row.arm.shown}: {len(row.done)} of {row.wanted} done{row.so_far}" for row in rows if len(row.done) < row.wanted]
    if missing:
        lines += ["Not all is there yet.", "", *(f"* {one}" for one in missing), ""]
    return "\n".join(lines)


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---", *["---:"] * (len(head) - 1)], *rows)]


def mean(row: Row, key: str) -> float | None:
    values = [one[key] for one in row.done if key in one]
    return float(np.mean(values)) if values else None


def spread(row: Row | None, key: str, trainings: int = 1) -> float | None:
    """How far the mean of `trainings` like the default's may lie from that of its seeds, 95 of 100 times; None of one seed."""
    values = [one[key] for one in row.done if key in one] if row else []
    if len(values) < 2:
        return None
    quantile = STUDENT[min(len(values) - 1, len(STUDENT)) - 1]
    return float(quantile * np.std(values, ddof=1) * np.sqrt(1 / trainings + 1 / len(values)))


def default_of(rows: list[Row]) -> Row | None:
    return next((row for row in rows if row.arm.name == DEFAULT and row.done), None)


def number(value: float | None, digits: int = 3) -> str:
    return NONE if value is None else f"{value:.{digits}f}"


def verdict(row: Row, default: Row | None, key: str, digits: int) -> str:
    """The difference to the default, and whether it is larger than the spread of seeds."""
    ours, theirs, width = mean(row, key), mean(default, key) if default else None, spread(default, key, max(1, len(row.done)))
    if row is default or ours is None or theirs is None:
        return NONE
    size = f"{ours - theirs:+.{digits}f}"
    if width is None:
        return f"{size} (spread unknown)"
    return f"{size} ({'beyond' if abs(ours - theirs) > width else 'within'} the spread)"


def spread_lines(default: Row | None, figures: list[tuple[str, str, int]]) -> list[str]:
    known = [(name, spread(default, key), digits) for key, name, digits in figures]
    found = [f"{name} ±{value:.{digits}f}" for name, value, digits in known if value is not None]
    seeds = len(default.done) if default else 0
    if not found:
        return ["", "The spread is unknown: the default needs at least two seeds that are done."]
    return ["", f"Spread of the default's {seeds} seeds: {', '.join(found)}. 95 of 100 trainings like them lie as near."]


def trained_table(rows: list[Row]) -> list[str]:
    default, judged = default_of(rows), any("fid_lite" in one for row in rows for one in row.done)
    head = ["arm", "paper", "nats a token", "less the default"]
    head += ["FID-lite", "less the default"] if judged else []
    out = []
    for row in rows:
        paper = NONE if row.arm.paper is None else f"{row.arm.paper}"
        cells = [row.arm.shown, paper, number(mean(row, "token_nats"), 4), verdict(row, default, "token_nats", 4)]
        cells += [number(mean(row, "fid_lite"), 2), verdict(row, default, "fid_lite", 2)] if judged else []
        macs = mean(row, "macs")
        cells += [number(mean(row, "p_avg"), 2), number(macs / 1e9 if macs else None, 3)]
        out.append([*cells, f"{len(row.done)} of {row.wanted}"])
    figures = [("token_nats", "nats", 4)] + ([("fid_lite", "FID-lite", 2)] if judged else [])
    return table([*head, "P_avg", "GMAC an image", "trainings"], out) + spread_lines(default, figures)


def threshold_table(rows: list[Row]) -> list[str]:
    out = []
    for row in rows:
        for at, one in enumerate(row.done):
            first = one["rows"][0]
            for place, figures in enumerate(one["rows"]):
                setting = (f"E_th {figures['entropy_threshold']:.2f}" if "entropy_threshold" in figures
                           else f"length {figures['static_length']:.2f}")
                paper = row.arm.paper[place] if isinstance(row.arm.paper, list) and place < len(row.arm.paper) else None
                fid = f"{figures['fid_lite']:.2f}" if "fid_lite" in figures else NONE
                out.append([row.arm.shown + (f", training {at + 1}" if len(row.done) > 1 else ""), setting,
                            number(figures["p_avg"], 2), NONE if paper is None else f"{paper}", number(figures["token_nats"], 4),
                            f"{figures['token_nats'] - first['token_nats']:+.4f}", fid])
    return table(["model", "setting", "P_avg", "paper", "nats a token", "less the first row", "FID-lite"], out)


def probe_table(rows: list[Row]) -> list[str]:
    default = default_of(rows)
    out = []
    for row in rows:
        error = mean(row, "top_1_error")
        top, five = mean(row, "top_1"), mean(row, "top_5")
        out.append([row.arm.shown, NONE if row.arm.paper is None else f"{row.arm.paper}",
                    NONE if top is None else f"{100 * top:.1f} ± {100 * (error or 0):.1f}", verdict(row, default, "top_1", 3),
                    NONE if five is None else f"{100 * five:.1f}", f"{len(row.done)} of {row.wanted}"])
    note = ["", "± is the standard error over held-out pictures."]
    return table(["model", "paper", "top-1, %", "less DPAR, share", "top-5, %", "trainings"], out) + note + spread_lines(
        default, [("top_1", "top-1 (share)", 3)])


def at(points: list[dict[str, float]], key: str, value: float) -> float | None:
    """Nats where `key` is `value`, straight between validations; None outside of them."""
    known = [one[key] for one in points]
    if not known or not known[0] <= value <= known[-1] * (1 + 1e-9):
        return None
    return float(np.interp(value, known, [one["nats"] for one in points]))


def curve_table(rows: list[Row]) -> list[str]:
    """Mean nats at parts of the longest training, by images and by the operations of the costliest."""
    ends = [one["points"][-1] for row in rows for one in row.done if one["points"]]
    if not ends:
        return ["No log has a validation yet."]
    last = {key: max(end[key] for end in ends) for key in ("images", "macs")}
    out = []
    for key, words in (("images", "images"), ("macs", "operations")):
        for part in FRACTIONS:
            nats = [[at(one["points"], key, part * last[key]) for one in row.done] for row in rows]
            cells = [ranged([value for value in values if value is not None], "") for values in nats]
            amount = f"{part * last[key]:,.0f} images" if key == "images" else f"{part * last[key] / 1e12:,.0f} TMAC"
            less = [ranged(differences(rows, nats), "+")] if len(rows) > 1 else []
            out.append([f"{part:.0%} of {words} ({amount})", *cells, *less])
    head = ["nats a token at", *(row.arm.shown for row in rows)]
    head += [f"{rows[-1].arm.shown} less {rows[0].arm.shown}"] if len(rows) > 1 else []
    note = "In brackets the least and the largest of the seeds; differences are of the same seed."
    return [*table(head, out), "", note]


def ranged(values: list[float], sign: Literal["", "+"]) -> str:
    """Their mean, and of several the least and the largest."""
    if not values:
        return NONE
    least = "" if len(values) < 2 else f" [{min(values):{sign}.4f}, {max(values):{sign}.4f}]"
    return f"{np.mean(values):{sign}.4f}{least}"


def differences(rows: list[Row], nats: list[list[float | None]]) -> list[float]:
    """Last arm less first, seed by seed, where both have as many trainings and all are done."""
    first, final = rows[0], rows[-1]
    if not len(first.done) == len(final.done) == first.wanted == final.wanted:
        return []
    return [theirs - ours for ours, theirs in zip(nats[0], nats[-1], strict=True) if ours is not None and theirs is not None]


def patches_table(rows: list[Row]) -> list[str]:
    out = [[row.arm.shown, NONE if row.arm.paper is None else f"{row.arm.paper}", f"{one['tokens']}",
            number(one["entropy_threshold"], 2), number(one["p_avg"], 3), number(one["steps_mean"], 1), number(one["share"], 3)]
           for row in rows for one in row.done]
    return table(["tokens of", "paper", "T", "E_th", "P_avg", "patches", "patches over T"], out)
