"""The linear probe of last hidden features."""

import numpy as np
import pytest
import torch

from models.dpar import DPAR, segmentation
from models.errors import UserError
from models.evaluation.probe import fit, mean_features, probe
from models.export.kinds import model_entry
from models.patchify import TOKEN_BY_TOKEN, PatchRules, opens, patches_of

RULES = PatchRules(entropy_threshold=0.5)


def test_a_straight_line_is_found_whatever_the_scale():
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=300)
    features = (np.eye(3)[labels] @ rng.normal(size=(3, 8)) * 50 + rng.normal(size=(300, 8)) + 1000).astype(np.float32)
    layer = fit(features, labels, 3)
    assert (layer(torch.from_numpy(features).double()).argmax(-1).numpy() == labels).mean() > 0.98


def test_features_are_the_mean_over_patches_without_the_class(nano, token_set):
    model, rows = nano[0], np.arange(64, 70)
    found = mean_features(model, token_set, rows, RULES, torch.device("cpu"))
    for row, features in zip(rows, found, strict=True):
        patches = segmentation([patches_of(opens(token_set.entropies[0][row][None], 8, RULES)[0])])
        hidden: list[torch.Tensor] = []
        hook = model.patch_transformer.register_forward_hook(lambda _m, _i, output, to=hidden: to.append(output))
        tokens = torch.from_numpy(token_set.tokens[0][row].astype(np.int64))[None]
        with torch.no_grad():
            model(tokens, torch.tensor([model.null_class]), patches)
        hook.remove()
        assert np.allclose(features, hidden[0][0, 1:].mean(0).numpy(), atol=1e-4)


def test_a_probe_counts_held_out_pictures(nano_gpt, token_set):
    figures = probe(nano_gpt, token_set, TOKEN_BY_TOKEN, torch.device("cpu"), 32, 16)
    assert figures["trained_on"] == 32 and figures["n"] == 16 and 0 <= figures["top_1"] <= 1 and "top_5" not in figures


def test_a_pack_of_other_position_codes_is_refused(nano):
    model = DPAR(nano[0].config.model_copy(update={"patch_rope": "2d"}))
    with pytest.raises(UserError, match="Dynamic RoPE only"):
        model_entry(model)
