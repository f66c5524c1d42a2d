import numpy as np
import pytest
import torch

from models.decode import Request, decode
from models.null_class import NullClass
from models.sampling import SamplingConfig


@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_incremental_equals_full_recompute(nano, nano_gpt, guidance):
    request = Request(np.array([0, 1, 2]), np.array([5, 6, 7]), sampling=SamplingConfig(guidance=guidance))
    fast, slow = (decode(nano_gpt, nano[1], request, incremental=way, keep=True) for way in (True, False))
    assert (fast.tokens == slow.tokens).all() and fast.opened.all()
    assert fast.logits.shape == (3, 1 if guidance == 1 else 2, 64, 64)
    assert np.abs(fast.logits - slow.logits).max() <= 1e-4


def test_given_tokens_are_kept_and_read(nano_gpt):
    given = np.random.default_rng(2).integers(64, size=(2, 40))
    request = Request(np.array([0, 2]), np.array([1, 2]), given=given)
    fast, slow = (decode(nano_gpt, None, request, incremental=way, keep=True) for way in (True, False))
    assert (fast.tokens[:, :40] == given).all() and (fast.tokens == slow.tokens).all()
    assert np.abs(fast.logits - slow.logits).max() <= 1e-4


def test_an_image_does_not_depend_on_its_batch(nano_gpt):
    batch = decode(nano_gpt, None, Request(np.array([0, 1]), np.array([8, 9])))
    alone = decode(nano_gpt, None, Request(np.array([1]), np.array([9])))
    assert (batch.tokens[1] == alone.tokens[0]).all()


@pytest.mark.parametrize("guidance", [1.0, 2.0])
@pytest.mark.parametrize("incremental", [True, False])
def test_entropies_are_those_of_the_null_class(nano_gpt, guidance, incremental):
    request = Request(np.array([0, 2]), np.array([3, 4]), sampling=SamplingConfig(guidance=guidance))
    out = decode(nano_gpt, None, request, incremental=incremental)
    with torch.no_grad():
        logits = nano_gpt(torch.from_numpy(out.tokens), torch.full((2,), nano_gpt.null_class)).double()
    p = logits.softmax(-1).numpy()
    expected = -(p * np.log(p)).sum(-1)[:, 1:]
    assert np.isinf(out.entropies[:, 0]).all() and np.ptp(expected) > 0.1
    assert np.abs(out.entropies[:, 1:] - expected).max() <= 1e-4
    scored = NullClass(nano_gpt).entropies(torch.from_numpy(out.tokens)).numpy()
    assert np.abs(scored[:, 1:] - expected).max() <= 1e-4
