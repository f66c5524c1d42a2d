"""Guidance against a class of one's own choice in place of the null class."""

import json

import numpy as np
import pytest
import torch

from models.decode import Request, decode
from models.export import against_vectors
from models.export.defaults import default_rules
from models.export.golden import golden_vectors
from models.export.nano import NAMES, nano_content
from models.null_class import NullClass
from models.patchify import PatchRules
from models.sampling import SamplingConfig

RULES = PatchRules(entropy_threshold=3.2)


@pytest.mark.parametrize("incremental", [True, False])
@pytest.mark.parametrize("window", [1, 8])
@pytest.mark.parametrize("kind", ["dpar", "gpt"])
def test_the_second_row_is_what_the_class_itself_gives(nano, nano_gpt, kind, incremental, window):
    model, entropy = (nano[0], nano[1]) if kind == "dpar" else (nano_gpt, None)
    given = np.random.default_rng(2).integers(64, size=(2, 64))

    def logits(classes, against=None, guidance=2.0):
        sampling, second = SamplingConfig(guidance=guidance), None if against is None else np.array(against)
        request = Request(np.array(classes), np.array([5, 6]), RULES, sampling, given, window=window, against=second)
        return decode(model, entropy, request, incremental, keep=True).logits

    away, null = logits([0, 1], [2, 0]), logits([0, 1])
    np.testing.assert_allclose(away[:, 1], logits([2, 0], guidance=1.0)[:, 0], atol=1e-4)
    assert np.abs(away[:, 1] - null[:, 1]).max() > 0.01
    np.testing.assert_array_equal(logits([0, 1], [3, 3]), null)  # class 3 is the null class


def test_entropies_of_a_gpt_stay_those_of_its_null_class(nano_gpt):
    out = decode(nano_gpt, None, Request(np.array([0, 2]), np.array([3, 4]), against=np.array([1, 1])))
    scored = NullClass(nano_gpt).entropies(torch.from_numpy(out.tokens)).numpy()
    np.testing.assert_allclose(out.entropies, scored, atol=1e-4)


def test_the_golden_vectors_are_those_of_this_loop():
    golden, made = json.loads(against_vectors.PATH.read_text()), against_vectors.vectors()
    assert {name: pack["tokens"] for name, pack in golden["packs"].items()} == {n: p["tokens"] for n, p in made["packs"].items()}
    for name, pack in made["packs"].items():
        assert pack["margin"] == pytest.approx(golden["packs"][name]["margin"], abs=2e-4) and pack["margin"] > 0.01


@pytest.mark.parametrize("kind", ["dpar", "gpt", "pico"])
def test_the_fixtures_greedy_choices_and_their_margin_are_made_again(kind):
    root, content = against_vectors.PATH.parent / "models" / NAMES[kind][0], nano_content(kind)
    defaults = json.loads((root / "manifest.json").read_text())["defaults"]
    golden = json.loads((root / "golden.json").read_text())["greedy"]
    made = golden_vectors(content.model, content.entropy, content.tokenizer, content.golden, content.golden_label,
                          default_rules(defaults), content.sampling.guidance)["greedy"]
    assert made.pop("margin") == pytest.approx(golden.pop("margin"), abs=1e-5)
    assert made == golden
