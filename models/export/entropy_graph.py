"""Graphs of the entropy model: one decode step, and a whole image."""

from __future__ import annotations

import numpy as np
import torch

from models.entropy_model import EntropyModel
from models.export.builder import Graph, WeightFile
from models.export.layers import Cache, Form, blocks, presents, shape_of, skip_norm
from models.rope import cell_angles, rotation

TINY = 1e-37  # p log p is 0 for p = 0


def entropy_of(g: Graph, logits: str, vocab: int, *shape: int) -> str:
    """Entropy in nats over the last axis of all logits, in `shape`: -sum p log p, the sum as a product of p and log p.

    The last node computes: an output that only a Reshape names would be copied where the caller gives its buffer.
    """
    p = g.add("Softmax", logits, axis=-1)
    log = g.add("Log", g.add("Clip", p, g.constant(np.float32(TINY))))
    product = g.add("MatMul", g.add("Reshape", p, g.shape(-1, 1, vocab)), g.add("Reshape", log, g.shape(-1, vocab, 1)))
    return g.add("Neg", g.add("Reshape", product, g.shape(*shape)))


def entropy_graph(model: EntropyModel, weights: WeightFile, form: Form) -> Graph:
    """The entropies in nats of the tokens after those that come in."""
    c, whole = model.config, form == "all"
    name, rows, size = shape_of("entropy", form, c.tokens)
    g, head_dim, capacity = Graph(name, weights), c.dim // c.heads, c.tokens + 1
    token = g.input("tokens" if whole else "token", "int32", [rows, size])
    cache = None if whole else Cache(g, c.blocks, rows, c.heads, capacity, head_dim)
    if form == "window":
        g.positions = (token, 1)
    cos, sin = rotation(cell_angles(torch.arange(capacity), c.width, head_dim))
    tables = g.table("cos", cos), g.table("sin", sin)
    x = g.add("Gather", g.weight("embedding", model.embedding.weight), token)
    names = [f"block_{i}" for i in range(c.blocks)]
    out, residual = blocks(g, x, list(model.blocks), names, c.heads, cache, size, tables)
    n, _ = skip_norm(g, out, residual, "norm", model.norm.weight)
    shape, named = ((1, -1), [1, size]) if whole else ((-1,), ["L" if form == "window" else "R"])
    g.output(entropy_of(g, g.linear(n, "head", model.head.weight), c.vocab, *shape), "entropy", "float32", named)
    presents(g, c.blocks, [rows, c.heads, size if whole else capacity, head_dim])
    return g
