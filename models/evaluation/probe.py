"""A linear probe: how well a straight line through a model's last hidden features tells classes apart (paper, Table 7).

The model is given the null class, so that only tokens speak. Features are averaged over patches (DPAR: outputs of the patch
transformer) or tokens (the baseline: outputs of its last block), without the slot of the class.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.dpar import DPAR, segmentation
from models.gpt import GPT
from models.patchify import PatchRules, opens, patches_of
from models.token_data import TokenSet, every

BATCH = 50
DECAY = 1e-3
"""Weight of half the squared weights beside the mean cross-entropy; features are standardised first."""
STEPS = 100
"""Of L-BFGS over all images at once."""


@torch.no_grad()
def mean_features(model: DPAR | GPT, data: TokenSet, indices: np.ndarray, rules: PatchRules, device: torch.device) -> np.ndarray:
    """float32 [N, D] of the upright pictures `indices`; of a picture of one patch, the slot of the class. rules: DPAR's alone."""
    kept: list[Tensor] = []
    part = model.patch_transformer if isinstance(model, DPAR) else model.blocks[-1]
    hook = part.register_forward_hook(lambda _module, _inputs, output: kept.append(output.float()))
    out = []
    try:
        for start in range(0, len(indices), BATCH):
            rows = indices[start : start + BATCH]
            tokens = torch.from_numpy(np.asarray(data.tokens[0][rows]).astype(np.int64)).to(device)
            classes = torch.full((len(rows),), model.null_class, device=device)
            if isinstance(model, DPAR):
                opened = opens(np.asarray(data.entropies[0][rows], dtype=np.float32), model.config.width, rules)
                patches = segmentation([patches_of(row) for row in opened]).to(device)
                model(tokens, classes, patches)
                counts = patches.counts
            else:
                model(tokens, classes)
                counts = torch.full_like(classes, tokens.shape[1])
            hidden = kept.pop()
            slots = torch.arange(hidden.shape[1], device=device)
            inside = (slots >= (counts > 1).long()[:, None]) & (slots < counts[:, None])
            out.append(((hidden * inside[..., None]).sum(1) / inside.sum(1, keepdim=True)).cpu().numpy())
    finally:
        hook.remove()
    return np.concatenate(out)


def fit(features: np.ndarray, labels: np.ndarray, classes: int) -> nn.Linear:
    """Multinomial logistic regression on features [N, D]; the layer takes features as they are."""
    x, y = torch.from_numpy(features).double(), torch.from_numpy(labels)
    mean, std = x.mean(0), x.std(0).clamp_min(1e-6)
    x = (x - mean) / std
    layer = nn.Linear(x.shape[1], classes).double()
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    solver = torch.optim.LBFGS(layer.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        solver.zero_grad()
        value = F.cross_entropy(layer(x), y) + DECAY / 2 * layer.weight.square().sum()
        value.backward()
        return value

    with torch.enable_grad():
        solver.step(loss)
    with torch.no_grad():
        layer.weight /= std
        layer.bias -= layer.weight @ mean
    return layer


@torch.no_grad()
def probe(model: DPAR | GPT, data: TokenSet, rules: PatchRules, device: torch.device, train: int,
          held_out: int) -> dict[str, float]:
    """Shares of held-out pictures whose class is first, and among the first five; `train`, `held_out`: of how many, at most."""
    chosen = [every(indices, count) for indices, count in ((data.train, train), (data.held_out, held_out))]
    features = [mean_features(model, data, indices, rules, device) for indices in chosen]
    layer = fit(features[0], data.labels[chosen[0]], model.config.classes)
    order = layer(torch.from_numpy(features[1]).double()).argsort(-1, descending=True).numpy()
    right = order == data.labels[chosen[1]][:, None]
    n = len(right)
    top = float(right[:, 0].mean())
    five = {"top_5": float(right[:, :5].any(1).mean())} if model.config.classes > 10 else {}
    return {"top_1": top, "top_1_error": float(np.sqrt(top * (1 - top) / n)), **five, "trained_on": len(chosen[0]), "n": n}
