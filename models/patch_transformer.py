"""The patch transformer (paper 3.3): the big causal transformer, one position per patch, with Dynamic RoPE."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.blocks import Block, Packing

GROUP = 8
"""Images that are run together where nothing is packed: fewer pad less, more make larger products."""


def groups(counts: Tensor) -> list[tuple[Tensor, int]]:
    """Rows of like patch count, about GROUP of them at a time, each with the count of its longest."""
    parts = counts.argsort(stable=True).chunk(max(1, len(counts) // GROUP))
    return [(part, int(counts[part[-1]])) for part in parts]


class PatchTransformer(nn.Module):
    """Sequence [class, p_0, .., p_{M-2}]; output m has seen the class and patches 0..m-1 and conditions patch m.

    No norm after the last block: the decoder's RMSNorm_l takes that place.
    """

    def __init__(self, num_classes: int, dim: int, heads: int, blocks: int, dropout: float):
        super().__init__()
        self.class_embedding = nn.Embedding(num_classes + 1, dim)  # the last row is the null class
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(dim, heads, dropout) for _ in range(blocks))

    def forward(self, classes: Tensor, patches: Tensor, cos: Tensor, sin: Tensor, counts: Tensor | None = None,
                packed: bool = False) -> Tensor:
        """classes [B], patches [B, M-1, D], cos, sin [B, M, d/2] (slot 0 zero) -> g [B, M, D].

        counts [B]: patches of each image without padding. If given, images of like count run together, no longer than the
        longest of them; or, packed, all images end to end, so that padding costs nothing. g is then zero where there is padding.
        """
        x = torch.cat([self.class_embedding(classes)[:, None], patches.float()], dim=1)
        x = self.dropout(x)
        if counts is None:
            return self._run(x, cos, sin)
        return self._packed(x, cos, sin, counts) if packed else self._grouped(x, cos, sin, counts)

    def _run(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, cos[:, None], sin[:, None])
        return x

    def _grouped(self, x: Tensor, cos: Tensor, sin: Tensor, counts: Tensor) -> Tensor:
        rows, slots = groups(counts), x.shape[1]
        parts = []
        for part, size in rows:
            y = self._run(x[part, :size], cos[part, :size], sin[part, :size])
            parts.append(F.pad(y, (0, 0, 0, slots - size)))
        return torch.cat(parts)[torch.cat([part for part, _ in rows]).argsort()]

    def _packed(self, x: Tensor, cos: Tensor, sin: Tensor, counts: Tensor) -> Tensor:
        slots = x.shape[1]
        kept = (torch.arange(slots, device=x.device) < counts[:, None]).flatten().nonzero()[:, 0]
        packing = Packing(F.pad(counts.cumsum(0), (1, 0)).int(), slots)
        y, cos, sin = (part.flatten(0, 1)[kept][None] for part in (x, cos, sin))
        for block in self.blocks:
            y = block(y, cos[:, None], sin[:, None], packing)
        return torch.zeros_like(x).flatten(0, 1).index_copy(0, kept, y[0].to(x.dtype)).view_as(x)
