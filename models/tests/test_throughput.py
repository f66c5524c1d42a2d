"""The stand-in data of the training bench, and the bench itself at a tiny size."""

import json

import pytest

from models.bench.throughput import stand_in
from models.cli import main
from models.patchify import opens
from models.runs import parse_run

SHAPE = {"dim": 32, "heads": 2, "tokens": 64, "width": 8, "vocab": 64}
TRAIN = {"steps": 1, "batch_size": 8, "lr": 1e-3, "compile": False}


def config(kind: str, **blocks: int):
    return parse_run({"kind": kind, "model": SHAPE | blocks, "train": TRAIN}, "test")


def test_patches_are_of_about_two_tokens_and_differ_between_images():
    dpar = config("dpar")
    data = stand_in(dpar)
    lengths = 64 / opens(data.entropies[0], 8, dpar.patchify).sum(1)
    assert 1.7 < lengths.mean() < 2.3
    assert lengths.min() < 1.5 and lengths.max() > 2.7
    assert data.tokens.max() < 64


def test_both_models_are_measured_in_turn(tmp_path, capsys):
    paths = []
    for kind, blocks in (("dpar", "patch_transformer_blocks = 1\ndecoder_blocks = 1"), ("gpt", "blocks = 3")):
        path = tmp_path / f"{kind}.toml"
        shape = "\n".join(f"{name} = {value}" for name, value in SHAPE.items())
        train = "steps = 1\nbatch_size = 8\nlr = 1e-3\ncompile = false"
        path.write_text(f'kind = "{kind}"\n[model]\n{shape}\n{blocks}\n[train]\n{train}\n')
        paths += [f"--{kind}", str(path)]
    few = ["--rounds", "2", "--steps", "2", "--device", "cpu"]
    assert main(["bench", "training", *paths, *few, "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out'}: written\n"  # nothing of checkpoints that are gone again
    measured = json.loads((tmp_path / "out" / "training.json").read_text())
    assert all(len(speeds) == 2 and min(speeds) > 0 for speeds in measured["images_per_second"].values())
    assert measured["parameters"]["dpar"] == pytest.approx(measured["parameters"]["gpt"], rel=0.1)
    assert 1 < measured["tokens"] / measured["steps_mean"] < 4
    assert 0 < measured["padding"] < 0.4  # eight images are one group
