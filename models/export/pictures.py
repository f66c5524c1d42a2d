"""Pictures of a pack: the codebook's tiles and a thumbnail for every class."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

from models.streams import to_pixels
from models.tokenizer import FACTOR, Tokenizer

NEIGHBOURHOOD = 8  # cells around a tile that hold the same code, so that borders do not show


def png(pixels: np.ndarray) -> bytes:
    """uint8 [H, W, 3] to PNG."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="PNG", optimize=True)
    return out.getvalue()


def grid(tiles: np.ndarray, columns: int) -> np.ndarray:
    """uint8 [N, h, w, 3] to one picture, row by row, black where the last row ends early."""
    count, height, width, _ = tiles.shape
    rows = -(-count // columns)
    padded = np.concatenate([tiles, np.zeros((rows * columns - count, height, width, 3), np.uint8)])
    return padded.reshape(rows, columns, height, width, 3).swapaxes(1, 2).reshape(rows * height, columns * width, 3)


@torch.no_grad()
def codebook_tiles(tokenizer: Tokenizer, columns: int) -> tuple[bytes, int]:
    """Every code painted alone: the middle 2 x 2 cells of a field of that code. Returns PNG and the tile's pixels."""
    codes = torch.arange(tokenizer.config.vocab)
    start = (NEIGHBOURHOOD // 2 - 1) * FACTOR
    middle = slice(start, start + 2 * FACTOR)
    tiles = [to_pixels(tokenizer.decode(part[:, None].expand(-1, NEIGHBOURHOOD**2)))[:, middle, middle]
             for part in codes.split(128)]
    return png(grid(np.concatenate(tiles), columns)), 2 * FACTOR
