"""Graphs built anew on a pack's own weights."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from models.cli import main
from models.export.files import read_manifest
from models.export.kinds import visit_bytes
from models.export.read_back import read_back
from models.export.regraph import regraph
from models.null_class import NullClass
from models.tests.test_evaluate_command import folders  # noqa: F401  (a fixture)

FIXTURES = Path(__file__).parents[2] / "fixtures/models"


def copy(name: str, to: Path) -> Path:
    return shutil.copytree(FIXTURES / name, to / name)


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["nano", "nano-gpt", "nano-llamagen"])
def test_the_packs_of_the_tests_are_what_the_exporter_makes_today(name, tmp_path):
    pack = copy(name, tmp_path)
    assert regraph(pack) == []
    assert contents(pack) == contents(FIXTURES / name)


def recorded_with_another(pack: Path, graph: str) -> None:
    """Give the pack a recording, and another file in place of a graph of w8."""
    manifest = json.loads((pack / "manifest.json").read_text())
    entry = manifest["variants"]["w8"]["graphs"][graph]
    step = entry["model"]
    (pack / step["path"]).write_bytes(b"another graph")
    entry["model"] = step | {"sha256": "0" * 64}
    manifest["recordings"] = [{"id": "some", "title": "Some", "class": 0, "run": step, "picture": step}]
    for variant in manifest["variants"].values():
        variant["figures"]["bytes"] = visit_bytes(variant, "dpar")
    (pack / "manifest.json").write_text(json.dumps(manifest))


def test_another_graph_is_replaced_and_its_recordings_go(tmp_path, capsys):
    pack = copy("nano", tmp_path)
    recorded_with_another(pack, "decoder")
    assert main(["regraph", "--pack", str(pack)]) == 0
    assert capsys.readouterr().out == f"{pack}: w8/decoder changed\n"
    ours, theirs = contents(pack), contents(FIXTURES / "nano")
    one, two = (json.loads(files.pop("manifest.json")) for files in (ours, theirs))
    for name, variant in one["variants"].items():
        assert variant["figures"].pop("bytes") == visit_bytes(variant, "dpar")
        two["variants"][name]["figures"].pop("bytes")
    assert ours == theirs and one == two


def test_recordings_stay_where_no_graph_changed_that_runs_depend_on(tmp_path, capsys):
    pack = copy("nano", tmp_path)
    recorded_with_another(pack, "decoder_attention")
    before = read_manifest(pack)["recordings"]
    assert main(["regraph", "--pack", str(pack)]) == 0
    assert capsys.readouterr().out == f"{pack}: w8/decoder_attention changed\n"
    assert read_manifest(pack)["recordings"] == before != []


def test_a_pack_of_before_windows_gets_their_graphs(tmp_path, capsys):
    pack = copy("nano-gpt", tmp_path)
    whole = json.loads((pack / "manifest.json").read_text())
    older = json.loads(json.dumps(whole))
    del older["variants"]["fp32"]["graphs"]["gpt_window"]
    for name in ("gpt_window.onnx", "gpt_window_rows.onnx"):
        (pack / "fp32" / name).unlink()
    (pack / "manifest.json").write_text(json.dumps(older))
    (pack / "README.md").write_text("# Old\n\n## Limits\n\n* Random weights show nothing.\n")
    assert main(["regraph", "--pack", str(pack)]) == 0
    assert capsys.readouterr().out == f"{pack}: fp32/gpt_window is new\n"
    card = (pack / "README.md").read_text()
    assert card.startswith("# Nano baseline") and card.endswith("* Random weights show nothing.\n")
    made, theirs = contents(pack), contents(FIXTURES / "nano-gpt")
    one, two = (json.loads(files.pop("manifest.json")) for files in (made, theirs))
    del made["README.md"]
    assert made == theirs and one["variants"]["fp32"]["graphs"] == two["variants"]["fp32"]["graphs"]
    assert one["passes"] == two["passes"]


@pytest.fixture(scope="module")
def baseline(folders, tmp_path_factory):  # noqa: F811
    """A pack of kind gpt with an entropy model, and the pictures it was made from."""
    root, _ = folders
    pack = tmp_path_factory.mktemp("packs") / "tiny"
    parts = [part for name in ("tokenizer", "entropy", "tokens", "gpt") for part in (f"--{name}", str(root / name))]
    read = ["--data", str(root / "data"), "--cache", str(root / "cache")]
    assert main(["export", "--config", str(root / "pack.toml"), *read, *parts, "--out", str(pack)]) == 0
    return pack, ["--null-class", *read, "--held-out", "12"]


def test_a_baseline_takes_its_entropies_from_its_null_class(baseline, tmp_path, capsys):
    pack, options = shutil.copytree(baseline[0], tmp_path / "tiny"), baseline[1]
    before = json.loads((pack / "manifest.json").read_text())
    figures = {"counts_nats": 5, "n": 9, "held_out": 24, "images_seen": 40, "features": "of a judge", **{
        f"{key}_by_class": dict.fromkeys("abc", 1.5) for key in ("class_agreement", "psnr", "p_avg")}}
    before["evaluation"] = figures | {"entropy_nats": 3.5, "entropy_margin": 1.5}
    (pack / "manifest.json").write_text(json.dumps(before))
    there = contents(pack)
    assert main(["regraph", "--pack", str(pack), *options]) == 0
    said = capsys.readouterr().out
    assert "w16/entropy_all is new" in said and "entropies of 12 held-out pictures" in said
    m = read_manifest(pack)
    assert m["entropySource"] == "null-class" and "entropyModel" not in m and m["evaluation"] == figures
    assert "of the model's null class" in (pack / "README.md").read_text()
    w16 = m["variants"]["w16"]
    assert set(w16["weights"]) == {"tokenizer_encoder", "tokenizer_decoder", "gpt"}
    assert w16["graphs"]["entropy_all"]["weights"] == "gpt" and not {"entropy", "entropy_window"} & w16["graphs"].keys()
    now = contents(pack)
    for name, content in now.items():
        if ".bin." in name:
            assert content == there[name]  # no weight has changed
    assert set(there) - set(now) == {name for name in there if name.startswith("w16/entropy")} - {"w16/entropy_all.onnx"}
    was, is_now = (manifest["variants"]["w16"]["figures"] for manifest in (before, m))
    assert {key for key in was if was[key] != is_now[key]} <= {"bytes", "entropy", "gateFlips"}
    old = json.loads(there["golden.json"])
    models = read_back(pack)
    golden = json.loads((pack / "golden.json").read_text())
    entropies = NullClass(models.model).entropies(torch.tensor([golden["tokens"]]))[0]
    assert golden | {"entropies": 0} == old | {"entropies": 0}
    assert golden["entropies"][1:] == pytest.approx(entropies[1:].tolist(), abs=1e-4)
    assert m["curve"] and m["curve"][0]["pAvg"] < 1.81 < m["curve"][-1]["pAvg"]
    below, above = ([one["pAvg"] for one in m["curve"] if (one["entropyThreshold"] <= m["defaults"]["entropyThreshold"]) == side]
                    for side in (True, False))
    assert below[-1] <= 1.81 <= above[0]  # E_th is the quantile that gives the paper's mean length
    assert m["heldOut"]["psnr"] == before["heldOut"]["psnr"] and m["heldOut"]["entropy"] != before["heldOut"]["entropy"]
    assert m["heldOut"]["entropy"]["low"] < entropies[1:].mean() < m["heldOut"]["entropy"]["high"] + 0.2
    assert main(["parity", "--pack", str(pack)]) == 0
    assert main(["check-pack", str(pack)]) == 0
    assert main(["regraph", "--pack", str(pack), *options]) == 2
    assert "from its null class already" in capsys.readouterr().err
    assert contents(pack) == now


def test_other_pictures_and_other_kinds_are_refused(baseline, folders, tmp_path, capsys):  # noqa: F811
    pack, options = shutil.copytree(baseline[0], tmp_path / "tiny"), baseline[1]
    data = shutil.copytree(folders[0] / "data", tmp_path / "data")
    for path in (data / "a").iterdir():
        path.write_bytes(next((data / "b").iterdir()).read_bytes())
    before = contents(pack)
    other = [str(data) if part == str(folders[0] / "data") else part for part in options]
    assert main(["regraph", "--pack", str(pack), *other]) == 2
    assert "other held-out pictures than its thumbnails show" in capsys.readouterr().err
    assert contents(pack) == before
    dpar = copy("nano", tmp_path)
    manifest = json.loads((dpar / "manifest.json").read_text())
    (dpar / "manifest.json").write_text(json.dumps(manifest | {"split": {"seed": 0, "train": 36, "heldOut": 24}}))
    assert main(["regraph", "--pack", str(dpar), *options]) == 2
    assert "is of kind dpar" in capsys.readouterr().err


def test_weights_that_would_change_are_refused_before_anything_is_written(tmp_path, capsys):
    pack = copy("nano", tmp_path)
    shard = pack / "w8/decoder.bin.0"
    shard.write_bytes(shard.read_bytes()[:-1] + b"\x55")
    (pack / "fp32/decoder.onnx").write_bytes((pack / "fp32/decoder_rows.onnx").read_bytes())
    before = contents(pack)
    assert main(["regraph", "--pack", str(pack)]) == 2
    assert "w8/decoder.bin would not stay as it is" in capsys.readouterr().err
    assert contents(pack) == before
