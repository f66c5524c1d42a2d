"""Graphs of DPAR's three parts: encoder (a step, or a whole image), patch transformer step, decoder step.

The steps take R images, in step or not; `rows` is R, or 2 R under guidance (all class rows, then all null rows).
"""

from __future__ import annotations

import numpy as np
import torch

from models.dpar import DPAR
from models.export.builder import CONTRIB, Graph, WeightFile
from models.export.layers import Cache, Form, blocks, norm, presents, shape_of, skip_norm
from models.patch_encoder import PatchPooling
from models.rope import cell_angles, empty_slot, rotation

FAR = 1e30  # stands in for infinity in masks: finite, so that what no patch uses is too


def encoder_graph(model: DPAR, weights: WeightFile, form: Form) -> Graph:
    c, whole = model.config, form == "all"
    name, rows, size = shape_of("encoder", form, c.tokens)
    g, capacity = Graph(name, weights), c.tokens + 1
    token = g.input("tokens" if whole else "token", "int32", [rows, size])
    cache = None if whole else Cache(g, c.encoder_blocks, rows, c.heads, capacity, c.head_dim)
    if form == "window":
        g.positions = (token, 1)
    cos, sin = rotation(cell_angles(torch.arange(capacity), c.width, c.head_dim))
    tables = g.table("cos", cos), g.table("sin", sin)
    x = g.add("Gather", g.weight("embedding", model.encoder.embedding.weight), token)
    names = [f"block_{i}" for i in range(c.encoder_blocks)]
    out, residual = blocks(g, x, list(model.encoder.blocks), names, c.heads, cache, size, tables)
    pooling = model.encoder.pooling
    n, h = skip_norm(g, out, residual, "pooling.kv_norm", pooling.kv_norm.weight)
    k, v = g.add("Split", g.linear(n, "pooling.wkv", pooling.wkv.weight), outputs=2, axis=-1, num_outputs=2)
    for value, name in ((h, "h"), (k, "k"), (v, "v")):
        g.output(value, name, "float32", [rows, size, c.dim])
    presents(g, c.encoder_blocks, [rows, c.heads, size if whole else capacity, c.head_dim])
    return g


def pooled(g: Graph, h: str, k: str, v: str, length: str, window: int, pooling: PatchPooling) -> str:
    """Patch embeddings p [R, 1, D] of the first `length` [R] slots of the windows [R, window, D] (length 0: unused, finite).

    Masks are looked up by the length, not computed: every node is a kernel launch on a GPU.
    """
    slots = np.arange(window)
    outside = np.where(slots < np.arange(window + 1)[:, None], np.float32(0), np.float32(-FAR))
    far = g.add("Gather", g.constant(outside), length)  # [R, window]
    q = g.add("ReduceMax", g.add("Add", h, g.add("Reshape", far, g.shape(-1, window, 1))), g.shape(1), keepdims=1)
    query = g.linear(norm(g, q, "pooling.q_norm", pooling.q_norm), "pooling.wq", pooling.wq.weight)
    bias = g.add("Reshape", far, g.shape(-1, 1, 1, window))
    out = g.add("MultiHeadAttention", query, k, v, "", "", bias, domain=CONTRIB, num_heads=pooling.heads)
    return g.add("Add", q, g.linear(out, "pooling.wo", pooling.wo.weight))


def condition_weight(model: DPAR) -> torch.Tensor:
    """Wo_l of all decoder blocks in one matrix, the gains of RMSNorm_l folded in."""
    decoder = model.decoder
    return torch.cat([wo.weight * rms.weight for rms, wo in zip(decoder.cond_norms, decoder.cond_wo, strict=True)])


