"""Graphs that take several positions at once, with drafts that fail among them, against PyTorch on whole images."""

import numpy as np
import pytest
import torch

from models.dpar import segmentation
from models.export.builder import Graph, WeightFile
from models.export.entropy_graph import entropy_graph
from models.export.kinds import model_graphs
from models.export.nano import nano_content
from models.export.new_slot_graphs import new_slot_graph
from models.export.pack import decode_graphs
from models.export.runtime import dynamic_rope
from models.export.storage import STORAGES
from models.patchify import PatchRules, opens, patches_of
from models.tests.graph_sessions import randomly_sized_models, run, session_of

TOLERANCE = 1e-4


class Windowed:
    """One window graph with its caches, which hold settled slots and those of drafts."""

    def __init__(self, graph: Graph, new_slots: bool) -> None:
        self.session = session_of(new_slot_graph(graph) if new_slots else graph)
        pasts = {one.name: [size.dim_value for size in one.type.tensor_type.shape.dim]
                 for one in graph.inputs if one.name.startswith("past_")}
        self.new_slots, self.caches = new_slots, {name: np.zeros(shape, np.float32) for name, shape in pasts.items()}

    def run(self, start: int, size: int, **feeds: np.ndarray) -> dict[str, np.ndarray]:
        """`size` positions from slot `start` on."""
        end = start + size
        places = {"seqlens_k": np.array([end - 1], np.int32), "total": np.array([end], np.int32)}
        pasts = {name: cache[:, :, :end] if self.new_slots else cache for name, cache in self.caches.items()}
        out = run(self.session, {**feeds, **places, **pasts})
        for i, (name, cache) in enumerate(self.caches.items()):
            present = None if self.new_slots else out[name.replace("past", "present")]
            cache[:, :, start:end] = out["kv"][i] if self.new_slots else present[:, :, start:end]
        return out


def passes(rng: np.random.Generator, tokens: np.ndarray, vocab: int):
    """(first position, positions, right ones from the start, tokens with drafts) of passes over an image [T]."""
    total, settled = len(tokens), 0
    while settled < total:
        size = int(rng.integers(1, min(9, total) + 1))
        start = min(settled, total - size)
        right = int(rng.integers(settled - start + 1, size + 1))
        drafts = tokens.copy()
        drafts[start + right - 1 :] = rng.integers(0, vocab, total - start - right + 1)
        yield start, size, right, drafts
        settled = start + right


