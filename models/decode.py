"""Sampling images, a window of positions a pass: incrementally with KV caches, or by Alg. 2 with a full recompute per pass.

Both walk the same loop; that they agree is the truth test of the incremental form. The baseline (models/gpt_decode.py)
walks it, too. Token by token is a window of one; a longer one gives the same tokens in fewer passes (models/window.py).
"""

from dataclasses import dataclass, field

import numpy as np
import torch

from models.dpar import DPAR
from models.dpar_decode import IncrementalDecoder, RecomputeDecoder
from models.entropy_model import EntropyModel, entropy
from models.gpt import GPT
from models.gpt_decode import IncrementalGPT, RecomputeGPT
from models.gumbel import gumbel
from models.null_class import NullClass
from models.patchify import TOKEN_BY_TOKEN, PatchRules, reasons
from models.sampling import SamplingConfig, guide, sample
from models.window import Windows

Decoder = IncrementalDecoder | RecomputeDecoder | IncrementalGPT | RecomputeGPT


@dataclass
class Decoded:
    """tokens, opened, entropies [B, T] (entropies[:, 0] = inf); logits [B, G, T, V] when kept.

    passes [B, T]: the pass that settled each token, from 1.
    """

    tokens: np.ndarray
    opened: np.ndarray
    entropies: np.ndarray
    passes: np.ndarray
    logits: np.ndarray | None = None


@dataclass
class Request:
    """classes [B] and seeds [B]; given [B, n] tokens are taken as they are before sampling starts. rules: DPAR's alone.

    window: positions a pass, which change no token. against [B]: under guidance, the class that each image's second row is of;
    None: the null class.
    """

    classes: np.ndarray
    seeds: np.ndarray
    rules: PatchRules = field(default_factory=PatchRules)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    given: np.ndarray | None = None
    steps: int | None = None
    window: int = 1
    against: np.ndarray | None = None


def groups_of(sampling: SamplingConfig) -> int:
    """Rows of each image: the class's and, with guidance, the null class's, or that of the class to move away from."""
    return 1 if sampling.guidance == 1 else 2


@torch.no_grad()
def decode(model: DPAR | GPT, entropy_model: EntropyModel | None, request: Request, incremental: bool = True,
           keep: bool = False, bf16: bool = False, decoder: IncrementalDecoder | None = None) -> Decoded:
    """Run the decode loop of a batch. keep: also return all logits. bf16: the model's blocks multiply in bfloat16.

    decoder: one made before for this model, for as many images and groups and the same window, whose memory is used again.

    The entropy model always runs in float32, because the gate compares its entropies with a threshold. A GPT needs none:
    without one its entropies are those of its null class, from the rows of it where they are there anyway.
    """
    device_type = model.slot_cos.device.type
    with torch.autocast(device_type, torch.bfloat16, enabled=bf16):
        return _decode(model, entropy_model, request, incremental, keep, decoder)


def _rows(model: DPAR | GPT, request: Request) -> torch.Tensor:
    """Class of every row [G, B]: the images' own, then under guidance those to move away from."""
    null = np.full(len(request.classes), model.null_class)
    rows = np.stack([request.classes, null if request.against is None else request.against][: groups_of(request.sampling)])
    return torch.as_tensor(rows, dtype=torch.long, device=model.slot_cos.device)


def _decoder(model: DPAR | GPT, request: Request, incremental: bool) -> Decoder:
    rows = _rows(model, request)
    if isinstance(model, GPT):
        return (IncrementalGPT if incremental else RecomputeGPT)(model, rows)
    return IncrementalDecoder(model, rows, request.window) if incremental else RecomputeDecoder(model, rows)


def _decode(model: DPAR | GPT, entropy_model: EntropyModel | None, request: Request, incremental: bool, keep: bool,
            decoder: IncrementalDecoder | None) -> Decoded:
    c, images, groups = model.config, len(request.classes), groups_of(request.sampling)
    device, baseline = model.slot_cos.device, isinstance(model, GPT)
    if decoder:
        decoder.restart(_rows(model, request))
    run = decoder or _decoder(model, request, incremental)
    rules = TOKEN_BY_TOKEN if baseline else request.rules
    null_row = groups == 2 and request.against is None
    caches = entropy_model.caches(images) if entropy_model else []
    length = request.steps or c.tokens
    windows = Windows(images, length, c.width, request.window, request.given)
    opened = np.zeros((images, length), dtype=bool)
    entropies = np.full((images, length), np.inf, dtype=np.float32)
    kept = np.zeros((images, groups, length, c.vocab), dtype=np.float32) if keep else None

    while at := windows.next():
        lines, first = at.images[:, None], windows.settled[at.images]
        fresh = at.all >= first[:, None]  # what is settled stays as it is
        before = at.before()
        if entropy_model and before.size:
            x = torch.from_numpy(windows.tokens[lines, before.all]).to(device)
            rows, starts = (torch.from_numpy(value).to(device) for value in (before.images, before.starts))
            with torch.autocast(device.type, enabled=False):
                e = entropy(entropy_model.step(x, rows, starts, caches)).cpu().numpy()
            new = before.all + 1 >= first[:, None]
            entropies[np.broadcast_to(lines, new.shape)[new], (before.all + 1)[new]] = e[new]
        for b, start in zip(at.images, first, strict=True):
            begins = np.flatnonzero(opened[b, :start])
            open_length = int(start - begins[-1]) if len(begins) else 0
            for t in range(start, min(start + at.size, length)):
                opened[b, t] = any(reasons(t, entropies[b, t], open_length, c.width, rules))
                open_length = 1 if opened[b, t] else open_length + 1
        logits = run.logits(at, windows.tokens, opened).float()
        if baseline and not entropy_model and null_row:
            e = entropy(logits[1]).cpu().numpy()
            new = fresh & (at.all > 0)
            entropies[np.broadcast_to(lines, new.shape)[new], at.all[new]] = e[new]
        rows = logits.cpu().numpy()
        if kept is not None:
            kept[np.broadcast_to(lines, fresh.shape)[fresh], :, at.all[fresh]] = rows.transpose(1, 2, 0, 3)[fresh]
        guided = guide(rows[0], rows[1] if groups == 2 else None, request.sampling.guidance)
        noise = gumbel(np.repeat(request.seeds[at.images], at.size), at.all.ravel(), c.vocab)
        answers = sample(guided.reshape(-1, c.vocab), request.sampling, noise)
        windows.settle(at, answers.reshape(-1, at.size))
    if baseline and not entropy_model and not null_row:
        entropies = NullClass(model).entropies(torch.from_numpy(windows.tokens).to(device)).cpu().numpy()
    return Decoded(windows.tokens, opened, entropies, windows.passes, kept)
