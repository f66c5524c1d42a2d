"""The VQGAN tokenizer in the layout of LlamaGen's public VQ-16: 16 x 16 pixels a token, 16384 codes of 8 dimensions.

Written from the architecture's description (Esser et al. 2021; Sun et al. 2024): residual blocks with GroupNorm, single-head
attention at the coarsest level. Parameter names are those of the public checkpoint, so its weights load as they are
(`import-tokenizer`). Its norms see the whole picture, so one token's change reaches everywhere.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from models.config import Config


class VQGANConfig(Config):
    kind: Literal["vqgan"] = "vqgan"
    vocab: int = Field(16384, gt=1)
    code_dim: int = Field(8, gt=0)
    channels: int = Field(128, gt=0, multiple_of=32)
    """At full resolution."""
    multipliers: tuple[int, ...] = (1, 1, 2, 2, 4)
    """Of channels at each level; every level but the last halves the resolution."""
    blocks: int = Field(2, gt=0)
    """Residual blocks a level in the encoder; the decoder has one more."""
    latent: int = Field(256, gt=0)

    @property
    def factor(self) -> int:
        """Pixels along a token's side."""
        return 2 ** (len(self.multipliers) - 1)


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(32, channels, eps=1e-6)


class Residual(nn.Module):
    def __init__(self, inside: int, outside: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = _norm(inside), nn.Conv2d(inside, outside, 3, padding=1)
        self.norm2, self.conv2 = _norm(outside), nn.Conv2d(outside, outside, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(inside, outside, 1) if inside != outside else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv1(F.silu(self.norm1(x)))
        return self.nin_shortcut(x) + self.conv2(F.silu(self.norm2(y)))


class SpatialAttention(nn.Module):
    """One head over all positions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = _norm(channels)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(channels, channels, 1) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        q, k, v = (layer(y).flatten(2).transpose(1, 2)[:, None] for layer in (self.q, self.k, self.v))
        out = F.scaled_dot_product_attention(q, k, v)[:, 0]
        return x + self.proj_out(out.transpose(1, 2).unflatten(2, x.shape[2:]))


class Down(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))  # the window of each output starts at its own pixels


class Up(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    """Residual blocks, each with attention behind it at the coarsest level, then a change of resolution or none."""

    def __init__(self, inside: int, outside: int, blocks: int, attention: bool, resample: type[Down] | type[Up] | None) -> None:
        super().__init__()
        self.res = nn.ModuleList(Residual(outside if i else inside, outside) for i in range(blocks))
        self.attn = nn.ModuleList(SpatialAttention(outside) for _ in range(blocks if attention else 0))
        if resample is Down:
            self.downsample = Down(outside)
        elif resample is Up:
            self.upsample = Up(outside)
        self.resample = {Down: "downsample", Up: "upsample", None: None}[resample]

    def forward(self, x: Tensor) -> Tensor:
        for number, block in enumerate(self.res):
            x = block(x)
            if len(self.attn):
                x = self.attn[number](x)
        return getattr(self, self.resample)(x) if self.resample else x


def _middle(channels: int) -> nn.Sequential:
    return nn.Sequential(Residual(channels, channels), SpatialAttention(channels), Residual(channels, channels))


class Encoder(nn.Module):
    """[N, 3, S, S] to [N, latent, S / factor, S / factor]."""

    def __init__(self, config: VQGANConfig) -> None:
        super().__init__()
        widths = [config.channels * m for m in config.multipliers]
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(3, config.channels, 3, padding=1)
        self.conv_blocks = nn.ModuleList(
            Level(widths[i - 1] if i else config.channels, width, config.blocks, i == last, None if i == last else Down)
            for i, width in enumerate(widths)
        )
        self.mid = _middle(widths[-1])
        self.norm_out, self.conv_out = _norm(widths[-1]), nn.Conv2d(widths[-1], config.latent, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv_in(x)
        for level in self.conv_blocks:
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(self.mid(x))))


class Decoder(nn.Module):
    """[N, latent, W, W] to [N, 3, factor W, factor W]; levels from coarse to fine."""

    def __init__(self, config: VQGANConfig) -> None:
        super().__init__()
        widths = [config.channels * m for m in reversed(config.multipliers)]
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(config.latent, widths[0], 3, padding=1)
        self.mid = _middle(widths[0])
        self.conv_blocks = nn.ModuleList(
            Level(widths[max(i - 1, 0)], width, config.blocks + 1, i == 0, None if i == last else Up)
            for i, width in enumerate(widths)
        )
        self.norm_out, self.conv_out = _norm(widths[-1]), nn.Conv2d(widths[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid(self.conv_in(x))
        for level in self.conv_blocks:
            x = level(x)
        return self.conv_out(F.silu(self.norm_out(x)))


class Codebook(nn.Module):
    """Unit-length codes, chosen by cosine."""

    def __init__(self, vocab: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab, dim)

    def codes(self) -> Tensor:
        return F.normalize(self.embedding.weight.float(), dim=-1)


class VQGAN(nn.Module):
    """Pictures [N, 3, S, S] in [-1, 1], S a multiple of `factor`, to and from tokens [N, (S / factor)^2] in raster order."""

    def __init__(self, config: VQGANConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        self.quantize = Codebook(config.vocab, config.code_dim)
        self.quant_conv = nn.Conv2d(config.latent, config.code_dim, 1)
        self.post_quant_conv = nn.Conv2d(config.code_dim, config.latent, 1)

    @property
    def factor(self) -> int:
        return self.config.factor

    def encode(self, picture: Tensor) -> Tensor:
        """Picture [N, 3, S, S] to tokens int64 [N, T]; the search for the nearest code is in float32."""
        latent = self.quant_conv(self.encoder(picture))
        with torch.autocast(picture.device.type, enabled=False):
            vectors = latent.float().permute(0, 2, 3, 1).flatten(1, 2)
            return (vectors @ self.quantize.codes().t()).argmax(-1)

    def decode(self, tokens: Tensor) -> Tensor:
        """Tokens [N, T], T a square number, to picture [N, 3, S, S], about [-1, 1] but not clipped."""
        side = round(tokens.shape[1] ** 0.5)
        codes = self.quantize.codes()[tokens].transpose(1, 2).unflatten(2, (side, side))
        return self.decoder(self.post_quant_conv(codes))
