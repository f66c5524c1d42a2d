"""What a study's page says of its rows: the spread of seeds, verdicts, and curves seed by seed."""

from typing import Any

import numpy as np
import pytest

from models.study.page import Row, curve_table, spread, verdict
from models.study.plan import FILES, StudyConfig, load_base, trainings_of


def test_the_spread_is_where_a_training_without_any_difference_would_lie():
    arm = StudyConfig.load(FILES / "table3.toml").arms[-1]
    seeds = Row(arm, [{"nats": value} for value in (3.201, 3.246, 3.205)], 3)
    assert spread(seeds, "nats") == pytest.approx(0.1238, abs=1e-4)  # 4.303 x 0.0249 x sqrt(1 + 1/3)
    assert verdict(Row(arm, [{"nats": 3.138}], 1), seeds, "nats", 3) == "-0.079 (within the spread)"
    assert verdict(Row(arm, [{"nats": 3.05}], 1), seeds, "nats", 3) == "-0.167 (beyond the spread)"
    rng = np.random.default_rng(0)
    false = 0
    for _ in range(2000):
        *three, one = rng.normal(size=4)
        width = spread(Row(arm, [{"nats": value} for value in three], 3), "nats")
        false += abs(one - np.mean(three)) > width
    assert false / 2000 == pytest.approx(0.05, abs=0.015)
    assert spread(Row(arm, [{"nats": 1.0}], 1), "nats") is None


def test_the_pair_of_figure_4_has_every_seed_and_is_compared_seed_by_seed():
    config = StudyConfig.load(FILES / "figure4.toml")
    gpt, dpar = config.arms
    base = load_base({"seeds": (3, 5)})
    assert trainings_of(gpt, base) == [("gpt", 3), ("gpt-5", 5)]
    assert trainings_of(dpar, base) == [("default-3", 3), ("default-5", 5)]
    assert trainings_of(StudyConfig.load(FILES / "table7.toml").arms[0], base) == [("gpt", 3)]  # the same training, once

    def ended(nats: float, macs: float) -> dict[str, Any]:
        return {"points": [{"images": images, "macs": macs * images, "nats": nats + 4 - images / 25} for images in (25, 100)]}

    rows = [Row(gpt, [ended(1.5, 2e12), ended(1.7, 2e12)], 2), Row(dpar, [ended(1.6, 1e12), ended(1.75, 1e12)], 2)]
    page = "\n".join(curve_table(rows))
    assert "| nats a token at | GPT | DPAR | DPAR less GPT |" in page
    assert "(100 images) | 1.6000 [1.5000, 1.7000] | 1.6750 [1.6000, 1.7500] | +0.0750 [+0.0500, +0.1000] |" in page
    assert "| 100% of operations (200 TMAC) | 1.6000 [1.5000, 1.7000] | - | - |" in page
    undone = [rows[0], Row(dpar, rows[1].done[:1], 2)]
    assert curve_table(undone)[5].endswith("| 1.6000 | - |")  # which seeds are there is not known
    assert curve_table(rows[1:])[0] == "| nats a token at | DPAR |"
