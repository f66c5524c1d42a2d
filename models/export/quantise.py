"""Block quantisation of weight matrices: symmetric, one scale for each 32 weights of a row."""

from __future__ import annotations

import numpy as np

BLOCK = 32


def quantise(weight: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """float32 [N, K], K a multiple of 32 -> integers int8 [N, K] and scales float32 [N, K / 32].

    The largest magnitude of a block becomes 2^(bits-1) - 1, so zero stays zero and no error exceeds half a scale.
    """
    rows, columns = weight.shape
    blocks = weight.astype(np.float32).reshape(rows, columns // BLOCK, BLOCK)
    top = 2 ** (bits - 1) - 1
    scales = np.abs(blocks).max(axis=2) / np.float32(top)
    safe = np.where(scales == 0, 1, scales)[:, :, None]
    integers = np.clip(np.rint(blocks / safe), -top, top).astype(np.int8)
    return integers.reshape(rows, columns), scales.astype(np.float32)


def dequantise(integers: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """The float32 [N, K] that the graphs compute with."""
    return integers.astype(np.float32) * np.repeat(scales, BLOCK, axis=1)


def packed(integers: np.ndarray, bits: int) -> np.ndarray:
    """As MatMulNBits reads them: uint8 [N, K / 32, 32 * bits / 8], zero at 2^(bits-1), for 4 bits the even one low."""
    rows, columns = integers.shape
    unsigned = (integers.astype(np.int16) + 2 ** (bits - 1)).astype(np.uint8)
    if bits == 4:
        unsigned = unsigned[:, 0::2] | unsigned[:, 1::2] << 4
    return unsigned.reshape(rows, columns // BLOCK, BLOCK * bits // 8)


def unpacked(content: np.ndarray, bits: int) -> np.ndarray:
    """The integers, int8 [N, K], that `packed` has made uint8 [N, K / 32, 32 * bits / 8] of."""
    flat = content.reshape(len(content), -1)
    if bits == 4:
        flat = np.stack([flat & 15, flat >> 4], axis=-1).reshape(len(content), -1)
    return (flat.astype(np.int16) - 2 ** (bits - 1)).astype(np.int8)
