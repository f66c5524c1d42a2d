"""Philox 4x32-10 (Salmon et al. 2011), the counter-based generator that both languages share."""

import numpy as np

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
MASK = 0xFFFFFFFF


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Four uint32 words for a counter and a key; each part an int or a uint64 array that holds 32-bit words."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(ROUNDS):
        high0, low0 = divmod(MULTIPLIERS[0] * c0, 1 << 32)
        high1, low1 = divmod(MULTIPLIERS[1] * c2, 1 << 32)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = (k0 + WEYL[0]) & MASK, (k1 + WEYL[1]) & MASK
    return c0, c1, c2, c3


def uniforms(seeds: np.ndarray, t: int) -> np.ndarray:
    """seeds [B] uint32 -> float64 [B] in [0, 1): the number that samples token t."""
    keys = np.bitwise_and(seeds, MASK, dtype=np.int64).astype(np.uint64)
    return philox((t, 0, 0, 0), (keys, 0))[0] / 2.0**32
