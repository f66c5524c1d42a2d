"""New-slot graphs answer what the step graphs do, and exactly the slot that those write."""

import numpy as np
import pytest

from models.export.runtime import PackRuntime
from models.tests.test_export import ROOT

STEPS = [("nano", "entropy", 1), ("nano", "encoder", 1), ("nano", "patch_transformer", 2), ("nano", "decoder", 2),
         ("nano-gpt", "gpt", 2)]


@pytest.mark.parametrize("images", [1, 3])
@pytest.mark.parametrize(("pack", "name", "groups"), STEPS)
def test_rows_are_the_slots_that_a_step_writes(pack, name, groups, images):
    runtime = PackRuntime(ROOT / "fixtures/models" / pack)
    whole, new_slots = runtime.session(name), runtime.session(name, new_slots=True)
    generator = np.random.default_rng(0)
    feeds, capacity, rows = {}, 8, groups * images
    slots, sizes = np.array([5, 2, 0][:images] * groups), {"R": images, "G": groups, "rows": rows}
    for one in whole.get_inputs():
        shape = [sizes[size] if isinstance(size, str) else size for size in one.shape]
        feeds[one.name] = (generator.standard_normal(shape).astype(np.float32) if one.type == "tensor(float)"
                           else np.ones(shape, np.int32))
    feeds["seqlens_k"][:], feeds["total"][:] = slots, slots.max() + 1
    names = [one.name for one in whole.get_outputs()]
    full = dict(zip(names, whole.run(None, feeds), strict=True))
    short = {key: value[:, :, :capacity].copy() if key.startswith("past_") else value for key, value in feeds.items()}
    answered = dict(zip([one.name for one in new_slots.get_outputs()], new_slots.run(None, short), strict=True))
    presents = [key for key in names if key.startswith("present_")]
    assert list(answered) == [key for key in names if key not in presents] + ["kv"]
    written = np.concatenate([full[key][np.arange(rows), :, slots][:, :, None] for key in presents])
    assert np.array_equal(answered["kv"], written)
    for key in answered.keys() - {"kv"}:
        assert np.array_equal(answered[key], full[key])
