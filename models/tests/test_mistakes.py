"""Whatever a person can type, name or lack ends in words: exit status 2, no traceback, and nothing written."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.cli import main
from models.commands import COMMANDS
from models.export.files import named_files
from models.tests.test_evaluate_command import DATA, folders  # noqa: F401  (a fixture)

ROOT = Path(__file__).parents[2]
NANO = ROOT / "fixtures/models/nano"
QUICK = ["train.steps=1", "train.batch_size=2", "train.lr=1e-3", "train.compile=false", "train.bf16=false"]


BROKEN_TOKENS = {
    "meta-list": lambda folder: (folder / "meta.json").write_text("[]"),
    "meta-cut": lambda folder: (folder / "meta.json").write_text("{"),
    "no-data": lambda folder: (folder / "meta.json").write_text('{"classes": ["a", "b", "c"]}'),
    "cut-tokens": lambda folder: (folder / "tokens.npy").write_bytes((folder / "tokens.npy").read_bytes()[:90]),
    "no-labels": lambda folder: (folder / "labels.npy").unlink(),
}
BROKEN_PACKS = {
    "pack-list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "pack-cut": lambda folder: (folder / "manifest.json").write_text("{"),
    "pack-deep": lambda folder: (folder / "manifest.json").write_text("[" * 100_000),
    "pack-large": lambda folder: (folder / "manifest.json").write_text(" " * 16_000_001),
    "pack-no-file": lambda folder: (folder / "fp32/decoder.onnx").unlink(),
    "pack-damaged": lambda folder: (folder / "fp32/decoder.onnx").write_bytes(b"no"),
    "pack-no-golden": lambda folder: (folder / "golden.json").unlink(),
    "pack-golden-cut": lambda folder: (folder / "golden.json").write_text("{"),
    "pack-golden-empty": lambda folder: (folder / "golden.json").write_text("{}"),
}


def sets(*pairs):
    return [part for pair in pairs for part in ("--set", pair)]


@pytest.fixture(scope="module")
def root(folders, tmp_path_factory):  # noqa: F811
    """A whole small project: data, tokenizer, judge, tokens with entropies, entropy, dpar, gpt, pack.toml, and what is wrong."""
    root, _ = folders
    wrong = tmp_path_factory.mktemp("wrong")
    text = (root / "pack.toml").read_text()
    (wrong / "bom.toml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (wrong / "utf16.toml").write_bytes(text.encode("utf-16"))
    (wrong / "latin.toml").write_bytes(b'name = "\xe4"\n')
    (wrong / "broken.toml").write_text("name = ")
    (wrong / "no-label.toml").write_text(text.replace('c = "C"\n', ""))
    (wrong / "no-golden.toml").write_text(text.replace('golden_class = "a"', 'golden_class = "z"'))
    (wrong / "alike.toml").write_text(text.replace('c = "C"', 'c = "b"'))
    (wrong / "space.toml").write_text(text.replace('c = "C"', 'c = " C"'))
    (wrong / "guidance.toml").write_text(text.replace("guidance = 1.5", "guidance = 20.5"))
    (wrong / "threshold.toml").write_text("entropy_threshold = 21.0\n" + text)
    (wrong / "no-credit.toml").write_text(text.replace('credit = "made here"\n', ""))
    (wrong / "long-credit.toml").write_text(text.replace("made here", "made here, " * 400))
    (wrong / "file").write_text("x")
    (wrong / "empty").mkdir()
    (wrong / "list.json").write_text("[1]")
    (wrong / "cut.json").write_text('{"a":')
    (wrong / "deep.json").write_text("[" * 100_000)
    (wrong / "figures.json").write_text('{"psnr": [1, 2, 3]}')
    for name in ("listed", "utf16", "no-weights", "other-weights"):
        shutil.copytree(root / "dpar", wrong / name)
    (wrong / "listed/config.json").write_text("[1]")
    (wrong / "utf16/config.json").write_bytes("{}".encode("utf-16"))
    (wrong / "no-weights/model.safetensors").unlink()
    shutil.copy(root / "gpt/model.safetensors", wrong / "other-weights")
    for name, change in BROKEN_TOKENS.items():
        change(shutil.copytree(root / "tokens", wrong / name))
    for name, change in BROKEN_PACKS.items():
        change(shutil.copytree(NANO, wrong / name))
    runs = wrong / "runs"
    runs.mkdir()
    (runs / "x.run.json").write_text("{")
    lone = make_data(wrong / "lone", classes=1)
    make_data(wrong / "few", count=3)
    make_data(wrong / "spaces", names=("a", " b"))
    make_data(wrong / "other")
    assert lone.is_dir()
    (wrong / "two.pt").write_bytes(b"no checkpoint")
    return {"root": root, "wrong": wrong}


def make_data(folder, classes=3, count=20, names="abc"):
    rng = np.random.default_rng(7)
    for name in names[:classes]:
        (folder / name).mkdir(parents=True)
        for i in range(count):
            Image.fromarray(rng.integers(0, 256, size=(32, 32, 3)).astype(np.uint8)).save(folder / name / f"{i:02d}.png")
    return folder


PICTURES = ["data.picture_size=32", "data.held_out_per_class=8"]
TRAINED = ["--tokenizer", "{root}/tokenizer", "--entropy", "{root}/entropy", "--tokens", "{root}/tokens", "--dpar", "{root}/dpar"]
RIGHT = {
    "train-classifier": ["--data", "{root}/data", *sets(*QUICK, *PICTURES, "classifier.width=4")],
    "train-tokenizer": ["--data", "{root}/data", *sets(*QUICK, *PICTURES)],
    "import-tokenizer": ["--weights", "{wrong}/two.pt"],
    "import-llamagen": ["--tokenizer", "{wrong}/two.pt", "--gpt", "{wrong}/two.pt"],
    "tokenize": ["--data", "{root}/data", "--tokenizer", "{root}/tokenizer"],
    "train-entropy": ["--tokens", "{root}/tokens", *sets(*QUICK, "model.dim=32", "model.heads=1", "model.blocks=1")],
    "score": ["--tokens", "{root}/tokens", "--entropy", "{root}/entropy", "--no-compile"],
    "train": ["--tokens", "{root}/tokens", *sets(*QUICK, "model.dim=32", "model.heads=1")],
    "average": ["--models", "{root}/dpar", "{root}/dpar"],
    "evaluate": ["--data", "{root}/data", *TRAINED, "--judge", "{root}/judge", "--pack-config", "{root}/pack.toml",
                 "--no-compile"],
    "export": ["--config", "{root}/pack.toml", "--data", "{root}/data", *TRAINED],
    "import-pack": ["--pack", str(NANO)],
    "regraph": ["--pack", str(NANO)],
    "passes": ["--pack", str(NANO)],
    "nano": [],
    "bench": ["whole", "--pack", str(NANO)],
    "parity": ["--pack", str(NANO)],
    "study": ["figure4", "--tokens", "{root}/tokens", "--images", "1", *sets("model.dim=32", "model.heads=1")],
}
"""A right command line of every command but for --out, which mistakes are made in."""
TRAINING = ("train-classifier", "train-tokenizer", "train-entropy", "train")
WITH_DATA = ("train-classifier", "train-tokenizer", "tokenize", "evaluate", "export")
WITH_TOKENS = ("train-entropy", "score", "train", "evaluate", "export", "study")
WITH_OUT = tuple(name for name in RIGHT if name not in ("score", "regraph", "passes", "parity"))

MISTAKES = [  # commands, what replaces or follows in the command line, words of the answer
    (WITH_OUT, {"--out": "{wrong}/file"}, "is a file"),
    (WITH_OUT, {"--out": "{wrong}/file/below"}, "is a file"),
    (WITH_OUT, {"--out": "/proc/nothing"}, "cannot be written to"),
    (("score",), {"--tokens": "/proc"}, "cannot be written to"),
    (TRAINING, {"--config": "{wrong}/none.toml"}, "no such configuration"),
    (TRAINING, {"--config": "{wrong}/empty"}, "cannot be read"),
    ((*TRAINING, "export"), {"--config": "{wrong}/utf16.toml"}, "not UTF-8"),
    ((*TRAINING, "export"), {"--config": "{wrong}/latin.toml"}, "not UTF-8"),
    ((*TRAINING, "export"), {"--config": "{wrong}/broken.toml"}, "not valid TOML"),
    (TRAINING, {"--set": "train"}, "key=value"),
    (TRAINING, {"--set": "train.stepz=3"}, "unknown key 'train.stepz'"),
    (TRAINING, {"--set": "train.steps.more=3"}, "is a value, not a section"),
    *((TRAINING, {"--set": f"train.{key}={value}"}, f"train.{key}") for key, value in (
        ("steps", -5), ("steps", 0), ("steps", "many"), ("batch_size", 0), ("batch_size", -1), ("batch_size", 10_000), ("lr", -1),
        ("lr", "nan"), ("lr", "inf"), ("log_every", 0), ("validate_every", -1), ("warmup", -1), ("ema", 1), ("seed", -1),
        ("accumulate", 0), ("accumulate", 3), ("clip", 0), ("optimizer", "sgd"))),
    (TRAINING, {"--set": "train.betas=[0.9, 1]"}, "train.betas"),
    (("train-classifier", "train-tokenizer"), {"--set": "data.picture_size=0"}, "data.picture_size"),
    (("train-classifier", "train-tokenizer"), {"--set": "data.picture_size=33"}, "data.picture_size"),
    (("train-classifier",), {"--set": "data.picture_size=36"}, "multiple of 16"),
    (("train-classifier", "train-tokenizer"), {"--set": "data.held_out_per_class=0"}, "held_out_per_class"),
    (("train-classifier", "train-tokenizer"), {"--set": "data.held_out_per_class=20"}, "held_out_per_class"),
    (("train-classifier",), {"--set": "classifier.classes=10"}, "classifier.classes is 10, but"),
    (("train-tokenizer",), {"--set": "data.picture_size=20"}, "data.picture_size is 20; a classifier needs a multiple of 16"),
    (("tokenize",), {"--picture-size": "20"}, "--picture-size is 20; a classifier needs a multiple of 16"),
    *((("train-tokenizer",), {"--set": f"tokenizer.{key}={value}"}, f"tokenizer.{key}") for key, value in (
        ("vocab", 65536), ("code_dim", 0), ("fine", 0), ("coarse", -1), ("encoder_fine_blocks", -1),
        ("decoder_fine_blocks", -1))),
    *((("tokenize",), {option: value}, f"{option}: would decide nothing without --shard-size") for option, value in (
        ("--views", "flip"), ("--crop-range", "1.2"), ("--workers", "1"))),
    (("tokenize",), {"--shard-size": "8", "--symmetries": "1"}, "--symmetries: would decide nothing with --shard-size"),
    (("export",), {"--first": "a"}, "--first: is for --register"),
    (("train-classifier", "train-tokenizer", "tokenize"), {"--data": "{wrong}/spaces"}, "' b' is no name for a class"),
    (("train-tokenizer",), {"--set": "reseed.every=0"}, "reseed.every"),
    (("train-tokenizer",), {"--set": "decoder_only=true"}, "decoder_only needs init"),
    (("train-tokenizer",), {"--set": "init={wrong}/none"}, "no such weights"),
    (("train-tokenizer",), {"--set": "init={root}/judge"}, "not of"),
    (("train-tokenizer",), {"--features": "{root}/dpar"}, "not a folder of train-classifier"),
    (("train-entropy", "train"), {"--set": "model.heads=3"}, "multiple of"),
    (("train-entropy", "train"), {"--set": "model.vocab=1024"}, "model.vocab is 1024, but"),
    (("train",), {"--set": "model.classes=10"}, "model.classes is 10, but"),
    (("train",), {"--set": "kind=gtp"}, "kind is 'gtp'"),
    (("train",), {"--set": "init={root}/entropy"}, "not of"),
    (("train",), {"--set": "init={wrong}/none"}, "no such weights"),
    ((*TRAINING, "tokenize", "score", "evaluate", "study"), {"--device": "cuda:7"}, "--device cuda:7"),
    ((*TRAINING, "tokenize", "score", "evaluate", "study"), {"--device": "toaster"}, "--device toaster"),
    ((*TRAINING, "tokenize", "score", "evaluate", "study"), {"--device": "meta"}, "--device meta"),
    ((*TRAINING, "tokenize", "score", "evaluate", "study"), {"--threads": "0"}, "--threads"),
    (WITH_DATA, {"--data": "{wrong}/none"}, "no such folder"),
    (WITH_DATA, {"--data": "{wrong}/file"}, "no such folder"),
    (WITH_DATA, {"--data": "{wrong}/empty"}, "one folder of pictures for each class"),
    (WITH_DATA, {"--data": "{wrong}/lone"}, "only one class"),
    (("train-classifier", "tokenize"), {"--data": "{wrong}/few"}, "held_out_per_class"),
    (("evaluate", "export"), {"--data": "{wrong}/other"}, "other pictures"),
    (WITH_TOKENS, {"--tokens": "{wrong}/none"}, "none"),
    (WITH_TOKENS, {"--tokens": "{wrong}/meta-list"}, "meta.json"),
    (WITH_TOKENS, {"--tokens": "{wrong}/meta-cut"}, "run the tokenize"),
    (WITH_TOKENS, {"--tokens": "{wrong}/cut-tokens"}, "run the tokenize"),
    (WITH_TOKENS, {"--tokens": "{wrong}/no-labels"}, "labels.npy: missing"),
    (("evaluate", "export"), {"--tokens": "{wrong}/no-data"}, "run tokenize again"),
    (("tokenize",), {"--batch-size": "0"}, "--batch-size"),
    (("tokenize",), {"--shard-size": "-1"}, "--shard-size"),
    (("tokenize",), {"--workers": "-1"}, "--workers"),
    (("tokenize",), {"--symmetries": "9"}, "--symmetries"),
    (("tokenize", "evaluate", "export"), {"--tokenizer": "{root}/entropy"}, "not a folder of train-tokenizer"),
    (("tokenize", "evaluate", "export"), {"--tokenizer": "{wrong}/empty"}, "config.json: missing"),
    (("score", "evaluate"), {"--batch": "0"}, "--batch"),
    (("score", "evaluate", "export"), {"--entropy": "{root}/dpar"}, "not a folder of train-entropy"),
    (("score", "evaluate", "export"), {"--entropy": "{root}/judge"}, "not a folder of train-entropy"),
    (("evaluate", "export"), {"--dpar": "{root}/tokenizer"}, "not a folder of train"),
    (("evaluate", "export"), {"--dpar": "{wrong}/listed"}, "not a configuration"),
    (("evaluate", "export"), {"--dpar": "{wrong}/utf16"}, "not valid JSON"),
    (("evaluate", "export"), {"--dpar": "{wrong}/no-weights"}, "no such weights"),
    (("evaluate", "export"), {"--dpar": "{wrong}/other-weights"}, "is not of the config.json"),
    (("evaluate",), {"--judge": "{root}/tokenizer"}, "not a folder of train-classifier"),
    (("evaluate",), {"--pack-config": "{wrong}/utf16.toml"}, "not UTF-8"),
    (("evaluate",), {"--samples": "0"}, "--samples"),
    (("evaluate",), {"--pictures": "{wrong}/empty"}, "no PNGs"),
    (("export",), {"--config": "{wrong}/no-label.toml"}, "labels: no label for the class c"),
    (("export",), {"--config": "{wrong}/no-golden.toml"}, "golden_class is 'z'"),
    (("evaluate",), {"--pack-config": "{wrong}/no-label.toml"}, "labels: no label for the class c"),
    (("evaluate",), {"--pack-config": "{wrong}/no-golden.toml"}, "golden_class is 'z'"),
    *((names, {option: f"{{wrong}}/{file}.toml"}, words)
      for names, option in ((("export",), "--config"), (("evaluate",), "--pack-config")) for file, words in (
        ("alike", "'b' and 'B' are one name but for capital"), ("space", "' C' is no name for a class"),
        ("guidance", "$.guidance"), ("threshold", "$.entropyThreshold"))),
    (("export",), {"--config": "{wrong}/no-credit.toml"}, "data.credit"),
    (("export",), {"--config": "{wrong}/long-credit.toml"}, "is too long"),
    (("export",), {"--variants": "w16,w99"}, "variants"),
    (("export",), {"--variants": ""}, None),
    (("export",), {"--evaluation": "{wrong}/none.json"}, "cannot be read"),
    (("export",), {"--evaluation": "{wrong}/cut.json"}, "not valid JSON"),
    (("export",), {"--evaluation": "{wrong}/deep.json"}, "not valid JSON"),
    (("export",), {"--evaluation": "{wrong}/list.json"}, "evaluation: $"),
    (("export",), {"--evaluation": "{wrong}/figures.json"}, "evaluation: $.psnr"),
    (("export",), {"--register": "{wrong}/runs"}, "no manifest.json"),
    (("export",), {"--register": "{wrong}/empty", "--out": str(NANO)}, "no *.run.json"),
    (("export",), {"--register": "{wrong}/runs", "--out": str(NANO)}, "not valid JSON"),
    (("average",), {"--models": "{root}/dpar"}, "two or more"),
    (("bench",), {"--pack": str(NANO.with_name("nano-gpt"))}, "of kind 'dpar'"),
    (("import-tokenizer", "import-llamagen"), {}, "two.pt"),
    (("import-tokenizer",), {"--weights": "{wrong}/empty"}, "is a folder"),
    (("import-llamagen",), {"--tokenizer": "{wrong}/empty"}, "is a folder"),
    (("import-llamagen",), {"--dpar": "{root}/dpar"}, "pass --gpt FILE, or --dpar DIR"),
    (("import-llamagen",), {"--variants": "w99"}, "w99"),
    (("import-llamagen",), {"--samples": "0"}, "--samples"),
    (("passes",), {"--images": "0"}, "--images"),
    (("regraph",), {"--held-out": "0"}, "--held-out"),
    (("regraph",), {"--null-class": None}, "--null-class needs --data"),
    (("regraph",), {"--null-class": None, "--data": "{root}/data"}, "held_out_per_class is 0"),
    *((("import-pack", "regraph", "passes", "bench", "parity"), {"--pack": f"{{wrong}}/{name}"}, words) for name, words in (
        ("none", "no manifest.json"), ("file", "no manifest.json"), ("pack-list", "not a manifest"),
        ("pack-cut", "not valid JSON"), ("pack-deep", "not valid JSON"), ("pack-large", "larger than"))),
    (("parity", "regraph", "passes", "import-pack", "bench"), {"--pack": "{wrong}/pack-no-file"}, "decoder.onnx"),
    (("parity", "regraph", "passes", "import-pack", "bench"), {"--pack": "{wrong}/pack-damaged"}, "decoder.onnx"),
    (("parity",), {"--pack": "{wrong}/pack-no-golden"}, "golden.json"),
    (("parity",), {"--pack": "{wrong}/pack-golden-cut"}, "golden.json"),
    (("parity",), {"--pack": "{wrong}/pack-golden-empty"}, "golden.json"),
]
CASES = [(name, changes, words) for names, changes, words in MISTAKES for name in names]


def command_of(name, changes, places, out):
    """The right command line with options exchanged; an option that it has not, and every --set, is added."""
    line = [name, *RIGHT[name]]
    if name in WITH_OUT:
        line += ["--out", str(out)]
    if name in WITH_DATA:
        line += ["--cache", "{root}/cache"]
    if name in (*TRAINING, "tokenize", "score", "evaluate"):
        line += ["--device", "cpu"]
    for option, value in changes.items():
        if option in line and option != "--set":
            at = line.index(option)
            line[at + 1 : at + 2 + (option == "--models")] = [value]
        else:
            line += [option] if value is None else [option, value]
    return [part.format(**places) if "{" in part else part for part in line]


def test_every_command_is_in_the_table():
    assert set(RIGHT) | {"check-pack"} == set(COMMANDS)  # models/tests/test_check_pack.py has a table of its own


@pytest.mark.parametrize(("name", "changes", "words"), CASES, ids=[f"{name} {changes}" for name, changes, _ in CASES])
def test_a_mistake_ends_in_words(name, changes, words, root, tmp_path, capsys):
    out = tmp_path / "out"
    line = command_of(name, changes, root, out)
    try:
        status = main(line)
    except SystemExit as exit_:  # of argparse
        status = exit_.code
    said = capsys.readouterr().err
    if words is None:
        return
    assert status == 2 and words in said, said
    assert "Traceback" not in said
    assert not (out / "model.safetensors").exists() and not (out / "manifest.json").exists()


def test_a_configuration_with_a_mark_at_its_start_is_read(root, tmp_path):
    assert main(command_of("export", {"--config": "{wrong}/bom.toml"}, root, tmp_path / "pack")) == 0
    assert main(["parity", "--pack", str(tmp_path / "pack")]) == 0
    assert [path.name for path in tmp_path.glob("pack/.*")] == []


def test_a_disk_that_fills_up_leaves_the_pack_as_it_was(root, tmp_path, capsys, monkeypatch):
    shutil.copytree(NANO, tmp_path / "pack")
    before = {path: path.read_bytes() for path in (tmp_path / "pack").rglob("*") if path.is_file()}
    real, count = os.fsync, iter(range(1000))

    def full(handle):
        if next(count) == 12:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    assert main(command_of("export", {}, root, tmp_path / "pack")) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "pack").rglob("*") if path.is_file()} == before


def test_a_pack_over_another_keeps_no_files_that_it_does_not_name(root, tmp_path):
    pack = tmp_path / "pack"
    assert main(command_of("export", {"--variants": "w16,w8"}, root, pack)) == 0
    (pack / "notes.txt").write_text("mine")
    assert main(command_of("export", {"--variants": "w16"}, root, pack)) == 0
    named = {pack / path for path in named_files(pack)}
    assert not (pack / "w8").exists()
    assert {path for path in pack.rglob("*") if path.is_file()} == named | {pack / name for name in (
        "manifest.json", "README.md", "notes.txt")}
    assert main(["check-pack", str(pack)]) == 0


def test_a_damaged_pack_beside_costs_no_index(root, tmp_path, capsys):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/manifest.json").write_text("{")
    assert main(command_of("export", {}, root, tmp_path / "pack")) == 0
    assert "broken" in capsys.readouterr().err
    assert [pack["name"] for pack in json.loads((tmp_path / "index.json").read_text())["packs"]] == ["pack"]


def test_a_pack_beside_that_may_not_be_entered_is_named(root, tmp_path, capsys, monkeypatch):
    real = Path.stat

    def denied(self, **options):
        if self.parent.name == "locked":
            raise PermissionError(13, "Permission denied", str(self))
        return real(self, **options)

    (tmp_path / "locked").mkdir()
    monkeypatch.setattr(Path, "stat", denied)
    assert main(command_of("export", {}, root, tmp_path / "pack")) == 0
    assert f"{tmp_path / 'locked'}: cannot be entered (Permission denied); left out of" in capsys.readouterr().err


def test_a_device_of_the_training_bench_is_checked(root, tmp_path, capsys):
    configs = [part for name in ("dpar", "gpt") for part in (f"--{name}", str(ROOT / f"models/configs/eurosat/{name}.toml"))]
    assert main(["bench", "training", *configs, "--device", "toaster", "--out", str(tmp_path / "out")]) == 2
    assert "--device toaster" in capsys.readouterr().err
