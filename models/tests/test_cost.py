"""The operation count reproduces the paper's Table 8, as engine/cost.test.ts has it."""

from pathlib import Path

import pytest

from models.cost import cost
from models.runs import load_run

CONFIGS = Path(__file__).parents[1] / "configs/imagenet"
GMAC = {("gpt", "b"): (24.98, 56.21), ("gpt", "l"): (83.26, 187.35), ("gpt", "xl"): (192.69, 433.57),
        ("dpar", "b"): (19.21, 40.92), ("dpar", "l"): (56.74, 117.92), ("dpar", "xl"): (125.52, 258.53)}


@pytest.mark.parametrize(("kind", "size"), GMAC)
def test_table_8_within_half_a_percent(kind, size):
    for pixels, p_avg, paper in zip((256, 384), (1.81, 2.06), GMAC[kind, size], strict=True):
        model = load_run(CONFIGS / f"{kind}-{size}-{pixels}.toml").model
        assert cost(model, model.tokens / p_avg) / 1e9 == pytest.approx(paper, rel=0.005)
