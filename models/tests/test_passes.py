"""Passes by window: counted by the loop that decodes, and noted in the manifest."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.cli import main
from models.decode import Request, decode
from models.export import passes
from models.export.files import write_file
from models.export.nano import PASSES_IMAGES, nano_content
from models.export.passes import count_passes, images_for
from models.tests.full_disk import no_space

FIXTURES = Path(__file__).parents[2] / "fixtures/models"


def test_counts_are_of_the_passes_that_whole_images_take():
    pico = nano_content("pico")
    counted = count_passes(pico.model, pico.entropy, pico.rules, pico.sampling, 6)
    assert counted.same == counted.entry["images"] == 6
    assert [one["window"] for one in counted.entry["by"]] == [1, 4, 8, 16]  # T is 16
    for window, mean in (one.values() for one in counted.entry["by"]):
        alone = [decode(pico.model, pico.entropy, Request(classes, np.array([k]), pico.rules, pico.sampling, window=window))
                 for k, classes in enumerate(np.arange(6)[:, None] // 2)]  # six images of three classes
        assert mean == pytest.approx(np.mean([out.passes.max() for out in alone]), abs=0.005)
    means = [one["mean"] for one in counted.entry["by"]]
    assert means[0] == 16 and means[1] < 12


def test_large_models_are_counted_on_fewer_images(monkeypatch):
    pico = nano_content("pico")
    assert images_for(pico.model) == 20
    monkeypatch.setattr(passes, "WORK", 0)
    assert images_for(pico.model) == 2


def test_a_large_model_is_not_counted_beyond_a_window_that_saves_too_little(monkeypatch):
    pico = nano_content("pico")

    def windows():
        counted = count_passes(pico.model, pico.entropy, pico.rules, pico.sampling, 1)
        return [one["window"] for one in counted.entry["by"]]

    monkeypatch.setattr(passes, "SAVES", 0)
    assert windows() == [1, 4, 8, 16]  # a small one is counted with all
    monkeypatch.setattr(passes, "WORK", 0)
    assert windows() == [1, 4]


@pytest.mark.parametrize("name", ["pico", "nano-gpt", "nano-llamagen"])
def test_the_packs_of_the_tests_say_what_is_counted_today(name, tmp_path, capsys, monkeypatch):
    pack = shutil.copytree(FIXTURES / name, tmp_path / name)
    whole = json.loads((pack / "manifest.json").read_text())
    before = (pack / "manifest.json").read_bytes()
    assert main(["passes", "--pack", str(pack), "--images", str(PASSES_IMAGES)]) == 0
    assert "in 4 of them every window gives the same tokens" in capsys.readouterr().out
    assert (pack / "manifest.json").read_bytes() == before  # recordings, too, where nothing changes
    del whole["passes"]
    run = write_file(pack, "recordings/some.run.json", b"a run of before")
    (pack / "manifest.json").write_text(json.dumps(whole | {"recordings": [
        {"id": "some", "title": "Some", "class": 0, "run": run, "picture": whole["golden"]}]}))
    count = ["passes", "--pack", str(pack), "--images", str(PASSES_IMAGES)]
    (pack / "README.md").write_text("a card of before")
    with monkeypatch.context() as full:
        full.setattr("models.export.card.write_card", no_space)
        assert main(count) == 2
    assert "passes" not in json.loads((pack / "manifest.json").read_text()), "the card would never follow"
    assert main(count) == 0
    assert (pack / "manifest.json").read_bytes() == before
    assert whole["title"] in (pack / "README.md").read_text()
    assert not (pack / "recordings").exists()
