"""The LLaMA block that every transformer here is made of: pre-norm attention with rotary codes, pre-norm SwiGLU."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.attention.varlen import varlen_attn
from torch.utils.checkpoint import checkpoint

from models.errors import UserError
from models.rope import rotate

EPS = 1e-5
INIT_STD = 0.02
"""Of every matrix at the start. Cross-attentions, too: docs/decisions/0011-why-dpar-was-behind.md."""
MASKED = -30000.0  # additive mask: large for a softmax, still finite in bfloat16


def ffn_width(dim: int) -> int:
    """Hidden size of the SwiGLU: int(8 dim / 3) rounded up to a multiple of 256."""
    return -(-int(8 * dim / 3) // 256) * 256


class RMSNorm(nn.Module):
    """RMSNorm over the last axis."""

    def __init__(self, dim: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x.float(), self.weight.shape, self.weight, EPS)


class KVCache:
    """Keys and values of one attention, [B, H, C, d], filled one or several slots per row and step."""

    def __init__(self, rows: int, heads: int, capacity: int, head_dim: int, device: torch.device | None = None):
        self.k = torch.zeros(rows, heads, capacity, head_dim, device=device)
        self.v = torch.zeros(rows, heads, capacity, head_dim, device=device)

    def append(self, rows: Tensor, slots: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Write k, v [b, H, n, d] of the given rows (sorted) into n slots each, from `slots` [b] on.

        Returns those rows' keys and values [b, H, L, d], L = longest, and, unless every position sees all of them, which
        it must not see: bool [b, 1, n, L].
        """
        shortest, longest = (int(x) for x in slots.aminmax())
        everyone, count = len(rows) == self.k.shape[0], k.shape[2]
        places = slots[:, None] + torch.arange(count, device=slots.device)
        result = []
        for cache, new in ((self.k, k), (self.v, v)):
            if everyone and shortest == longest:
                cache[:, :, longest : longest + count] = new
            else:
                cache[rows[:, None], :, places] = new.transpose(1, 2).to(cache.dtype)
            filled = cache[:, :, : longest + count]  # a view; index_select copies much faster than indexing does
            result.append(filled if everyone else filled.index_select(0, rows))
        if shortest == longest and count == 1:
            return *result, None
        return *result, (torch.arange(longest + count, device=slots.device) > places[..., None])[:, None]


def causal_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention over [B, H, S, d]. The written-out form is faster than the fused kernel on CPUs, slower on GPUs."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    size = q.shape[-2]
    positions = torch.arange(size)
    mask = torch.where(positions[None, :] > positions[:, None], MASKED, 0.0).to(q.dtype)
    with torch.autocast("cpu", enabled=False):  # softmax would leave bfloat16
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + mask
        return scores.softmax(dim=-1) @ v


def attend_last(q: Tensor, k: Tensor, v: Tensor, hidden: Tensor | None) -> Tensor:
    """Attention of the last n positions of each row, q [B, H, n, d], over k, v [B, H, L, d] -> [B, H, n, d], in float32.

    Plain products: the fused kernels are made for many queries, and reading the cache is most of the cost here.
    """
    with torch.autocast(q.device.type, enabled=False):
        scores = torch.bmm(q.float().flatten(0, 1) * q.shape[-1] ** -0.5, k.flatten(0, 1).transpose(1, 2))
        scores = scores.view(*q.shape[:3], -1)
        if hidden is not None:
            scores = scores.masked_fill(hidden, float("-inf"))
        return torch.bmm(scores.softmax(dim=-1).flatten(0, 1), v.flatten(0, 1)).view(q.shape)


class Packing(NamedTuple):
    """Sequences of different lengths laid end to end: bounds int32 [B + 1] (sums of lengths), longest >= every length."""

    bounds: Tensor
    longest: int


def packed_attention(q: Tensor, k: Tensor, v: Tensor, packing: Packing) -> Tensor:
    """Causal attention over [1, H, S, d] within each packed sequence. The GPU's kernel needs bfloat16 or float16.

    Written out, as elsewhere, it forms all S x S scores: correct, for tests, not quick.
    """
    bounds, longest = packing
    if q.is_cuda:
        q, k, v = (x[0].transpose(0, 1).contiguous() for x in (q, k, v))
        out = varlen_attn(q, k, v, bounds, bounds, longest, longest, window_size=(-1, 0))
        return out.transpose(0, 1)[None]
    positions = torch.arange(q.shape[-2], device=q.device)
    owner = torch.bucketize(positions, bounds[1:], right=True)
    visible = (owner[:, None] == owner) & (positions <= positions[:, None])
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    return scores.masked_fill(~visible, float("-inf")).softmax(dim=-1) @ v


