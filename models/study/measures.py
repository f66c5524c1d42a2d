"""What a study measures of its arms, by the word in its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.checkpoint import WEIGHTS
from models.cost import TRAINING, cost
from models.dpar import DPAR
from models.evaluation.held_out import patch_figures, token_nats
from models.evaluation.measure import rounded
from models.evaluation.probe import probe
from models.evaluation.quality import Gallery
from models.evaluation.store import fingerprint
from models.evaluation.sweep import PAPER, dynamic_rules, row, static_steps
from models.patchify import PatchRules
from models.runs import DPARRun, earlier_runs, images_seen, own_images, rules_of
from models.study.arms import read_stored, stored
from models.study.plan import Arm, Run
from models.token_data import TokenSet
from models.trained import load_model
from models.training import LOG, read_log


@dataclass(frozen=True)
class Bench:
    """What arms are measured with. gallery: None where no judge was given; judged: what its figures depend on."""

    data: TokenSet
    device: torch.device
    held_out: int
    probe_images: int
    gallery: Gallery | None
    judged: dict[str, Any]


def quality(bench: Bench, model: DPAR, rules: PatchRules, folder: Path) -> dict[str, Any]:
    """FID-lite of samples, where there is a judge. Samples are kept beside the arm."""
    if bench.gallery is None:
        return {}
    made_with = {name: bench.judged[name] for name in ("tokenizer", "sampling", "precision")}
    key = fingerprint([folder], rules.model_dump(), made_with)
    return bench.gallery.quality(model, rules, folder / "samples" / key, key)


def of_trained(bench: Bench, source: Path) -> dict[str, Any]:
    """Nats, patches and operations of an arm at its own gates."""
    model, run = load_model(source)
    model.to(bench.device)
    patches = patch_figures(bench.data, model.config.width, rules_of(run))
    return {"images": images_seen(run), **patches, "macs": cost(model.config, patches["steps_mean"]),
            "token_nats": token_nats(model, bench.data, rules_of(run), bench.device, bench.held_out),
            **quality(bench, model, rules_of(run), source)}


def of_thresholds(bench: Bench, source: Path, base: PatchRules) -> dict[str, Any]:
    """Rows at the mean lengths of the paper's Table 6: by threshold, or static patches that grow as much from their own."""
    model, run = load_model(source)
    model.to(bench.device)
    assert isinstance(run, DPARRun)
    steps = dynamic_rules(bench.data, model.config.width, base, PAPER)
    if run.patchify.static_length is not None:
        lengths = [patch_figures(bench.data, model.config.width, rules)["p_avg"] for rules in steps]
        steps = static_steps(run.patchify.static_length, lengths, lengths[0])

    def judged(model: DPAR, rules: PatchRules) -> dict[str, Any]:
        return quality(bench, model, rules, source)

    rows = [row(model, bench.data, rules, bench.device, judged, bench.held_out) for rules in steps]
    return {"images": images_seen(run), "rows": rows}


def of_probe(bench: Bench, source: Path) -> dict[str, Any]:
    model, run = load_model(source)
    figures = probe(model.to(bench.device), bench.data, rules_of(run), bench.device, bench.probe_images, bench.held_out)
    return {"images": images_seen(run), **figures}


def of_curve(bench: Bench, source: Path) -> dict[str, Any]:
    """Held-out nats over images and over training's multiply-accumulates."""
    model, run = load_model(source)

    def macs(run: Run) -> float:
        steps = patch_figures(bench.data, model.config.width, rules_of(run))["steps_mean"]
        return TRAINING * cost(model.config, steps)

    return {"points": curve(source, run, macs)}


def curve(folder: Path, run: Run, macs: Callable[[Run], float]) -> list[dict[str, float]]:
    """The validations in the logs of a training and of those it went on from. It may not be at its end.

    macs: multiply-accumulates of training on one image.
    """
    points, images, work = [], 0, 0.0
    for place, one in [*earlier_runs(run), (folder, run)]:
        each = macs(one)
        for line in read_log(place / LOG):
            if "nats" in line.get("validation", {}):
                own = line["step"] * one.train.batch_size
                points.append({"images": images + own, "macs": work + own * each, "nats": line["validation"]["nats"]})
        images, work = images + own_images(one), work + own_images(one) * each
    return points


def of_patches(data: TokenSet, run: Run) -> dict[str, Any]:
    """Patches over tokens."""
    patches = patch_figures(data, data.sizes["width"], rules_of(run))
    tokens = data.tokens.shape[2]
    threshold = rules_of(run).entropy_threshold
    return {"tokens": tokens, "entropy_threshold": threshold, **patches, "share": patches["steps_mean"] / tokens}


def measured(bench: Bench, arm: Arm, measure: str, folder: Path, source: Path, base: PatchRules) -> dict[str, Any]:
    """The figures of `arm`, stored in `folder`. source: the folder of its weights, mostly the same."""
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "trained": lambda: of_trained(bench, source), "thresholds": lambda: of_thresholds(bench, source, base),
        "probe": lambda: of_probe(bench, source), "curve": lambda: of_curve(bench, source)}
    return stored(folder, measure, key_of(bench, arm, measure, source, base), lambda: rounded(makers[measure]()))


def known(bench: Bench, arm: Arm, measure: str, folder: Path, source: Path, base: PatchRules) -> dict[str, Any] | None:
    """What was measured of `arm`, or None."""
    if not (source / WEIGHTS).exists():
        return None
    return read_stored(folder, measure, key_of(bench, arm, measure, source, base))


def key_of(bench: Bench, arm: Arm, measure: str, source: Path, base: PatchRules) -> dict[str, Any]:
    """What the figures depend on."""
    key = {"run": arm.run.model_dump(mode="json"), "weights": fingerprint([source]), "held_out": bench.held_out, **bench.judged}
    extra = {"thresholds": {"base": base.model_dump()}, "probe": {"probe_images": bench.probe_images}}
    return key | extra.get(measure, {})
