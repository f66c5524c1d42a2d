"""Exact parallel decoding: several tokens settle in one pass, and they are those of decoding one at a time.

With noise fixed by position (models/gumbel.py) a token is a function of the tokens before it, x_t = F_t(x_<t), whose only
fixed point sequential decoding computes from left to right. A pass computes F at L positions behind the settled ones, from
drafts of the tokens that are not known yet. Up to and with the first position whose answer is not its draft, answers are
right; those behind it are the next drafts. A window of one is sequential decoding. Sources: Wiggers & Hoogeboom, "Predictive
sampling with forecasting autoregressive models" (ICML 2020); Song et al., "Accelerating feedforward computation via parallel
nonlinear equation solving" (ICML 2021).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Positions:
    """The `size` positions from `starts` [b] on of the images `images` [b]; all start at 0, or none does."""

    images: np.ndarray
    starts: np.ndarray
    size: int

    @property
    def all(self) -> np.ndarray:
        """[b, size]."""
        return self.starts[:, None] + np.arange(self.size)

    def before(self) -> "Positions":
        """Those whose tokens the answers read beyond what earlier passes have read: each one's left neighbour."""
        if not self.starts.any():
            return Positions(self.images, self.starts, self.size - 1)
        return Positions(self.images, self.starts - 1, self.size)


class Windows:
    """Tokens of a batch, settled and drafts, [B, T]; every image at its own place."""

    def __init__(self, images: int, length: int, width: int, size: int, given: np.ndarray | None = None) -> None:
        """length: T; width: W; size: L; given [B, n]: tokens that stand already."""
        self.length, self.width, self.size = length, width, min(size, length)
        self.tokens = np.zeros((images, length), dtype=np.int64)
        self.given = 0 if given is None else min(given.shape[1], length)
        if self.given:
            self.tokens[:, : self.given] = given[:, : self.given]
        self.settled = np.zeros(images, dtype=np.int64)
        """How many tokens of each image are final."""
        self.passes = np.zeros((images, length), dtype=np.int64)
        """The pass that settled each token, from 1."""
        self.count = 0
        for b in range(images):
            self._draft(b, 0, self.size)

    def _draft(self, image: int, start: int, end: int) -> None:
        """First drafts: the token above; in the first row the one to the left. Given tokens stand."""
        row = self.tokens[image]
        for t in range(max(start, self.given), min(end, self.length)):
            row[t] = row[t - self.width] if t >= self.width else row[t - 1] if t else 0

    def next(self) -> Positions | None:
        """The positions of the next pass, of the images that are not complete; None: all are.

        The last windows reach back over settled tokens: their answers are known and change nothing.
        """
        images = np.flatnonzero(self.settled < self.length)
        if not len(images):
            return None
        return Positions(images, np.minimum(self.settled[images], self.length - self.size), self.size)

    def settle(self, at: Positions, answers: np.ndarray) -> None:
        """answers [b, size]: the token of every position of the pass, given the settled tokens and the drafts before it."""
        self.count += 1
        for image, start, row in zip(at.images, at.starts, answers, strict=True):
            first, end = int(self.settled[image]), int(start) + self.size
            row = row[first - int(start) :]
            known = max(0, min(self.given, end) - first)  # given tokens stand, whatever the model says
            row = np.concatenate([self.tokens[image, first : first + known], row[known:]])
            wrong = np.flatnonzero(row != self.tokens[image, first:end])
            last = first + int(wrong[0]) if len(wrong) else end - 1
            self.tokens[image, first:end] = row
            self.passes[image, first : last + 1] = self.count
            self.settled[image] = last + 1
            self._draft(image, end, last + 1 + self.size)
