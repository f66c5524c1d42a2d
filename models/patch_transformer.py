"""The patch transformer (paper 3.3): the big causal transformer, one position per patch, with Dynamic RoPE."""

import torch
from torch import Tensor, nn

from models.blocks import Block


class PatchTransformer(nn.Module):
    """Sequence [class, p_0, .., p_{M-2}]; output m has seen the class and patches 0..m-1 and conditions patch m.

    No norm after the last block: the decoder's RMSNorm_l takes that place.
    """

    def __init__(self, num_classes: int, dim: int, heads: int, blocks: int, dropout: float):
        super().__init__()
        self.class_embedding = nn.Embedding(num_classes + 1, dim)  # the last row is the null class
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(dim, heads, dropout) for _ in range(blocks))

    def forward(self, classes: Tensor, patches: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """classes [B], patches [B, M-1, D], cos, sin [B, M, d/2] (slot 0 zero) -> g [B, M, D]."""
        x = torch.cat([self.class_embedding(classes)[:, None], patches.float()], dim=1)
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x, cos[:, None], sin[:, None])
        return x
