"""Step graphs on several images out of step, of random sizes and grids, against PyTorch on each image alone."""

import numpy as np
import pytest
import torch

from models.dpar import segmentation
from models.export.builder import Graph, WeightFile
from models.export.entropy_graph import entropy_graph
from models.export.kinds import model_graphs
from models.export.new_slot_graphs import new_slot_graph
from models.export.runtime import dynamic_rope
from models.export.storage import STORAGES
from models.patchify import PatchRules, opens, patches_of
from models.tests.graph_sessions import randomly_sized_models, run, session_of

TOLERANCE = 1e-4


class Steps:
    """One step graph with the caches of every row; `run` takes the rows that have a step (new slots) or all of them."""

    def __init__(self, graph: Graph, rows: int, new_slots: bool) -> None:
        self.session = session_of(new_slot_graph(graph) if new_slots else graph)
        pasts = [one for one in self.session.get_inputs() if one.name.startswith("past_")]
        capacity = next(one.type.tensor_type.shape.dim[2].dim_value for one in graph.inputs if one.name.startswith("past_"))
        heads, width = pasts[0].shape[1], pasts[0].shape[3]
        self.new_slots, self.caches = new_slots, {one.name: np.zeros((rows, heads, capacity, width), np.float32) for one in pasts}

    def run(self, rows: np.ndarray, slots: np.ndarray, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """rows: which lines of the caches take part; slots: of each."""
        places = {"seqlens_k": slots.astype(np.int32), "total": np.array([slots.max() + 1], np.int32)}
        used = {name: cache[rows] for name, cache in self.caches.items()}
        out = run(self.session, {**feeds, **places, **used})
        written = np.split(out["kv"], len(used)) if self.new_slots else None
        for i, (name, cache) in enumerate(self.caches.items()):
            for line, (row, slot) in enumerate(zip(rows, slots, strict=True)):
                present = None if self.new_slots else out[name.replace("past", "present")]
                cache[row, :, slot] = written[i][line, :, 0] if self.new_slots else present[line, :, slot]
        return out


@pytest.mark.parametrize("seed", range(6))
@torch.no_grad()
def test_rows_out_of_step_are_images_alone(seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model, _, entropy = randomly_sized_models(rng)
    c = model.config
    storage = STORAGES["fp32"]
    graphs = {graph.name: graph for graph, _ in model_graphs(model, storage)}
    graphs["entropy"] = entropy_graph(entropy, WeightFile("entropy.bin", storage), "step")
    count, width, t_all, dim = int(rng.integers(1, 17)), c.width, c.tokens, c.dim
    labels = rng.integers(0, 4, count)
    tokens = rng.integers(0, model.config.vocab, (count, t_all))
    want_e = entropy.entropies(torch.from_numpy(tokens)).numpy()
    rules = PatchRules(entropy_threshold=float(np.quantile(want_e[:, 1:], rng.uniform(0.2, 0.8))),
                       max_patch_length=int(rng.integers(1, 1 + width)), row_reset=True)
    opened = opens(want_e, width, rules)
    want = np.stack([np.stack([model(torch.from_numpy(tokens[r : r + 1]), torch.tensor([k]),
                                     segmentation([patches_of(opened[r])]))[0].numpy() for k in (labels[r], 3)])
                     for r in range(count)])
    new_slots = bool(seed % 2)
    steps = {name: Steps(graphs[name], count * groups, new_slots)
             for name, groups in (("entropy", 1), ("encoder", 1), ("patch_transformer", 2), ("decoder", 2))}
    windows = {name: np.zeros((count, model.config.width, dim), np.float32) for name in "hkv"}
    h, cond = np.zeros((count, dim), np.float32), np.zeros((2, count, model.config.decoder_blocks * dim), np.float32)
    t, start, slot = (np.zeros(count, np.int64) for _ in range(3))
    waits = np.ones(count, bool)
    head_dim = c.head_dim

    def both(rows: np.ndarray) -> np.ndarray:
        return np.concatenate([rows, count + rows])

    while (t < t_all).any():
        living = np.flatnonzero(t < t_all)
        chosen = rng.permutation(living)[: rng.integers(1, len(living) + 1)]  # any rows, in any order
        some = chosen[waits[chosen]]
        if len(some):
            none = [np.zeros((1, 1, head_dim // 2), np.float32)] * 2
            ropes = [dynamic_rope(start[r], t[r] - 1, width, head_dim, 1) if t[r] else none for r in some]
            cos, sin = (np.concatenate([np.concatenate([rope[i] for rope in ropes])] * 2) for i in (0, 1))
            out = steps["patch_transformer"].run(both(some), np.tile(slot[some], 2), {
                **{name: window[some] for name, window in windows.items()}, "length": (t - start)[some].astype(np.int32),
                "class": np.stack([labels[some], np.full(len(some), 3)]).astype(np.int32), "cos": cos, "sin": sin})
            cond[:, some] = out["cond"].reshape(2, len(some), *cond.shape[2:])
            slot[some] += 1
            start[some], waits[some] = t[some], False
        ready = chosen[~waits[chosen]]
        if not len(ready):
            continue
        decoded = steps["decoder"].run(both(ready), np.tile(t[ready], 2), {
            "h": h[None, ready], "first": (t[ready] == 0).astype(np.int32), "cond": cond[:, ready]})
        logits = decoded["logits"].reshape(2, len(ready), -1)
        token = {"token": tokens[ready, t[ready]][:, None].astype(np.int32)}
        encoded, e = steps["encoder"].run(ready, t[ready], token), steps["entropy"].run(ready, t[ready], token)["entropy"]
        for i, r in enumerate(ready):
            assert np.abs(logits[:, i] - want[r, :, t[r]]).max() <= TOLERANCE
            assert t[r] + 1 == t_all or abs(e[i] - want_e[r, t[r] + 1]) <= TOLERANCE
            h[r] = encoded["h"][i, 0]
            for name, window in windows.items():
                window[r, t[r] - start[r]] = encoded[name][i, 0]
        t[ready] += 1
        for r in ready:
            waits[r] = t[r] < t_all and opened[r, t[r]]


@pytest.mark.parametrize("new_slots", [False, True])
@torch.no_grad()
def test_baseline_rows_out_of_step_are_images_alone(new_slots):
    rng = np.random.default_rng(7)
    torch.manual_seed(7)
    _, model, _ = randomly_sized_models(rng)
    graph = next(graph for graph, _ in model_graphs(model, STORAGES["fp32"]) if graph.name == "gpt")
    count, t_all = 5, model.config.tokens
    labels, tokens = rng.integers(0, 4, count), rng.integers(0, model.config.vocab, (count, t_all))
    want = [[model(torch.from_numpy(tokens[r : r + 1]), torch.tensor([k]))[0].numpy() for k in (labels[r], 3)]
            for r in range(count)]
    steps, t = Steps(graph, 2 * count, new_slots), np.zeros(count, np.int64)
    while (t < t_all).any():
        living = np.flatnonzero(t < t_all)
        some = rng.permutation(living)[: rng.integers(1, len(living) + 1)]
        logits = steps.run(np.concatenate([some, count + some]), np.tile(t[some], 2), {
            "token": np.where(t[some] > 0, tokens[some, t[some] - 1], 0)[None].astype(np.int32),
            "class": np.stack([labels[some], np.full(len(some), 3)]).astype(np.int32),
            "first": (t[some] == 0).astype(np.int32)})["logits"].reshape(2, len(some), -1)
        for i, r in enumerate(some):
            for group in (0, 1):
                assert np.abs(logits[group, i] - want[r][group][t[r]]).max() <= TOLERANCE
        t[some] += 1
