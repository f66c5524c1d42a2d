"""Each graph of a pack against PyTorch's golden vectors, on onnxruntime: the truth test of an export."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch

from models.export.runtime import PackRuntime, Stepper
from models.rope import patch_angles, rotation


def difference(ours: np.ndarray, golden: Any) -> float:
    """Largest absolute difference."""
    return float(np.abs(np.asarray(ours, np.float64).ravel() - np.asarray(golden, np.float64).ravel()).max())


def dynamic_rope(start: int, end: int, width: int, head_dim: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    cos, sin = rotation(patch_angles(torch.tensor(start), torch.tensor(end), width, head_dim))
    return tuple(np.tile(y.numpy().reshape(1, 1, -1), (rows, 1, 1)) for y in (cos, sin))


def step_logits(runtime: PackRuntime, golden: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Teacher-forced decode over the golden tokens with the step graphs: logits [T, 2, V] and entropies [T]."""
    m = runtime.manifest
    width, window, dim = m["grid"]["width"], m["model"]["window"], m["model"]["dim"]
    head_dim = dim // m["model"]["heads"]
    entropy, encoder = (Stepper(runtime, name, 1) for name in ("entropy", "encoder"))
    patches, decoder = (Stepper(runtime, name, 2) for name in ("patch_transformer", "decoder"))
    classes = np.array([[golden["class"]], [len(m["classes"])]], np.int32)
    windows = {name: np.zeros((1, window, dim), np.float32) for name in "hkv"}
    zeros = np.zeros((2, 1, head_dim // 2), np.float32)
    h, start, cond = np.zeros((1, 1, dim), np.float32), 0, None
    logits, entropies = [], [np.inf]
    for t, (token, opens) in enumerate(zip(golden["tokens"], golden["opens"], strict=True)):
        if opens:
            cos, sin = dynamic_rope(start, t - 1, width, head_dim, 2) if t else (zeros, zeros)
            length = np.array([t - start], np.int32)
            cond = patches.step(**windows, length=length, cos=cos, sin=sin, **{"class": classes})["cond"]
            start = t
        logits.append(decoder.step(h=h, first=np.array([t == 0], np.int32), cond=cond)["logits"][:, 0])
        x = np.array([[token]], np.int32)
        out = encoder.step(token=x)
        h = out["h"]
        for name, value in windows.items():
            value[:, t - start] = out[name][:, 0]
        entropies.append(float(entropy.step(token=x)["entropy"][0]))
    return np.stack(logits), np.array(entropies[:-1])


def parity(runtime: PackRuntime) -> dict[str, float]:
    """Largest absolute differences by graph; tokenizer_encoder: share of tokens that differ after decode and encode."""
    golden = json.loads((runtime.root / runtime.manifest["golden"]["path"]).read_text())
    tokens = np.array([golden["tokens"]], np.int32)
    logits, entropies = step_logits(runtime, golden)
    at = golden["positions"]
    whole = runtime.run("entropy_all", {"tokens": tokens})["entropy"][0]
    picture = runtime.run("tokenizer_decoder", {"tokens": np.array([golden["picture"]["tokens"]], np.int32)})["picture"][0]
    spots = golden["picture"]["pixels"]
    return {
        "entropy": difference(entropies[1:], golden["entropies"][1:]),
        "entropy_all": difference(whole[:-1], golden["entropies"][1:]),
        "encoder_all": encoder_difference(runtime, tokens),
        "encoder + patch_transformer + decoder, class": difference(logits[at, 0], golden["logits_class"]),
        "encoder + patch_transformer + decoder, null": difference(logits[at, 1], golden["logits_null"]),
        "tokenizer_decoder": difference([picture[c, y, x] for c, y, x, _ in spots], [spot[3] for spot in spots]),
    }


def encoder_difference(runtime: PackRuntime, tokens: np.ndarray) -> float:
    """encoder_all against the step graph, which the logits above check against PyTorch."""
    stepper = Stepper(runtime, "encoder", 1)
    steps = [stepper.step(token=tokens[:, t : t + 1]) for t in range(tokens.shape[1])]
    whole = runtime.run("encoder_all", {"tokens": tokens})
    return max(difference(np.concatenate([s[name] for s in steps], 1), whole[name]) for name in "hkv")
