"""Graphs of a whole image that answer how much each position attends to each: weights after the softmax, mean over heads.

They run when somebody asks to see them, never while decoding. Weights and their names are those of the step graphs. Attention
is written out, as fused operators keep their weights to themselves. A position sees itself and what came before it.
"""

from __future__ import annotations

import numpy as np
import torch

from models.dpar import DPAR
from models.export.builder import CONTRIB, Graph, WeightFile
from models.export.dpar_graphs import FAR, condition_weight, pooled
from models.export.layers import blocks, skip_norm
from models.gpt import GPT
from models.rope import cell_angles, empty_slot, rotation


class WrittenOut:
    """Attention of one sequence of `size` positions, block by block; tables: cos and sin [>= size, d/2]."""

    def __init__(self, g: Graph, size: int, dim: int, heads: int, tables: tuple[str, str]) -> None:
        self.g, self.size, self.dim, self.heads, self.tables = g, size, dim, heads, tables
        self.maps: list[str] = []
        place = np.arange(size, dtype=np.float32)
        later = g.add("Greater", g.constant(place[None, :]), g.constant(place[:, None]))
        self.mask = g.add("Where", later, g.constant(np.float32(-FAR)), g.constant(np.float32(0)))

    def __call__(self, qkv: str) -> str:
        """Packed [1, S, 3 D] -> [1, S, D]."""
        g, each = self.g, self.dim // self.heads
        q, k, v = g.add("Split", qkv, outputs=3, axis=-1, num_outputs=3)
        q, k = (g.add("RotaryEmbedding", y, g.shape(0), *self.tables, domain=CONTRIB, num_heads=self.heads, interleaved=1)
                for y in (q, k))
        q, k, v = (g.add("Reshape", y, g.shape(self.size, self.heads, each)) for y in (q, k, v))
        q, v = (g.add("Transpose", y, perm=[1, 0, 2]) for y in (q, v))
        scores = g.add("MatMul", q, g.add("Transpose", k, perm=[1, 2, 0]))
        scaled = g.add("Mul", scores, g.constant(np.float32(each**-0.5)))
        weights = g.add("Softmax", g.add("Add", scaled, self.mask), axis=-1)
        self.maps.append(g.add("ReduceMean", weights, g.shape(0), keepdims=1))
        out = g.add("Transpose", g.add("MatMul", weights, v), perm=[1, 0, 2])
        return g.add("Reshape", out, g.shape(1, self.size, self.dim))

    def output(self) -> None:
        """`attention` [blocks, S, S]: row i is how position i attends to positions 0..i."""
        shape = [len(self.maps), self.size, self.size]
        self.g.output(self.g.add("Concat", *self.maps, axis=0), "attention", "float32", shape)


def before(g: Graph, x: str, first: str, size: int) -> str:
    """[1, T, D] moved on by one position, `first` [1, 1, D] in front."""
    return g.add("Concat", first, g.add("Slice", x, g.shape(0), g.shape(size - 1), g.shape(1)), axis=1)


def slot_tables(g: Graph, model: DPAR | GPT) -> tuple[str, str]:
    c = model.config
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(c.tokens), c.width, c.head_dim)))
    return g.table("cos", cos), g.table("sin", sin)


def patch_transformer_attention(model: DPAR, weights: WeightFile, window: int) -> Graph:
    """h, k, v [1, T, D] of encoder_all, members [T, window] (tokens of the patch that each slot takes in), length [T] (0: class
    slot), class [1, 1], cos, sin [T, d/2] -> attention [blocks, T, T], cond [1, T, decoder blocks * D]. Slots past the last
    patch are ignored, but have to be finite."""
    c = model.config
    g = Graph("patch_transformer_attention", weights)
    states = [g.input(name, "float32", [1, c.tokens, c.dim]) for name in "hkv"]
    members = g.input("members", "int32", [c.tokens, window])
    length = g.input("length", "int32", [c.tokens])
    classes = g.input("class", "int32", [1, 1])
    cos, sin = (g.input(name, "float32", [c.tokens, c.head_dim // 2]) for name in ("cos", "sin"))
    flat = [g.add("Reshape", y, g.shape(c.tokens, c.dim)) for y in states]
    windows = [g.add("Gather", y, members) for y in flat]
    p = g.add("Reshape", pooled(g, *windows, length, window, model.encoder.pooling), g.shape(1, c.tokens, c.dim))
    is_patch = g.add("Reshape", g.add("Cast", length, to=9), g.shape(1, -1, 1))
    embedding = g.add("Gather", g.weight("class_embedding", model.patch_transformer.class_embedding.weight), classes)
    x = g.add("Where", is_patch, p, embedding)
    attend = WrittenOut(g, c.tokens, c.dim, c.heads, (cos, sin))
    modules = list(model.patch_transformer.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, x, modules, names, c.heads, None, c.tokens, attend=attend)
    n, _ = skip_norm(g, out, residual, "ones", torch.ones(c.dim))
    attend.output()
    g.output(g.linear(n, "cond_wo", condition_weight(model)), "cond", "float32", [1, c.tokens, c.decoder_blocks * c.dim])
    return g


def decoder_attention(model: DPAR, weights: WeightFile) -> Graph:
    """h [1, T, D] of encoder_all, cond [1, T, blocks * D] by patch, patch_of [T] -> attention [blocks, T, T]; slot t holds
    x_{t-1} and predicts x_t, slot 0 the start vector."""
    c, decoder = model.config, model.decoder
    g = Graph("decoder_attention", weights)
    h = g.input("h", "float32", [1, c.tokens, c.dim])
    cond = g.input("cond", "float32", [1, c.tokens, c.decoder_blocks * c.dim])
    patch_of = g.input("patch_of", "int32", [c.tokens])
    x = before(g, h, g.weight("start", decoder.start.view(1, 1, -1)), c.tokens)
    own = g.add("Gather", cond, patch_of, axis=1)
    parts = g.add("Split", own, outputs=c.decoder_blocks, axis=-1, num_outputs=c.decoder_blocks)
    attend = WrittenOut(g, c.tokens, c.dim, c.heads, slot_tables(g, model))
    names = [f"block_{i}" for i in range(c.decoder_blocks)]
    added = [parts] if isinstance(parts, str) else parts
    blocks(g, x, list(decoder.blocks), names, c.heads, None, c.tokens, added=added, attend=attend)
    attend.output()
    return g.trimmed()


def gpt_attention(model: GPT, weights: WeightFile) -> Graph:
    """tokens [1, T], class [1, 1] -> attention [blocks, T, T]; slot t holds x_{t-1} and predicts x_t, slot 0 the class."""
    c = model.config
    g = Graph("gpt_attention", weights)
    tokens, classes = g.input("tokens", "int32", [1, c.tokens]), g.input("class", "int32", [1, 1])
    embedding = g.add("Gather", g.weight("embedding", model.embedding.weight), tokens)
    slot = g.add("Gather", g.weight("class_embedding", model.class_embedding.weight), classes)
    attend = WrittenOut(g, c.tokens, c.dim, c.heads, slot_tables(g, model))
    names = [f"block_{i}" for i in range(c.blocks)]
    blocks(g, before(g, embedding, slot, c.tokens), list(model.blocks), names, c.heads, None, c.tokens, attend=attend)
    attend.output()
    return g.trimmed()
