import copy
import json
from pathlib import Path

import pytest

from models.export.card import write_card

PACKS = Path("fixtures/models")


@pytest.mark.parametrize("name", ["nano", "nano-gpt"])
def test_a_pack_without_evaluation_has_a_card(name, tmp_path):
    manifest = json.loads((PACKS / name / "manifest.json").read_text())
    write_card(tmp_path, manifest | {"evaluation": {}, "split": {"seed": 3, "train": 9, "heldOut": 2}}, ())
    card = (tmp_path / "README.md").read_text()
    assert manifest["license"] in card and "split seed 3" in card
    assert "## Figures" not in card and "## Limits" not in card
    assert all(f"| {variant} |" in card for variant in manifest["variants"])


def test_the_figures_of_the_manifest_are_those_of_the_card(tmp_path):
    manifest = copy.deepcopy(json.loads((PACKS / "nano/manifest.json").read_text()))
    ids = [c["id"] for c in manifest["classes"]]
    manifest["split"] = {"seed": 0, "train": 9, "heldOut": 2}
    manifest["evaluation"] = {
        "n": 77, "held_out": 2, "images_seen": 1234, "features": "of a judge", "class_agreement": 0.876, "psnr": 31.26,
        "intervals": {"class_agreement": [0.81, 0.92]}, **{f"{key}_by_class": dict.fromkeys(ids, 1.5)
                                                           for key in ("class_agreement", "psnr", "p_avg")}}
    write_card(tmp_path, manifest, ("Roads end in fields.",))
    card = (tmp_path / "README.md").read_text()
    assert "77 samples" in card and "1234 images seen" in card and "* Roads end in fields." in card
    assert "| 87.6 % | 81.0 % to 92.0 % |" in card and "| PSNR of reconstructions, dB | 31.3 |  |" in card
    assert card.count("| 150.0 % | 1.5 | 1.50 |") == len(ids)
    del manifest["evaluation"]["class_agreement_by_class"][ids[0]]  # no sample of it
    write_card(tmp_path, manifest, ())
    assert (tmp_path / "README.md").read_text().count("| - | 1.5 | 1.50 |") == 1
