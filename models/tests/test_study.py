"""Studies: every arm of every table trains a step and is measured; what may stand in --out, and what is refused."""

import argparse
import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.checkpoint import load_safetensors, save_safetensors
from models.cli import main
from models.commands.study import sampling_of
from models.errors import ConfigError
from models.export.check import check_pack
from models.export.files import read_manifest
from models.patchify import PatchRules
from models.runs import load_run, rules_of
from models.study.arms import check_gates, other_lengths
from models.study.plan import CONFIGS, FILES, Study, StudyConfig, load_base, make_study, study_names
from models.token_data import load_tokens, note_entropies
from models.training import read_log, train

NANO = Path(__file__).parents[2] / "fixtures/models/nano"
CHARACTERS = Path(__file__).parents[2] / "public/models/characters"
TINY = ["model.dim=32", "model.heads=1", "model.patch_transformer_blocks=1", "model.decoder_blocks=1", "model.blocks=2",
        "train.batch_size=4", "train.bf16=false", "train.compile=false", "train.optimizer=adamw", "train.ema=0", "held_out=8"]
SMALL = [part for one in TINY for part in ("--set", one)] + ["--images", "4", "--seeds", "0", "1", "--device", "cpu"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Holds `tokens` of three classes, whose entropies make patches of different lengths, and `out`, shared by all studies."""
    root = tmp_path_factory.mktemp("study")
    write_tokens(root / "tokens", 0)
    return root


def write_tokens(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    folder.mkdir()
    tokens = rng.integers(64, size=(1, 80, 64)).astype(np.int16)
    entropies = (rng.normal(size=(1, 80, 64)) + rng.uniform(-1, 1, size=(1, 80, 1))).astype(np.float32)
    for name, array in {"tokens": tokens, "entropies": entropies, "labels": np.arange(80) % 3, "train": np.arange(64),
                        "held_out": np.arange(64, 80)}.items():
        np.save(folder / f"{name}.npy", array)
    (folder / "meta.json").write_text(json.dumps({"classes": ["a", "b", "c"], "vocab": 64, "grid": 8}))
    note_entropies(folder / "entropies.npy", tokens, "none")


def study(place: Path, name: str, *more: str, out: str = "out") -> int:
    return main(["study", name, "--tokens", str(place / "tokens"), "--out", str(place / out), *SMALL, *more])


def test_there_is_a_file_for_every_table_and_names_mean_one_thing():
    assert study_names() == ["table3", "table4", "table5", "table6", "table7", "table9", "figure4", "table10", "resolution"]
    seen = {}
    for name in study_names():
        for arm in StudyConfig.load(FILES / f"{name}.toml").arms:
            settings = (arm.kind, arm.set, arm.length, arm.static)
            assert seen.setdefault(arm.name, settings) == settings, f"{name}: {arm.name} is another run elsewhere"


@pytest.mark.parametrize("name", study_names())
def test_every_arm_trains_a_step_and_is_measured(place, name, capsys):
    write = ["--larger", str(place / "tokens")] if name == "resolution" else []
    assert study(place, name, *write) == 0
    page = (place / "out" / name / "results.md").read_text()
    config = StudyConfig.load(FILES / f"{name}.toml")
    for arm in config.arms:
        assert arm.shown in page
        for value in arm.paper if isinstance(arm.paper, list) else [arm.paper]:
            assert value is None or f"| {value} |" in page
    assert "Not all is there yet" not in page
    if config.measure == "trained":
        assert "Spread of the default's 2 seeds" in page and ("beyond the spread" in page or "within the spread" in page)
    capsys.readouterr()
    before = {path: path.stat().st_mtime_ns for path in (place / "out/arms").rglob("*.json")}
    assert study(place, name, *write) == 0  # all is done: nothing is trained or measured again
    assert {path: path.stat().st_mtime_ns for path in (place / "out/arms").rglob("*.json")} == before
    assert "parameters" not in capsys.readouterr().out


def test_the_list_says_what_is_left(place, capsys):
    assert study(place, "table5", "--list", out="other") == 0
    text = capsys.readouterr().out
    assert all(word in text for word in ("pmax-16", "default-1", "4 images", " h", "E_th")) and "written" not in text
    assert not (place / "other/arms").exists()
    speed = json.loads((place / "other/speed.json").read_text())
    assert speed["macs_per_second"] > 0


def test_speed_is_measured_again_for_another_training(place):
    assert study(place, "table9", "--arm", "rope-2d", "--list", out="speeds") == 0
    path = place / "speeds/speed.json"
    first = json.loads(path.read_text())
    assert first.items() >= {"kind": "dpar", "bf16": False, "compile": False, "batch_size": 4}.items()
    assert study(place, "table9", "--arm", "rope-2d", "--list", "--set", "train.batch_size=2", out="speeds") == 0
    assert json.loads(path.read_text())["batch_size"] == 2
    assert study(place, "table7", "--arm", "gpt", "--list", out="speeds") == 0
    assert json.loads(path.read_text())["kind"] == "gpt"


def test_unknown_studies_arms_and_settings_are_named(place, tmp_path, capsys):
    assert study(place, "table8") == 2
    assert "table8: no such study; there are table3" in capsys.readouterr().err
    assert study(place, "table3", "--arm", "nothing") == 2
    assert "--arm nothing: no such arm; there are static" in capsys.readouterr().err
    assert study(place, "table3", "--set", "model.vocab=128", out="none") == 2
    assert "model.vocab is 128" in capsys.readouterr().err
    assert study(place, "table3", "--set", "model.nothing=1", out="none") == 2
    assert "unknown key 'model.nothing'" in capsys.readouterr().err
    assert main(["study", "table3", "--tokens", str(tmp_path), "--out", str(place / "none")]) == 2
    assert main(["study", "table3", "--out", str(place / "none")]) == 2
    assert study(place, "table3", "--judge", str(tmp_path), out="none") == 2
    assert "FID-lite needs --data" in capsys.readouterr().err
    assert not (place / "none/arms").exists()


@pytest.mark.parametrize(("setting", "words"), [
    ("train.steps=9", "--set train.steps: a study takes no such setting; --images"), (" train.seed = 4", "--seeds has the seeds"),
    ("train.warmup=1", "share of the steps"), ("train.validate_every=1", "validations are spread"),
    ("train={steps=9}", "--images says"), ("kind=gpt", "every arm has its own"),
])
def test_a_setting_that_a_study_makes_itself_is_refused(place, setting, words, capsys):
    assert study(place, "table9", "--set", setting, out="none") == 2
    assert words in capsys.readouterr().err and not (place / "none/arms").exists()


def test_a_seed_stands_once(place, capsys):
    assert study(place, "table9", "--seeds", "0", "0", out="none") == 2
    assert "every seed may be there once only" in capsys.readouterr().err and not (place / "none/arms").exists()


def test_spaces_around_a_setting_change_nothing(place):
    config, base = StudyConfig.load(FILES / "table7.toml"), load_base({})
    data = load_tokens(place / "tokens", place / "tokens/entropies.npy")

    def made(spaced: str) -> Study:
        pairs = [*TINY, "patchify.entropy_threshold=0.25", "model.patch_rope=2d"]
        sets = [one.replace("=", spaced) for one in pairs]
        return make_study("table7", config, config.arms, base, CONFIGS / "characters", sets, data)

    plain, spaced = made("="), made(" = ")
    assert plain.arms == spaced.arms and plain.rules == spaced.rules and plain.rules.entropy_threshold == 0.25


def test_results_of_another_configuration_or_of_other_tokens_stay(place, tmp_path, capsys):
    assert study(place, "table9", "--arm", "rope-2d", out="mine") == 0
    folder = place / "mine/arms/rope-2d"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert study(place, "table9", "--arm", "rope-2d", "--set", "train.lr=0.5", out="mine") == 2
    assert "train.lr: 0.0015 there, 0.5 here" in capsys.readouterr().err
    write_tokens(tmp_path / "tokens", 1)
    assert main(["study", "table9", "--tokens", str(tmp_path / "tokens"), "--out", str(place / "mine"), *SMALL,
                 "--set", "patchify.entropy_threshold=1", "--arm", "rope-once"]) == 2
    assert "arms of other tokens" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_stopped_arm_goes_on_and_a_damaged_result_is_measured_again(place, capsys, monkeypatch):
    def start() -> int:
        return study(place, "table9", "--arm", "rope-2d", "--set", "train.log_every=1", "--images", "12", out="stopped")

    with monkeypatch.context() as patch:  # as a signal would, between two steps
        patch.setattr("models.trainer.train", lambda *args, **named: train(*args, **named, stop_after=1))
        assert start() == 0
    folder = place / "stopped/arms/rope-2d"
    assert "2D: 0 of 1 done" in capsys.readouterr().out and not (folder / "model.safetensors").exists()
    assert start() == 0
    steps = [line["step"] for line in read_log(folder / "log.jsonl") if "loss" in line]
    assert steps == [1, 2, 3]
    figures, weights = (folder / "trained.json").read_bytes(), (folder / "model.safetensors").stat().st_mtime_ns
    (folder / "trained.json").write_text("{")
    assert start() == 0
    assert (folder / "trained.json").read_bytes() == figures and (folder / "model.safetensors").stat().st_mtime_ns == weights


def test_a_signal_at_the_end_of_an_arm_begins_no_other(place, monkeypatch):
    def signalled(*args, own=save_safetensors):
        os.kill(os.getpid(), signal.SIGTERM)
        own(*args)

    monkeypatch.setattr("models.training.save_safetensors", signalled)
    study(place, "table9", out="signalled")
    assert len(list((place / "signalled/arms").glob("*/model.safetensors"))) == 1


def test_a_training_that_is_there_takes_an_arm_s_place(place, capsys):
    assert study(place, "table7", "--arm", "gpt", out="first") == 0
    there = place / "first/arms/gpt"
    assert study(place, "table7", "--trained", f"gpt={there}", "--arm", "gpt", out="second") == 0
    assert not (place / "second/arms/gpt/model.safetensors").exists()
    assert study(place, "table7", "--trained", f"default-0={there}", out="third") == 2
    assert "holds a gpt, and the arm is a dpar" in capsys.readouterr().err


def test_a_training_with_other_gates_is_no_arm(place):
    def checked(arm: PatchRules, **there: Any) -> None:
        make = lambda rules: load_run(CONFIGS / "characters/dpar.toml").model_copy(update={"patchify": rules})  # noqa: E731
        check_gates(make(arm.model_copy(update=there)), make(arm), "--trained x=y")

    off = {"entropy_gate": False, "length_gate": False, "row_reset": False}
    for name, value in (("row_reset", False), ("length_gate", False), ("entropy_gate", False), ("max_patch_length", 8)):
        with pytest.raises(ConfigError, match=f"--trained x=y: was trained with patchify.{name} = {str(value).lower()}, and the"):
            checked(PatchRules(), **{name: value})
    with pytest.raises(ConfigError, match="static_length = none, and the arm has set"):
        checked(PatchRules(**off, static_length=2.0), static_length=None)
    checked(PatchRules(), entropy_threshold=1.0)
    checked(PatchRules(**off, static_length=2.0), static_length=1.5)
    checked(PatchRules(length_gate=False), max_patch_length=8)  # which no gate asks for


def test_a_training_with_other_gates_is_refused_by_the_command(place, capsys):
    assert study(place, "table3", "--arm", "static", out="gates") == 0
    static = place / "gates/arms/static"
    assert study(place, "table3", "--arm", "default", "--trained", f"default-0={static}", out="other-gates") == 2
    assert "was trained with patchify.entropy_gate = false, and the arm has true;" in capsys.readouterr().err


HOLD = """import sys, filelock
lock = filelock.FileLock(sys.argv[1], timeout=0)
lock.acquire()
print("held", flush=True)
sys.stdin.read()"""


def test_an_arm_that_another_process_trains_is_left_to_it(place, capsys):
    folder = place / "shared/arms/rope-2d"
    folder.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", HOLD, folder / "lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        assert study(place, "table9", "--arm", "rope-2d", "--arm", "rope-once", out="shared") == 0
        text = capsys.readouterr().out
        assert "in work by other processes: rope-2d" in text and "2D: 0 of 1 done" in text
        assert not (folder / "model.safetensors").exists()
        assert (place / "shared/arms/rope-once/model.safetensors").exists()
        other.kill()
    assert study(place, "table9", "--arm", "rope-2d", out="shared") == 0  # the lock went with its process
    assert (folder / "model.safetensors").exists()


def test_a_training_at_another_threshold_is_named_with_what_would_make_the_arms_alike(place, tmp_path, capsys):
    config, base = StudyConfig.load(FILES / "table9.toml"), load_base({"seeds": (0, 1)})
    data = load_tokens(place / "tokens", place / "tokens/entropies.npy")

    def words(name, given, **trained):
        study = make_study(name, config, StudyConfig.load(FILES / f"{name}.toml").arms, base, CONFIGS / "characters", TINY, data)
        planned = {arm.name: rules_of(arm.run) for arm in study.arms}
        study.arms[:] = [arm if arm.name not in given else dataclasses.replace(arm, run=arm.run.model_copy(
            update={"patchify": planned[arm.name].model_copy(update=trained)})) for arm in study.arms]
        return other_lengths(study, planned, given)

    said, = words("table9", ["default-0"], entropy_threshold=0.75)
    assert "default-0 has E_th 0.75" in said and "--set patchify.entropy_threshold=0.75" in said
    assert words("table9", ["default-0"]) == []
    everything = [arm.name for arm in make_study("figure4", config, StudyConfig.load(FILES / "figure4.toml").arms, base,
                                                 CONFIGS / "characters", TINY, data).arms if arm.group.kind == "dpar"]
    assert words("figure4", everything, entropy_threshold=0.75) == []  # all of them alike: a GPT has no patches
    assert len(words("figure4", everything[:1], entropy_threshold=0.75)) == 1
    said, = words("table3", ["static"], static_length=3.0)
    assert "static patches of 3 tokens" in said and "--p-avg" in said
    one = ["--arm", "default", "--seeds", "0"]
    assert study(place, "table9", *one, "--set", "patchify.entropy_threshold=0.75", out="at-0.75") == 0
    capsys.readouterr()
    given = ["--arm", "default", "--trained", f"default-0={place / 'at-0.75/arms/default-0'}", "--list"]
    assert study(place, "table9", *given, out="given") == 0
    assert "with --set patchify.entropy_threshold=0.75 they are alike" in capsys.readouterr().err
    assert study(place, "table9", *given, "--set", "patchify.entropy_threshold=0.75", out="given") == 0
    assert "alike" not in capsys.readouterr().err


@pytest.mark.parametrize(("options", "words"), [
    (["--temperature", "-1"], "temperature"), (["--guidance", "nan"], "guidance"), (["--pack", "nowhere"], "no manifest.json"),
    (["--pack", str(NANO), "--arm", "static"], "its rows are of the default arm"),
    (["--pack", str(NANO.with_name("pico"))], "another kind or size"),
])
def test_what_is_wrong_with_the_samples_shows_before_anything_is_trained(place, options, words, capsys):
    assert study(place, "table6", *options, out="early") == 2
    assert words in capsys.readouterr().err and not (place / "early").exists()


def test_weights_that_are_not_the_pack_s_are_refused_before_anything_is_trained(place, tmp_path, capsys):
    assert main(["import-pack", "--pack", str(NANO), "--out", str(tmp_path / "parts")]) == 0
    weights = tmp_path / "parts/dpar/model.safetensors"
    save_safetensors(weights, {name: value * 1.5 for name, value in load_safetensors(weights).items()})
    assert study(place, "table6", "--trained", f"default-0={tmp_path / 'parts/dpar'}", "--pack", str(NANO), out="early") == 2
    assert "is of another model than" in capsys.readouterr().err and not (place / "early").exists()


def test_rows_over_thresholds_go_into_the_pack_of_their_model(place, tmp_path, capsys):
    nano = shutil.copytree(NANO, tmp_path / "nano")
    assert main(["import-pack", "--pack", str(nano), "--out", str(tmp_path / "parts")]) == 0
    given = ["--arm", "default", "--trained", f"default-0={tmp_path / 'parts/dpar'}", "--held-out", "8", "--seeds", "0",
             "--tokens", str(place / "tokens"), "--out", str(tmp_path / "out"), "--device", "cpu"]
    assert main(["study", "table6", *given, "--pack", str(nano)]) == 0
    assert "evaluation.sweep has" in capsys.readouterr().out
    manifest = read_manifest(nano)
    rows = json.loads((tmp_path / "out/arms/default-0/thresholds.json").read_text())["figures"]["rows"]
    assert manifest["evaluation"] == {"sweep": {"dynamic": [row | {"held_out": 8} for row in rows]}} and rows
    check_pack(nano)
    other = shutil.copytree(NANO.with_name("pico"), tmp_path / "pico")
    baseline = shutil.copytree(NANO.with_name("nano-gpt"), tmp_path / "nano-gpt")
    golden = json.loads((nano / "golden.json").read_text())
    golden["logits_class"][0][0] += 0.5
    strange = shutil.copytree(NANO, tmp_path / "strange")
    (strange / "golden.json").write_text(json.dumps(golden))
    for pack, words in ((other, "another kind or size"), (baseline, "another kind or size"), (strange, "is of another model")):
        before = (pack / "manifest.json").read_bytes()
        assert main(["study", "table6", *given, "--pack", str(pack)]) == 2
        assert words in capsys.readouterr().err
        assert (pack / "manifest.json").read_bytes() == before
    assert study(place, "table4", "--pack", str(nano)) == 2
    assert "--pack takes what table6 measures" in capsys.readouterr().err


def test_samples_beside_a_pack_are_drawn_as_the_pack_draws_them():
    def sampled(**given):
        sampling = sampling_of(argparse.Namespace(**{"pack": None, "guidance": None, "temperature": None} | given))
        return sampling.guidance, sampling.temperature, sampling.top_k, sampling.top_p

    own = read_manifest(CHARACTERS)["defaults"]
    assert sampled() == (2, 1, 0, 1)
    assert own["temperature"] != 1
    assert sampled(pack=CHARACTERS) == (own["guidance"], own["temperature"], own["topK"], own["topP"])
    assert sampled(pack=CHARACTERS, temperature=0.5) == (own["guidance"], 0.5, own["topK"], own["topP"])
