"""Graphs of one image that take several new positions at once: a window of them, or the patches that open in it.

GroupQueryAttention takes several positions after a past for one sequence only. So the rows of guidance, class and null,
are folded into its heads: values are [positions, 2, D], and caches [1, 2 H, C, d], which is how [2, H, C, d] lies in memory.
Weights and their names are those of the step graphs.
"""

from __future__ import annotations

import numpy as np
import torch

from models.dpar import DPAR
from models.export.builder import CONTRIB, Graph, WeightFile
from models.export.dpar_graphs import condition_weight, pooled
from models.export.layers import Cache, blocks, presents, skip_norm
from models.gpt import GPT
from models.rope import cell_angles, empty_slot, rotation

GROUPS = 2


def folded(g: Graph, qkv: str, dim: int) -> tuple[str, str, str]:
    """Packed [n, 2, 3 D] -> q, k, v [1, n, 2 D]."""
    parts = g.add("Split", qkv, outputs=3, axis=-1, num_outputs=3)
    return tuple(g.add("Reshape", part, g.shape(1, -1, GROUPS * dim)) for part in parts)


def flags(g: Graph, name: str, size: str) -> str:
    """An int32 input [size] as booleans [size, 1, 1]."""
    return g.add("Reshape", g.add("Cast", g.input(name, "int32", [size]), to=9), g.shape(-1, 1, 1))


def patch_transformer_window(model: DPAR, weights: WeightFile, window: int) -> Graph:
    """P patches, one after the other: h, k, v [P, window, D], length [P] (0 = class slot), class [1, 2], cos, sin [P, 1, d/2]
    -> cond [P, 2, blocks * D]."""
    c, half = model.config, model.config.head_dim // 2
    g = Graph("patch_transformer_window", weights)
    h, k, v = (g.input(name, "float32", ["P", window, c.dim]) for name in "hkv")
    length = g.input("length", "int32", ["P"])
    classes = g.input("class", "int32", [1, GROUPS])
    cos, sin = (g.input(name, "float32", ["P", 1, half]) for name in ("cos", "sin"))
    cache = Cache(g, c.patch_transformer_blocks, 1, GROUPS * c.heads, c.tokens + 1, c.head_dim)
    g.positions = (length, 0)
    # q, k and v of all rows are turned as one sequence, v by no angle: nothing is cut apart and joined again.
    one, zero = g.constant(np.float32(1)), g.constant(np.float32(0))
    plain = g.add("Clip", cos, one, one), g.add("Clip", sin, zero, zero)
    tables = [g.add("Reshape", g.add("Concat", *(GROUPS * [turned, turned, still]), axis=1), g.shape(-1, half))
              for turned, still in zip((cos, sin), plain, strict=True)]

    def rotate(qkv: str) -> tuple[str, str, str]:
        sequence = g.add("Reshape", qkv, g.shape(1, -1, c.dim))
        turned = g.add("RotaryEmbedding", sequence, g.shape(0), *tables, domain=CONTRIB, num_heads=c.heads, interleaved=1)
        return folded(g, g.add("Reshape", turned, g.shape(-1, GROUPS, 3 * c.dim)), c.dim)

    p = pooled(g, h, k, v, length, window, model.encoder.pooling)
    is_patch = g.add("Reshape", g.add("Cast", length, to=9), g.shape(-1, 1, 1))
    embedding = g.add("Gather", g.weight("class_embedding", model.patch_transformer.class_embedding.weight), classes)
    x = g.add("Where", is_patch, p, embedding)
    modules = list(model.patch_transformer.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, x, modules, names, c.heads, cache, 1, rotate=rotate, groups=GROUPS)
    n, _ = skip_norm(g, out, residual, "ones", torch.ones(c.dim))
    g.output(g.linear(n, "cond_wo", condition_weight(model)), "cond", "float32", ["P", GROUPS, c.decoder_blocks * c.dim])
    presents(g, c.patch_transformer_blocks, cache.shape)
    return g


def decoder_window(model: DPAR, weights: WeightFile) -> Graph:
    """h [1, L, D] of x_{t-1}, first [L] (1 at t = 0), cond [P, 2, blocks * D] of P patches, patch_of [L]: which of them each
    position belongs to -> logits [L, 2, V]."""
    c, decoder = model.config, model.decoder
    g = Graph("decoder_window", weights)
    h = g.add("Reshape", g.input("h", "float32", [1, "L", c.dim]), g.shape(-1, 1, c.dim))
    first = flags(g, "first", "L")
    cond = g.input("cond", "float32", ["P", GROUPS, c.decoder_blocks * c.dim])
    patch_of = g.input("patch_of", "int32", ["L"])
    cache = Cache(g, c.decoder_blocks, 1, GROUPS * c.heads, c.tokens + 1, c.head_dim)
    g.positions = (patch_of, 0)
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(c.tokens), c.width, c.head_dim)))
    tables = g.table("cos", cos), g.table("sin", sin)
    x = g.add("Where", first, g.weight("start", decoder.start.view(1, 1, -1)), h)
    own = g.add("Gather", cond, patch_of, axis=0)
    parts = g.add("Split", own, outputs=c.decoder_blocks, axis=-1, num_outputs=c.decoder_blocks)
    first_part, *added = [parts] if isinstance(parts, str) else parts
    modules = list(decoder.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, g.add("Add", x, first_part), modules, names, c.heads, cache, 1, tables, added=[None, *added],
                           rotate=lambda qkv: folded(g, qkv, c.dim), groups=GROUPS)
    n, _ = skip_norm(g, out, residual, "norm", decoder.norm.weight)
    g.output(g.linear(n, "head", decoder.head.weight), "logits", "float32", ["L", GROUPS, c.vocab])
    presents(g, c.decoder_blocks, cache.shape)
    return g


def gpt_window(model: GPT, weights: WeightFile) -> Graph:
    """token [1, L] (x_{t-1}), class [1, 2], first [L] (1 at t = 0: the class slot) -> logits [L, 2, V]."""
    c = model.config
    g = Graph("gpt_window", weights)
    token = g.input("token", "int32", [1, "L"])
    classes = g.input("class", "int32", [1, GROUPS])
    first = flags(g, "first", "L")
    cache = Cache(g, c.blocks, 1, GROUPS * c.heads, c.tokens + 1, c.head_dim)
    g.positions = (token, 1)
    embedding = g.add("Gather", g.weight("embedding", model.embedding.weight), g.add("Reshape", token, g.shape(-1, 1)))
    slot = g.add("Gather", g.weight("class_embedding", model.class_embedding.weight), classes)
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(c.tokens), c.width, c.head_dim)))
    tables = g.table("cos", cos), g.table("sin", sin)
    names = [f"block_{i}" for i in range(c.blocks)]
    out, residual = blocks(g, g.add("Where", first, slot, embedding), list(model.blocks), names, c.heads, cache, 1, tables,
                           rotate=lambda qkv: folded(g, qkv, c.dim), groups=GROUPS)
    n, _ = skip_norm(g, out, residual, "norm", model.norm.weight)
    g.output(g.linear(n, "head", model.head.weight), "logits", "float32", ["L", GROUPS, c.vocab])
    presents(g, c.blocks, cache.shape)
    return g
