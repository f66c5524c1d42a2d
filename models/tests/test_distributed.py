"""Two gloo processes on the CPU against one: the same curve with the same batch, exact resume, one writer."""

import argparse
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from models import distributed
from models.checkpoint import load_safetensors
from models.cli import main
from models.commands.common import prepare, prepare_alone
from models.dpar import DPAR, DPARConfig
from models.errors import UserError
from models.patch_data import PatchStream
from models.patchify import PatchRules
from models.runs import DPARRun, token_loss
from models.token_data import load_tokens
from models.training import LOCK, TrainConfig, seed_everything, train

SETTINGS = ["model.vocab=64", "model.width=8", "model.tokens=64", "model.dim=32", "model.heads=1", "model.dropout=0.0",
            "held_out=8", "train.steps=6", "train.batch_size=8", "train.lr=1e-3", "train.compile=false", "train.bf16=false",
            "train.log_every=1"]
DPAR_SETTINGS = ["model.classes=3", "model.patch_transformer_blocks=1", "model.decoder_blocks=1",
                 "patchify.entropy_threshold=0.5", "class_dropout=0.5", "train.ema=0.9"]


def command(name, tokens, out, *settings):
    sets = [part for pair in (*SETTINGS, *settings) for part in ("--set", pair)]
    assert main([name, *sets, "--tokens", str(tokens), "--out", str(out), "--device", "cpu"]) == 0


def resumable(tokens, out, stop_after=None):
    """A train with dropout, which draws from every process's own generator."""
    config = DPARRun(model=DPARConfig(vocab=64, width=8, tokens=64, classes=3, dim=32, heads=1, patch_transformer_blocks=1,
                                      decoder_blocks=1, dropout=0.3),
                     patchify=PatchRules(entropy_threshold=0.5), train=TrainConfig(steps=6, batch_size=8, lr=1e-3, bf16=False))
    seed_everything(0)
    data = load_tokens(tokens, tokens / "entropies.npy")
    train(config.train, DPAR(config.model), PatchStream(data, 8, 0, 8, config.patchify),
          lambda model, batch, _: (token_loss(model, batch, batch.labels), {}), out, identity=config, stop_after=stop_after)


def run_all(tokens, out):
    """In one process or in each of two."""
    command("train", tokens, out / "dpar", *DPAR_SETTINGS)
    command("train-entropy", tokens, out / "entropy", "model.blocks=1")
    if distributed.size() == 1:
        command("train", tokens, out / "accumulated", *DPAR_SETTINGS, "train.accumulate=4")
        return
    command("train", tokens, out / "accumulated", *DPAR_SETTINGS, "train.accumulate=2", "train.activation_checkpointing=true")
    resumable(tokens, out / "whole")
    resumable(tokens, out / "parts", stop_after=4)
    torch.manual_seed(5)  # the checkpoint, not this, must decide what comes next
    resumable(tokens, out / "parts")
    resumable(tokens, out / f"writer{distributed.rank()}", stop_after=1)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("distributed")
    tokens, rng = root / "tokens", np.random.default_rng(0)
    tokens.mkdir()
    arrays = {"tokens": rng.integers(64, size=(2, 48, 64)).astype(np.int16), "labels": rng.integers(3, size=48),
              "train": np.arange(40), "held_out": np.arange(40, 48),
              "entropies": (rng.normal(size=(2, 48, 64)) + rng.uniform(-2, 2, size=(2, 48, 1))).astype(np.float32)}
    for name, array in arrays.items():
        np.save(tokens / f"{name}.npy", array)
    (tokens / "meta.json").write_text(json.dumps({"classes": ["a", "b", "c"]}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    setting = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "OMP_NUM_THREADS": "1"}
    started = [subprocess.Popen([sys.executable, "-m", "models.tests.test_distributed", str(tokens), str(root / "two")],
                                env={**setting, "RANK": str(rank), "LOCAL_RANK": str(rank)}, stderr=subprocess.PIPE, text=True)
               for rank in range(2)]
    run_all(tokens, root / "one")
    for process in started:
        _, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
    return root


def curve(folder):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if "loss" in line], [line["validation"] for line in lines if "validation" in line]


