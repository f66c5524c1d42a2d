import numpy as np
import pytest
import torch

from models.decode import IncrementalDecoder, Request, decode
from models.patchify import PatchRules
from models.sampling import SamplingConfig

RULES = [
    PatchRules(entropy_threshold=3.2),
    PatchRules(entropy_threshold=3.2, row_reset=False, max_patch_length=7),
    PatchRules(max_patch_length=1),
    PatchRules(entropy_gate=False, length_gate=False, row_reset=False, static_length=2.3),
]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_incremental_equals_full_recompute(nano, rules, guidance):
    """Alg. 2 against KV caches, three images whose patches open out of step."""
    request = Request(np.array([0, 1, 2]), np.array([5, 6, 7]), rules, SamplingConfig(guidance=guidance), steps=40)
    fast, slow = (decode(nano[0], nano[1], request, incremental=way, keep=True) for way in (True, False))
    assert (fast.tokens == slow.tokens).all() and (fast.opened == slow.opened).all()
    assert np.abs(fast.logits - slow.logits).max() <= 1e-4
    np.testing.assert_allclose(fast.entropies[:, 1:], slow.entropies[:, 1:], atol=1e-4)


def test_random_segmentations_agree_too(nano):
    """Given tokens and a gate at random: the threshold differs from image to image through their entropies."""
    rng = np.random.default_rng(2)
    for threshold in rng.uniform(2.5, 4, size=3):
        given = rng.integers(64, size=(2, 64))
        request = Request(np.array([0, 2]), np.array([1, 2]), PatchRules(entropy_threshold=threshold), given=given)
        fast, slow = (decode(nano[0], nano[1], request, incremental=way, keep=True) for way in (True, False))
        assert (fast.tokens == given).all()
        assert np.abs(fast.logits - slow.logits).max() <= 1e-4


def test_an_image_does_not_depend_on_its_batch(nano):
    rules = PatchRules(entropy_threshold=3.2)
    batch = decode(nano[0], nano[1], Request(np.array([0, 1]), np.array([8, 9]), rules))
    alone = decode(nano[0], nano[1], Request(np.array([1]), np.array([9]), rules))
    assert (batch.tokens[1] == alone.tokens[0]).all()


def test_memory_used_again_leaves_no_trace(nano):
    dpar, entropy, _ = nano
    requests = [Request(np.array(labels), np.array([3, 4]), PatchRules(entropy_threshold=3.2)) for labels in ([0, 1], [2, 0])]
    decoder = IncrementalDecoder(dpar, torch.tensor([[1, 1], [3, 3]]))
    for request in requests:
        again = decode(dpar, entropy, request, keep=True, decoder=decoder)
        fresh = decode(dpar, entropy, request, keep=True)
        assert (again.tokens == fresh.tokens).all() and np.abs(again.logits - fresh.logits).max() <= 1e-5


def test_bfloat16_keeps_the_entropies_in_float32(nano):
    given = np.random.default_rng(3).integers(64, size=(2, 64))
    request = Request(np.array([0, 2]), np.array([1, 2]), PatchRules(entropy_threshold=3.2), given=given)
    quick, exact = (decode(nano[0], nano[1], request, keep=True, bf16=bf16) for bf16 in (True, False))
    np.testing.assert_array_equal(quick.entropies, exact.entropies)
    error = (quick.logits - exact.logits).std() / exact.logits.std()  # bfloat16 keeps 8 bits, so some hundredths after 12 blocks
    assert 0 < error < 0.05
