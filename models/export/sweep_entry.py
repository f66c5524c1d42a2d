"""`evaluation.sweep` of a pack that is there already: what was measured of its model at other thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.dpar import DPAR, DPARConfig
from models.errors import UserError
from models.export.files import read_manifest
from models.export.golden import read_golden
from models.export.kinds import forced_logits
from models.export.renew import renew

ALLOWED = 1e-3
"""On top of what the pack's default variant says that its logits differ from the trained weights'."""


def note_sweep(root: Path, model: DPAR, source: Path, sweep: dict[str, list[dict[str, Any]]], held_out: int) -> None:
    """Write the rows into the manifest, with the number of held-out pictures that they are of; where that changes it,
    recordings go.

    source: the folder of `model`, for words. Raises UserError where its logits are not those of the pack's golden picture.
    """
    check_model(root, model, source)
    manifest = read_manifest(root)
    rows = {name: [row | {"held_out": held_out} for row in found] for name, found in sweep.items()}
    if manifest["evaluation"].get("sweep") != rows:
        renew(root, manifest | {"evaluation": manifest["evaluation"] | {"sweep": rows}})


def check_fits(root: Path, manifest: dict[str, Any], config: DPARConfig, source: Path | str) -> None:
    """Raises UserError where the pack's model is no DPAR of these sizes. source: whose they are."""
    if manifest["kind"] != "dpar" or (config.vocab, config.tokens) != (manifest["vocab"], manifest["grid"]["tokens"]):
        raise UserError(f"{root}: is of another kind or size than the model of {source}")


def check_model(root: Path, model: DPAR, source: Path) -> None:
    """Raises UserError where the pack cannot be read, or the logits of `model` are not those of its golden picture."""
    manifest = read_manifest(root)
    golden = read_golden(root, manifest)
    figures = manifest["variants"][manifest["defaultVariant"]["wasm"]].get("figures", {})
    check_fits(root, manifest, model.config, source)
    logits = forced_logits(model, torch.tensor([golden["tokens"]]), golden["class"], np.array(golden["opens"]))
    apart = float(np.abs(logits[0, golden["positions"]] - np.array(golden["logits_class"])).max())
    if not apart <= figures.get("logits", 0) + ALLOWED:
        raise UserError(f"{root}: is of another model than {source}, logits of its golden picture differ by {apart:.3g}; "
                        "pass the pack that was made of it")
