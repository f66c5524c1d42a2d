"""Golden vectors of guidance against another class, on the nano packs' weights: fixtures/against.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from models.decode import Request, decode
from models.export import nano
from models.export.golden import margin_of
from models.patchify import PatchRules
from models.sampling import SamplingConfig

PATH = Path(__file__).parents[2] / "fixtures/against.json"
CLASS, AGAINST, GUIDANCE, THRESHOLD = 1, 2, 2.5, 3.2


def vectors() -> dict[str, Any]:
    """tokens: the likeliest ones, by pack. margin: what the narrowest choice was won by, in guided logits."""
    sampling = SamplingConfig(guidance=GUIDANCE, temperature=0)
    rules = PatchRules(entropy_threshold=THRESHOLD)
    request = Request(np.array([CLASS]), np.array([0]), rules, sampling, against=np.array([AGAINST]))
    dpar, entropy, _ = nano.nano_models()
    packs = {}
    for name, model, e in (("nano", dpar, entropy), ("nano-gpt", nano.nano_gpt(), None)):
        out = decode(model, e, request, keep=True)
        packs[name] = {"tokens": out.tokens[0].tolist(), "margin": round(margin_of(out.logits[0], GUIDANCE), 4)}
    return {"class": CLASS, "against": AGAINST, "guidance": GUIDANCE, "entropyThreshold": THRESHOLD, "packs": packs}


def write() -> None:
    PATH.write_text(json.dumps(vectors()) + "\n", encoding="utf-8")
