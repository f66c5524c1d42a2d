"""Attention weights of the graphs against PyTorch's softmax, on random models and patches."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from models.blocks import Attention
from models.dpar import DPAR, segmentation
from models.export.kinds import LOOKS, model_graphs
from models.export.read_back import read_back
from models.export.runtime import PackRuntime
from models.export.storage import STORAGES
from models.gpt import GPT
from models.patchify import PatchRules, opens, patches_of
from models.tests.graph_sessions import randomly_sized_models, run, session_of

TOLERANCE = 1e-4
FIXTURES = Path(__file__).parents[2] / "fixtures/models"


def recorded(part: torch.nn.Module, forward) -> np.ndarray:
    """Weights of the attentions in `part` while `forward` runs, [blocks, S, S], mean over heads."""
    found = []

    def keep(module, inputs):
        q, k, _ = module.split(*inputs[:3])
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        seen = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        found.append(scores.masked_fill(~seen, float("-inf")).softmax(-1).mean(1)[0].numpy())

    hooks = [one.register_forward_pre_hook(keep) for one in part.modules() if isinstance(one, Attention)]
    forward()
    for hook in hooks:
        hook.remove()
    return np.stack(found)


def check(found: np.ndarray, wanted: np.ndarray) -> None:
    size = wanted.shape[-1]
    assert np.abs(found[:, :size, :size] - wanted).max() < TOLERANCE
    assert np.abs(found.sum(-1) - 1).max() < TOLERANCE
    assert not np.triu(found, 1).any()


def patch_feeds(model: DPAR, opened: np.ndarray) -> dict[str, np.ndarray]:
    """members, length, cos, sin of the slots and patch_of of the tokens, as engine/attention.ts makes them."""
    c, patches = model.config, patches_of(opened)
    starts, ends = patches.starts[: c.tokens - 1], patches.ends[: c.tokens - 1]
    members, length = np.zeros((c.tokens, c.width), np.int32), np.ones(c.tokens, np.int32)
    length[0] = 0
    cos, sin = (np.zeros((c.tokens, c.head_dim // 2), np.float32) for _ in range(2))
    turned = model.patch_rotation(torch.tensor(starts)[None], torch.tensor(ends)[None])
    for slot, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if slot == c.tokens:
            break
        size = end - start + 1
        members[slot, :size], length[slot] = np.arange(start, end + 1), size
    cos[: len(starts) + 1], sin[: len(starts) + 1] = turned[0][0][: c.tokens], turned[1][0][: c.tokens]
    return {"members": members, "length": length, "cos": cos, "sin": sin, "patch_of": patches.patch_of.astype(np.int32)}


@pytest.mark.parametrize("seed", range(4))
@torch.no_grad()
def test_dpar(seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model, _, _ = randomly_sized_models(rng)
    c = model.config
    tokens = torch.tensor(rng.integers(0, c.vocab, (1, c.tokens)))
    rules = PatchRules(entropy_threshold=2.0, max_patch_length=int(rng.integers(1, c.width + 1)))
    opened = opens(rng.uniform(0, 3, (1, c.tokens)).astype(np.float32), c.width, rules)[0]
    label = torch.tensor([int(rng.integers(0, 4))])
    graphs = {graph.name: graph for graph, _ in model_graphs(model, STORAGES["fp32"])}
    forward = lambda: model(tokens, label, segmentation([patches_of(opened)]))  # noqa: E731
    states = run(session_of(graphs["encoder_all"]), {"tokens": tokens.numpy().astype(np.int32)})
    feeds = patch_feeds(model, opened)
    patch_of = feeds.pop("patch_of")
    found = run(session_of(graphs["patch_transformer_attention"]), {
        **{name: states[name] for name in "hkv"}, **feeds, "class": label[None].numpy().astype(np.int32)})
    check(found["attention"], recorded(model.patch_transformer, forward))
    cells = run(session_of(graphs["decoder_attention"]), {"h": states["h"], "cond": found["cond"], "patch_of": patch_of})
    check(cells["attention"], recorded(model.decoder, forward))


@pytest.mark.parametrize("seed", range(2))
@torch.no_grad()
def test_gpt(seed):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    _, model, _ = randomly_sized_models(rng)
    c = model.config
    tokens, label = torch.tensor(rng.integers(0, c.vocab, (1, c.tokens))), torch.tensor([int(rng.integers(0, 4))])
    graphs = {graph.name: graph for graph, _ in model_graphs(model, STORAGES["fp32"])}
    feeds = {"tokens": tokens.numpy().astype(np.int32), "class": label[None].numpy().astype(np.int32)}
    check(run(session_of(graphs["gpt_attention"]), feeds)["attention"], recorded(model, lambda: model(tokens, label)))


SPOTS = FIXTURES.parent / "attention.json"
"""Some weights of the pack nano by PyTorch, which engine/attention.ts is tested against, too (node/attention.test.ts)."""


def spots() -> dict:
    model = read_back(FIXTURES / "nano").model
    assert isinstance(model, DPAR)
    count = model.config.tokens
    tokens = [(7 * t) % model.config.vocab for t in range(count)]
    opened = np.array([t in (0, 1) or t % 3 == 0 or t % model.config.width == 0 for t in range(count)])
    given = torch.tensor([tokens]), torch.tensor([1]), segmentation([patches_of(opened)])
    patches, cells = (recorded(part, lambda: model(*given)) for part in (model.patch_transformer, model.decoder))

    def chosen(maps: np.ndarray) -> list[dict]:
        return [{"block": block, "row": row, "weights": maps[block, row, : row + 1].tolist()}
                for block in range(len(maps)) for row in (1, maps.shape[1] - 1)]

    return {"class": 1, "tokens": tokens, "starts": np.flatnonzero(opened).tolist(), "patches": chosen(patches),
            "cells": chosen(cells)}


@torch.no_grad()
def test_what_the_other_side_is_tested_against():
    stored, made = json.loads(SPOTS.read_text()), spots()
    for name in ("class", "tokens", "starts"):
        assert stored[name] == made[name]
    for name in ("patches", "cells"):
        for one, two in zip(stored[name], made[name], strict=True):
            assert (one["block"], one["row"]) == (two["block"], two["row"])
            assert np.allclose(one["weights"], two["weights"], atol=1e-5)


@torch.no_grad()
def test_a_pack_answers_with_the_attention_of_its_own_weights():
    model = read_back(FIXTURES / "nano-gpt").model
    assert isinstance(model, GPT)
    tokens = torch.arange(model.config.tokens)[None] % model.config.vocab
    feeds = {"tokens": tokens.numpy().astype(np.int32), "class": np.array([[0]], np.int32)}
    runtime = PackRuntime(FIXTURES / "nano-gpt")
    assert any(name in LOOKS for name in runtime.files["graphs"])
    check(runtime.run("gpt_attention", feeds)["attention"], recorded(model, lambda: model(tokens, torch.tensor([0]))))
