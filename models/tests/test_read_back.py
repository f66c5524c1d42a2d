"""Weights read back from a pack compute what PyTorch computed when the pack was made."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from models.cli import main
from models.export.kinds import forced_logits
from models.export.nano import nano_content
from models.export.pack import write_pack
from models.export.quantise import dequantise, quantise
from models.export.read_back import read_back
from models.null_class import NullClass
from models.runs import images_seen
from models.trained import load_entropy_model, load_model, load_tokenizer

PACKS = sorted(path.parent for path in (Path(__file__).parents[2] / "fixtures/models").glob("*/manifest.json"))


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_folders_of_a_pack_give_its_golden_vectors(pack, tmp_path):
    assert main(["import-pack", "--pack", str(pack), "--out", str(tmp_path)]) == 0
    manifest, golden = (json.loads((pack / name).read_text()) for name in ("manifest.json", "golden.json"))
    model, config = load_model(tmp_path / manifest["kind"])
    tokens, opened = torch.tensor([golden["tokens"]]), np.array(golden["opens"])
    figures = manifest["variants"][manifest["defaultVariant"]["wasm"]]["figures"]  # what 16 bits change, as measured
    rows = forced_logits(model, tokens, golden["class"], opened)[:, golden["positions"]]
    assert rows[0].ravel() == pytest.approx(np.array(golden["logits_class"]).ravel(), abs=1e-3 + figures["logits"])
    assert rows[1].ravel() == pytest.approx(np.array(golden["logits_null"]).ravel(), abs=1e-3 + figures["logits"])
    with torch.no_grad():
        own = manifest.get("entropySource") == "null-class"
        entropies = (NullClass(model) if own else load_entropy_model(tmp_path / "entropy")).entropies(tokens)[0]
        picture = load_tokenizer(tmp_path / "tokenizer").decode(torch.tensor([golden["picture"]["tokens"]]))[0]
    assert entropies[1:].tolist() == pytest.approx(golden["entropies"][1:], abs=1e-3 + figures["entropy"])
    for c, y, x, value in golden["picture"]["pixels"]:
        assert picture[c, y, x].item() == pytest.approx(value, abs=5e-3 + figures["picture"])
    described = json.loads((tmp_path / "tokenizer/config.json").read_text())
    assert described["data"]["held_out_per_class"] == (manifest["split"]["heldOut"] // len(manifest["classes"]) or 10)
    assert images_seen(config) == manifest.get("evaluation", {}).get("images_seen", 0)
    if manifest["kind"] == "dpar":
        assert config.patchify.entropy_threshold == manifest["defaults"]["entropyThreshold"]


def test_float32_comes_back_exactly(tmp_path):
    content = dataclasses.replace(nano_content(), variants=("fp32",))
    write_pack(tmp_path, content)
    back = read_back(tmp_path)
    for ours, theirs in ((back.model, content.model), (back.entropy, content.entropy)):
        weights = theirs.state_dict()
        for name, tensor in ours.state_dict().items():
            if "cond_" not in name:  # gains and matrices come back as their product
                assert torch.equal(tensor, weights[name]), name
    picture = torch.rand(1, 3, 64, 64) * 2 - 1
    side = math.isqrt(back.model.config.tokens) * back.tokenizer.factor
    assert torch.equal(back.tokenizer.encode(picture[..., :side, :side]), content.tokenizer.encode(picture[..., :side, :side]))


def test_a_tokenizer_read_back_is_written_with_the_same_bytes(tmp_path):
    content = nano_content()
    write_pack(tmp_path / "first", content)
    write_pack(tmp_path / "second", dataclasses.replace(content, tokenizer=read_back(tmp_path / "first").tokenizer))
    first, second = (sorted((tmp_path / name).rglob("tokenizer_*.bin.*")) for name in ("first", "second"))
    assert first and [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize("variant", ["w8", "q8", "q4"])
def test_quantised_weights_come_back_as_the_graphs_compute_with_them(variant, tmp_path):
    """And a pack made of them has the same integers: nothing more is lost."""
    content = dataclasses.replace(nano_content(), variants=(variant,))
    write_pack(tmp_path / "first", content)
    back = read_back(tmp_path / "first")
    trained, matrix = (model.patch_transformer.blocks[0].attention.wqkv.weight for model in (content.model, back.model))
    bits = 4 if variant == "q4" else 8
    assert torch.equal(matrix, torch.from_numpy(dequantise(*quantise(trained.detach().numpy(), bits))))
    again = dataclasses.replace(content, model=back.model, entropy=back.entropy, tokenizer=back.tokenizer)
    write_pack(tmp_path / "second", again)
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("first", "second")]
    figures = [manifest["variants"][variant]["figures"] for manifest in manifests]
    assert figures[0]["klMean"] > figures[1]["klMean"] and figures[1]["klMax"] < 1e-5 and figures[1]["gateFlips"] == 0


@pytest.mark.parametrize(("part", "name"), [("tokenizer", "model.safetensors"), ("entropy", "checkpoint.pt"),
                                            ("dpar", "model.safetensors")])
def test_trained_folders_stay(part, name, tmp_path, capsys):
    (tmp_path / part).mkdir()
    (tmp_path / part / name).write_bytes(b"mine")
    assert main(["import-pack", "--pack", str(next(pack for pack in PACKS if pack.name == "nano")), "--out", str(tmp_path)]) == 2
    assert f"{tmp_path / part / name}: is there already, and would be lost" in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / part / name]
    assert (tmp_path / part / name).read_bytes() == b"mine"


def test_a_folder_without_a_pack_is_refused(tmp_path, capsys):
    assert main(["import-pack", "--pack", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    assert "no manifest.json" in capsys.readouterr().err
