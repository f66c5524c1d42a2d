"""Teacher-forced decode over golden tokens with the graphs that take several positions, as `step_logits` with those of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.export.kinds import WINDOWS
from models.export.runtime import PackRuntime, Stepper, dynamic_rope

SIZE = 16
"""Positions a run: more than a patch has, fewer than an image."""


def has_windows(runtime: PackRuntime) -> bool:
    return set(WINDOWS[runtime.manifest["kind"]]) <= runtime.files["graphs"].keys()


def window_logits(runtime: PackRuntime, golden: dict[str, Any]) -> tuple[np.ndarray, np.ndarray | None]:
    """logits [T, 2, V]; entropies [T] of tokens 1, 2, ... (the last one of a token past the end), None for kind gpt."""
    m, tokens = runtime.manifest, np.array(golden["tokens"], np.int32)
    classes = np.array([[golden["class"], len(m["classes"])]], np.int32)
    spans = [(start, min(start + SIZE, len(tokens))) for start in range(0, len(tokens), SIZE)]
    first = (np.arange(len(tokens)) == 0).astype(np.int32)
    if m["kind"] == "gpt":
        gpt, before = Stepper(runtime, "gpt_window", 1), np.concatenate([[0], tokens[:-1]]).astype(np.int32)
        runs = [gpt.step(end - start, token=before[None, start:end], first=first[start:end], **{"class": classes})
                for start, end in spans]
        return np.concatenate([out["logits"] for out in runs]), None
    names = ("entropy_window", "encoder_window", "patch_transformer_window", "decoder_window")
    entropy, encoder, patches, decoder = (Stepper(runtime, name, 1) for name in names)
    entropies = np.concatenate([entropy.step(b - a, token=tokens[None, a:b])["entropy"] for a, b in spans])
    encoded = [encoder.step(b - a, token=tokens[None, a:b]) for a, b in spans]
    states = {name: np.concatenate([out[name][0] for out in encoded]) for name in "hkv"}  # [T, D]
    h = np.concatenate([np.zeros_like(states["h"][:1]), states["h"][:-1]])
    begins, cond, logits = np.flatnonzero(golden["opens"]), [], []
    window, half = m["model"]["window"], m["model"]["dim"] // m["model"]["heads"] // 2
    for at in range(0, len(begins), SIZE):
        part = range(at, min(at + SIZE, len(begins)))
        feeds = {name: np.zeros((len(part), window, state.shape[1]), np.float32) for name, state in states.items()}
        ropes, length = np.zeros((2, len(part), 1, half), np.float32), np.zeros(len(part), np.int32)
        for i, patch in enumerate(part):
            if patch:  # a patch is conditioned on the one before it, the first one on the class slot
                a, b = begins[patch - 1], begins[patch]
                length[i], ropes[:, i] = b - a, np.concatenate(dynamic_rope(a, b - 1, m["grid"]["width"], 2 * half, 1))
                for name, state in states.items():
                    feeds[name][i, : b - a] = state[a:b]
        out = patches.step(len(part), **feeds, length=length, cos=ropes[0], sin=ropes[1], **{"class": classes})
        cond.append(out["cond"])
    conditions, patch = np.concatenate(cond), np.cumsum(golden["opens"]) - 1
    for a, b in spans:
        low = patch[a]
        out = decoder.step(b - a, h=h[None, a:b], first=first[a:b], cond=conditions[low : patch[b - 1] + 1],
                           patch_of=(patch[a:b] - low).astype(np.int32))
        logits.append(out["logits"])
    return np.concatenate(logits), entropies
