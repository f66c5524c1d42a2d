"""The LLaMA block that every transformer here is made of: pre-norm attention with rotary codes, pre-norm SwiGLU."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.rope import rotate

EPS = 1e-5
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
    """Keys and values of one attention, [B, H, C, d], filled one slot per row and step."""

    def __init__(self, rows: int, heads: int, capacity: int, head_dim: int, device: torch.device | None = None):
        self.k = torch.zeros(rows, heads, capacity, head_dim, device=device)
        self.v = torch.zeros(rows, heads, capacity, head_dim, device=device)

    def append(self, rows: Tensor, slots: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Write k, v [b, H, 1, d] of the given rows into their slots [b]; return those rows' [b, H, L, d], L = longest."""
        self.k[rows, :, slots] = k[:, :, 0]
        self.v[rows, :, slots] = v[:, :, 0]
        longest = int(slots.max()) + 1
        if len(rows) == self.k.shape[0]:  # all rows: views instead of copies
            return self.k[:, :, :longest], self.v[:, :, :longest]
        return self.k[rows, :, :longest], self.v[rows, :, :longest]


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

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        out = causal_attention(*self.split(x, cos, sin))
        return self.dropout(self.wo(out.transpose(1, 2).flatten(2)))

    def step(self, x: Tensor, cos: Tensor, sin: Tensor, cache: KVCache, rows: Tensor, slots: Tensor) -> Tensor:
        q, k, v = self.split(x, cos, sin)
        keys, values = cache.append(rows, slots, k, v)
        hidden = torch.arange(keys.shape[2], device=x.device)[None, :] > slots[:, None]
        bias = torch.zeros(hidden.shape, device=x.device).masked_fill_(hidden, float("-inf"))[:, None, None]
        out = F.scaled_dot_product_attention(q, keys, values, attn_mask=bias)
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

    def __init__(self, dim: int, heads: int, dropout: float = 0.0):
        super().__init__()
        self.attention_norm = RMSNorm(dim)
        self.attention = Attention(dim, heads, dropout)
        self.ffn_norm = RMSNorm(dim)
        self.ffn = SwiGLU(dim, dropout)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x [B, S, D]; cos, sin [B or 1, 1, S, d/2] -> [B, S, D], causal."""
        x = x + self.attention(self.attention_norm(x), cos, sin)
        return x + self.ffn(self.ffn_norm(x))

    def step(self, x: Tensor, cos: Tensor, sin: Tensor, cache: KVCache, rows: Tensor, slots: Tensor) -> Tensor:
        """One new position of each given row: x [b, 1, D], cos, sin [b, 1, 1, d/2], slots [b] -> [b, 1, D]."""
        x = x + self.attention.step(self.attention_norm(x), cos, sin, cache, rows, slots)
        return x + self.ffn(self.ffn_norm(x))


def init_weights(module: nn.Module) -> None:
    """normal(0, 0.02) for linear layers and embeddings; heads are zeroed by their owners afterwards."""
    for part in module.modules():
        if isinstance(part, nn.Linear | nn.Embedding):
            nn.init.normal_(part.weight, std=0.02)
