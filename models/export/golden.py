"""Golden vectors: what PyTorch says, for the other side's tests and the studio's self-test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from jsonschema import Draft202012Validator

from models.decode import Request, decode
from models.dpar import DPAR
from models.entropy_model import EntropyModel
from models.errors import UserError
from models.export.files import read_json
from models.export.kinds import forced_logits
from models.export.tokenizers import AnyTokenizer
from models.gpt import GPT
from models.null_class import NullClass
from models.patchify import PatchRules, opens
from models.sampling import SamplingConfig, guide

GREEDY = {"prefix": 32, "tokens": 64}
SPOTS = 96
SELF_TEST = 16
"""Tokens that the page decodes to test a backend, but never the last one (workers/self-test.ts): one has to have logits."""


def read_golden(root: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """golden.json of a pack. Raises UserError naming the first field that does not fit the manifest."""
    path = root / manifest["golden"]["path"]
    golden = read_json(path, "export the pack again, or fetch it anew")
    for error in Draft202012Validator(golden_schema(manifest)).iter_errors(golden):
        raise UserError(f"{path}: {error.json_path}: {error.message[:200]}")
    for name in ("logits_class", "logits_null"):
        if len(golden[name]) != len(golden["positions"]):
            raise UserError(f"{path}: $.{name}: has {len(golden[name])} rows for {len(golden['positions'])} positions")
    return golden


def golden_schema(manifest: dict[str, Any]) -> dict[str, Any]:
    """Of golden.json in a pack of this manifest (docs/packs.md)."""
    count, vocab, size = manifest["grid"]["tokens"], manifest["vocab"], manifest["image"]["size"]

    def below(limit: int) -> dict[str, Any]:
        return {"type": "integer", "minimum": 0, "exclusiveMaximum": limit}

    def row(items: dict[str, Any], length: int) -> dict[str, Any]:
        return {"type": "array", "items": items, "minItems": length, "maxItems": length}

    number, tokens = {"type": "number"}, row(below(vocab), count)
    logits = {"type": "array", "items": row(number, vocab)}
    spot = {"type": "array", "prefixItems": [below(3), below(size), below(size), number], "minItems": 4, "maxItems": 4}
    fields = {
        "class": below(len(manifest["classes"])), "tokens": tokens,
        "entropies": {"type": "array", "prefixItems": [{"type": "null"}], "items": number, "minItems": count, "maxItems": count},
        "opens": {"type": "array", "prefixItems": [{"const": True}], "items": {"type": "boolean"}, "minItems": count,
                  "maxItems": count},
        "positions": {"type": "array", "items": below(count), "contains": below(min(SELF_TEST, count - 1))},
        "logits_class": logits, "logits_null": logits,
        "picture": {"type": "object", "required": ["tokens", "pixels"],
                    "properties": {"tokens": tokens, "pixels": {"type": "array", "items": spot, "minItems": 1}}},
    }
    return {"type": "object", "required": list(fields), "properties": fields}


def seven_digits(values: np.ndarray | torch.Tensor) -> list:
    """Float32 at 7 significant digits: enough to compare at 1e-4, half the bytes."""
    return [float(f"{value:.7g}") for value in np.asarray(values, dtype=np.float64).ravel()]


@torch.no_grad()
def golden_vectors(model: DPAR | GPT, entropy: EntropyModel | NullClass, tokenizer: AnyTokenizer, tokens: np.ndarray, label: int,
                   rules: PatchRules, guidance: float) -> dict[str, Any]:
    """tokens int64 [T] of a real picture of class `label` -> the content of golden.json."""
    c, batch = model.config, torch.from_numpy(tokens)[None]
    e = entropy.entropies(batch)[0].numpy()
    opened = opens(e[None], c.width, rules)[0]
    positions = sorted({0, 1, 2, c.width + 1, c.tokens // 6, c.tokens // 2 - 1, c.tokens - 1})
    class_rows, null_rows = forced_logits(model, batch, label, opened)[:, positions]
    return {
        "class": label,
        "tokens": tokens.tolist(),
        "entropies": [None, *seven_digits(e[1:])],
        "opens": opened.tolist(),
        "positions": positions,
        "logits_class": [seven_digits(row) for row in class_rows],
        "logits_null": [seven_digits(row) for row in null_rows],
        "greedy": _greedy(model, entropy, tokens, label, rules, guidance),
        "picture": _picture(tokenizer, batch),
    }


def _greedy(model: DPAR | GPT, entropy: EntropyModel | NullClass, tokens: np.ndarray, label: int, rules: PatchRules,
            guidance: float) -> dict:
    size = min(GREEDY["prefix"], len(tokens) // 4), min(GREEDY["tokens"], len(tokens) // 2)
    request = Request(np.array([label]), np.array([0]), rules, SamplingConfig(guidance=guidance, temperature=0),
                      given=tokens[None, : size[0]], steps=sum(size))
    out = decode(model, None if isinstance(entropy, NullClass) else entropy, request, keep=True)
    return {"class": label, "prefix": tokens[: size[0]].tolist(), "guidance": guidance,
            "tokens": out.tokens[0, size[0] :].tolist(), "margin": margin_of(out.logits[0][:, size[0] :], guidance)}


def margin_of(logits: np.ndarray, guidance: float) -> float:
    """What the narrowest choice of the likeliest token was won by, in guided logits.

    logits [G, T, V]: class rows, and the null class's where guidance is not 1.
    """
    best = np.sort(guide(logits[0], logits[1] if len(logits) > 1 else None, guidance), axis=1)
    return float((best[:, -1] - best[:, -2]).min())


def _picture(tokenizer: AnyTokenizer, batch: torch.Tensor) -> dict:
    picture = tokenizer.decode(batch)[0].numpy()
    places = np.random.default_rng(0).integers(picture.shape, size=(SPOTS, 3))
    return {"tokens": batch[0].tolist(), "mean": float(picture.mean()),
            "pixels": [[*map(int, place), seven_digits(picture[tuple(place)])[0]] for place in places]}
