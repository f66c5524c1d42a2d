"""What a variant costs and how far it is from PyTorch in float32, measured teacher-forced on held-out pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.export.kinds import forced_logits, visit_bytes
from models.export.parity import kl_divergence, step_logits
from models.export.runtime import PackRuntime
from models.export.tokenizers import AnyTokenizer
from models.gpt import GPT
from models.null_class import NullClass
from models.patchify import PatchRules, opens


@dataclass
class Reference:
    """One held-out picture as PyTorch sees it: tokens [T], entropies [T] in nats (infinite at 0), opens [T] booleans,
    logits [2, T, V] of class and null row, picture [3, S, S]."""

    label: int
    tokens: np.ndarray
    entropies: np.ndarray
    opens: np.ndarray
    logits: np.ndarray
    picture: np.ndarray


@torch.no_grad()
def references(model: DPAR | GPT, entropy: EntropyModel | NullClass, tokenizer: AnyTokenizer, rules: PatchRules,
               tokens: np.ndarray, labels: list[int]) -> list[Reference]:
    """tokens int64 [N, T] and a class for each row."""
    out = []
    for row, label in zip(tokens, labels, strict=True):
        batch = torch.from_numpy(row)[None]
        e = entropy.entropies(batch).numpy()
        opened = opens(e, model.config.width, rules)[0]
        logits = forced_logits(model, batch, label, opened)
        out.append(Reference(label, row, e[0], opened, logits, tokenizer.decode(batch)[0].numpy()))
    return out


def variant_figures(runtime: PackRuntime, pictures: list[Reference], threshold: float) -> dict[str, float]:
    """The manifest's `figures` of the runtime's variant (engine/manifest.ts). threshold: the default E_th."""
    kl, logits, entropy, picture, flips = [], 0.0, 0.0, 0.0, 0
    for one in pictures:
        given = {"class": one.label, "tokens": one.tokens.tolist(), "opens": one.opens.tolist()}
        ours, entropies = step_logits(runtime, given)
        kl.append(kl_divergence(one.logits[0], ours[:, 0]))
        logits = max(logits, float(np.abs(ours.transpose(1, 0, 2) - one.logits).max()))
        entropy = max(entropy, float(np.abs(entropies[1:] - one.entropies[1:]).max()))
        flips += int(((entropies[1:] > threshold) != (one.entropies[1:] > threshold)).sum())
        painted = runtime.run("tokenizer_decoder", {"tokens": one.tokens[None].astype(np.int32)})["picture"][0]
        picture = max(picture, float(np.abs(painted - one.picture).max()))
    tokens = np.concatenate(kl)
    values = {"klMean": tokens.mean(), "klMax": tokens.max(), "logits": logits, "entropy": entropy, "picture": picture}
    size = visit_bytes(runtime.files, runtime.manifest["kind"])
    return {"bytes": size, "images": len(pictures), "tokens": len(tokens), "gateFlips": flips,
            **{name: rounded_up(value) for name, value in values.items()}}


def rounded_up(value: float) -> float:
    """To three significant digits, never below: the studio's self-test takes these as bounds."""
    if value <= 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(f"{math.ceil(value / unit) * unit:.3g}")
