"""Layers as fused ONNX Runtime operators: packed QKV into GroupQueryAttention, packed gate and up, (skip) RMSNorm."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from torch import Tensor

from models.blocks import EPS, Block, RMSNorm
from models.export.builder import CONTRIB, Graph


def norm(g: Graph, x: str, name: str, module: RMSNorm) -> str:
    return g.add("SimplifiedLayerNormalization", x, g.weight(name, module.weight), axis=-1, epsilon=EPS)


def skip_norm(g: Graph, x: str, residual: str, name: str, weight: Tensor) -> tuple[str, str]:
    """RMSNorm(x + residual) and the sum itself."""
    g.count += 1
    normed, total = f"norm_{g.count}", f"sum_{g.count}"
    g.add("SkipSimplifiedLayerNormalization", x, residual, g.weight(name, weight),
          outputs=[normed, "", "", total], domain=CONTRIB, epsilon=EPS)
    return normed, total


def swiglu(g: Graph, x: str, name: str, block: Block) -> str:
    packed = g.linear(x, f"{name}.w_gate_up", block.ffn.w_gate_up.weight)
    gate, up = g.add("Split", packed, outputs=2, axis=-1, num_outputs=2)
    active = g.add("QuickGelu", gate, domain=CONTRIB, alpha=1.0)
    return g.linear(g.add("Mul", active, up), f"{name}.w_down", block.ffn.w_down.weight)


Form = Literal["step", "window", "all"]
FORMS: tuple[Form, ...] = get_args(Form)


def shape_of(name: str, form: Form, tokens: int) -> tuple[str, int | str, int | str]:
    """Name, rows and tokens of a graph of tokens: a step takes one token of each of R images into the caches, a window L of
    one image, `all` the T tokens of one image without caches."""
    rows: int | str = "R" if form == "step" else 1
    size: int | str = {"step": 1, "window": "L", "all": tokens}[form]
    return (name if form == "step" else f"{name}_{form}"), rows, size


class Cache:
    """Names of one graph's cache inputs; GroupQueryAttention reads past and writes present in the same layout."""

    def __init__(self, g: Graph, blocks: int, rows: int | str, heads: int, capacity: int, head_dim: int) -> None:
        self.shape = [rows, heads, capacity, head_dim]
        self.seqlens = g.input("seqlens_k", "int32", [rows])
        self.total = g.input("total", "int32", [1])
        self.past = [(g.input(f"past_k_{i}", "float32", self.shape), g.input(f"past_v_{i}", "float32", self.shape))
                     for i in range(blocks)]


def attention(g: Graph, query: str, key: str, value: str, heads: int, index: int, cache: Cache | None, size: int | str,
              tables: tuple[str, str] | None) -> str:
    """GroupQueryAttention of block `index`; cache None: the whole sequence of `size` tokens at once.

    tables: cos and sin [slots, d/2] by cache slot (interleaved pairs); None: q and k come rotated.
    """
    if cache:
        past, seqlens, total = cache.past[index], cache.seqlens, cache.total
    else:
        past, seqlens, total = ("", ""), g.constant([size - 1], np.int32), g.constant([size], np.int32)
    g.count += 1
    inputs = [query, key, value, *past, seqlens, total, *(tables or ("", ""))]
    names = [f"attention_{g.count}", f"present_k_{index}", f"present_v_{index}"]
    return g.add("GroupQueryAttention", *inputs, outputs=names, domain=CONTRIB, num_heads=heads, kv_num_heads=heads,
                 do_rotary=int(tables is not None), rotary_interleaved=1)[0]


def blocks(g: Graph, x: str, modules: list[Block], names: list[str], heads: int, cache: Cache | None, size: int | str,
           tables: tuple[str, str] | None = None, rotate=None, added: list[str | None] | None = None,
           groups: int | None = None, attend=None) -> tuple[str, str]:
    """Run blocks; returns (last FFN output, residual before it): the caller's norm adds them.

    rotate: packed qkv -> (q, k, v) as attention takes them. added: a value or None per block, added to its input.
    groups: x is [positions, groups, D], and `rotate` folds the groups into heads of one sequence.
    attend: packed qkv -> attention's result [.., D], in place of GroupQueryAttention.
    """
    residual, pending = x, None
    for index, (block, name) in enumerate(zip(modules, names, strict=True)):
        weight = block.attention_norm.weight
        if added and added[index]:
            if pending is None:
                residual = g.add("Add", residual, added[index])
            else:
                pending = g.add("Add", pending, added[index])
        if pending is None:
            n = norm(g, residual, f"{name}.attention_norm", block.attention_norm)
        else:
            n, residual = skip_norm(g, pending, residual, f"{name}.attention_norm", weight)
        qkv = g.linear(n, f"{name}.wqkv", block.attention.wqkv.weight)
        if attend:
            out = attend(qkv)
        else:
            q, k, v = rotate(qkv) if rotate else (qkv, "", "")
            out = attention(g, q, k, v, heads * (groups or 1), index, cache, size, tables)
        if groups:
            out = g.add("Reshape", out, g.shape(-1, groups, block.attention.wo.in_features))
        out = g.linear(out, f"{name}.wo", block.attention.wo.weight)
        n, residual = skip_norm(g, out, residual, f"{name}.ffn_norm", block.ffn_norm.weight)
        pending = swiglu(g, n, name, block)
    return pending, residual


def presents(g: Graph, count: int, shape: list[int | str]) -> None:
    for index in range(count):
        g.output(f"present_k_{index}", f"present_k_{index}", "float32", shape)
        g.output(f"present_v_{index}", f"present_v_{index}", "float32", shape)
