"""A random GPT in the form that @huggingface/transformers runs: what the bench `transformers` compares with.

Same LLaMA blocks, operators and float32 weights as a pack's graphs, so that only the runtimes around onnxruntime differ.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from models.export.builder import Graph, WeightFile
from models.export.layers import blocks, skip_norm
from models.export.nano import widen
from models.export.storage import STORAGES
from models.gpt import GPT, GPTConfig

CONTEXT = 2048


class GrowingCache:
    """Past [rows, H, past, d] that grows by one slot a token; lengths come from the attention mask. The library fills in
    dimensions by these very names."""

    def __init__(self, g: Graph, count: int, heads: int, head_dim: int) -> None:
        shape = ["batch_size", heads, "past_sequence_length", head_dim]
        mask = g.input("attention_mask", "int64", ["batch_size", "total_sequence_length"])
        length = g.add("ReduceSum", mask, g.shape(1), keepdims=0)
        self.seqlens = g.add("Cast", g.add("Sub", length, g.shape(1)), to=6)
        self.total = g.add("Cast", g.add("Slice", g.add("Shape", mask), g.shape(1), g.shape(2)), to=6)
        self.past = [tuple(g.input(f"past_key_values.{i}.{kind}", "float32", shape) for kind in ("key", "value"))
                     for i in range(count)]


def peer_graph(model: GPT, weights: WeightFile, vocab: int) -> Graph:
    """input_ids int64 [batch, n], attention_mask, past_key_values.i -> logits [batch, n, V], present.i."""
    c, g = model.config, Graph("model", weights)
    ids = g.input("input_ids", "int64", ["batch_size", "sequence_length"])
    cache = GrowingCache(g, c.blocks, c.heads, c.head_dim)
    angles = np.arange(CONTEXT)[:, None] * 10000.0 ** (-2 * np.arange(c.head_dim // 2) / c.head_dim)
    tables = g.table("cos", np.cos(angles)), g.table("sin", np.sin(angles))
    x = g.add("Gather", g.weight("embedding", model.embedding.weight), ids)
    names = [f"block_{i}" for i in range(c.blocks)]
    out, residual = blocks(g, x, list(model.blocks), names, c.heads, cache, 1, tables)
    n, _ = skip_norm(g, out, residual, "norm", model.norm.weight)
    logits = g.linear(n, "head", model.head.weight)
    for index in range(c.blocks):
        for kind, suffix in (("k", "key"), ("v", "value")):
            shape = ["batch_size", c.heads, "total_sequence_length", c.head_dim]
            g.output(f"present_{kind}_{index}", f"present.{index}.{suffix}", "float32", shape)
    g.output(logits, "logits", "float32", ["batch_size", "sequence_length", vocab])
    return g


@torch.no_grad()
def write_peer(out: Path, dim: int, heads: int, count: int, vocab: int) -> int:
    """Write config.json, generation_config.json and onnx/; returns the number of parameters."""
    torch.manual_seed(0)
    model = GPT(GPTConfig.parse({"vocab": vocab, "dim": dim, "heads": heads, "blocks": count}, "bench peer")).eval()
    widen(model, 0.02)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    weights = WeightFile("model.onnx_data", STORAGES["fp32"])
    peer_graph(model, weights, vocab).save(out / "onnx" / "model.onnx")
    (out / "onnx" / "model.onnx_data").write_bytes(bytes(weights.content))
    config = {
        "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": vocab, "hidden_size": dim,
        "num_attention_heads": heads, "num_key_value_heads": heads, "head_dim": dim // heads, "num_hidden_layers": count,
        "max_position_embeddings": CONTEXT, "bos_token_id": 0, "eos_token_id": None, "pad_token_id": None,
        "transformers.js_config": {"use_external_data_format": True},
    }
    (out / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    (out / "generation_config.json").write_text(json.dumps({"bos_token_id": 0}) + "\n", encoding="utf-8")
    return sum(p.numel() for p in model.parameters())
