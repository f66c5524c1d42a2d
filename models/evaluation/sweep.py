"""Quality over E_th at inference: one model at patch lengths that it was not trained with (paper 4.5, Table 6).

A model with entropy gates takes other thresholds; one that was trained on static patches takes lengths that grow as much from
its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from models.dpar import DPAR
from models.evaluation.held_out import patch_figures, token_nats
from models.export.threshold import threshold_for
from models.patchify import PatchRules
from models.token_data import TokenSet

PAPER = (1.0, 1.92 / 1.81, 2.03 / 1.81, 2.16 / 1.81)
"""Mean patch lengths of Table 6, over that of training."""
LENGTHS = (0.75, *PAPER, 1.5)
"""A longer range, for plots."""

Rows = list[dict[str, Any]]
Judged = Callable[[DPAR, PatchRules], dict[str, Any]]
"""FID-lite of samples, or nothing."""


def dynamic_rules(data: TokenSet, width: int, trained: PatchRules, lengths: Sequence[float]) -> list[PatchRules]:
    """`trained` at thresholds whose mean patch length on held-out pictures is each of `lengths` times that of `trained`.

    Lengths that no threshold reaches (below 1, above P_max) are left out, and so is one that gives the threshold before it.
    """
    entropies = data.entropies[0][data.held_out]
    own = patch_figures(data, width, trained)["p_avg"]
    found: list[PatchRules] = []
    for length in lengths:
        at = trained.entropy_threshold if length == 1 else threshold_for(entropies, width, trained, own * length)
        rules = trained.model_copy(update={"entropy_threshold": at})
        reached = patch_figures(data, width, rules)["p_avg"] / own
        if abs(reached / length - 1) < 0.02 and (not found or at > found[-1].entropy_threshold):
            found.append(rules)
    return found


def static_rules(length: float) -> PatchRules:
    """Patches of a fixed mean length, all gates off."""
    return PatchRules(entropy_gate=False, length_gate=False, row_reset=False, static_length=max(1.0, round(length, 3)))


def static_steps(own: float, lengths: Sequence[float], trained: float) -> list[PatchRules]:
    """Static patches of `own`, the length of their training, times what each of `lengths` is over `trained`.

    Patches of any other length than that of training lie elsewhere in every row, so the first step has exactly that one.
    """
    return [static_rules(own * length / trained) for length in lengths]


def row(model: DPAR, data: TokenSet, rules: PatchRules, device: torch.device, judged: Judged | None,
        limit: int | None = None) -> dict[str, Any]:
    """The figures of one setting, by the keys of the manifest's `evaluation.sweep`."""
    setting = ({"entropy_threshold": rules.entropy_threshold} if rules.static_length is None
               else {"static_length": rules.static_length})
    return {**setting, **patch_figures(data, model.config.width, rules),
            "token_nats": token_nats(model, data, rules, device, limit), **(judged(model, rules) if judged else {})}


def sweep(model: DPAR, trained: PatchRules, static: tuple[DPAR, float] | None, data: TokenSet, device: torch.device,
          judged: Judged | None = None, lengths: Sequence[float] = (), limit: int | None = None) -> dict[str, Rows]:
    """`evaluation.sweep`: rows of `model` by threshold and, where there is a model trained on static patches, its rows.

    static: that model, and the length of its patches in training.
    """
    rules = dynamic_rules(data, model.config.width, trained, lengths or LENGTHS)
    rows = {"dynamic": [row(model, data, one, device, judged, limit) for one in rules]}
    if static is not None:
        fixed, own = static
        at = patch_figures(data, model.config.width, trained)["p_avg"]
        steps = static_steps(own, [one["p_avg"] for one in rows["dynamic"]], at)
        rows["static"] = [row(fixed, data, one, device, judged, limit) for one in steps]
    return rows
