"""The tokens of every window are those of decoding one token a pass."""

import numpy as np
import pytest
import torch

from models.decode import Decoded, Request, decode
from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.export import nano as nano_pack
from models.export.nano import PICO_GRID, widen
from models.gpt import GPT, GPTConfig
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.window import Windows

WINDOWS = (2, 3, 8, 16, 36)
RULES = {
    "entropy": PatchRules(entropy_threshold=3.2),
    "long": PatchRules(entropy_threshold=3.4, row_reset=False, max_patch_length=7),
    "single": PatchRules(max_patch_length=1),
    "static": PatchRules(entropy_gate=False, length_gate=False, row_reset=False, static_length=2.3),
}


def same(one: Decoded, other: Decoded) -> None:
    assert (one.tokens == other.tokens).all() and (one.opened == other.opened).all()
    np.testing.assert_allclose(one.entropies, other.entropies, atol=1e-4)
    if one.logits is not None:
        assert np.abs(one.logits - other.logits).max() <= 1e-4


def order(out: Decoded) -> None:
    """Every pass settles at least one token of an image that is not complete, from left to right."""
    steps = np.diff(out.passes, axis=1)
    assert (out.passes[:, 0] == 1).all() and ((steps == 0) | (steps == 1)).all()


@pytest.fixture(scope="module")
def small():
    """(DPAR, EntropyModel, GPT) on a 6 x 6 grid of 64 codes: every rule and window as on a larger one, in a third of the time."""
    grid = PICO_GRID | {"width": 6, "tokens": 36}
    dpar, entropy, _ = nano_pack.random_models(grid, 1, 0)
    gpt = GPT(GPTConfig(**grid, classes=3, blocks=2))
    widen(gpt, 0.17)
    return dpar, entropy, gpt.eval()


def with_every_window(model, entropy, request: Request) -> Decoded:
    """Decodes one token a pass, by every window and by a full recompute: always the same."""
    alone = decode(model, entropy, request, keep=True)
    assert (alone.passes == np.arange(1, 37)).all()
    for window in WINDOWS:
        request.window = window
        out = decode(model, entropy, request, keep=True)
        same(out, alone)
        order(out)
    request.window = 8
    same(decode(model, entropy, request, incremental=False, keep=True), alone)
    return alone


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_dpar_decodes_the_same_with_every_window(small, rules, guidance):
    request = Request(np.array([0, 1, 2]), np.array([5, 6, 7]), rules, SamplingConfig(guidance=guidance))
    opened = with_every_window(small[0], small[1], request).opened
    assert opened.all() if rules is RULES["single"] else 6 < opened.sum(1).max() < 36  # patches of one token and of several


@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_the_baseline_decodes_the_same_with_every_window(small, guidance):
    with_every_window(small[2], None, Request(np.array([0, 2]), np.array([5, 6]), sampling=SamplingConfig(guidance=guidance)))


@pytest.mark.parametrize("sampling", [{"temperature": 0.0}, {"temperature": 0.4, "top_k": 9}, {"top_p": 0.5}])
def test_filters_and_temperatures(small, sampling):
    request = Request(np.array([0, 1]), np.array([5, 6]), RULES["entropy"], SamplingConfig.parse(sampling))
    alone = decode(small[0], small[1], request)
    request.window = 16
    out = decode(small[0], small[1], request)
    same(out, alone)
    assert out.passes.max() < 36


