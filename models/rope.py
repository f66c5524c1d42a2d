"""Rotary position codes: 2D RoPE of a cell and Dynamic RoPE of a patch (paper, supplementary 6.3, eqs. 8 and 9)."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

BASE = 10000.0


HEAD = 16
"""The size of a head is a multiple of it: 2D RoPE wants 4, Dynamic RoPE 16, and so does onnxruntime's attention with either."""


def check_shape(tokens: int, width: int, dim: int, heads: int) -> None:
    """Raises ValueError where position codes or a pack's graphs do not fit."""
    if tokens % width:
        raise ValueError(f"tokens = {tokens} is not a whole number of rows of width = {width}")
    if dim % (HEAD * heads):
        raise ValueError(f"dim = {dim} over heads = {heads} is {dim / heads:g} for each; it has to be a multiple of {HEAD}")


def frequencies(count: int, step: int, head_dim: int) -> Tensor:
    """[count] float32: BASE ** (-step * i / head_dim) for i = 0..count-1."""
    exponents = -step * torch.arange(count, dtype=torch.float64) / head_dim
    return (BASE**exponents).float()


def cell_angles(cells: Tensor, width: int, head_dim: int) -> Tensor:
    """2D RoPE. cells: integer tensor [...] of raster indices -> angles [..., head_dim / 2]: rows first, then columns."""
    w = frequencies(head_dim // 4, 4, head_dim).to(cells.device)
    rows, columns = cells // width, cells % width
    return torch.cat([rows[..., None] * w, columns[..., None] * w], dim=-1)


def patch_angles(starts: Tensor, ends: Tensor, width: int, head_dim: int) -> Tensor:
    """Dynamic RoPE. starts, ends: first and last token index of each patch [...] -> angles [..., head_dim / 2].

    Row of the first token, then start, end, end, start columns. An end column left of the start column
    (row reset off, static patches) is valid.
    """
    w = frequencies(head_dim // 4, 4, head_dim).to(starts.device)
    a = frequencies(head_dim // 16, 16, head_dim).to(starts.device)
    row = (starts // width)[..., None] * w
    first = (starts % width)[..., None] * a
    last = (ends % width)[..., None] * a
    return torch.cat([row, first, last, last, first], dim=-1)


def patch_angles_once(starts: Tensor, ends: Tensor, width: int, head_dim: int) -> Tensor:
    """Dynamic RoPE without redundancy (paper, Table 9): start and end columns once each, at twice as many frequencies."""
    w = frequencies(head_dim // 4, 4, head_dim).to(starts.device)
    a = frequencies(head_dim // 8, 8, head_dim).to(starts.device)
    return torch.cat([(starts // width)[..., None] * w, (starts % width)[..., None] * a, (ends % width)[..., None] * a], dim=-1)


def first_cell_angles(starts: Tensor, ends: Tensor, width: int, head_dim: int) -> Tensor:
    """2D RoPE of a patch (paper, Table 9, which does not say of which of its cells): of its first token's."""
    return cell_angles(starts, width, head_dim)


PatchRope = Literal["dynamic", "dynamic-once", "2d"]
PATCH_ANGLES: dict[PatchRope, Callable[[Tensor, Tensor, int, int], Tensor]] = {
    "dynamic": patch_angles, "dynamic-once": patch_angles_once, "2d": first_cell_angles}


def rotation(angles: Tensor) -> tuple[Tensor, Tensor]:
    """cos and sin of angles, float32."""
    return angles.cos(), angles.sin()


def empty_slot(cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """Prepend a slot with cos = sin = 0 on the second to last axis: it zeroes q and k there (LlamaGen's convention)."""
    pad = cos.new_zeros(*cos.shape[:-2], 1, cos.shape[-1])
    return torch.cat([pad, cos], dim=-2), torch.cat([pad, sin], dim=-2)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate interleaved pairs (x[2i], x[2i+1]). x [B, H, S, d]; cos, sin [B or 1, 1, S, d/2] -> like x."""
    even, odd = x[..., 0::2].float(), x[..., 1::2].float()
    return torch.stack([even * cos - odd * sin, even * sin + odd * cos], dim=-1).flatten(-2).to(x.dtype)
