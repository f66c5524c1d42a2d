"""A model of counts: P(token | left, upper), the yardstick that a learned model of the tokens has to beat.

Interpolated back-off in the manner of Jelinek & Mercer (1980) with Witten & Bell's (1991) weights: each level mixes its
counts with the level below, (left, upper) -> mean of (left) and (upper) -> unigram -> uniform. A context seen often trusts
its own counts; one never seen passes everything down.
"""

from __future__ import annotations

import numpy as np


class Table:
    """Sorted counts of pairs (context, token), contexts int64 below 2^40."""

    def __init__(self, contexts: np.ndarray, tokens: np.ndarray, vocab: int) -> None:
        self.vocab = vocab
        self.pairs, self.counts = np.unique(contexts * vocab + tokens, return_counts=True)
        self.contexts, first = np.unique(self.pairs // vocab, return_index=True)
        self.kinds = np.diff(np.append(first, len(self.pairs)))  # different tokens seen after each context
        self.totals = np.add.reduceat(self.counts, first)

    def mix(self, contexts: np.ndarray, tokens: np.ndarray, below: np.ndarray, strength: float = 1.0) -> np.ndarray:
        """(count + s kinds below) / (total + s kinds) for each query [N]; `below` [N] is the lower level's probability."""
        count = _lookup(self.pairs, self.counts, contexts * self.vocab + tokens)
        total = _lookup(self.contexts, self.totals, contexts)
        spread = strength * np.maximum(_lookup(self.contexts, self.kinds, contexts), 1)  # unseen: all to the lower level
        return (count + spread * below) / (total + spread)


class CountsModel:
    """Fit on token grids [N, T] in raster order, T = width^2; beyond the grid's edge stands a token of its own, `vocab`."""

    def __init__(self, grids: np.ndarray, width: int, vocab: int) -> None:
        self.width, self.vocab = width, vocab
        left, upper = self._neighbours(grids)
        tokens = grids.astype(np.int64).ravel()
        self.unigram = (np.bincount(tokens, minlength=vocab) + 1) / (len(tokens) + vocab)
        self.left = Table(left, tokens, vocab)
        self.upper = Table(upper, tokens, vocab)
        self.both = Table(left * (vocab + 1) + upper, tokens, vocab)

    def _neighbours(self, grids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        edge = np.pad(grids.astype(np.int64).reshape(-1, self.width, self.width), ((0, 0), (1, 0), (1, 0)),
                      constant_values=self.vocab)
        return edge[:, 1:, :-1].ravel(), edge[:, :-1, 1:].ravel()

    def probability(self, left: np.ndarray, upper: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """P(token | left, upper) of int64 [N] each."""
        unigram = self.unigram[tokens]
        below = 0.5 * (self.left.mix(left, tokens, unigram) + self.upper.mix(upper, tokens, unigram))
        return self.both.mix(left * (self.vocab + 1) + upper, tokens, below)

    def nats(self, grids: np.ndarray, first: int = 1) -> float:
        """Mean -ln P in nats a token of grids [N, T], from token `first` on (1: as the entropy model, which sees x_0 first)."""
        total = 0.0
        for start in range(0, len(grids), 500):
            part = grids[start : start + 500]
            p = self.probability(*self._neighbours(part), part.astype(np.int64).ravel())
            total -= float(np.log(p.reshape(part.shape)[:, first:]).sum())
        return total / (len(grids) * (grids.shape[1] - first))


def _lookup(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """values at the sorted keys, 0 where a wanted key is missing."""
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0)
