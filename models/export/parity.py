"""Each graph of a pack against PyTorch's golden vectors, on onnxruntime: the truth test of an export."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.export.golden import read_golden
from models.export.kinds import graph_names, visit_bytes
from models.export.runtime import PackRuntime, Stepper, dynamic_rope
from models.export.storage import STORAGES, storage_of
from models.export.window_parity import has_windows, window_logits

TOLERANCE = 1e-4
"""Largest absolute difference from PyTorch of a graph in fp32."""
WINDOW_LOGITS, WINDOW_ENTROPY = "graphs of windows", "entropy_window"
SLACK = 1.1
"""Times what a manifest states: processors round in other orders."""


def largest_difference(ours: np.ndarray, golden: Any) -> float:
    """Largest absolute difference."""
    return float(np.abs(np.asarray(ours, np.float64).ravel() - np.asarray(golden, np.float64).ravel()).max())


def kl_divergence(reference: np.ndarray, ours: np.ndarray) -> np.ndarray:
    """KL(reference || ours) in nats of each row of logits [..., V]."""
    log_p, log_q = (x - np.log(np.exp(x).sum(-1, keepdims=True)) for x in (
        y - y.max(-1, keepdims=True) for y in (np.asarray(z, np.float64) for z in (reference, ours))))
    return (np.exp(log_p) * (log_p - log_q)).sum(-1)


def gpt_logits(runtime: PackRuntime, golden: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """step_logits of a pack of kind gpt: one graph makes the logits; entropies are the null row's, or the entropy model runs
    beside it."""
    gpt, own = Stepper(runtime, "gpt", 2), runtime.manifest.get("entropySource") == "null-class"
    entropy = None if own else Stepper(runtime, "entropy", 1)
    classes = np.array([[golden["class"]], [len(runtime.manifest["classes"])]], np.int32)
    previous, logits, entropies = np.zeros((1, 1), np.int32), [], [np.inf]
    for t, token in enumerate(golden["tokens"]):
        logits.append(gpt.step(token=previous, first=np.array([t == 0], np.int32), **{"class": classes})["logits"][:, 0])
        previous = np.array([[token]], np.int32)
        if entropy:
            entropies.append(float(entropy.step(token=previous)["entropy"][0]))
    if own:
        entropies += [entropy_nats(rows[1]) for rows in logits[1:]] + [np.inf]
    return np.stack(logits), np.array(entropies[:-1])


def entropy_nats(logits: np.ndarray) -> float:
    """Of one row of logits [V]."""
    log_p = logits.astype(np.float64) - logits.max()
    log_p -= np.log(np.exp(log_p).sum())
    return float(-(np.exp(log_p) * log_p).sum())


def step_logits(runtime: PackRuntime, golden: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Teacher-forced decode over the golden tokens with the step graphs: logits [T, 2, V] and entropies [T]."""
    m = runtime.manifest
    if m["kind"] == "gpt":
        return gpt_logits(runtime, golden)
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
    """Largest absolute differences by graph, and the mean KL of the golden positions in nats a token."""
    golden = read_golden(runtime.root, runtime.manifest)
    tokens = np.array([golden["tokens"]], np.int32)
    logits, entropies = step_logits(runtime, golden)
    at = golden["positions"]
    whole = runtime.run("entropy_all", {"tokens": tokens})["entropy"][0]
    picture = runtime.run("tokenizer_decoder", {"tokens": np.array([golden["picture"]["tokens"]], np.int32)})["picture"][0]
    spots, row = golden["picture"]["pixels"], graph_names(runtime.manifest)
    return {
        "entropy": largest_difference(entropies[1:], golden["entropies"][1:]),
        "entropy_all": largest_difference(whole[:-1], golden["entropies"][1:]),
        **whole_difference(runtime, tokens, golden["class"], logits),
        **window_difference(runtime, golden, logits, entropies),
        f"{row}, class": largest_difference(logits[at, 0], golden["logits_class"]),
        f"{row}, null": largest_difference(logits[at, 1], golden["logits_null"]),
        "tokenizer_decoder": largest_difference([picture[c, y, x] for c, y, x, _ in spots], [spot[3] for spot in spots]),
        "KL, class": float(kl_divergence(np.array(golden["logits_class"]), logits[at, 0]).mean()),
        "KL, null": float(kl_divergence(np.array(golden["logits_null"]), logits[at, 1]).mean()),
    }


