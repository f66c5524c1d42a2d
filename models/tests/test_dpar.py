import math

import numpy as np
import pytest
import torch

from models.dpar import DPAR, DPARConfig, segmentation
from models.entropy_model import EntropyModel, EntropyModelConfig, entropy
from models.patchify import patches_of
from models.rope import PATCH_ANGLES, cell_angles, patch_angles, patch_angles_once

SIZES = {  # width, heads, patch transformer and decoder blocks, millions of parameters
    "B": (768, 12, 8, 3, 115.0),
    "L": (1024, 16, 19, 4, 351.2),
    "XL": (1280, 20, 30, 5, 789.4),
    "XXL": (1536, 24, 41, 6, 1434),
}


def random_segmentation(count, tokens, seed=0):
    rng = np.random.default_rng(seed)
    opened = rng.random((count, tokens)) < rng.uniform(0.3, 0.9, size=(count, 1))
    opened[:, :2] = True
    return [patches_of(row) for row in opened]


@pytest.mark.parametrize("size", SIZES)
def test_parameter_counts_of_table_1(size):
    dim, heads, patch_transformer, decoder, millions = SIZES[size]
    with torch.device("meta"):
        model = DPAR(DPARConfig(vocab=16384, classes=1000, dim=dim, heads=heads, patch_transformer_blocks=patch_transformer,
                                decoder_blocks=decoder))
    assert sum(p.numel() for p in model.parameters()) / 1e6 == pytest.approx(millions, rel=5e-4)


def test_loss_is_ln_v_at_first():
    model = DPAR(DPARConfig(vocab=64, width=8, tokens=64, classes=3, dim=64, heads=2, patch_transformer_blocks=1))
    logits = model(torch.randint(64, (2, 64)), torch.tensor([0, 1]), segmentation(random_segmentation(2, 64)))
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), torch.randint(64, (128,)))
    assert loss.item() == pytest.approx(math.log(64), abs=1e-6)


@torch.no_grad()
@pytest.mark.parametrize("j", [0, 1, 7, 8, 40, 63])
def test_changing_a_token_changes_no_logit_up_to_it(nano, j):
    model, tokens = nano[0], torch.randint(64, (1, 64), generator=torch.Generator().manual_seed(3))
    s = segmentation(random_segmentation(1, 64, seed=j))
    changed = tokens.clone()
    changed[0, j] = (changed[0, j] + 1) % 64
    before, after = (model(x, torch.tensor([1]), s)[0] for x in (tokens, changed))
    assert torch.equal(before[: j + 1], after[: j + 1])
    if j < 63:
        assert not torch.allclose(before[j + 1], after[j + 1])


@torch.no_grad()
def test_images_of_a_batch_cannot_see_each_other(nano):
    model, patches = nano[0], random_segmentation(3, 64)
    assert len({len(p) for p in patches}) == 3  # so two of them are padded
    tokens = torch.randint(64, (3, 64), generator=torch.Generator().manual_seed(4))
    classes = torch.tensor([0, 1, 2])
    together = model(tokens, classes, segmentation(patches))
    for i in range(3):
        alone = model(tokens[i : i + 1], classes[i : i + 1], segmentation(patches[i : i + 1]))
        assert (together[i] - alone[0]).abs().max() < 1e-5
    others = tokens.clone()
    others[1:] = (others[1:] + 7) % 64
    assert torch.equal(model(others, classes, segmentation(patches))[0], together[0])


@torch.no_grad()
def test_the_segmentation_matters_and_gives_no_nan(nano):
    tokens, classes = torch.randint(64, (1, 64)), torch.tensor([0])
    logits = [nano[0](tokens, classes, segmentation(random_segmentation(1, 64, seed))) for seed in (1, 2)]
    assert all(torch.isfinite(x).all() for x in logits)
    assert not torch.allclose(*logits)


def test_the_class_slot_and_the_first_decoder_slot_are_zero(nano):
    model = nano[0]
    cos, sin = model.patch_rotation(torch.tensor([[0, 1]]), torch.tensor([[0, 3]]))
    assert not cos[0, 0].any() and not sin[0, 0].any() and cos[0, 1].all()
    assert not model.slot_cos[0].any() and not model.slot_sin[0].any()
    assert torch.equal(model.slot_cos[1:], model.cell_cos[:-1])


def test_dynamic_rope_is_row_start_end_end_start():
    angles = patch_angles(torch.tensor(3 * 8 + 2), torch.tensor(3 * 8 + 5), 8, 64)
    a = 10000 ** (-16 * torch.arange(4, dtype=torch.float64) / 64)
    expected = torch.cat([2 * a, 5 * a, 5 * a, 2 * a]).float()
    torch.testing.assert_close(angles[16:], expected)
    torch.testing.assert_close(angles[:16], cell_angles(torch.tensor(3 * 8), 8, 64)[:16])


@torch.no_grad()
def test_the_entropy_of_the_first_token_is_undefined(nano):
    tokens = torch.randint(64, (2, 64))
    e = nano[1].entropies(tokens)
    assert torch.isinf(e[:, 0]).all() and torch.isfinite(e[:, 1:]).all()
    torch.testing.assert_close(e[:, 1:], entropy(nano[1](tokens))[:, :-1], atol=1e-5, rtol=1e-5)


def test_an_untrained_entropy_model_is_uniform():
    model = EntropyModel(EntropyModelConfig(vocab=64, width=8, tokens=64, dim=64, heads=2, blocks=1))
    e = model.entropies(torch.randint(64, (1, 64)))
    torch.testing.assert_close(e[0, 1:], torch.full((63,), math.log(64)))


def test_no_part_speaks_louder_than_the_others_at_the_start():
    """A condition of size 1 on tokens of size 0.02 cost most of DPAR's distance to the baseline."""
    torch.manual_seed(0)
    model = DPAR(DPARConfig(dim=256, heads=4, dropout=0.0))
    for name, value in model.named_parameters():
        if value.ndim == 2 and name != "decoder.head.weight":
            assert value.std().item() == pytest.approx(0.02, rel=0.1), name
    g = torch.randn(4, 256)
    assert all(condition.std() < 0.5 for condition in model.decoder.conditions(g))


def test_position_codes_of_patches_of_table_9():
    start, end, size = torch.tensor(3 * 8 + 2), torch.tensor(3 * 8 + 5), 64
    once = patch_angles_once(start, end, 8, size)
    rows, columns = once[:16], once[16:]
    i = torch.arange(8, dtype=torch.float64)
    a = (10000 ** (-8 * i / size)).float()
    assert torch.allclose(rows, cell_angles(start, 8, size)[:16]) and torch.allclose(columns, torch.cat([2 * a, 5 * a]))
    assert torch.equal(PATCH_ANGLES["2d"](start, end, 8, size), cell_angles(start, 8, size))
    logits = {}
    for rope in PATCH_ANGLES:
        torch.manual_seed(0)
        config = DPARConfig(vocab=64, width=8, tokens=64, classes=3, dim=64, heads=2, patch_transformer_blocks=1, patch_rope=rope)
        model = DPAR(config).eval()
        torch.nn.init.normal_(model.decoder.head.weight)
        generator = torch.Generator().manual_seed(1)
        tokens = torch.randint(64, (2, 64), generator=generator)
        logits[rope] = model(tokens, torch.tensor([0, 1]), segmentation(random_segmentation(2, 64)))
    assert not torch.allclose(logits["dynamic"], logits["dynamic-once"]) and not torch.allclose(logits["dynamic"], logits["2d"])
