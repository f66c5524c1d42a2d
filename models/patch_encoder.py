"""The patch encoder (paper 3.3): one causal block over tokens, then one in-patch cross-attention per closed patch."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.blocks import MASKED, Block, RMSNorm, init_cross_attention


class PatchPooling(nn.Module):
    """p = q + Wo MultiHeadAttn(RMSNorm_q(q) Wq; RMSNorm_kv(h) Wk, Wv), q = elementwise max of the patch's h. No RoPE, no FFN."""

    def __init__(self, dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_norm, self.kv_norm = RMSNorm(dim), RMSNorm(dim)
        self.wq = nn.Linear(dim, dim, bias=False)
        self.wkv = nn.Linear(dim, 2 * dim, bias=False)
        self.wo = nn.Linear(dim, dim, bias=False)

    def reset(self) -> None:
        init_cross_attention(self.wq, self.wkv, self.wo)

    def keys_values(self, h: Tensor) -> tuple[Tensor, Tensor]:
        """h [..., D] -> k, v [..., D]; once per token."""
        return self.wkv(self.kv_norm(h)).chunk(2, dim=-1)

    def forward(self, h: Tensor, k: Tensor, v: Tensor, inside: Tensor) -> Tensor:
        """h, k, v [..., P, D] windows and inside [..., P] bool (at least one true per window) -> p [..., D]."""
        q = h.masked_fill(~inside[..., None], float("-inf")).amax(dim=-2)
        query = self.wq(self.q_norm(q)).unflatten(-1, (self.heads, 1, -1))  # [..., H, 1, d]
        keys, values = (y.unflatten(-1, (self.heads, -1)).transpose(-2, -3) for y in (k, v))  # [..., H, P, d]
        bias = torch.where(inside, 0.0, MASKED)[..., None, None, :]
        scores = (query * keys).sum(-1)[..., None, :] * keys.shape[-1] ** -0.5 + bias
        out = (F.softmax(scores.float(), dim=-1).transpose(-1, -2) * values).sum(-2)
        return q + self.wo(out.flatten(-2))


class PatchEncoder(nn.Module):
    """Token embedding and causal blocks; pooling into patches is separate so that decoding can call it per patch."""

    def __init__(self, vocab: int, dim: int, heads: int, blocks: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(blocks))
        self.pooling = PatchPooling(dim, heads)

    def forward(self, tokens: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """tokens [B, S]; cos, sin [S, d/2] of the cells -> h [B, S, D]."""
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, cos, sin)
        return x
