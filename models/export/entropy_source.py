"""A GPT's pack whose entropies come from its own null class from now on, not from an entropy model beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from models.data import Pictures, Split
from models.errors import UserError
from models.export.card import rewrite_card
from models.export.defaults import default_sampling, defaults
from models.export.figures import references, variant_figures
from models.export.files import leftovers_removed, read_manifest, write_json
from models.export.gallery import band
from models.export.golden import read_golden, seven_digits
from models.export.kinds import pack_rules
from models.export.pack import default_reason, save_manifest, threshold_curve
from models.export.pictures import grid, smaller
from models.export.read_back import PackModels, read_back
from models.export.regraph import graphs_on, in_words, replace_graphs
from models.export.runtime import PackRuntime
from models.export.threshold import GATES, threshold_for
from models.export.tokenizers import AnyTokenizer
from models.gpt import GPT
from models.null_class import NullClass
from models.outputs import staged
from models.streams import to_tensor
from models.token_data import every

BATCH = 50
OF_THE_ENTROPY_MODEL = ("entropy_nats", "entropy_margin")
"""Figures of `evaluation` that go with it."""
OF_ENTROPIES = ("bytes", "entropy", "gateFlips")
"""Figures of a variant that are measured anew. The others stay: they are against the trained weights, which no pack holds."""


def use_null_class(root: Path, pictures: Pictures, split: Split, limit: int) -> list[str]:
    """Threshold, curve, band, golden entropies and figures are made anew from about `limit` held-out pictures; returns what
    changed, in words. The weights of the GPT and of the tokenizer stay as they are, those of the entropy model go.

    Raises UserError, before anything is written, for another kind of pack, and for other pictures than the pack is of.
    """
    models, manifest = read_back(root), read_manifest(root)
    if not isinstance(models.model, GPT):
        raise UserError(f"{root}: is of kind {manifest['kind']}, whose gate needs its entropy model; --null-class is for gpt")
    if isinstance(models.entropy, NullClass):
        raise UserError(f"{root}: takes its entropies from its null class already")
    first = _first_pictures(root, manifest, pictures, split)
    after = PackModels(models.model, NullClass(models.model), models.tokenizer)
    built = graphs_on(root, after, manifest)
    chosen = every(split.held_out, limit)
    parts = _tokens(after.tokenizer, pictures, chosen).split(BATCH)
    entropies = np.concatenate([after.entropy.entropies(part).numpy() for part in tqdm(parts, desc="null class", unit="batch")])
    judged = _tokens(after.tokenizer, pictures, first).numpy()
    threshold = threshold_for(entropies, after.model.config.width, GATES)
    rules = pack_rules(after.model, GATES.model_copy(update={"entropy_threshold": threshold}))
    golden = read_golden(root, manifest)  # its logits are of the trained weights, and stay
    golden["entropies"] = [None, *seven_digits(after.entropy.entropies(torch.tensor([golden["tokens"]]))[0, 1:])]

    for variant in manifest["variants"].values():
        unused = [name for name, entry in variant["graphs"].items() if entry.get("weights") == "entropy"]
        for name in unused:
            del variant["graphs"][name]
        del variant["weights"]["entropy"]
    del manifest["entropyModel"]
    curve = threshold_curve(entropies, after.model.config.width, GATES)
    manifest |= {"entropySource": "null-class", "defaults": defaults(rules, default_sampling(manifest["defaults"])),
                 "curve": curve, "recordings": [],
                 "evaluation": {k: v for k, v in manifest["evaluation"].items() if k not in OF_THE_ENTROPY_MODEL}}
    if "heldOut" in manifest:
        manifest["heldOut"]["entropy"] = band(entropies[:, 1:].mean(1))
    with leftovers_removed(root), staged(root, last="manifest.json") as stage:
        shutil.copytree(root, stage, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".partial-*"))
        changed = replace_graphs(stage, manifest, after, built)
        manifest["golden"] = write_json(stage, "golden.json", golden)
        save_manifest(stage, manifest)
        measured = references(after.model, after.entropy, after.tokenizer, rules, judged, list(range(len(first))))
        for name, variant in manifest["variants"].items():
            if "figures" in variant:
                new = variant_figures(PackRuntime(stage, name), measured, threshold)
                variant["figures"] |= {key: new[key] for key in OF_ENTROPIES}
        manifest["defaultVariant"] |= default_reason(manifest)
        save_manifest(stage, manifest)
        rewrite_card(stage, manifest, root)
    return [*in_words(changed), f"entropies of {len(chosen)} held-out pictures: E_th {threshold} nats"]


def _first_pictures(root: Path, manifest: dict[str, Any], pictures: Pictures, split: Split) -> np.ndarray:
    """Index of the first held-out picture of every class. Raises UserError where the pack's thumbnails are of others."""
    ids = [c["id"] for c in manifest["classes"]]
    if list(pictures.classes) != ids:
        raise UserError(f"{root}: is of the classes {', '.join(ids)}, --data has {', '.join(pictures.classes)}")
    first = np.array([next(i for i in split.held_out if pictures.labels[i] == k) for k in range(len(ids))])
    small = manifest["thumbnails"]
    with Image.open(root / small["file"]["path"]) as sheet:
        there = np.asarray(sheet.convert("RGB"))
    wanted = grid(smaller(np.stack([pictures.pixels[i] for i in first]), small["size"]), small["columns"])
    if there.shape != wanted.shape or (there != wanted).any():
        raise UserError(f"{root}: --data has other held-out pictures than its thumbnails show; pass those that it was made from")
    return first


@torch.no_grad()
def _tokens(tokenizer: AnyTokenizer, pictures: Pictures, indices: np.ndarray) -> Tensor:
    """int64 [N, T]."""
    parts = (indices[at : at + BATCH] for at in range(0, len(indices), BATCH))
    return torch.cat([tokenizer.encode(to_tensor(np.stack([pictures.pixels[i] for i in part]))) for part in parts])
