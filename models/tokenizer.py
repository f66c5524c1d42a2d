"""The picture tokenizer: a small convolutional VQ autoencoder, one token for every 4 x 4 or 8 x 8 pixels, quick on a CPU.

Pixels are unshuffled by half of that first, because most of a VQGAN's time goes to full resolution. The norm is over the
channels of one pixel, so nothing depends on statistics of the whole picture: a token reaches only `reach` pixels.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from models.config import Config
from models.quantizer import Quantizer


class TokenizerConfig(Config):
    factor: Literal[4, 8] = 4
    """Pixels along a token's side."""
    vocab: int = Field(1024, gt=1, le=2**15)
    """Codes: tokens are stored in 16 bits."""
    code_dim: int = Field(8, gt=0)
    fine: int = Field(64, gt=0)
    """Channels at twice the resolution of the tokens."""
    coarse: int = Field(128, gt=0)
    """Channels at the resolution of the tokens."""
    encoder_fine_blocks: int = Field(1, ge=0)
    encoder_coarse_blocks: int = Field(2, ge=0)
    decoder_coarse_blocks: int = Field(3, ge=0)
    decoder_fine_blocks: int = Field(2, ge=0)

    @property
    def unshuffle(self) -> int:
        """Pixels along a side that become channels before the first convolution."""
        return self.factor // 2


class PixelNorm(nn.Module):
    """RMSNorm over the channels of each pixel of [N, C, H, W]."""

    def __init__(self, channels: int, eps: float = 1e-6) -> None:
        super().__init__()
        self.gain, self.eps = nn.Parameter(torch.ones(channels)), eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.square().mean(1, keepdim=True) + self.eps)
        return (wide * self.gain.view(-1, 1, 1)).to(x.dtype)


class Block(nn.Module):
    """x + W1 silu(W3 silu(norm(x))) with a 3 x 3 convolution to twice the channels and a 1 x 1 back.

    One wide 3 x 3 instead of two narrow ones: the same work, half the reach.
    """

    REACH = 1

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = PixelNorm(channels)
        self.spread = nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.merge = nn.Conv2d(2 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.merge(F.silu(self.spread(F.silu(self.norm(x)))))


class Encoder(nn.Module):
    """[N, 3, S, S] to [N, code_dim, W, W], W = S / factor."""

    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        fine, coarse = config.fine, config.coarse
        self.unshuffle = config.unshuffle
        self.enter = nn.Conv2d(3 * self.unshuffle**2, fine, 3, padding=1)
        self.fine = nn.Sequential(*(Block(fine) for _ in range(config.encoder_fine_blocks)))
        self.down = nn.Conv2d(4 * fine, coarse, 1)
        self.coarse = nn.Sequential(*(Block(coarse) for _ in range(config.encoder_coarse_blocks)))
        self.norm = PixelNorm(coarse)
        self.leave = nn.Conv2d(coarse, config.code_dim, 1)

    def forward(self, picture: Tensor) -> Tensor:
        x = self.fine(self.enter(F.pixel_unshuffle(picture, self.unshuffle)))
        x = self.coarse(self.down(F.pixel_unshuffle(x, 2)))
        return self.leave(F.silu(self.norm(x)))


class Decoder(nn.Module):
    """[N, code_dim, W, W] to [N, 3, factor W, factor W]."""

    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        fine, coarse = config.fine, config.coarse
        self.enter = nn.Conv2d(config.code_dim, coarse, 1)
        self.coarse = nn.Sequential(*(Block(coarse) for _ in range(config.decoder_coarse_blocks)))
        self.up = nn.Conv2d(coarse, 4 * fine, 1)
        self.fine = nn.Sequential(*(Block(fine) for _ in range(config.decoder_fine_blocks)))
        self.norm = PixelNorm(fine)
        self.unshuffle = config.unshuffle
        self.leave = nn.Conv2d(fine, 3 * self.unshuffle**2, 3, padding=1)

    def forward(self, codes: Tensor) -> Tensor:
        x = self.fine(F.pixel_shuffle(self.up(self.coarse(self.enter(codes))), 2))
        return F.pixel_shuffle(self.leave(F.silu(self.norm(x))), self.unshuffle)


class Tokenizer(nn.Module):
    """Pictures [N, 3, S, S] in [-1, 1], S a multiple of the factor, to and from tokens [N, (S/factor)^2] in raster order."""

    def __init__(self, config: TokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.quantizer = Quantizer(config.vocab, config.code_dim)
        self.decoder = Decoder(config)

    @property
    def factor(self) -> int:
        """Pixels along a token's side."""
        return self.config.factor

    @property
    def reach(self) -> int:
        """Pixels beyond its own cell that one token's change can touch through the decoder."""
        coarse = Block.REACH * self.config.decoder_coarse_blocks
        fine = Block.REACH * self.config.decoder_fine_blocks + 1  # + 1: the last convolution
        return self.config.factor * coarse + self.config.unshuffle * fine

    def encode(self, picture: Tensor) -> Tensor:
        """Picture [N, 3, S, S] to tokens int64 [N, T]."""
        return self.quantizer.nearest(self.encoder(picture)).flatten(1)

    def decode(self, tokens: Tensor) -> Tensor:
        """Tokens [N, T], T a square number, to picture [N, 3, S, S], about [-1, 1] but not clipped."""
        side = round(tokens.shape[1] ** 0.5)
        return self.decoder(self.quantizer.lookup(tokens.view(-1, side, side)))

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Take the weights of a tokenizer of this shape, or of one with fewer decoder blocks: the new ones change nothing yet.

        Raises RuntimeError if anything else differs.
        """
        own = self.state_dict()
        for half, old in (("coarse", _blocks(weights, "decoder.coarse.")), ("fine", _blocks(weights, "decoder.fine."))):
            for number, block in enumerate(getattr(self.decoder, half)):
                if number >= old:
                    nn.init.zeros_(block.merge.weight)
                    nn.init.zeros_(block.merge.bias)
                    prefix = f"decoder.{half}.{number}."
                    weights = weights | {name: value for name, value in own.items() if name.startswith(prefix)}
        self.load_state_dict(weights)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """For training: picture, ids [N, W, W], codebook loss, commitment loss."""
        codes, ids, codebook_loss, commitment = self.quantizer(self.encoder(picture))
        return self.decoder(codes), ids, codebook_loss, commitment


def _blocks(weights: dict[str, Tensor], prefix: str) -> int:
    """How many blocks `weights` has under `prefix`."""
    return len({name.removeprefix(prefix).split(".")[0] for name in weights if name.startswith(prefix)})
