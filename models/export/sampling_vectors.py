"""Golden vectors of the sampler, which both languages and the GPU are tested against: fixtures/sampling.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from models.gumbel import gumbel
from models.sampling import SamplingConfig, guide, sample

PATH = Path(__file__).parents[2] / "fixtures/sampling.json"
NOISE = [(0, 0, 8), (7, 255, 6), (0xFFFFFFFF, 1, 5), (123456789, 40, 1024)]
RULES = [
    {"guidance": 1.0}, {"guidance": 2.0}, {"guidance": 2.5, "temperature": 0.7}, {"guidance": 2.0, "top_k": 5},
    {"guidance": 1.5, "temperature": 1.3, "top_p": 0.8}, {"guidance": 2.0, "temperature": 0.5, "top_k": 9, "top_p": 0.6},
    {"guidance": 3.0, "temperature": 0.0},
]
VOCAB, POSITIONS = 61, 12


def vectors() -> dict[str, Any]:
    """noise: of the last codes at (seed, t); choices: for every rule the tokens of one pair of rows at t = 0, 1, .."""
    rng = np.random.default_rng(0)
    rows = rng.normal(scale=2, size=(2, VOCAB)).round(3).astype(np.float32)
    choices = []
    for seed, rule in enumerate(RULES):
        config = SamplingConfig.parse(rule)
        guided = guide(rows[:1], None if config.guidance == 1 else rows[1:], config.guidance)
        tokens = [int(sample(guided, config, gumbel(np.array([seed]), t, VOCAB))[0]) for t in range(POSITIONS)]
        rules = {"guidance": config.guidance, "temperature": config.temperature, "topK": config.top_k, "topP": config.top_p}
        choices.append({"seed": seed, "rules": rules, "tokens": tokens})
    noise = [{"seed": seed, "t": t, "vocab": vocab, "last": gumbel(np.array([seed]), t, vocab)[0, -5:].tolist()}
             for seed, t, vocab in NOISE]
    row = [[round(float(x), 3) for x in row] for row in rows]
    return {"noise": noise, "classLogits": row[0], "nullLogits": row[1], "choices": choices}


def write() -> None:
    PATH.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