def patch_transformer_graph(model: DPAR, weights: WeightFile, window: int) -> Graph:
    c = model.config
    g = Graph("patch_transformer", weights)
    h, k, v = (g.input(name, "float32", ["R", window, c.dim]) for name in "hkv")
    length = g.input("length", "int32", ["R"])
    classes = g.input("class", "int32", ["G", "R"])
    cos, sin = (g.input(name, "float32", ["rows", 1, c.head_dim // 2]) for name in ("cos", "sin"))
    capacity = c.tokens + 1
    cache = Cache(g, c.patch_transformer_blocks, "rows", c.heads, capacity, c.head_dim)
    # q, k and v of all rows are turned as one sequence, v by no angle: nothing is cut apart and joined again.
    one, zero = g.constant(np.float32(1)), g.constant(np.float32(0))
    cos = g.add("Reshape", g.add("Concat", cos, cos, g.add("Clip", cos, one, one), axis=1), g.shape(-1, c.head_dim // 2))
    sin = g.add("Reshape", g.add("Concat", sin, sin, g.add("Clip", sin, zero, zero), axis=1), g.shape(-1, c.head_dim // 2))

    def rotate(qkv: str) -> tuple[str, str, str]:
        sequence = g.add("Reshape", qkv, g.shape(1, -1, c.dim))
        turned = g.add("RotaryEmbedding", sequence, g.shape(0), cos, sin, domain=CONTRIB, num_heads=c.heads, interleaved=1)
        return g.add("Reshape", turned, g.shape(-1, 1, 3 * c.dim)), "", ""

    # length 0 is the class slot: its embedding takes the place of the (then meaningless) patch embedding
    p = g.add("Reshape", pooled(g, h, k, v, length, window, model.encoder.pooling), g.shape(1, -1, c.dim))
    is_patch = g.add("Reshape", g.add("Cast", length, to=9), g.shape(1, -1, 1))
    embedding = g.add("Gather", g.weight("class_embedding", model.patch_transformer.class_embedding.weight), classes)
    x = g.add("Reshape", g.add("Where", is_patch, p, embedding), g.shape(-1, 1, c.dim))
    modules = list(model.patch_transformer.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, x, modules, names, c.heads, cache, 1, rotate=rotate)
    # Wo_l RMSNorm_l(g) of all decoder blocks in one product: the gains are folded into the matrices
    n, _ = skip_norm(g, out, residual, "ones", torch.ones(c.dim))
    # As it comes from the product: an output that only a Reshape names would be copied where the caller gives its buffer.
    g.output(g.linear(n, "cond_wo", condition_weight(model)), "cond", "float32", ["rows", 1, c.decoder_blocks * c.dim])
    presents(g, c.patch_transformer_blocks, cache.shape)
    return g


def decoder_graph(model: DPAR, weights: WeightFile) -> Graph:
    c, decoder, capacity = model.config, model.decoder, model.config.tokens + 1
    g = Graph("decoder", weights)
    h = g.input("h", "float32", [1, "R", c.dim])
    first = g.add("Reshape", g.add("Cast", g.input("first", "int32", ["R"]), to=9), g.shape(1, -1, 1))
    cond = g.input("cond", "float32", ["G", "R", c.decoder_blocks * c.dim])
    cache = Cache(g, c.decoder_blocks, "rows", c.heads, capacity, c.head_dim)
    cos, sin = empty_slot(*rotation(cell_angles(torch.arange(capacity - 1), c.width, c.head_dim)))
    tables = g.table("cos", cos), g.table("sin", sin)
    x = g.add("Where", first, g.weight("start", decoder.start.view(1, 1, -1)), h)
    parts = g.add("Split", cond, outputs=c.decoder_blocks, axis=-1, num_outputs=c.decoder_blocks)
    parts = [parts] if isinstance(parts, str) else parts
    # The first is added while images and groups are axes of their own: h and the start vector are those of both groups.
    x = g.add("Reshape", g.add("Add", x, parts[0]), g.shape(-1, 1, c.dim))
    added = [None, *(g.add("Reshape", part, g.shape(-1, 1, c.dim)) for part in parts[1:])]
    modules = list(decoder.blocks)
    names = [f"block_{i}" for i in range(len(modules))]
    out, residual = blocks(g, x, modules, names, c.heads, cache, 1, tables, added=added)
    n, _ = skip_norm(g, out, residual, "norm", decoder.norm.weight)
    g.output(g.linear(n, "head", decoder.head.weight), "logits", "float32", ["rows", 1, c.vocab])
    presents(g, c.decoder_blocks, cache.shape)
    return g
