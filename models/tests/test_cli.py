import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models import commands
from models.cli import main
from models.commands import COMMANDS
from models.lineage import encoder_digest
from models.seen import note_seen
from models.tests.test_data import make_folder
from models.token_data import TokenStream, load_tokens
from models.trained import load_tokenizer


def test_overview_and_unknown_command(capsys):
    assert main([]) == 0 and "train-tokenizer" in capsys.readouterr().out
    assert main(["trian"]) == 2 and "unknown command 'trian'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["train-classifier", "train-tokenizer", "tokenize"])
def test_every_command_has_help(name, capsys):
    assert importlib.import_module(COMMANDS[name][0]).__doc__
    with pytest.raises(SystemExit) as exit_:
        main([name, "--help"])
    assert exit_.value.code == 0 and "--out" in capsys.readouterr().out


def test_an_error_a_person_can_act_on_has_no_traceback(tmp_path, capsys):
    status = main(["train-classifier", "--data", str(tmp_path / "absent"), "--out", str(tmp_path / "out"),
                   "--set", "train.steps=1", "--set", "train.batch_size=2", "--set", "train.lr=1e-3"])
    assert status == 2 and "no such folder" in capsys.readouterr().err


def test_pictures_to_tokens_end_to_end(tmp_path, capsys):
    data = ["--data", str(make_folder(tmp_path / "data", count=8, size=16)), "--cache", str(tmp_path / "cache")]
    common = [*data, "--device", "cpu"]
    settings = {"data.picture_size": 16, "data.held_out_per_class": 5, "train.steps": 2, "train.batch_size": 2,
                "train.lr": 1e-3, "train.compile": "false"}
    sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    assert main(["train-classifier", *common, *sets, "--set", "classifier.width=4",
                 "--out", str(tmp_path / "features")]) == 0
    assert main(["train-tokenizer", *common, *sets, "--set", "tokenizer.fine=8", "--set", "tokenizer.coarse=8",
                 "--features", str(tmp_path / "features"), "--out", str(tmp_path / "tokenizer")]) == 0
    assert json.loads((tmp_path / "features/config.json").read_text())["classifier"]["classes"] == 2
    assert json.loads((tmp_path / "features/classes.json").read_text()) == ["a", "b"]
    assert (tmp_path / "tokenizer" / "reconstructions.png").exists()
    out = tmp_path / "tokens"
    assert main(["tokenize", *common, "--tokenizer", str(tmp_path / "tokenizer"), "--out", str(out)]) == 0
    tokens = load_tokens(out)
    assert tokens.tokens.shape == (8, 16, 16) and tokens.tokens.dtype == np.int16
    assert len(tokens.train) == 6 and len(tokens.held_out) == 10
    settled = tmp_path / "settled"
    assert main(["train-tokenizer", *common, *sets, "--set", "tokenizer.fine=8", "--set", "tokenizer.coarse=8", "--set",
                 "decoder_only=true", "--set", f"init={tmp_path / 'tokenizer'}", "--out", str(settled)]) == 0
    before, after = load_tokenizer(tmp_path / "tokenizer"), load_tokenizer(settled)
    assert not torch.equal(before.decoder.leave.weight, after.decoder.leave.weight)
    assert encoder_digest(after) == json.loads((out / "meta.json").read_text())["tokenizer"]  # tokens stay those of both
    again = ["tokenize", *common, "--tokenizer", str(settled), "--out", str(out)]
    for more, there in (([], True), (["--symmetries", "2"], False), (["--symmetries", "2"], True), ([], False)):
        capsys.readouterr()
        assert main([*again, *more]) == 0 and ("are there already" in capsys.readouterr().out) == there
    seen = shutil.copytree(tmp_path / "tokenizer", tmp_path / "seen")
    note_seen(seen, tokens.files, np.arange(len(tokens.labels)))
    assert main(["tokenize", *common, "--tokenizer", str(seen), "--out", str(tmp_path / "none")]) == 2
    assert "was trained on 10 of the 10 pictures that are held out here" in capsys.readouterr().err
    batch, labels, entropies, chance = next(TokenStream(tokens, tokens.train, 3, seed=0))
    assert batch.shape == (3, 16) and labels.shape == (3,) and entropies is None and chance.shape == (3,)


def test_commands_import_no_commands():
    folder = Path(commands.__file__).parent
    for path in folder.glob("*.py"):
        imported = set(re.findall(r"from models\.commands(?:\.(\w+))? import", path.read_text()))
        assert imported <= {"common"}, path.name


def test_a_pipe_that_closes_early_ends_quietly():
    process = subprocess.Popen([sys.executable, "-m", "models"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()  # as `| head -0` does
    assert process.wait(timeout=120) == 0 and process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize(("error", "status", "words"), [
    (OSError(28, "No space left on device"), 2, "out: No space left on device"), (MemoryError(), 2, "not enough memory"),
    (KeyboardInterrupt(), 130, "interrupted"),
])
def test_what_no_check_can_know_before_ends_in_words(error, status, words, monkeypatch, tmp_path, capsys):
    def fail(_args):
        raise error

    monkeypatch.setattr("models.commands.nano.run", fail)
    assert main(["nano", "--out", str(tmp_path / "out")]) == status
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("command", "words"), [
    (["nano"], "end other programs"), (["score", "--entropy", "x", "--tokens", "x"], "lower --batch\n"),
    (["tokenize", "--data", "x", "--tokenizer", "x", "--out", "x"], "lower --batch-size\n"),
    (["train", "--tokens", "x", "--out", "x"], "lower train.batch_size, or raise train.accumulate"),
])
def test_memory_that_runs_out_on_processors_is_one_line_and_says_what_the_command_takes(command, words, monkeypatch, tmp_path,
                                                                                       capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(f"models.commands.{command[0]}.run", lambda _: torch.empty(10**15))
    assert main(command) == 2
    said = capsys.readouterr().err
    assert f"{command[0]}: not enough memory (can't allocate memory: you tried to allocate" in said and words in said
    assert said.count("\n") == 1


def test_another_error_of_pytorch_is_not_taken_for_one_of_memory(monkeypatch):
    def fail(_):
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr("models.commands.nano.run", fail)
    with pytest.raises(RuntimeError, match="shapes"):
        main(["nano"])
