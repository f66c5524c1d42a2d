import math

import numpy as np
import pytest
import torch

from models.gpt import GPT, GPTConfig

SIZES = {"B": (768, 12, 12, 110.9), "L": (1024, 16, 24, 342.9), "XL": (1280, 20, 36, 774.6)}  # width, heads, blocks, millions


def small(**changes) -> GPT:
    return GPT(GPTConfig(**{"vocab": 64, "width": 8, "tokens": 64, "classes": 3, "dim": 64, "heads": 2, "blocks": 2, **changes}))


@pytest.mark.parametrize("size", SIZES)
def test_parameter_counts_are_llamagens(size):
    dim, heads, blocks, millions = SIZES[size]
    with torch.device("meta"):
        model = GPT(GPTConfig(vocab=16384, classes=1000, dim=dim, heads=heads, blocks=blocks))
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=5e-4)


def test_loss_is_ln_v_at_first():
    tokens = torch.randint(64, (2, 64))
    loss = torch.nn.functional.cross_entropy(small()(tokens, torch.tensor([0, 3])).flatten(0, 1), tokens.flatten())
    assert loss.item() == pytest.approx(math.log(64), abs=1e-6)


def test_the_class_slot_is_zero_and_slot_t_carries_the_cell_of_its_input():
    from models.rope import cell_angles

    model = small()
    assert not model.slot_cos[0].any() and not model.slot_sin[0].any()
    angles = cell_angles(torch.arange(63), 8, 32)
    assert torch.equal(model.slot_cos[1:], angles.cos()) and torch.equal(model.slot_sin[1:], angles.sin())


@torch.no_grad()
@pytest.mark.parametrize("j", [0, 1, 8, 40, 63])
def test_changing_a_token_changes_no_logit_up_to_it(nano_gpt, j):
    tokens = torch.randint(64, (1, 64), generator=torch.Generator().manual_seed(3))
    changed = tokens.clone()
    changed[0, j] = (changed[0, j] + 1) % 64
    before, after = (nano_gpt(x, torch.tensor([1]))[0] for x in (tokens, changed))
    assert torch.equal(before[: j + 1], after[: j + 1])
    if j < 63:
        assert not torch.allclose(before[j + 1], after[j + 1])


@torch.no_grad()
def test_the_class_matters_from_the_first_token_on(nano_gpt):
    tokens = torch.randint(64, (1, 64))
    one, null = (nano_gpt(tokens, torch.tensor([k]))[0] for k in (1, nano_gpt.null_class))
    assert all(not np.allclose(one[t], null[t]) for t in (0, 1, 63))


@torch.no_grad()
def test_a_prefix_is_continued_by_any_token(nano_gpt):
    tokens = torch.randint(64, (1, 64))
    whole, prefix = (nano_gpt(tokens[:, :size], torch.tensor([2]))[0] for size in (64, 10))
    torch.testing.assert_close(whole[:10], prefix, atol=1e-5, rtol=0)
