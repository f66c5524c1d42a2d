"""The patch decoder (paper 3.3): causal blocks over tokens, each fed by its patch through a one-key cross-attention."""

import torch
from torch import Tensor, nn

from models.blocks import INIT_STD, Block, RMSNorm, init_cross_attention


class PatchDecoder(nn.Module):
    """Slot t holds h of x_{t-1} (slot 0: a learned start vector) and predicts x_t."""

    def __init__(self, vocab: int, dim: int, heads: int, blocks: int):
        super().__init__()
        self.start = nn.Parameter(torch.zeros(dim))
        self.cond_norms = nn.ModuleList(RMSNorm(dim) for _ in range(blocks))
        self.cond_wo = nn.ModuleList(nn.Linear(dim, dim, bias=False) for _ in range(blocks))
        self.blocks = nn.ModuleList(Block(dim, heads) for _ in range(blocks))
        self.norm = RMSNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)

    def reset(self) -> None:
        """A condition no larger than the tokens it is added to; head zero (loss ln V at first)."""
        init_cross_attention(*self.cond_wo)
        nn.init.normal_(self.start, std=INIT_STD)
        nn.init.zeros_(self.head.weight)

    def conditions(self, g: Tensor) -> list[Tensor]:
        """g [..., D] -> per block Wo_l RMSNorm_l(g) [..., D]; once per patch (one visible key: its softmax is 1)."""
        return [wo(norm(g)) for norm, wo in zip(self.cond_norms, self.cond_wo, strict=True)]

    def forward(self, h: Tensor, conditions: list[Tensor], patch_of: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """h [B, T-1, D], conditions per block [B, M, D], patch_of [B, T], cos, sin [T, d/2] -> logits [B, T, V]."""
        x = torch.cat([self.start.expand(h.shape[0], 1, -1), h.float()], dim=1)
        index = patch_of[..., None].expand(-1, -1, x.shape[-1])
        for block, condition in zip(self.blocks, conditions, strict=True):
            x = block(x + condition.gather(1, index), cos, sin)
        return self.head(self.norm(x))
