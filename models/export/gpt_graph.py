"""Graphs of the token-by-token baseline: a decode step, and a whole image."""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch

from models.export.builder import Graph, WeightFile
from models.export.entropy_graph import entropy_of
from models.export.layers import Cache, blocks, presents, skip_norm
from models.gpt import GPT
from models.rope import cell_angles, empty_slot, rotation


def gpt_graph(model: GPT, weights: WeightFile, form: Literal["step", "all"]) -> Graph:
    """all: `gpt_all` over T tokens of one class; step: `gpt`, one slot of R images into the caches (`first`: the class slot).

    `rows` is R, or 2 R under guidance (all class rows, then all null rows); both groups share the tokens.
    """
    c, whole = model.config, form == "all"
    size, capacity = (c.tokens if whole else 1), c.tokens + 1
    g = Graph("gpt_all" if whole else "gpt", weights)
    rows: int | str = 1 if whole else "rows"
    token = g.input("tokens" if whole else "token", "int32", [1, size if whole else "R"])
    classes = g.input("class", "int32", [1, 1] if whole else ["G", "R"])
    embedding = g.add("Gather", g.weight("embedding", model.embedding.weight), token)
    slot = g.add("Gather", g.weight("class_embedding", model.class_embedding.weight), classes)
    if whole:  # [class, x_0, .., x_{T-2}]
        before = g.add("Slice", embedding, g.shape(0), g.shape(size - 1), g.shape(1))
        x, cache = g.add("Concat", slot, before, axis=1), None
    else:
        first = g.add("Reshape", g.add("Cast", g.input("first", "int32", ["R"]), to=1), g.shape(1, -1, 1))
        not_first = g.add("Sub", g.constant(np.float32(1)), first)
        both = g.add("Add", g.add("Mul", slot, first), g.add("Mul", embedding, not_first))  # [G, R, D]
        x = g.add("Reshape", both, g.shape(-1, 1, c.dim))
        cache = Cache(g, c.blocks, rows, c.heads, capacity, c.head_dim)
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(capacity - 1), c.width, c.head_dim)))
    tables = g.table("cos", cos), g.table("sin", sin)
    names = [f"block_{i}" for i in range(c.blocks)]
    out, residual = blocks(g, x, list(model.blocks), names, c.heads, cache, size, tables)
    n, _ = skip_norm(g, out, residual, "norm", model.norm.weight)
    g.output(g.linear(n, "head", model.head.weight), "logits", "float32", [rows, size, c.vocab])
    presents(g, c.blocks, [rows, c.heads, size if whole else capacity, c.head_dim])
    return g


def null_entropy_graph(model: GPT, weights: WeightFile) -> Graph:
    """`entropy_all` of a pack whose entropies are the null class's, on the weights of `gpt`: tokens [1, T] -> entropy
    [1, T] in nats, position i of token i + 1 (the last one of a token past the end)."""
    c, g = model.config, Graph("entropy_all", weights)
    tokens = g.input("tokens", "int32", [1, c.tokens])
    slot = g.add("Gather", g.weight("class_embedding", model.class_embedding.weight), g.constant([[model.null_class]], np.int32))
    x = g.add("Concat", slot, g.add("Gather", g.weight("embedding", model.embedding.weight), tokens), axis=1)
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(c.tokens), c.width, c.head_dim)))
    tables = g.table("cos", cos), g.table("sin", sin)
    names = [f"block_{i}" for i in range(c.blocks)]
    out, residual = blocks(g, x, list(model.blocks), names, c.heads, None, c.tokens + 1, tables)
    out, residual = (g.add("Slice", y, g.shape(1), g.shape(c.tokens + 1), g.shape(1)) for y in (out, residual))
    n, _ = skip_norm(g, out, residual, "norm", model.norm.weight)
    g.output(entropy_of(g, g.linear(n, "head", model.head.weight), c.vocab, 1, -1), "entropy", "float32", [1, c.tokens])
    return g
