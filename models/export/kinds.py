"""What differs between the kinds of pack: the model's entry in the manifest, its graphs, its teacher-forced logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from models.blocks import ffn_width
from models.dpar import DPAR, segmentation
from models.errors import UserError
from models.export.attention_graphs import decoder_attention, gpt_attention, patch_transformer_attention
from models.export.builder import Graph, WeightFile
from models.export.dpar_graphs import decoder_graph, encoder_graph, patch_transformer_graph
from models.export.gpt_graph import gpt_graph
from models.export.layers import FORMS
from models.export.storage import Storage
from models.export.window_graphs import decoder_window, gpt_window, patch_transformer_window
from models.gpt import GPT
from models.patchify import TOKEN_BY_TOKEN, PatchRules, longest_patch, patches_of

REQUIRED = {
    "dpar": ("entropy", "encoder", "patch_transformer", "decoder", "tokenizer_decoder"),
    "gpt": ("gpt", "tokenizer_decoder"),
}
"""Graphs that are fetched to generate (engine/manifest.ts requiredGraphs)."""
WINDOWS = {
    "dpar": ("entropy_window", "encoder_window", "patch_transformer_window", "decoder_window"),
    "gpt": ("gpt_window",),
}
"""Those that are fetched, too, where the pack has them (windowGraphs); all others serve inspection."""

LOOKS = ("patch_transformer_attention", "decoder_attention", "gpt_attention")
"""Graphs that no run depends on: they are not part of a pack's hash (packHash in engine/manifest.ts)."""


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


def kind_of(model: DPAR | GPT) -> str:
    return "gpt" if isinstance(model, GPT) else "dpar"


def model_entry(model: DPAR | GPT) -> dict[str, int]:
    """`model` of the manifest. Raises UserError for a variant of DPAR that the graphs do not have."""
    c = model.config
    if isinstance(model, DPAR) and c.patch_rope != "dynamic":
        raise UserError(f"model.patch_rope is {c.patch_rope}, which is for studies: a pack's graphs have Dynamic RoPE only")
    shape = {"dim": c.dim, "heads": c.heads, "ffn": ffn_width(c.dim)}
    if isinstance(model, GPT):
        blocks = {"blocks": c.blocks}
    else:
        blocks = {"encoderBlocks": c.encoder_blocks, "patchTransformerBlocks": c.patch_transformer_blocks,
                  "decoderBlocks": c.decoder_blocks, "window": c.width}
    return shape | blocks | {"parameters": parameters(model)}


def model_graphs(model: DPAR | GPT, storage: Storage) -> list[tuple[Graph, str]]:
    """Every graph with the name of the weight file it reads."""
    if isinstance(model, GPT):
        file = WeightFile("gpt.bin", storage)
        return [(gpt_graph(model, file, "step"), "gpt"), (gpt_window(model, file), "gpt"), (gpt_graph(model, file, "all"), "gpt"),
                (gpt_attention(model, file), "gpt")]
    encoder, patches, decoder = (WeightFile(f"{name}.bin", storage) for name in ("encoder", "patch_transformer", "decoder"))
    return [
        *((encoder_graph(model, encoder, form), "encoder") for form in FORMS),
        (patch_transformer_graph(model, patches, model.config.width), "patch_transformer"),
        (patch_transformer_window(model, patches, model.config.width), "patch_transformer"),
        (decoder_graph(model, decoder), "decoder"),
        (decoder_window(model, decoder), "decoder"),
        (patch_transformer_attention(model, patches, model.config.width), "patch_transformer"),
        (decoder_attention(model, decoder), "decoder"),
    ]


def pack_rules(model: DPAR | GPT, rules: PatchRules) -> PatchRules:
    """The rules that a pack's defaults carry: a GPT's gates are fixed, its E_th only draws a line over entropies.

    Where rows cut patches anyway, a P_max beyond a row is a row: a pack's is no longer.
    """
    if isinstance(model, GPT):
        return TOKEN_BY_TOKEN.model_copy(update={"entropy_threshold": rules.entropy_threshold})
    c = model.config
    if longest_patch(rules, c.width, c.tokens) <= c.width < rules.max_patch_length:
        return rules.model_copy(update={"max_patch_length": c.width})
    return rules


@torch.no_grad()
def forced_logits(model: DPAR | GPT, tokens: Tensor, label: int, opened: np.ndarray) -> np.ndarray:
    """tokens [1, T] cut where `opened` [T] says -> logits [2, T, V] of the class row and the null row."""
    device = next(model.parameters()).device
    given = () if isinstance(model, GPT) else (segmentation([patches_of(opened)]).to(device),)
    return np.stack([model(tokens.to(device), torch.tensor([k], device=device), *given)[0].cpu().numpy()
                     for k in (label, model.null_class)])


def graph_names(manifest: dict[str, Any]) -> str:
    """The step graphs that make logits, for tables."""
    return "gpt" if manifest["kind"] == "gpt" else "encoder + patch_transformer + decoder"


def visit_bytes(variant: dict[str, Any], kind: str) -> int:
    """Bytes of the files that one visit fetches to generate, each counted once."""
    windows = [name for name in WINDOWS[kind] if name in variant["graphs"]]
    graphs = [variant["graphs"][name] for name in (*REQUIRED[kind], *windows)]
    files = [graph[key] for graph in graphs for key in ("model", "byRow") if key in graph]
    files += [shard for name in {graph["weights"] for graph in graphs} for shard in variant["weights"][name]["shards"]]
    return sum(file["bytes"] for file in files)
