"""A pack of LlamaGen's tokenizer with its GPT, or with a DPAR and an entropy model trained on the same tokens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.errors import UserError
from models.export.pack import PackContent
from models.export.pictures import smaller
from models.export.storage import VariantName
from models.export.threshold import threshold_for
from models.export.tokenizers import AnyTokenizer
from models.gpt import GPT
from models.llamagen.pictures import PackPictures, pictures_of, sample_pictures
from models.null_class import NullClass
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.stage_lines import stage

SAMPLING = SamplingConfig(guidance=4.0, top_k=2000)
"""Of the samples that LlamaGen shows; for its evaluation it takes guidance 2 (B) or 1.75 (L) and all tokens."""
THUMBNAIL, GALLERY_LIMIT, JUDGED = 64, 60, 3
LICENSE = "MIT"
DATA = {"name": "ImageNet-1k", "credit": "J. Deng et al. 2009; weights: P. Sun et al. 2024 (LlamaGen)",
        "license": "image-net.org/download: the pictures are for research and teaching"}


@dataclass
class Parts:
    model: DPAR | GPT
    entropy: EntropyModel | None
    """None: the GPT's own null class."""
    tokenizer: AnyTokenizer
    rules: PatchRules


def check_parts(parts: Parts, size: int) -> None:
    """Raises UserError where tokenizer, model and entropy model are of different vocabularies or grids."""
    c, t = parts.model.config, parts.tokenizer.config
    if c.vocab != t.vocab:
        raise UserError(f"the model has {c.vocab} codes, the tokenizer {t.vocab}; pass files that belong together")
    if c.width * parts.tokenizer.factor != size:
        side = size / parts.tokenizer.factor
        raise UserError(f"the model's grid is {c.width} x {c.width}, and pictures of {size} pixels make {side:g} x {side:g} "
                        "tokens; pass another --image-size")
    e = parts.entropy.config if parts.entropy else c
    if (e.vocab, e.tokens) != (c.vocab, c.tokens):
        raise UserError(f"the entropy model is of {e.vocab} codes and {e.tokens} tokens, the model of {c.vocab} and {c.tokens}; "
                        "pass folders that belong together")


@torch.no_grad()
def content_of(parts: Parts, name: str, title: str, classes: list[dict[str, Any]], pictures: Path | None,
               samples: int, variants: tuple[VariantName, ...], passes: int | None = None) -> PackContent:
    """pictures: a folder; None: `samples` pictures that the model paints. passes: as PackContent.passes_images."""
    model, tokenizer, size = parts.model, parts.tokenizer, parts.model.config.width * parts.tokenizer.factor
    if pictures:
        stage(f"tokens of pictures in {pictures}")
        shown = pictures_of(pictures, classes, tokenizer, size, GALLERY_LIMIT)
    else:
        stage(f"samples: {samples}")
        shown = sample_pictures(model, parts.entropy, tokenizer, parts.rules, SAMPLING, samples)
    entropy = parts.entropy or NullClass(model)
    stage(f"entropies of {len(shown.tokens)} images")
    tokens = torch.from_numpy(shown.tokens)
    entropies = torch.cat([entropy.entropies(part) for part in tokens.split(8)]).numpy()
    rules = parts.rules
    if isinstance(model, GPT):
        rules = rules.model_copy(update={"entropy_threshold": threshold_for(entropies, model.config.width, rules)})
    known = shown.of_known_class()
    labels = [shown.labels[i] for i in known]
    first = {label: i for i, label in zip(reversed(known), reversed(labels), strict=True)}  # one picture a class
    shown_classes = sorted(first)
    return PackContent(
        name=name, title=title, description=description(model, shown), license=LICENSE, data=DATA, classes=classes, model=model,
        entropy=entropy, tokenizer=tokenizer, rules=rules, sampling=SAMPLING,
        thumbnails=smaller(shown.pixels[[first[label] for label in shown_classes]], THUMBNAIL),
        thumbnail_classes=None if len(shown_classes) == len(classes) else shown_classes,
        golden=shown.tokens[known[0]], golden_label=labels[0],
        held_out_entropies=entropies, judged=shown.tokens[known[:JUDGED]], judged_labels=labels[:JUDGED],
        variants=variants, passes_images=passes, gallery=shown.gallery(tokenizer), samples=shown.samples,
        split={"seed": 0, "train": 0, "heldOut": 0 if shown.samples else len(shown.pixels)},
    )


def description(model: DPAR | GPT, shown: PackPictures) -> str:
    what = "LlamaGen's class-conditional GPT" if isinstance(model, GPT) else "DPAR on LlamaGen's tokenizer"
    basis = ("its own samples: no real pictures were at hand" if shown.samples
             else f"{len(shown.pixels)} pictures that were at hand when it was made")
    return f"{what}, ImageNet. Curve, thresholds and pictures are of {basis}."
