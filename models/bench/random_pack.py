"""Packs with random weights, of any size and grid: how long decoding takes does not depend on what the weights say.

For benches only: golden vectors, pictures and the curve are stand-ins.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import torch

from models.blocks import ffn_width
from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.export.builder import WeightFile
from models.export.defaults import defaults
from models.export.entropy_graph import entropy_graph
from models.export.files import FORMAT_VERSION, write_file, write_json, write_shards
from models.export.kinds import kind_of, model_entry, model_graphs, pack_rules, parameters
from models.export.nano import widen
from models.export.pack import BATCH, save_manifest, write_models
from models.export.pictures import png
from models.export.storage import STORAGES
from models.export.tokenizer_graphs import tokenizer_decoder_graph
from models.gpt import GPT, GPTConfig
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.tokenizer import Tokenizer, TokenizerConfig

CLASSES = ("Alpha", "Beta")
DECODER_BLOCKS = 3
SIZES: dict[str, tuple[dict[str, int], int, dict[str, int]]] = {
    # width and heads, blocks of the patch transformer, the entropy model; "pack" is the size of the EuroSAT pack, "115m" DPAR-B
    "pack": ({"vocab": 1024, "dim": 256, "heads": 4}, 8, {"dim": 192, "heads": 3, "blocks": 3}),
    "30m": ({"vocab": 1024, "dim": 448, "heads": 7}, 7, {"dim": 320, "heads": 5, "blocks": 3}),
    "115m": ({"vocab": 16384, "dim": 768, "heads": 12}, 8, {"dim": 384, "heads": 6, "blocks": 6}),
}


def models_of_size(kind: Literal["dpar", "gpt"], size: str, width: int) -> tuple[DPAR | GPT, EntropyModel, Tokenizer]:
    """kind gpt: the token-by-token baseline, of as many blocks as all of DPAR's."""
    torch.manual_seed(0)
    sizes, blocks, entropy_sizes = SIZES[size]
    shape = {**sizes, "width": width, "tokens": width * width}
    classes = len(CLASSES)
    model = (GPT(GPTConfig(**shape, classes=classes, blocks=1 + blocks + DECODER_BLOCKS)) if kind == "gpt"
             else DPAR(DPARConfig(**shape, classes=classes, patch_transformer_blocks=blocks, decoder_blocks=DECODER_BLOCKS)))
    entropy = EntropyModel(EntropyModelConfig(**{**shape, **entropy_sizes}))
    tokenizer = Tokenizer(TokenizerConfig(vocab=shape["vocab"], fine=8, coarse=16, encoder_coarse_blocks=1,
                                          decoder_coarse_blocks=1, decoder_fine_blocks=1))
    for one in (model, entropy):
        widen(one, 0.02)
    return model.eval(), entropy.eval(), tokenizer.eval()


@torch.no_grad()
def write_random_pack(root: Path, kind: Literal["dpar", "gpt"], size: str, width: int) -> None:
    """Write random-<kind>-<size>-<tokens> into `root`: one variant, fp32, with the graphs that generating needs."""
    model, entropy, tokenizer = models_of_size(kind, size, width)
    name, storage = f"random-{kind}-{size}-{width * width}", STORAGES["fp32"]
    folder, c, e = root / name, model.config, entropy.config
    files = {name: WeightFile(f"{name}.bin", storage) for name in ("entropy", "tokenizer_decoder")}
    graphs = [
        *((entropy_graph(entropy, files["entropy"], form), "entropy") for form in ("step", "window")),
        *model_graphs(model, storage),
        (tokenizer_decoder_graph(tokenizer, files["tokenizer_decoder"], width * tokenizer.factor), "tokenizer_decoder"),
    ]
    entries = {}
    for graph, file in graphs:
        entries[graph.name] = {**write_models(folder, "fp32", graph), "weights": file}
    contents = {file: graph.weights.content for graph, file in graphs}
    weights = {file: write_shards(folder, f"fp32/{file}.bin", bytes(content)) for file, content in contents.items()}
    picture = write_file(folder, "blank.png", png(np.zeros((1, 1, 3), np.uint8)))
    save_manifest(folder, {
        "formatVersion": FORMAT_VERSION, "kind": kind_of(model), "name": name, "title": name,
        "description": "Random weights, for measuring time.", "license": "MIT",
        "data": {"name": "none", "credit": "random weights", "license": "MIT"},
        "classes": [{"id": label, "label": label} for label in CLASSES],
        "grid": {"width": c.width, "tokens": c.tokens}, "image": {"size": c.width * tokenizer.factor},
        "vocab": c.vocab, "batch": BATCH,
        "model": model_entry(model),
        "entropyModel": {"dim": e.dim, "heads": e.heads, "ffn": ffn_width(e.dim), "blocks": e.blocks,
                         "parameters": parameters(entropy)},
        "tokenizer": {"factor": tokenizer.factor, "codeDim": tokenizer.config.code_dim, "reach": tokenizer.reach,
                      "parameters": parameters(tokenizer)},
        "defaults": defaults(pack_rules(model, PatchRules(entropy_threshold=0)), SamplingConfig()),
        "curve": [], "evaluation": {}, "split": {"seed": 0, "train": 0, "heldOut": 0},
        "variants": {"fp32": {"weights": weights, "graphs": entries}}, "defaultVariant": {"webgpu": "fp32", "wasm": "fp32"},
        "golden": write_json(folder, "golden.json", {}), "codebook": {"tiles": picture, "columns": 1, "tile": 1},
        "thumbnails": {"file": picture, "columns": 1, "size": 1}, "recordings": [],
    })
