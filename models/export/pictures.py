"""Pictures of a pack: the codebook's tiles and a thumbnail for every class."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

from models.export.tokenizers import AnyTokenizer
from models.streams import to_pixels
from models.vqgan import VQGAN

NEIGHBOURHOOD = 8  # cells around a tile that hold the same code, so that borders do not show
SHEET_BYTES = 16_000_000  # of a sheet's pixels: as a PNG it is hardly larger, and a file has 17 MB at most
VQGAN_TILE = 8  # pixels: each of a VQGAN's many codes is painted in one cell of its own and made smaller


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


def smaller(pictures: np.ndarray, size: int) -> np.ndarray:
    """uint8 [N, S, S, 3] to [N, size, size, 3]; S = size stays as it is."""
    if pictures.shape[1] == size:
        return pictures
    shrink = (size, size), Image.Resampling.BOX if pictures.shape[1] % size == 0 else Image.Resampling.LANCZOS
    return np.stack([np.asarray(Image.fromarray(one).resize(*shrink)) for one in pictures])


def room(size: int) -> int:
    """How many pictures of `size` pixels a side a sheet has room for, one at least."""
    return max(1, SHEET_BYTES // (3 * size**2))


def fitting(pictures: np.ndarray) -> np.ndarray:
    """uint8 [N, S, S, 3], each halved until a sheet has room for all."""
    size = pictures.shape[1]
    while size > 1 and len(pictures) > room(size):
        size //= 2
    return smaller(pictures, size)


@torch.no_grad()
def codebook_tiles(tokenizer: AnyTokenizer, columns: int) -> tuple[bytes, int]:
    """Every code painted alone: the middle 2 x 2 cells of a field of that code. Returns PNG and the tile's pixels.

    A VQGAN paints one cell: a field for each of 16384 codes would take an hour on a processor.
    """
    if isinstance(tokenizer, VQGAN):
        cells = [to_pixels(tokenizer.decode(part[:, None])) for part in torch.arange(tokenizer.config.vocab).split(256)]
        return png(grid(smaller(np.concatenate(cells), VQGAN_TILE), columns)), VQGAN_TILE
    factor = tokenizer.factor
    codes = torch.arange(tokenizer.config.vocab)
    start = (NEIGHBOURHOOD // 2 - 1) * factor
    middle = slice(start, start + 2 * factor)
    tiles = [to_pixels(tokenizer.decode(part[:, None].expand(-1, NEIGHBOURHOOD**2)))[:, middle, middle]
             for part in codes.split(128)]
    sheet = fitting(np.concatenate(tiles))
    return png(grid(sheet, columns)), sheet.shape[1]
