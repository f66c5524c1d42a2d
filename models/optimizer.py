"""AdamW, or Muon for the matrices inside the blocks with AdamW for the rest (embeddings, head, gains)."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Together:
    """Several optimizers that share one learning rate and step as one."""

    def __init__(self, *parts: torch.optim.Optimizer) -> None:
        self.parts = parts

    def set_learning_rate(self, lr: float) -> None:
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = lr

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        for part in self.parts:
            part.step()

    def state_dict(self) -> dict[str, Any]:
        """One optimizer alone is stored as itself."""
        if len(self.parts) == 1:
            return self.parts[0].state_dict()
        return {str(i): part.state_dict() for i, part in enumerate(self.parts)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if len(self.parts) == 1:
            self.parts[0].load_state_dict(state)
        else:
            for i, part in enumerate(self.parts):
                part.load_state_dict(state[str(i)])


def make_optimizer(model: nn.Module, kind: str, lr: float, betas: tuple[float, float], weight_decay: float) -> Together:
    """kind "adamw" | "muon". Weight decay on tensors of two and more dimensions only (gains and biases are left alone).

    Muon (K. Jordan et al., 2024) orthogonalises the momentum of a matrix; its update is scaled to AdamW's usual size
    (0.2 sqrt(max(rows, columns)), Moonlight, arXiv 2502.16982), so both halves take the same learning rate.
    """
    matrices = _matrices(model) if kind == "muon" else []
    inside = {id(p) for p in matrices}
    others = [p for p in model.parameters() if p.requires_grad and id(p) not in inside]
    groups = [
        {"params": [p for p in others if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in others if p.ndim < 2], "weight_decay": 0.0},
    ]
    adamw = torch.optim.AdamW([g for g in groups if g["params"]], lr=lr, betas=betas, fused=True)
    if not matrices:
        return Together(adamw)
    muon = torch.optim.Muon(matrices, lr=lr, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
    return Together(muon, adamw)


def _matrices(model: nn.Module) -> list[nn.Parameter]:
    """Weights of linear layers but the output head's."""
    return [module.weight for name, module in model.named_modules()
            if isinstance(module, nn.Linear) and name.rpartition(".")[2] != "head" and module.weight.requires_grad]
