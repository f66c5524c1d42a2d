"""LlamaGen's class-conditional GPT as models/gpt.py: sizes from the shapes of its weights, names one to one."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor

from models.blocks import ffn_width
from models.errors import CheckpointError
from models.gpt import GPT, GPTConfig
from models.llamagen.read import check_names
from models.rope import HEAD

SIZES = {"B": (12, 768, 12), "L": (24, 1024, 16), "XL": (36, 1280, 20), "XXL": (48, 1536, 24), "3B": (24, 3200, 32)}
"""Blocks, width and heads as published; heads cannot be read from the weights."""
STRAY = ("freqs_cis", "causal_mask")
"""Buffers that some files carry; the grid they were made for is checked."""
TEXT = ("cls_embedding.cap_proj.fc1.weight", "cls_embedding.uncond_embedding")
TOKENS = "tok_embeddings.weight"
CLASSES = "cls_embedding.embedding_table.weight"
LAYER = re.compile(r"layers\.(\d+)\.")
RENAMED = {"class_embedding.weight": CLASSES, "embedding.weight": TOKENS, "norm.weight": "norm.weight",
           "head.weight": "output.weight"}
IN_BLOCK = {"attention_norm.weight": "attention_norm.weight", "attention.wqkv.weight": "attention.wqkv.weight",
            "attention.wo.weight": "attention.wo.weight", "ffn_norm.weight": "ffn_norm.weight",
            "ffn.w_down.weight": "feed_forward.w2.weight"}


def size_name(config: GPTConfig) -> str:
    """B, L, XL, XXL or 3B; another size is its blocks and width."""
    return next((name for name, shape in SIZES.items() if shape == (config.blocks, config.dim, config.heads)),
                f"{config.blocks} blocks of {config.dim}")


def gpt_config(path: Path, state: dict[str, Tensor], width: int, heads: int | None = None) -> GPTConfig:
    """Sizes of the weights on a grid of `width` tokens a side. heads: for a size that was never published.

    Raises CheckpointError for text-conditional weights, another grid, or a size whose heads are unknown or fit no graph.
    """
    if any(name in state for name in TEXT):
        raise CheckpointError(f"{path}: is a text-conditional checkpoint (t2i); take a class-conditional one (c2i_B_256.pt, say)")
    for name in (TOKENS, CLASSES):
        if name not in state:
            raise CheckpointError(f"{path}: has no {name}, so it is no class-conditional GPT of LlamaGen (c2i_*.pt)")
    blocks = 1 + max((int(found[1]) for name in state if (found := LAYER.match(name))), default=-1)
    (vocab, dim), rows = state[TOKENS].shape, state[CLASSES].shape[0]
    known = next((shape[2] for shape in SIZES.values() if shape[:2] == (blocks, dim)), None)
    heads = known or heads or _heads_of_table(state, dim)
    if heads is None:
        raise CheckpointError(f"{path}: {blocks} layers of {dim} are no published size ({', '.join(SIZES)}), so pass --heads")
    if dim % (HEAD * heads):
        raise CheckpointError(f"{path}: {dim} over {heads} heads is {dim / heads:g} for each; onnxruntime's attention takes "
                              f"multiples of {HEAD}, so weights of this size (3B, say) make no pack")
    config = GPTConfig(vocab=vocab, width=width, tokens=width * width, classes=rows - 1, dim=dim, heads=heads, blocks=blocks,
                       dropout=0)
    for name in STRAY:
        tokens = {"freqs_cis": len, "causal_mask": lambda table: table.shape[-1]}[name](state[name]) if name in state else None
        if tokens is not None and tokens - 1 not in (config.tokens, config.tokens - 1):
            side = round((tokens - 1) ** 0.5)
            raise CheckpointError(f"{path}: was made for a grid of {side} x {side} tokens, not {width} x {width}; "
                                  "pass another --image-size")
    return config


def _heads_of_table(state: dict[str, Tensor], dim: int) -> int | None:
    """From the stray rotary table [tokens, d/2, 2], where there is one."""
    table = state.get("freqs_cis")
    return None if table is None else dim // (2 * table.shape[1])


def wanted_names(config: GPTConfig) -> dict[str, tuple[int, ...]]:
    """Every weight of a checkpoint with its shape."""
    d, f, shapes = config.dim, ffn_width(config.dim), {}
    for i in range(config.blocks):
        at = f"layers.{i}."
        shapes |= {f"{at}attention_norm.weight": (d,), f"{at}ffn_norm.weight": (d,), f"{at}attention.wqkv.weight": (3 * d, d),
                   f"{at}attention.wo.weight": (d, d), f"{at}feed_forward.w1.weight": (f, d),
                   f"{at}feed_forward.w3.weight": (f, d), f"{at}feed_forward.w2.weight": (d, f)}
    ends = {CLASSES: (config.classes + 1, d), TOKENS: (config.vocab, d), "norm.weight": (d,), "output.weight": (config.vocab, d)}
    return ends | shapes


@torch.no_grad()
def load_gpt(path: Path, state: dict[str, Tensor], config: GPTConfig) -> GPT:
    """The model in float32 and eval mode. Empties `state` as it goes, so that no weight is held twice."""
    for name in STRAY:
        state.pop(name, None)
    check_names(path, state, wanted_names(config))
    with torch.device("meta"):
        model = GPT(config)
    cos, sin = _tables(config)
    named = {}
    for ours, theirs in RENAMED.items():
        named[ours] = state.pop(theirs).float()
    for i in range(config.blocks):
        for ours, theirs in IN_BLOCK.items():
            named[f"blocks.{i}.{ours}"] = state.pop(f"layers.{i}.{theirs}").float()
        gate, up = (state.pop(f"layers.{i}.feed_forward.{one}.weight").float() for one in ("w1", "w3"))
        named[f"blocks.{i}.ffn.w_gate_up.weight"] = torch.cat([gate, up])
    model.load_state_dict(named, assign=True)
    model.slot_cos, model.slot_sin = cos, sin
    for part in model.parameters():
        part.requires_grad_(False)
        if not part.isfinite().all():
            raise CheckpointError(f"{path}: holds weights that are not finite; download it again")
    return model.eval()


def _tables(config: GPTConfig) -> tuple[Tensor, Tensor]:
    """Rotary tables of a model of this grid (a model on the meta device has none)."""
    small = GPT(config.model_copy(update={"vocab": 2, "classes": 1, "blocks": 0}))
    return small.slot_cos, small.slot_sin
