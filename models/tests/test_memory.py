"""The figures of docs/scaling.md are models/bench/memory.py's, and that agrees with what autograd keeps."""

import re
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from models import blocks
from models.bench.memory import block_activations, training_memory
from models.rope import cell_angles, rotation
from models.runs import load_run

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_a_block_keeps_what_the_formula_says(monkeypatch, dropout):
    monkeypatch.setattr(blocks, "causal_attention", lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True))
    dim, heads, positions = 128, 2, 64
    block = blocks.Block(dim, heads, dropout)
    weights = {p.untyped_storage().data_ptr() for p in block.parameters()}
    cos, sin = rotation(cell_angles(torch.arange(positions), 8, dim // heads))
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if tensor.numel() >= positions and storage.data_ptr() not in weights and tensor.shape[:1] != (positions,):
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    x = torch.randn(1, positions, dim, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor), torch.autocast("cpu", torch.bfloat16):
        out = block(x, cos, sin)
    assert out.shape == x.shape
    linear = sum(p.numel() for p in block.parameters() if p.ndim > 1) * 2  # autocast's copies, counted apart
    measured = (sum(kept.values()) - linear) / positions
    assert measured == pytest.approx(block_activations(dim, heads, dropout > 0), rel=0.05)


def test_the_documented_figures_are_the_function_s():
    text = (ROOT / "docs/scaling.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", text, re.M)
    assert len(rows) == 14
    for name, images, millions, fixed, plain, checkpointed in rows:
        run = load_run(ROOT / f"models/configs/imagenet/{name}.toml")
        mean_patch = 1.0 if run.kind == "gpt" else {16: 1.81, 24: 2.06}[run.model.width]
        one, other = (training_memory(run.model, int(images), mean_patch=mean_patch, checkpointing=c) for c in (False, True))
        assert one.weights / 4e6 == pytest.approx(float(millions), abs=0.06)
        assert (one.weights + one.gradients + one.moments + one.cast) / 1e9 == pytest.approx(float(fixed), abs=0.06)
        assert [one.total / 1e9, other.total / 1e9] == pytest.approx([float(plain), float(checkpointed)], abs=0.06)
