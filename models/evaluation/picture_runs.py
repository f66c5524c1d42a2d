"""What the runs beside PNGs of `npm run generate` say of how they were made, compared with the pack that is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.dpar import DPAR
from models.export.defaults import defaults
from models.export.kinds import forced_logits
from models.gpt import GPT
from models.patchify import PatchRules
from models.sampling import SamplingConfig

APART = 0.25
"""Nats between what a run says of its tokens and what the model says, in the mean, from which on the weights are others."""


def made_otherwise(folder: Path, pack: str, rules: PatchRules, sampling: SamplingConfig) -> str | None:
    """Why the PNGs of `folder` are not known to be samples of `pack` under these rules and this sampling, in words, or None."""
    paths = sorted(Path(folder).glob("*.png"))
    without = sum(not path.with_suffix(".run.json").exists() for path in paths)
    if without:
        return f"{without} of {len(paths)} pictures have no run beside them"
    wanted, hashes = acting(defaults(rules, sampling)), set()
    for path in (path.with_suffix(".run.json") for path in paths):
        try:
            header = json.loads(path.read_text(encoding="utf-8"))["header"]
            name, there = header["pack"]["name"], acting(header["settings"])
            hashes.add(header["pack"].get("hash"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return f"{path} does not say how its picture was made"
        if name != pack:
            return f"{path} is of the pack {name!r}, and the configuration is of {pack!r}"
        for key in sorted(wanted.keys() | there.keys()):
            if there.get(key) != wanted.get(key):
                return f"{path} was made with {key} = {there.get(key)}, and the configuration has {wanted.get(key)}"
        if header.get("given"):
            return f"{path} was made with tokens of another picture"
    return f"the runs beside them are of {len(hashes)} versions of the pack" if len(hashes) > 1 else None


def of_other_weights(folder: Path, model: DPAR | GPT) -> str | None:
    """Why the first run of `folder` was not made by the weights of `model`, in words, or None: it gives its tokens other
    probabilities.

    Weights in 8 bits have a KL of 0.0003 nats from those in float32, which is about 0.03 here.
    """
    path = min(Path(folder).glob("*.run.json"))
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        events, label = run["events"], run["header"]["class"]
        tokens = np.array([event["token"] for event in events])
        noted = np.array([np.nan if event["classLogprob"] is None else event["classLogprob"] for event in events])
        logits = forced_logits(model, torch.from_numpy(tokens)[None], label, np.array([bool(event["opens"]) for event in events]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError):
        return f"{path} does not say what the model thought of its tokens"
    own = torch.from_numpy(logits[0]).log_softmax(-1).numpy()[np.arange(len(tokens)), tokens]
    apart = np.nanmean(np.abs(own - noted))
    return None if apart < APART else f"{path} was made by other weights (its tokens are {apart:.2g} nats apart in the mean)"


def acting(settings: dict[str, Any]) -> dict[str, Any]:
    """Of a run's settings those that decide its tokens: not a value that no gate asks for, nor how many are decoded at once."""
    idle = {"window"}
    idle |= set() if settings.get("entropyGate") else {"entropyThreshold"}
    idle |= set() if settings.get("lengthGate") else {"maxPatchLength"}
    return {key: value for key, value in settings.items() if key not in idle}