@pytest.mark.parametrize("given", [1, 10, 22, 36])
def test_given_tokens_settle_a_window_at_a_time(small, given):
    tokens = np.random.default_rng(2).integers(64, size=(2, given))
    dpar, entropy_model, gpt = small
    for model, entropy in ((dpar, entropy_model), (gpt, None)):
        request = Request(np.array([0, 2]), np.array([1, 2]), RULES["entropy"], given=tokens)
        alone = decode(model, entropy, request, keep=True)
        request.window = 8
        out = decode(model, entropy, request, keep=True)
        same(out, alone)
        assert (out.tokens[:, :given] == tokens).all()
        assert (out.passes[:, given - 1] <= -(-given // 8)).all()


def test_a_run_goes_on_from_its_own_tokens(nano):
    """Taken up again in the middle, with another window, as a run that was interrupted."""
    request = Request(np.array([1]), np.array([9]), RULES["entropy"], window=8)
    whole = decode(nano[0], nano[1], request)
    for count in (1, 23, 63):
        again = Request(request.classes, request.seeds, request.rules, given=whole.tokens[:, :count], window=3)
        same(decode(nano[0], nano[1], again), whole)


@pytest.mark.parametrize("seed", range(8))
def test_random_models_grids_and_rules(seed):
    """Against a full recompute of every pass, too."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    heads, width = int(rng.integers(1, 4)), int(rng.integers(2, 7))
    shape = {"vocab": int(rng.integers(5, 40)), "width": width, "tokens": width * width, "dim": 32 * heads, "heads": heads}
    blocks = {f"{name}_blocks": int(rng.integers(1, 4)) for name in ("encoder", "patch_transformer", "decoder")}
    dpar = DPAR(DPARConfig(**shape, classes=3, **blocks)).eval()
    gpt = GPT(GPTConfig(**shape, classes=3, blocks=2)).eval()
    entropy = EntropyModel(EntropyModelConfig(**shape, blocks=int(rng.integers(1, 3)))).eval()
    for one in (dpar, gpt, entropy):
        widen(one, 0.15)
    threshold = float(np.log(shape["vocab"]) - rng.uniform(0.05, 0.6))
    longest, reset, count = int(rng.integers(1, width + 1)), bool(rng.integers(2)), int(rng.integers(1, 5))
    rules = PatchRules(entropy_threshold=threshold, max_patch_length=longest, row_reset=reset)
    guidance = float(rng.choice([1.0, 2.5]))
    for model, e in ((dpar, entropy), (gpt, None)):
        request = Request(rng.integers(0, 4, count), rng.integers(0, 2**32, count), rules, SamplingConfig(guidance=guidance))
        alone = decode(model, e, request, keep=True)
        for window in (2, int(rng.integers(3, 10)), width * width):
            request.window = window
            out = decode(model, e, request, keep=True)
            same(out, alone)
        same(decode(model, e, request, incremental=False, keep=True), alone)


def test_windows_settle_up_to_the_first_draft_that_fails():
    windows = Windows(1, length=9, width=3, size=4)
    at = windows.next()
    assert at.all.tolist() == [[0, 1, 2, 3]] and windows.tokens[0, :4].tolist() == [0, 0, 0, 0]
    windows.settle(at, np.array([[0, 5, 6, 7]]))  # the draft at 1 fails: 0 and 5 are right
    assert windows.settled.tolist() == [2] and windows.tokens[0, :6].tolist() == [0, 5, 6, 7, 5, 6]
    at = windows.next()
    assert at.all.tolist() == [[2, 3, 4, 5]]
    windows.settle(at, np.array([[6, 7, 5, 6]]))  # all come true
    assert windows.settled.tolist() == [6] and windows.tokens[0].tolist() == [0, 5, 6, 7, 5, 6, 7, 5, 6]
    at = windows.next()
    assert at.all.tolist() == [[5, 6, 7, 8]]  # reaches back over a settled token
    windows.settle(at, np.array([[1, 7, 8, 2]]))  # whose answer changes nothing
    assert windows.settled.tolist() == [8] and windows.tokens[0].tolist() == [0, 5, 6, 7, 5, 6, 7, 8, 2]
    windows.settle(windows.next(), np.array([[1, 7, 8, 3]]))
    assert windows.next() is None and windows.tokens[0, 8] == 3
    assert windows.passes.tolist() == [[1, 1, 2, 2, 2, 2, 3, 3, 4]]
