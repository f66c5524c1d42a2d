"""Graphs of DPAR's three parts: encoder (a step, or a whole image), patch transformer step, decoder step.

One image (R = 1); `rows` is 1, or 2 under guidance (class row, then null row).
"""

from __future__ import annotations

import numpy as np
import torch

from models.dpar import DPAR
from models.export.builder import CONTRIB, Graph, WeightFile
from models.export.layers import Cache, blocks, norm, presents, skip_norm
from models.patch_encoder import PatchPooling
from models.rope import cell_angles, empty_slot, rotation

FAR = 1e30  # stands in for infinity in masks: finite, so that 0 * FAR is 0


def encoder_graph(model: DPAR, weights: WeightFile, whole: bool) -> Graph:
    c = model.config
    size, capacity = (c.tokens if whole else 1), c.tokens + 1
    g = Graph("encoder_all" if whole else "encoder", weights)
    token = g.input("tokens" if whole else "token", "int32", [1, size])
    cache = None if whole else Cache(g, c.encoder_blocks, 1, c.heads, capacity, c.head_dim)
    cos, sin = rotation(cell_angles(torch.arange(capacity), c.width, c.head_dim))
    tables = g.weight("cos", cos), g.weight("sin", sin)
    x = g.add("Gather", g.weight("embedding", model.encoder.embedding.weight), token)
    names = [f"block_{i}" for i in range(c.encoder_blocks)]
    out, residual = blocks(g, x, list(model.encoder.blocks), names, c.heads, cache, size, tables)
    pooling = model.encoder.pooling
    n, h = skip_norm(g, out, residual, "pooling.kv_norm", pooling.kv_norm.weight)
    k, v = g.add("Split", g.linear(n, "pooling.wkv", pooling.wkv.weight), outputs=2, axis=-1, num_outputs=2)
    for value, name in ((h, "h"), (k, "k"), (v, "v")):
        g.output(value, name, "float32", [1, size, c.dim])
    presents(g, c.encoder_blocks, [1, c.heads, size if whole else capacity, c.head_dim])
    return g


def pooled(g: Graph, h: str, k: str, v: str, length: str, window: int, pooling: PatchPooling) -> str:
    """The patch embedding p [1, 1, D] of the first `length` slots of the windows [1, window, D] (length 0: unused)."""
    slots = g.constant(np.arange(window, dtype=np.float32).reshape(1, window, 1))
    zero, one = g.constant(np.float32(0)), g.constant(np.float32(1))
    inside = g.add("Clip", g.add("Sub", length, slots), zero, one)  # 1 inside the patch, else 0
    far = g.add("Mul", g.add("Sub", inside, one), g.constant(np.float32(FAR)))
    q = g.add("ReduceMax", g.add("Add", g.add("Mul", h, inside), far), g.shape(1), keepdims=1)
    query = g.linear(norm(g, q, "pooling.q_norm", pooling.q_norm), "pooling.wq", pooling.wq.weight)
    bias = g.add("Reshape", far, g.shape(1, 1, 1, window))
    out = g.add("MultiHeadAttention", query, k, v, "", "", bias, domain=CONTRIB, num_heads=pooling.heads)
    return g.add("Add", q, g.linear(out, "pooling.wo", pooling.wo.weight))


def patch_transformer_graph(model: DPAR, weights: WeightFile, window: int) -> Graph:
    c = model.config
    g = Graph("patch_transformer", weights)
    h, k, v = (g.input(name, "float32", [1, window, c.dim]) for name in "hkv")
    length = g.add("Cast", g.input("length", "int32", [1]), to=1)
    classes = g.input("class", "int32", ["rows", 1])
    cos, sin = (g.input(name, "float32", ["rows", 1, c.head_dim // 2]) for name in ("cos", "sin"))
    capacity = c.tokens + 1
    cache = Cache(g, c.patch_transformer_blocks, "rows", c.heads, capacity, c.head_dim)

    def rotate(qkv: str) -> tuple[str, str, str]:
        qk, value = g.add("Split", qkv, g.shape(2 * c.dim, c.dim), outputs=2, axis=-1)
        turned = g.add("RotaryEmbedding", qk, cos, sin, num_heads=2 * c.heads, interleaved=1)
        return (*g.add("Split", turned, outputs=2, axis=-1, num_outputs=2), value)

    # length 0 is the class slot: its embedding takes the place of the (then meaningless) patch embedding
    p = pooled(g, h, k, v, length, window, model.encoder.pooling)
    is_patch = g.add("Clip", length, g.constant(np.float32(0)), g.constant(np.float32(1)))
    is_class = g.add("Sub", g.constant(np.float32(1)), is_patch)
    embedding = g.add("Gather", g.weight("class_embedding", model.patch_transformer.class_embedding.weight), classes)
    x = g.add("Add", g.add("Mul", embedding, is_class), g.add("Mul", p, is_patch))
    modules = list(model.patch_transformer.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, x, modules, names, c.heads, cache, 1, rotate=rotate)
    # Wo_l RMSNorm_l(g) of all decoder blocks in one product: the gains are folded into the matrices
    n, _ = skip_norm(g, out, residual, "ones", torch.ones(c.dim))
    decoder = model.decoder
    folded = torch.cat([wo.weight * rms.weight for rms, wo in zip(decoder.cond_norms, decoder.cond_wo, strict=True)])
    cond = g.add("Reshape", g.linear(n, "cond_wo", folded), g.shape(-1, 1, c.decoder_blocks, c.dim))
    g.output(cond, "cond", "float32", ["rows", 1, c.decoder_blocks, c.dim])
    presents(g, c.patch_transformer_blocks, cache.shape)
    return g


def decoder_graph(model: DPAR, weights: WeightFile) -> Graph:
    c, decoder, capacity = model.config, model.decoder, model.config.tokens + 1
    g = Graph("decoder", weights)
    h = g.input("h", "float32", [1, 1, c.dim])
    first = g.add("Cast", g.input("first", "int32", [1]), to=1)
    cond = g.input("cond", "float32", ["rows", 1, c.decoder_blocks, c.dim])
    cache = Cache(g, c.decoder_blocks, "rows", c.heads, capacity, c.head_dim)
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(capacity - 1), c.width, c.head_dim)))
    tables = g.weight("cos", cos), g.weight("sin", sin)
    not_first = g.add("Sub", g.constant(np.float32(1)), first)
    start = g.add("Mul", g.weight("start", decoder.start.view(1, 1, -1)), first)
    x = g.add("Add", g.add("Mul", h, not_first), start)
    parts = g.add("Split", cond, outputs=c.decoder_blocks, axis=2, num_outputs=c.decoder_blocks)
    parts = [parts] if isinstance(parts, str) else parts
    added = [g.add("Reshape", part, g.shape(-1, 1, c.dim)) for part in parts]
    modules = list(decoder.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, x, modules, names, c.heads, cache, 1, tables, added=added)
    n, _ = skip_norm(g, out, residual, "norm", decoder.norm.weight)
    logits = g.add("Reshape", g.linear(n, "head", decoder.head.weight), g.shape(-1, 1, c.vocab))
    g.output(logits, "logits", "float32", ["rows", 1, c.vocab])
    presents(g, c.decoder_blocks, cache.shape)
    return g