@pytest.mark.parametrize("name", ["dpar", "entropy"])
def test_two_processes_train_as_one_does(results, name):
    (one, validated), (two, validated_two) = curve(results / "one" / name), curve(results / "two" / name)
    assert len(one) == 6 and two == pytest.approx(one, rel=1e-5)  # sums in another order are all that differs
    assert validated_two[0] == pytest.approx(validated[0], rel=1e-5)
    first, second = (load_safetensors(results / part / name / "model.safetensors") for part in ("one", "two"))
    assert all(torch.allclose(first[key], second[key], atol=2e-5) for key in first)


def test_accumulation_changes_nothing(results):
    whole = curve(results / "one/dpar")[0]
    assert curve(results / "one/accumulated")[0] == pytest.approx(whole, rel=1e-5)
    assert curve(results / "two/accumulated")[0] == pytest.approx(whole, rel=1e-5)  # and two processes, recomputing


def test_two_processes_resume_bit_for_bit(results):
    whole, parts = (load_safetensors(results / f"two/{name}/model.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(whole[key], parts[key]) for key in whole)


def test_only_the_first_process_writes(results):
    written = sorted(path.name for path in (results / "two/writer0").iterdir())
    assert written == [LOCK, "checkpoint.pt", "config.json", "log.jsonl"]
    assert not (results / "two/writer1").exists()


def test_a_batch_that_cannot_be_cut_is_refused(tmp_path, results, capsys):
    sets = [part for pair in (*SETTINGS, "train.accumulate=3") for part in ("--set", pair)]
    assert main(["train-entropy", *sets, "--tokens", str(results / "tokens"), "--out", str(tmp_path)]) == 2
    assert "train.accumulate = 3" in capsys.readouterr().err


def test_a_command_that_does_not_divide_its_work_refuses_torchrun(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("WORLD_SIZE", "2")
    sets = ["--set", "train.steps=1", "--set", "train.batch_size=2", "--set", "train.lr=1e-3"]
    assert main(["train-tokenizer", *sets, "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "without torchrun" in capsys.readouterr().err


def as_one_of_two(monkeypatch):
    """As torchrun starts the second of two processes on a machine of two GPUs; the order of what would touch one."""
    order = []
    for name, value in {"WORLD_SIZE": "2", "RANK": "1", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", lambda number: order.append(f"set {number}"))
    monkeypatch.setattr(torch.distributed, "init_process_group", lambda *args, **named: order.append((args, named)))
    monkeypatch.setattr("models.distributed.atexit.register", lambda _: None)
    monkeypatch.setattr("models.commands.common.check_device", lambda name: order.append(f"check {name}"))
    return order


def test_each_process_has_its_own_gpu_before_any_is_touched(monkeypatch):
    order = as_one_of_two(monkeypatch)
    assert prepare(argparse.Namespace(device="cuda", threads=None)) == torch.device("cuda:1")
    assert [one for one in order if isinstance(one, str)] == ["set 1", "check cuda:1"]
    order.clear()
    with pytest.raises(UserError, match="without torchrun"):
        prepare_alone(argparse.Namespace(device="cuda", threads=None), "score")
    assert order == []


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_processes_wait_for_each_other_for_days(monkeypatch, device):
    order = as_one_of_two(monkeypatch)
    distributed.start(device)
    (_, named), = (one for one in order if isinstance(one, tuple))
    assert named["timeout"].days >= 7  # gloo's own is half an hour: less than a shard of tokens takes


if __name__ == "__main__":
    torch.set_num_threads(1)
    distributed.start("cpu")
    run_all(Path(sys.argv[1]), Path(sys.argv[2]))
