"""The null class of a GPT as entropy model: its rows at temperature 1, before guidance, are P(x_t | x_<t).

DPAR's entropy model (paper 3.2) is a GPT without a class; a GPT trained with class dropout has learnt one beside its classes.
"""

import torch
from torch import Tensor

from models.entropy_model import entropy
from models.gpt import GPT

BATCH = 8  # images at once: logits of all positions are kept for these only


class NullClass:
    """In place of an EntropyModel where whole images are scored; while decoding with guidance its row is there anyway."""

    def __init__(self, model: GPT):
        self.model, self.config = model, model.config

    @torch.no_grad()
    def entropies(self, tokens: Tensor) -> Tensor:
        """tokens [B, S <= T] -> e [B, S] in nats, float32; e[:, 0] = +inf, as the first token has no prediction in DPAR."""
        parts = []
        for part in tokens.split(BATCH):
            classes = torch.full((len(part),), self.model.null_class, device=part.device)
            with torch.autocast(part.device.type, enabled=False):
                parts.append(entropy(self.model(part, classes)))
        e = torch.cat(parts)
        e[:, 0] = float("inf")
        return e