class Attention(nn.Module):
    """Multi-head self-attention with q, k, v packed in one product."""

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        self.heads = heads
        self.wqkv = nn.Linear(dim, 3 * dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)
        self.dropout = nn.Dropout(dropout)

    def split(self, x: Tensor, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        q, k, v = (y.unflatten(-1, (self.heads, -1)).transpose(1, 2) for y in self.wqkv(x).chunk(3, dim=-1))
        return rotate(q, cos, sin), rotate(k, cos, sin), v

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, packing: Packing | None = None) -> Tensor:
        parts = self.split(x, cos, sin)
        out = causal_attention(*parts) if packing is None else packed_attention(*parts, packing)
        return self.dropout(self.wo(out.transpose(1, 2).flatten(2)))

    def step(self, x: Tensor, cos: Tensor, sin: Tensor, cache: KVCache, rows: Tensor, slots: Tensor) -> Tensor:
        q, k, v = self.split(x, cos, sin)
        out = attend_last(q, *cache.append(rows, slots, k, v))
        return self.wo(out.transpose(1, 2).flatten(2))


class SwiGLU(nn.Module):
    """Feed-forward with gate and up packed in one product."""

    def __init__(self, dim: int, dropout: float = 0.0):
        super().__init__()
        self.w_gate_up = nn.Linear(dim, 2 * ffn_width(dim), bias=False)
        self.w_down = nn.Linear(ffn_width(dim), dim, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.w_gate_up(x).chunk(2, dim=-1)
        return self.dropout(self.w_down(F.silu(gate) * up))


class Block(nn.Module):
    """x + Attn(RMSNorm(x)), then x + FFN(RMSNorm(x))."""

    recompute = False
    """Activation checkpointing: backward computes the block again instead of keeping what is inside."""

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        self.attention_norm = RMSNorm(dim)
        self.attention = Attention(dim, heads, dropout)
        self.ffn_norm = RMSNorm(dim)
        self.ffn = SwiGLU(dim, dropout)

    def __call__(self, *inputs, **named):
        if self.recompute and torch.is_grad_enabled():
            return checkpoint(super().__call__, *inputs, use_reentrant=False, **named)  # outside of what is compiled
        return super().__call__(*inputs, **named)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, packing: Packing | None = None) -> Tensor:
        """x [B, S, D]; cos, sin [B or 1, 1, S, d/2] -> [B, S, D], causal; packing: within each sequence of [1, S, D]."""
        x = x + self.attention(self.attention_norm(x), cos, sin, packing)
        return x + self.ffn(self.ffn_norm(x))

    def step(self, x: Tensor, cos: Tensor, sin: Tensor, cache: KVCache, rows: Tensor, slots: Tensor) -> Tensor:
        """n new positions of each given row, from `slots` [b] on: x [b, n, D], cos, sin [b, 1, n, d/2] -> [b, n, D]."""
        x = x + self.attention.step(self.attention_norm(x), cos, sin, cache, rows, slots)
        return x + self.ffn(self.ffn_norm(x))


def check_compiler(device: torch.device) -> None:
    """Raises UserError where nothing can be compiled for processors, since there is no C++ compiler."""
    if device.type != "cpu":
        return
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler:
        raise UserError("models are compiled, and there is no C++ compiler that works: install one (g++), or leave compiling out "
                        "(--set train.compile=false, or --no-compile where a command has it)") from None


def compile_blocks(*models: nn.Module | None) -> None:
    """Block by block: compiling a whole model is slow and has given NaN gradients. Raises UserError as check_compiler does."""
    for model in filter(None, models):
        check_compiler(next(model.parameters()).device)
    for part in (part for model in models if model for part in model.modules()):
        if isinstance(part, Block):
            part.compile(dynamic=True)


def init_cross_attention(*layers: nn.Linear) -> None:
    """Truncated normal as in the paper, but of the size of all other matrices."""
    for layer in layers:
        nn.init.trunc_normal_(layer.weight, std=INIT_STD, a=-3 * INIT_STD, b=3 * INIT_STD)


def init_weights(module: nn.Module) -> None:
    """normal(0, INIT_STD) for linear layers and embeddings; heads are zeroed by their owners afterwards."""
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Embedding):
            nn.init.normal_(part.weight, std=INIT_STD)
