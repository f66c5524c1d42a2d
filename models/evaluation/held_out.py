"""Figures on held-out real pictures: what the tokenizer restores, and how well each model predicts the tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from tqdm import tqdm

from models.classifier import Classifier
from models.data import Pictures
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.evaluation.counts_model import CountsModel
from models.evaluation.ssim import ssim
from models.gpt import GPT
from models.patch_data import held_out_batches
from models.patchify import PatchRules, opens
from models.perceptual import PerceptualDistance
from models.reconstruction import perplexity, psnr
from models.runs import token_loss
from models.streams import to_pixels, to_tensor
from models.token_data import TokenSet, held_out_tokens
from models.tokenizer import Tokenizer

BATCH = 50


@dataclass(frozen=True)
class Reconstruction:
    """restored uint8 [N, S, S, 3]; psnr (dB) and ssim [N]; perceptual: mean distance; codes [V]: uses of each."""

    restored: np.ndarray
    psnr: np.ndarray
    ssim: np.ndarray
    perceptual: float
    codes: np.ndarray

    def figures(self) -> dict[str, float]:
        return {"psnr": float(self.psnr.mean()), "ssim": float(self.ssim.mean()), "perceptual": self.perceptual,
                "codes_perplexity": perplexity(self.codes), "codes_unused": int((self.codes == 0).sum())}


@torch.no_grad()
def reconstruct(tokenizer: Tokenizer, judge: Classifier, pictures: Pictures, indices: np.ndarray,
                device: torch.device) -> Reconstruction:
    """Through the tokens and back. PSNR and SSIM are of 8-bit pixels; the perceptual distance is over the judge's features,
    not over those that the tokenizer was trained with."""
    distance = PerceptualDistance(judge)
    counts, perceptual = np.zeros(tokenizer.config.vocab, dtype=np.int64), 0.0
    restored, decibels, similarity = [], [], []
    for start in tqdm(range(0, len(indices), BATCH), desc="reconstructions", unit="batch"):
        pixels = np.asarray(pictures.pixels[indices[start : start + BATCH]])
        tokens = tokenizer.encode(to_tensor(pixels).to(device))
        made = to_pixels(tokenizer.decode(tokens))
        decibels.append(psnr(made, pixels))
        similarity.append(ssim(*(torch.from_numpy(x).permute(0, 3, 1, 2) for x in (made, pixels))).numpy())
        perceptual += float(distance(to_tensor(made).to(device), to_tensor(pixels).to(device))) * len(pixels)
        counts += np.bincount(tokens.cpu().numpy().ravel(), minlength=len(counts))
        restored.append(made)
    arrays = (np.concatenate(x) for x in (restored, decibels, similarity))
    return Reconstruction(*arrays, perceptual / len(indices), counts)


@torch.no_grad()
def token_nats(model: DPAR | GPT, data: TokenSet, rules: PatchRules, device: torch.device, limit: int | None = None) -> float:
    """Cross-entropy in nats per token of all T tokens of the upright held-out pictures, given the class.

    rules: DPAR's alone. limit: of every n-th picture, about so many.
    """
    total, images, dpar = 0.0, 0, isinstance(model, DPAR)
    batches = held_out_batches(data, BATCH, model.config.width, rules, limit) if dpar else held_out_tokens(data, BATCH, limit)
    for batch in tqdm(batches, desc="DPAR" if dpar else "GPT", unit="batch"):
        batch = batch.to(device)
        total += float(token_loss(model, batch, batch.labels)) * len(batch.labels)
        images += len(batch.labels)
    return total / images


@torch.no_grad()
def prediction(model: DPAR | GPT, entropy: EntropyModel, baseline: GPT | None, data: TokenSet, rules: PatchRules,
               device: torch.device) -> dict[str, float]:
    """Cross-entropies in nats per token on the upright held-out pictures.

    token_nats (and baseline_nats) of all T tokens given the class; entropy_nats and counts_nats of tokens 1..T-1, without it.
    """
    size, total = -(-len(data.held_out) // BATCH), len(data.held_out)
    tokens = gpt_nats = 0.0
    nats = token_nats(model, data, rules, device)
    for batch in tqdm(held_out_tokens(data, BATCH), total=size, desc="entropy model", unit="batch"):
        batch = batch.to(device)
        log_p = entropy(batch.tokens[:, :-1]).float().log_softmax(-1).gather(-1, batch.tokens[:, 1:, None])
        tokens -= float(log_p.mean()) * len(batch.labels)
        if baseline:
            gpt_nats += float(token_loss(baseline, batch, batch.labels)) * len(batch.labels)
    figures = {"token_nats": nats, "entropy_nats": tokens / total, "counts_nats": counted(data, entropy)}
    figures["entropy_margin"] = figures["counts_nats"] - figures["entropy_nats"]
    return figures | ({"baseline_nats": gpt_nats / total} if baseline else {})


def counted(data: TokenSet, entropy: EntropyModel) -> float:
    """Held-out nats of the model of counts, fitted on all stored symmetries of the training pictures."""
    c = entropy.config
    grids = np.concatenate([view[data.train] for view in data.tokens])
    return CountsModel(grids, c.width, c.vocab).nats(data.tokens[0][data.held_out])


def steps_of(data: TokenSet, width: int, rules: PatchRules) -> np.ndarray:
    """Patches of each held-out picture [N]."""
    return opens(data.entropies[0][data.held_out], width, rules).sum(1)


def patch_figures(data: TokenSet, width: int, rules: PatchRules) -> dict[str, float]:
    """p_avg, the mean of T / M over held-out pictures, and steps_mean, the mean of M."""
    steps = steps_of(data, width, rules)
    return {"p_avg": float((data.tokens.shape[2] / steps).mean()), "steps_mean": float(steps.mean())}
