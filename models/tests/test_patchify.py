import numpy as np
import pytest

from models.errors import ConfigError
from models.patchify import PatchRules, opens, patches_of, patchify, reasons

RULES = [
    PatchRules(entropy_threshold=0.3),
    PatchRules(entropy_threshold=0.3, row_reset=False),
    PatchRules(entropy_threshold=0.3, length_gate=False),
    PatchRules(entropy_gate=False),
    PatchRules(max_patch_length=1),
    PatchRules(entropy_gate=False, length_gate=False, row_reset=False, static_length=1.81),
]


@pytest.mark.parametrize("rules", RULES)
def test_online_reasons_agree_with_the_offline_form(rules):
    entropies = np.random.default_rng(1).normal(size=(20, 64)).astype(np.float32)
    expected = opens(entropies, 8, rules)
    for row, wanted in zip(entropies, expected, strict=True):
        length, found = 0, []
        for i, e in enumerate(row):
            found.append(any(reasons(i, e, length, 8, rules)))
            length = 1 if found[-1] else length + 1
        assert found == wanted.tolist()


def test_the_rules_of_algorithm_3():
    quiet = np.full(64, -1.0, np.float32)
    patches = patchify(quiet, 8, PatchRules(entropy_threshold=0))
    assert patches.starts[:5].tolist() == [0, 1, 5, 8, 12]  # x_0 alone, then fours, then the row start
    assert (patches.ends - patches.starts).max() == 3
    assert patches.patch_of[[0, 1, 4, 5, 63]].tolist() == [0, 1, 1, 2, len(patches) - 1]


def test_the_threshold_is_compared_in_float32():
    rules = PatchRules(entropy_threshold=0.1, length_gate=False, row_reset=False)
    at = np.full((1, 4), np.float32(0.1))
    assert opens(at, 4, rules)[0].tolist() == [True, True, False, False]
    assert opens(np.nextafter(at, np.float32(1)), 4, rules)[0].all()


def test_the_first_entropy_is_never_used():
    with_nan = np.full((1, 8), -1.0, np.float32)
    with_nan[0, 0] = np.nan
    assert opens(with_nan, 8, PatchRules(entropy_threshold=0))[0, :3].tolist() == [True, True, False]


def test_static_patches_have_the_asked_mean_length():
    rules = PatchRules(entropy_gate=False, length_gate=False, row_reset=False, static_length=1.81)
    assert len(patches_of(opens(np.zeros((1, 256), np.float32), 16, rules)[0])) == round(255 / 1.81)


def test_static_length_with_gates_on_is_refused():
    with pytest.raises(ConfigError, match="static_length"):
        PatchRules.parse({"static_length": 2.0})
