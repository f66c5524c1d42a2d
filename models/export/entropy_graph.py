"""Graphs of the entropy model: one decode step, and a whole image."""

from __future__ import annotations

import torch

from models.entropy_model import EntropyModel
from models.export.builder import Graph, WeightFile
from models.export.layers import Cache, blocks, presents, skip_norm
from models.rope import cell_angles, rotation


def entropy_of(g: Graph, logits: str) -> str:
    """Entropy in nats over the last axis: log s - sum(e^z z) / s with z = l - max l, s = sum e^z."""
    axis = g.shape(-1)
    z = g.add("Sub", logits, g.add("ReduceMax", logits, axis, keepdims=1))
    e = g.add("Exp", z)
    s = g.add("ReduceSum", e, axis, keepdims=0)
    mean = g.add("Div", g.add("ReduceSum", g.add("Mul", e, z), axis, keepdims=0), s)
    return g.add("Sub", g.add("Log", s), mean)


def entropy_graph(model: EntropyModel, weights: WeightFile, whole: bool) -> Graph:
    """whole: `entropy_all` over T tokens of one image; else `entropy`, one token of R images each into the caches."""
    c = model.config
    size, head_dim, capacity = (c.tokens if whole else 1), c.dim // c.heads, c.tokens + 1
    g = Graph("entropy_all" if whole else "entropy", weights)
    rows: int | str = 1 if whole else "R"
    token = g.input("tokens" if whole else "token", "int32", [rows, size])
    cache = None if whole else Cache(g, c.blocks, rows, c.heads, capacity, head_dim)
    cos, sin = rotation(cell_angles(torch.arange(capacity), c.width, head_dim))
    tables = g.table("cos", cos), g.table("sin", sin)
    x = g.add("Gather", g.weight("embedding", model.embedding.weight), token)
    names = [f"block_{i}" for i in range(c.blocks)]
    out, residual = blocks(g, x, list(model.blocks), names, c.heads, cache, size, tables)
    n, _ = skip_norm(g, out, residual, "norm", model.norm.weight)
    entropy = entropy_of(g, g.linear(n, "head", model.head.weight))
    if whole:
        g.output(entropy, "entropy", "float32", [1, size])
    else:
        g.output(g.add("Reshape", entropy, g.shape(-1)), "entropy", "float32", ["R"])
    presents(g, c.blocks, [rows, c.heads, size if whole else capacity, head_dim])
    return g
