"""DPAR (paper Fig. 3): patch encoder, patch transformer and patch decoder on whole images (Alg. 1's forward pass)."""

from dataclasses import dataclass

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from models.blocks import init_weights
from models.config import Config
from models.patch_decoder import PatchDecoder
from models.patch_encoder import PatchEncoder
from models.patch_transformer import PatchTransformer
from models.patchify import Patches
from models.rope import PATCH_ANGLES, PatchRope, cell_angles, check_shape, empty_slot, rotation


class DPARConfig(Config):
    vocab: int = Field(1024, gt=1)
    width: int = Field(16, gt=0, description="tokens per row, W")
    tokens: int = Field(256, gt=0, description="tokens per image, T")
    classes: int = Field(10, gt=0)
    dim: int = Field(256, gt=0)
    heads: int = Field(4, gt=0)
    encoder_blocks: int = Field(1, gt=0)
    patch_transformer_blocks: int = Field(8, gt=0)
    decoder_blocks: int = Field(3, gt=0)
    dropout: float = Field(0.1, ge=0, lt=1, description="patch transformer only")
    patch_rope: PatchRope = "dynamic"
    """Position codes of patches (paper, Table 9): packs hold models of Dynamic RoPE only."""

    @property
    def head_dim(self) -> int:
        return self.dim // self.heads

    @model_validator(mode="after")
    def _fits(self) -> "DPARConfig":
        check_shape(self.tokens, self.width, self.dim, self.heads)
        return self


@dataclass
class Segmentation:
    """Patches of a batch, right-padded to M slots (causal attention never looks at the padding).

    starts, ends [B, M] (padding repeats the last patch), counts [B], patch_of [B, T], window [B, M-1, P] token indices
    of every patch but the last, inside [B, M-1, P] bool.
    """

    starts: Tensor
    ends: Tensor
    counts: Tensor
    patch_of: Tensor
    window: Tensor
    inside: Tensor

    def to(self, device: torch.device) -> "Segmentation":
        return Segmentation(**{name: value.to(device) for name, value in vars(self).items()})

    def split(self, parts: int) -> "list[Segmentation]":
        """Equal parts along the batch, each as short as its own images allow."""
        chunks = zip(*(value.chunk(parts) for value in vars(self).values()), strict=True)
        return [Segmentation(*chunk)._trimmed() for chunk in chunks]

    def _trimmed(self) -> "Segmentation":
        size = int(self.counts.max())
        return Segmentation(self.starts[:, :size], self.ends[:, :size], self.counts, self.patch_of,
                            self.window[:, : size - 1], self.inside[:, : size - 1])


def segmentation(patches: list[Patches], slots: int | None = None) -> Segmentation:
    """Collate the patches of a batch. slots: pad to at least this many patches."""
    counts = np.array([len(p) for p in patches])
    size = max(int(counts.max()), slots or 0)
    starts = np.stack([np.pad(p.starts, (0, size - len(p)), mode="edge") for p in patches])
    ends = np.stack([np.pad(p.ends, (0, size - len(p)), mode="edge") for p in patches])
    longest = int((ends - starts).max()) + 1
    window = starts[:, :-1, None] + np.arange(longest)
    inside = window <= ends[:, :-1, None]
    arrays = (starts, ends, counts, np.stack([p.patch_of for p in patches]), np.where(inside, window, 0))
    return Segmentation(*(torch.from_numpy(a).long() for a in arrays), torch.from_numpy(inside))


def gather_windows(x: Tensor, window: Tensor) -> Tensor:
    """x [B, T, D], window [B, M, P] -> [B, M, P, D]."""
    batch = torch.arange(x.shape[0], device=x.device)[:, None, None]
    return x[batch, window]


class DPAR(nn.Module):
    """P(x_t | class, x_<t) of all tokens at once, given the segmentation."""

    def __init__(self, config: DPARConfig):
        super().__init__()
        c = self.config = config
        self.encoder = PatchEncoder(c.vocab, c.dim, c.heads, c.encoder_blocks)
        self.patch_transformer = PatchTransformer(c.classes, c.dim, c.heads, c.patch_transformer_blocks, c.dropout)
        self.decoder = PatchDecoder(c.vocab, c.dim, c.heads, c.decoder_blocks)
        cos, sin = rotation(cell_angles(torch.arange(c.tokens), c.width, c.head_dim))
        self.register_buffer("cell_cos", cos, persistent=False)
        self.register_buffer("cell_sin", sin, persistent=False)
        slot_cos, slot_sin = empty_slot(cos[:-1], sin[:-1])  # decoder slot t carries cell t - 1
        self.register_buffer("slot_cos", slot_cos, persistent=False)
        self.register_buffer("slot_sin", slot_sin, persistent=False)
        init_weights(self)
        self.encoder.pooling.reset()
        self.decoder.reset()

    @property
    def null_class(self) -> int:
        return self.config.classes

    def patch_rotation(self, starts: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
        """starts, ends [B, m] -> cos, sin [B, m + 1, d/2]; slot 0 (the class) is zero."""
        angles = PATCH_ANGLES[self.config.patch_rope](starts, ends, self.config.width, self.config.head_dim)
        return empty_slot(*rotation(angles))

    def forward(self, tokens: Tensor, classes: Tensor, s: Segmentation) -> Tensor:
        """tokens [B, S <= T], classes [B] (null_class = unconditional) -> logits [B, S, V]; row t predicts token t.

        The last token is never read: a prefix is continued by appending any token.
        """
        size = tokens.shape[1]
        h = self.encoder(tokens[:, :-1], self.cell_cos[: size - 1], self.cell_sin[: size - 1])
        k, v = self.encoder.pooling.keys_values(h)
        windows = [gather_windows(y, s.window.clamp(max=size - 2)) for y in (h, k, v)]
        p = self.encoder.pooling(*windows, s.inside)
        cos, sin = self.patch_rotation(s.starts[:, :-1], s.ends[:, :-1])
        packed = tokens.is_cuda and torch.is_autocast_enabled("cuda")  # the packed kernel is the GPU's, and wants bfloat16
        g = self.patch_transformer(classes, p, cos, sin, s.counts, packed)
        return self.decoder(h, self.decoder.conditions(g), s.patch_of, self.slot_cos[:size], self.slot_sin[:size])
