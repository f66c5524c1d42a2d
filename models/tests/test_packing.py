"""Packed sequences and activation checkpointing compute what the plain form does."""

import numpy as np
import pytest
import torch

from models import patch_transformer
from models.blocks import Block
from models.dpar import DPAR, DPARConfig
from models.patch_data import PatchStream
from models.patchify import PatchRules
from models.streams import split_batch


def batch_and_model(token_set):
    torch.manual_seed(0)
    config = DPARConfig(vocab=64, width=8, tokens=64, classes=3, dim=32, heads=1, patch_transformer_blocks=2, decoder_blocks=1,
                        dropout=0.0)
    return next(PatchStream(token_set, 8, 0, 8, PatchRules(entropy_threshold=0.5))), DPAR(config)


def outputs(model, counts=None, packed=False):
    """g of random patches of three images of 5, 2 and 4 slots, and the gradients of its sum over what is not padding."""
    generator = torch.Generator().manual_seed(1)
    patches = torch.randn(3, 4, 32, generator=generator, requires_grad=True)
    cos, sin = torch.rand(3, 5, 16, generator=generator), torch.rand(3, 5, 16, generator=generator)
    real = torch.arange(5) < torch.tensor([5, 2, 4])[:, None]
    g = model.patch_transformer(torch.tensor([0, 1, 3]), patches, cos, sin, counts, packed)
    (grad,) = torch.autograd.grad((g[real] ** 2).sum(), patches)
    return g, grad, real


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "in groups"])
def test_images_do_not_see_each_other(token_set, packed, monkeypatch):
    monkeypatch.setattr(patch_transformer, "GROUP", 1)
    _, model = batch_and_model(token_set)
    padded, grad, real = outputs(model)
    run, run_grad, _ = outputs(model, torch.tensor([5, 2, 4]), packed)
    torch.testing.assert_close(run[real], padded[real], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(run_grad, grad, atol=1e-4, rtol=1e-4)
    assert not run[~real].any()


def test_groups_hold_every_image_once_beside_others_of_like_count():
    counts = torch.randint(1, 65, (32,), generator=torch.Generator().manual_seed(0))
    parts = patch_transformer.groups(counts)
    assert sorted(torch.cat([rows for rows, _ in parts]).tolist()) == list(range(32)) and len(parts) == 4
    assert all(size == counts[rows].max() for rows, size in parts)
    assert [size for _, size in parts] == sorted(size for _, size in parts)
    assert len(patch_transformer.groups(counts[:3])) == 1


def test_recomputed_blocks_have_the_same_gradients(token_set):
    batch, model = batch_and_model(token_set)
    model.decoder.head.weight.data.normal_()
    gradients = []
    for recompute in (False, True):
        for block in (m for m in model.modules() if isinstance(m, Block)):
            block.recompute = recompute
        model.zero_grad()
        model(batch.tokens, batch.labels, batch.patches).square().mean().backward()
        gradients.append([p.grad.clone() for p in model.parameters()])
    assert all(torch.equal(one, two) for one, two in zip(*gradients, strict=True))


@torch.no_grad()
def test_parts_and_shares_make_up_the_batch(token_set):
    batch, model = batch_and_model(token_set)
    model.decoder.head.weight.data.normal_()
    logits = torch.cat([model(p.tokens, p.labels, p.patches) for p in split_batch(batch, 4)])
    torch.testing.assert_close(logits, model(batch.tokens, batch.labels, batch.patches), atol=1e-4, rtol=1e-4)
    shares = []
    for rank in range(2):
        stream = PatchStream(token_set, 8, 0, 8, PatchRules(entropy_threshold=0.5))
        stream.take_share(rank, 2)
        shares.append(next(stream))
    for name in ("tokens", "labels", "chance"):
        together = np.stack([getattr(share, name).numpy() for share in shares], axis=1).reshape(getattr(batch, name).shape)
        assert np.array_equal(together, getattr(batch, name).numpy()), name