def limits(runtime: PackRuntime, tolerance: float) -> dict[str, float]:
    """What `parity` may return: the tolerance, and on top what this code grants the variant. Nothing of it is the pack's."""
    storage = storage_of(runtime.variant)
    row, whole = f"{graph_names(runtime.manifest)}, ", "gpt_all" if runtime.manifest["kind"] == "gpt" else "encoder_all"
    logits, entropy = tolerance + storage.logits, tolerance + storage.entropy
    same = dict.fromkeys((whole, WINDOW_LOGITS, WINDOW_ENTROPY), tolerance)  # against another graph on the same weights
    return {"entropy": entropy, "entropy_all": entropy, **same, f"{row}class": logits, f"{row}null": logits,
            "tokenizer_decoder": tolerance + storage.picture, "KL, class": storage.kl, "KL, null": storage.kl}


@dataclass(frozen=True)
class Finding:
    """One comparison: right if value <= limit."""

    name: str
    value: float
    limit: float

    @property
    def ok(self) -> bool:
        return self.value <= self.limit  # NaN is not


def compare(runtime: PackRuntime, tolerance: float = TOLERANCE) -> list[Finding]:
    """The graphs against the golden vectors, and what the manifest says of the variant against what is measured here."""
    found, allowed = parity(runtime), limits(runtime, tolerance)
    findings = [Finding(name, value, allowed[name]) for name, value in found.items()]
    if figures := runtime.files.get("figures"):
        row = graph_names(runtime.manifest)
        stated = {"logits": ("logits", f"{row}, class", f"{row}, null"), "entropy": ("entropy", "entropy", "entropy_all"),
                  "picture": ("picture", "tokenizer_decoder")}
        for name, (key, *graphs) in stated.items():
            findings.append(Finding(f"stated {name}, on held-out pictures", figures[key], allowed[graphs[0]]))
            # The golden picture is among those: what it shows cannot be more than what is stated of all.
            fresh = max(found[graph] for graph in graphs)
            findings.append(Finding(f"{name} here, against what is stated", fresh, SLACK * figures[key] + tolerance))
        findings.append(Finding("stated KL, on held-out pictures", figures["klMean"], allowed["KL, class"]))
        most = SLACK * figures["klMax"] + STORAGES["fp32"].kl
        findings.append(Finding("KL here, against what is stated", found["KL, class"], most))
        size = visit_bytes(runtime.files, runtime.manifest["kind"])
        findings.append(Finding("bytes of a visit, share off what is stated", abs(size - figures["bytes"]) / size, 0.01))
    return findings


def window_difference(runtime: PackRuntime, golden: dict[str, Any], logits: np.ndarray,
                      entropies: np.ndarray) -> dict[str, float]:
    """The graphs of windows, in a pack that has them, against the step graphs."""
    if not has_windows(runtime):
        return {}
    ours, own = window_logits(runtime, golden)
    found = {WINDOW_LOGITS: largest_difference(ours, logits)}
    return found if own is None else found | {WINDOW_ENTROPY: largest_difference(own[:-1], entropies[1:])}


def whole_difference(runtime: PackRuntime, tokens: np.ndarray, label: int, logits: np.ndarray) -> dict[str, float]:
    """The whole-image graph of the model against its step graph, which the logits check against PyTorch."""
    if runtime.manifest["kind"] == "gpt":
        feeds = {"tokens": tokens, "class": np.array([[label]], np.int32)}
        return {"gpt_all": largest_difference(runtime.run("gpt_all", feeds)["logits"][0], logits[:, 0])}
    stepper = Stepper(runtime, "encoder", 1)
    steps = [stepper.step(token=tokens[:, t : t + 1]) for t in range(tokens.shape[1])]
    whole = runtime.run("encoder_all", {"tokens": tokens})
    return {"encoder_all": max(largest_difference(np.concatenate([s[name] for s in steps], 1), whole[name]) for name in "hkv")}
