"""Patchification (paper Alg. 3): where patches open, from the entropies alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from pydantic import Field, model_validator

from models.config import Config


class PatchRules(Config):
    """Gate settings. All three switches off with static_length = s gives static patches of mean length s."""

    entropy_threshold: float = Field(5.2, description="E_th, nats")
    max_patch_length: int = Field(4, ge=1, description="P_max, tokens")
    entropy_gate: bool = True
    length_gate: bool = True
    row_reset: bool = True
    static_length: float | None = Field(None, ge=1, description="mean length of static patches, tokens")

    @model_validator(mode="after")
    def _static_needs_gates_off(self) -> "PatchRules":
        if self.static_length is not None and (self.entropy_gate or self.length_gate or self.row_reset):
            raise ValueError("static_length needs entropy_gate, length_gate and row_reset off")
        return self


TOKEN_BY_TOKEN = PatchRules(max_patch_length=1, entropy_gate=False, row_reset=False)
"""What a plain GPT does: every token is a patch of its own."""


@dataclass(frozen=True)
class Patches:
    """One image's segmentation: starts and ends (inclusive) [M] and the patch of every token [T]."""

    starts: np.ndarray
    ends: np.ndarray
    patch_of: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)


def reasons(i: int, entropy: float, open_length: int, width: int, rules: PatchRules) -> Iterator[str]:
    """Every true reason for token i to open a patch, given e_i in nats and the length of the open patch."""
    if i == 0:
        yield "first"
        return
    if rules.static_length is not None:
        if floor(i / rules.static_length) > floor((i - 1) / rules.static_length):
            yield "static"
        return
    if i == 1:
        yield "second"
    if rules.row_reset and i % width == 0:
        yield "row"
    if rules.length_gate and open_length >= rules.max_patch_length:
        yield "full"
    if rules.entropy_gate and np.float32(entropy) > np.float32(rules.entropy_threshold):
        yield "entropy"


def longest_patch(rules: PatchRules, width: int, tokens: int) -> int:
    """Of all that `rules` allow, in tokens (engine/settings.ts has the same)."""
    if rules.static_length is not None:
        return ceil(rules.static_length)
    return min(rules.max_patch_length if rules.length_gate else tokens, width if rules.row_reset else tokens)


def opens(entropies: np.ndarray, width: int, rules: PatchRules) -> np.ndarray:
    """entropies [N, T] in nats (column 0 ignored) -> bool [N, T]: whether each token opens a patch. Vectorised over N."""
    count, tokens = entropies.shape
    result = np.zeros((count, tokens), dtype=bool)
    result[:, 0] = True
    if rules.static_length is not None:
        steps = np.floor(np.arange(tokens) / rules.static_length)
        result[:, 1:] = steps[1:] > steps[:-1]
        return result
    surprising = entropies.astype(np.float32) > np.float32(rules.entropy_threshold)
    length = np.ones(count, dtype=np.int64)
    for i in range(1, tokens):
        gate = np.full(count, i == 1 or (rules.row_reset and i % width == 0))
        if rules.length_gate:
            gate |= length >= rules.max_patch_length
        if rules.entropy_gate:
            gate |= surprising[:, i]
        result[:, i] = gate
        length = np.where(gate, 1, length + 1)
    return result


def patches_of(opened: np.ndarray) -> Patches:
    """opened [T] bool -> Patches."""
    starts = np.flatnonzero(opened)
    ends = np.append(starts[1:], len(opened)) - 1
    return Patches(starts, ends, np.cumsum(opened) - 1)


def patchify(entropies: np.ndarray, width: int, rules: PatchRules) -> Patches:
    """entropies [T] in nats -> Patches of one image."""
    return patches_of(opens(entropies[None], width, rules)[0])
