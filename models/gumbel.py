"""Gumbel noise fixed by seed, position and code: what a code gets depends on no other code, position or image.

So the choice at a position is a function of its logits alone (models/sampling.py), which decoding several positions in one
pass builds on (models/decode.py).
"""

import numpy as np

from models.philox import MASK, philox

STREAM = 1  # third word of the counter


def gumbel(seeds: np.ndarray, t: int | np.ndarray, vocab: int) -> np.ndarray:
    """seeds [B], t one position or [B] -> noise float64 [B, V]: -ln(-ln u), u = (word + 0.5) / 2^32.

    The word of code v is number v mod 4 of Philox with key (seed, 0), counter (t, v div 4, 1, 0).
    """
    keys = np.bitwise_and(seeds, MASK, dtype=np.int64).astype(np.uint64)
    positions = np.broadcast_to(np.asarray(t, dtype=np.uint64), keys.shape)
    fours = np.arange(-(-vocab // 4), dtype=np.uint64)
    shape = (len(keys), len(fours))
    first, second = np.broadcast_to(positions[:, None], shape), np.broadcast_to(fours, shape)
    none = np.uint64(0)
    words = np.stack(philox((first, second, np.full(shape, STREAM, np.uint64), none), (keys[:, None], none)), axis=-1)
    u = (words.reshape(len(keys), -1)[:, :vocab] + 0.5) / 2.0**32
    return -np.log(-np.log(u))
