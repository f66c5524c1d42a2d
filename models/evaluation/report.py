"""report.html: one file with every figure, its interval, and the pictures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from models.checkpoint import save_text
from models.data import Pictures, symmetry
from models.evaluation.generate import Samples
from models.evaluation.memorisation import Neighbours
from models.evaluation.plots import bar_chart, entropy_map, line_chart, tiles
from models.export.pack import threshold_curve
from models.patchify import PatchRules, opens
from models.token_data import TokenSet
from models.training import read_log

PER_CLASS, COLUMNS, PAIRS = 12, 4, 12

HELD_OUT_ROWS = (
    ("psnr", "PSNR of reconstructions", "dB", 2), ("ssim", "SSIM of reconstructions", "", 4),
    ("perceptual", "Perceptual distance of reconstructions", "", 4),
    ("reconstruction_fid_lite", "FID-lite of reconstructions", "", 3),
    ("reconstruction_agreement", "Reconstructions that keep their class for the judge", "", 4),
    ("fid_lite_floor", "FID-lite of held-out pictures (floor)", "", 3),
    ("codes_perplexity", "Perplexity of codes", "", 1), ("codes_unused", "Codes never used", "", 0),
    ("token_nats", "Cross-entropy, this model", "nats/token", 4),
    ("baseline_nats", "Cross-entropy, baseline", "nats/token", 4),
    ("entropy_nats", "Cross-entropy, entropy model", "nats/token", 4),
    ("counts_nats", "Cross-entropy, model of counts", "nats/token", 4),
    ("entropy_margin", "Entropy model better than counts by", "nats/token", 4),
    ("p_avg", "P_avg", "tokens/patch", 3), ("steps_mean", "Patches of a picture, mean", "", 2),
    ("tokens_per_step", "T / mean patches", "", 3),
    ("classifier_accuracy", "Accuracy of the judge", "", 4),
)
SAMPLE_ROWS = (
    ("fid_lite", "FID-lite", 3), ("precision", "Precision", 4), ("recall", "Recall", 4), ("density", "Density", 4),
    ("coverage", "Coverage", 4),
    ("class_agreement", "Class agreement", 4), ("samples_p_avg", "P_avg of samples", 3),
)
MEMORY_ROWS = (
    ("ratio_01", "Distance of the nearest 1 %, samples / held-out"),
    ("ratio_05", "Distance of the nearest 5 %, samples / held-out"),
    ("ratio_50", "Median distance, samples / held-out"),
    ("nearer_share", "Share of samples nearer than 99 % of held-out pictures"),
)


@dataclass(frozen=True)
class ReportInput:
    title: str
    evaluation: dict[str, Any]
    pictures: Pictures
    data: TokenSet
    samples: Samples
    restored: np.ndarray
    rules: PatchRules
    width: int
    memory: dict[str, Neighbours]
    """Of the samples, by the name of the measure."""
    logs: dict[str, Path]
    """Training logs by the name of the model."""


def write_report(path: Path, given: ReportInput) -> None:
    """Everything inline: the file can be sent around."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    page = environment.get_template("report.html.j2").render(
        title=given.title, e=given.evaluation, held_out_rows=HELD_OUT_ROWS, sample_rows=SAMPLE_ROWS, memory_rows=MEMORY_ROWS,
        classes=given.pictures.classes, by_class=class_tiles(given), maps=maps(given), pairs=pairs(given), charts=charts(given),
        measures=list(given.memory),
    )
    save_text(path, page)


def class_tiles(given: ReportInput) -> list[dict[str, str]]:
    """For each class: the first held-out pictures, what the tokenizer makes of them, and the first samples."""
    labels = given.data.labels[given.data.held_out]
    out = []
    for k, name in enumerate(given.pictures.classes):
        own, made = np.flatnonzero(labels == k)[:PER_CLASS], np.flatnonzero(given.samples.labels == k)[:PER_CLASS]
        out.append({
            "name": name, "real": tiles(given.pictures.pixels[given.data.held_out[own]], COLUMNS),
            "restored": tiles(given.restored[own], COLUMNS),
            "samples": tiles(given.samples.pixels[made], COLUMNS) if len(made) else "",
        })
    return out


def maps(given: ReportInput) -> dict[str, Any]:
    """One held-out picture of each class with its entropies and patches."""
    labels = given.data.labels[given.data.held_out]
    all_entropies = np.asarray(given.data.entropies[0][given.data.held_out])
    low, high = np.quantile(all_entropies[:, 1:], (0.01, 0.99))
    items = []
    for k, name in enumerate(given.pictures.classes):
        row = np.flatnonzero(labels == k)[0]
        opened = opens(all_entropies[row : row + 1], given.width, given.rules)[0]
        picture = given.pictures.pixels[given.data.held_out[row]][None]
        items.append({"name": name, "picture": tiles(picture, 1), "patches": int(opened.sum()),
                      "map": tiles(entropy_map(all_entropies[row], opened, given.width, low, high)[None], 1, exact=True)})
    return {"low": low, "high": high, "items": items}


def pairs(given: ReportInput) -> list[dict[str, Any]]:
    """The samples nearest to a training picture, above that picture (turned as it was compared)."""
    out = []
    for name, found in given.memory.items():
        closest = np.argsort(found.distance)[:PAIRS]
        originals = given.pictures.pixels[given.data.train[found.index[closest]]]
        training = [symmetry(one, which) for one, which in zip(originals, found.which[closest], strict=True)]
        out.append({"name": name, "distances": [float(found.distance[i]) for i in closest],
                    "tiles": tiles(np.concatenate([given.samples.pixels[closest], np.stack(training)]), len(closest))})
    return out


def charts(given: ReportInput) -> list[dict[str, str]]:
    """caption and svg of each chart that there is data for."""
    e, out = given.evaluation, []
    entropies = np.asarray(given.data.entropies[0][given.data.held_out])
    if given.rules.entropy_gate:
        curve = threshold_curve(entropies, given.width, given.rules)
        points = tuple(np.array([point[key] for point in curve]) for key in ("entropyThreshold", "pAvg"))
        out.append({"caption": "Mean patch length of held-out pictures against the threshold; dotted: the default.",
                    "svg": line_chart({"P_avg": points}, "E_th, nats", "P_avg, tokens/patch", given.rules.entropy_threshold)})
    lengths = {"held-out": e["p_avg_by_class"]} | ({"samples": e["samples_p_avg_by_class"]} if "samples_p_avg" in e else {})
    out.append({"caption": "Mean patch length by class.", "svg": bar_chart(lengths, "P_avg, tokens/patch")})
    out.append({"caption": "Samples that the judge gives the class asked for.",
                "svg": bar_chart({"samples": e["class_agreement_by_class"]}, "share")})
    for name, path in given.logs.items():
        curves = training_curves(path)
        if curves:
            out.append({"caption": f"Training of {name}.", "svg": line_chart(curves, "step", "loss")})
    return out


def training_curves(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Training loss and, where it was measured in nats, validation of a log.jsonl; {} if there is no log."""
    rows = read_log(path)
    found = {
        "training": [(row["step"], row["loss"]) for row in rows if "loss" in row],
        "held-out": [(row["step"], row["validation"]["nats"]) for row in rows if "nats" in row.get("validation", {})],
    }
    return {name: tuple(np.array(points).T) for name, points in found.items() if points}