@pytest.mark.parametrize("seed", range(6))
@torch.no_grad()
def test_dpar_in_windows(seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model, _, entropy = randomly_sized_models(rng)
    c, label = model.config, int(rng.integers(0, 4))
    graphs = {graph.name: graph for graph, _ in model_graphs(model, STORAGES["fp32"])}
    graphs["entropy_window"] = entropy_graph(entropy, WeightFile("entropy.bin"), "window")
    runs = {name: Windowed(graphs[f"{name}_window"], bool(seed % 2))
            for name in ("entropy", "encoder", "patch_transformer", "decoder")}
    tokens = rng.integers(0, c.vocab, c.tokens)
    want_e = entropy.entropies(torch.from_numpy(tokens)[None]).numpy()
    rules = PatchRules(entropy_threshold=float(np.quantile(want_e[:, 1:], rng.uniform(0.2, 0.8))),
                       max_patch_length=int(rng.integers(1, 1 + c.width)))
    opened = opens(want_e, c.width, rules)[0]
    s = segmentation([patches_of(opened)])
    want = np.stack([model(torch.from_numpy(tokens)[None], torch.tensor([k]), s)[0].numpy() for k in (label, 3)], axis=1)
    e, h, k, v = np.full(c.tokens + 1, np.inf, np.float32), *np.zeros((3, c.tokens, c.dim), np.float32)
    conditions = np.zeros((c.tokens, 2, c.decoder_blocks * c.dim), np.float32)
    class_slot = [np.zeros((1, 1, c.head_dim // 2), np.float32)] * 2
    classes = {"class": np.array([[label, 3]], np.int32)}
    for start, size, right, drafts in passes(rng, tokens, c.vocab):
        first, end = max(start - 1, 0), start + size
        if end - 1 > first:
            x = {"token": drafts[None, first : end - 1].astype(np.int32)}
            e[first + 1 : end] = runs["entropy"].run(first, end - 1 - first, **x)["entropy"]
            encoded = runs["encoder"].run(first, end - 1 - first, **x)
            for memory, name in ((h, "h"), (k, "k"), (v, "v")):
                memory[first : end - 1] = encoded[name][0]
        known = slice(max(start, 1), start + right)
        assert np.abs(e[known] - want_e[0, known]).max(initial=0) <= TOLERANCE
        settled = start + right
        own = np.concatenate([opened[:settled], opens(e[None, : c.tokens], c.width, rules)[0][settled:]])
        begins = np.flatnonzero(own[:end])
        new = range(int(np.searchsorted(begins, start)), len(begins))
        if len(new):
            windows = np.zeros((3, len(new), c.width, c.dim), np.float32)
            length, ropes = np.zeros(len(new), np.int32), []
            for i, m in enumerate(new):
                a, b = (begins[m - 1], begins[m]) if m else (0, 0)
                length[i] = b - a
                windows[:, i, : b - a] = np.stack([h[a:b], k[a:b], v[a:b]])
                ropes.append(dynamic_rope(a, b - 1, c.width, c.head_dim, 1) if m else class_slot)
            cos, sin = (np.concatenate([rope[i] for rope in ropes]) for i in (0, 1))
            named = dict(zip("hkv", windows, strict=True))
            out = runs["patch_transformer"].run(new[0], len(new), **named, length=length, cos=cos, sin=sin, **classes)
            conditions[new[0] : new[-1] + 1] = out["cond"]
        previous = np.concatenate([np.zeros((1, c.dim), np.float32), h])[None, start:end]
        low = int(np.cumsum(own)[start]) - 1
        first_slot, patch_of = np.arange(start, end) == 0, np.cumsum(own)[start:end] - 1 - low
        places = {"first": first_slot.astype(np.int32), "patch_of": patch_of.astype(np.int32)}
        out = runs["decoder"].run(start, size, h=previous, cond=conditions[low : len(begins)], **places)
        assert np.abs(out["logits"][:right] - want[start : start + right]).max() <= TOLERANCE


@pytest.mark.parametrize("new_slots", [False, True])
@torch.no_grad()
def test_the_baseline_in_windows(new_slots):
    rng = np.random.default_rng(3)
    torch.manual_seed(3)
    _, model, _ = randomly_sized_models(rng)
    c = model.config
    graph = next(graph for graph, _ in model_graphs(model, STORAGES["fp32"]) if graph.name == "gpt_window")
    steps, tokens = Windowed(graph, new_slots), rng.integers(0, c.vocab, c.tokens)
    want = np.stack([model(torch.from_numpy(tokens)[None], torch.tensor([k]))[0].numpy() for k in (1, 3)], axis=1)
    for start, size, right, drafts in passes(rng, tokens, c.vocab):
        previous = np.concatenate([[0], drafts])[None, start : start + size].astype(np.int32)
        first = (np.arange(start, start + size) == 0).astype(np.int32)
        out = steps.run(start, size, token=previous, first=first, **{"class": np.array([[1, 3]], np.int32)})
        assert np.abs(out["logits"][:right] - want[start : start + right]).max() <= TOLERANCE


def test_windows_are_on_the_weights_of_the_steps(nano, nano_gpt):
    """Not a byte is added to what a pack has."""
    for model in (nano[0], nano_gpt):
        for storage in (STORAGES["fp32"], STORAGES["w16"], STORAGES["q8"]):
            graphs = {graph.name: graph for graph, _ in model_graphs(model, storage)}
            for name in [name for name in graphs if name.endswith("_window")]:
                step = graphs[name.removesuffix("_window")]
                assert set(graphs[name].initializers) - set(step.initializers) <= {
                    key for key in graphs[name].initializers if key.startswith("const_")}


def test_windows_need_no_operator_that_the_step_graphs_have_not():
    """So what runs on a GPU token by token runs there in windows, too."""
    models, used = (nano_content("dpar"), nano_content("gpt")), {}
    for graph in (graph for one in models for graph, _ in decode_graphs(one, STORAGES["w16"])):
        kind = "window" if graph.name.endswith("_window") else "step"
        used.setdefault(kind, set()).update((node.domain, node.op_type) for node in graph.nodes)
    assert used["window"] <= used["step"]
