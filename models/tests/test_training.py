import json
import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from safetensors import SafetensorError
from torch import nn

from models import checkpoint
from models.config import Config
from models.errors import CheckpointError, TrainingError
from models.streams import IndexStream
from models.tests.test_outputs import as_from_a_terminal
from models.training import LOCK, TrainConfig, learning_rate, read_log, seed_everything, train


class Run(Config):
    train: TrainConfig


def make_run(**changes):
    settings = {"steps": 12, "batch_size": 4, "lr": 1e-2, "warmup": 3, "bf16": False, "log_every": 2, **changes}
    return Run(train=TrainConfig(**settings))


class Numbers(IndexStream):
    def __next__(self):
        indices, rng = self.next_indices()
        return torch.from_numpy(indices).float()[:, None] + torch.from_numpy(rng.normal(size=(len(indices), 1))).float()


def step_fn(model, batch, _step):
    loss = (model(batch / 10) - torch.sin(batch / 3)).square().mean()  # the dropout in it draws from torch's generator
    return loss, {"twice": 2 * loss}


def start(run, out, **options):
    seed_everything(run.train.seed)
    model = nn.Sequential(nn.Linear(1, 16), nn.Dropout(0.2), nn.Tanh(), nn.Linear(16, 1))
    stream = Numbers(np.arange(10), run.train.batch_size, run.train.seed)  # 2 batches an epoch: resumes cross epochs
    return model, train(run.train, model, stream, options.pop("step_fn", step_fn), out, identity=run, **options)


@pytest.mark.parametrize(("ema", "optimizer"), [(0.0, "adamw"), (0.9, "adamw"), (0.0, "muon")])
def test_a_resumed_run_is_bit_for_bit_the_uninterrupted_one(tmp_path, ema, optimizer):
    run = make_run(ema=ema, optimizer=optimizer)
    whole, outcome = start(run, tmp_path / "whole")
    assert outcome.finished
    _, outcome = start(run, tmp_path / "parts", stop_after=5)
    assert (outcome.step, outcome.finished) == (5, False)
    parts, outcome = start(run, tmp_path / "parts")
    assert outcome.finished
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, parts.state_dict()[name]), name
    one, two = (checkpoint.load_safetensors(tmp_path / part / "model.safetensors") for part in ("whole", "parts"))
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert all(torch.equal(one[name], whole.state_dict()[name]) for name in one) == (ema == 0)


def test_the_log_has_no_line_twice_after_a_resume(tmp_path):
    run = make_run(validate_every=4)
    start(run, tmp_path, stop_after=7, validate_fn=lambda _: {"score": 1.0})
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 10, "loss": 0}\n')  # as if it had been killed after step 10, with a checkpoint at 7
    start(run, tmp_path, validate_fn=lambda _: {"score": 1.0})
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == [2, 4, 6, 8, 10, 12]
    assert [line["step"] for line in lines if "validation" in line] == [4, 8, 12]


def test_a_last_validation_that_was_missed_is_made_up(tmp_path):
    def validations():
        return [line for line in read_log(tmp_path / "log.jsonl") if "validation" in line]

    run, validate = make_run(), lambda _: {"loss": 1.0}
    start(run, tmp_path, validate_fn=validate)
    assert len(validations()) == 1
    start(run, tmp_path, validate_fn=validate)
    assert len(validations()) == 1
    kept = [line for line in read_log(tmp_path / "log.jsonl") if "validation" not in line]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in kept))  # killed just before it
    start(run, tmp_path, validate_fn=validate)
    assert len(validations()) == 1


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text + "\0\0\n[]\n", lambda _: None],
                         ids=["cut off", "other bytes", "gone"])
def test_a_damaged_log_costs_no_checkpoint(tmp_path, damage):
    run, log = make_run(), tmp_path / "log.jsonl"
    start(run, tmp_path, stop_after=7)
    left = damage(log.read_text())
    log.unlink() if left is None else log.write_text(left)
    _, outcome = start(run, tmp_path)
    assert outcome.finished
    steps = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert steps == sorted(steps) and steps[-3:] == [8, 10, 12]


def test_other_examples_of_the_same_number_are_refused_by_their_content():
    state = IndexStream(np.arange(10), 4, 0, "of these").state_dict()
    IndexStream(np.arange(10), 4, 0, "of these").load_state_dict(state)
    for content, indices in (("of others", np.arange(10)), ("of these", np.arange(1, 11))):
        with pytest.raises(CheckpointError, match="10 other examples"):
            IndexStream(indices, 4, 0, content).load_state_dict(state)
    IndexStream(np.arange(10), 4, 0, "any").load_state_dict({k: v for k, v in state.items() if k != "content"})  # written before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_saves_and_exits_with_status_zero(tmp_path, number):
    script = textwrap.dedent("""
        import sys, pathlib
        from models.tests.test_training import make_run, start, step_fn
        def announce(model, batch, step):
            if step == 3: print("running", flush=True)
            return step_fn(model, batch, step)
        _, outcome = start(make_run(steps=10**9, schedule="constant"), pathlib.Path(sys.argv[1]), step_fn=announce)
        assert not outcome.finished
    """)
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, cwd=os.getcwd(), preexec_fn=as_from_a_terminal)
    try:
        assert process.stdout.readline().strip() == b"running"
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
    run = make_run(steps=10**9, schedule="constant")
    assert checkpoint.load_checkpoint(tmp_path, run)["step"] >= 3


def test_a_checkpoint_of_another_configuration_is_refused_by_name(tmp_path):
    start(make_run(), tmp_path, stop_after=2)
    with pytest.raises(CheckpointError, match="train.lr: 0.01 there, 0.5 here"):
        start(make_run(lr=0.5), tmp_path)


def test_weights_without_a_checkpoint_are_not_trained_over(tmp_path):
    """As import-pack and average leave them, or where a damaged checkpoint was removed."""
    run, names = make_run(), ("config.json", "log.jsonl", "model.safetensors")
    start(run, tmp_path)
    start(run, tmp_path)  # a finished training may be asked for again
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    with pytest.raises(CheckpointError, match=r"remove it and model\.safetensors beside it"):
        start(run, tmp_path)
    (tmp_path / "checkpoint.pt").unlink()
    before = {name: (tmp_path / name).read_bytes() for name in names}
    with pytest.raises(CheckpointError, match=r"model\.safetensors: is there already, and would be lost; use another --out, or"):
        start(make_run(lr=0.5), tmp_path, stop_after=2)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != LOCK} == before
    (tmp_path / "model.safetensors").unlink()
    assert start(run, tmp_path)[1].finished


def test_two_trainings_in_one_folder_are_refused(tmp_path):
    def second(model, batch, step):
        with pytest.raises(CheckpointError, match="another process is training there"):
            start(make_run(), tmp_path)
        return step_fn(model, batch, step)

    assert start(make_run(), tmp_path, step_fn=second)[1].finished
    assert start(make_run(), tmp_path)[1].finished  # free again


def test_a_signal_while_the_last_weights_are_written_is_told(tmp_path, monkeypatch):
    def signalled(*args, own=checkpoint.save_safetensors):
        os.kill(os.getpid(), signal.SIGTERM)
        own(*args)

    monkeypatch.setattr("models.training.save_safetensors", signalled)
    outcome = start(make_run(), tmp_path)[1]
    assert (outcome.finished, outcome.asked) == (True, True) and (tmp_path / "model.safetensors").exists()


def test_weights_that_cannot_be_written_are_said_so(tmp_path, monkeypatch):
    def full(*_):
        raise SafetensorError("I/O error: No space left on device")

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(CheckpointError, match="model.safetensors: not written .*No space left.*; make room"):
        start(make_run(), tmp_path)
    monkeypatch.undo()
    assert start(make_run(), tmp_path)[1].finished  # from the last checkpoint


def test_gradients_that_are_not_finite_stop_the_run_and_name_the_tensor(tmp_path):
    def broken(model, batch, step):
        loss, metrics = step_fn(model, batch, step)
        return loss * float("nan"), metrics

    with pytest.raises(TrainingError, match="first gradient of 0.weight"):
        start(make_run(), tmp_path, step_fn=broken)


def test_a_stream_over_other_data_is_refused(tmp_path):
    stream = Numbers(np.arange(10), 4, 0)
    state = stream.state_dict()
    with pytest.raises(CheckpointError, match="10 examples"):
        Numbers(np.arange(11), 4, 0).load_state_dict(state)


def test_every_example_comes_once_an_epoch():
    stream = Numbers(np.arange(12), 4, 7)
    epochs = [np.concatenate([stream.next_indices()[0] for _ in range(3)]) for _ in range(2)]
    assert all(sorted(epoch) == list(range(12)) for epoch in epochs)
    assert list(epochs[0]) != list(epochs[1])


def test_schedule():
    run = make_run(steps=103, warmup=3, lr=1.0).train
    assert [learning_rate(run, step) for step in (0, 2, 3)] == [pytest.approx(1 / 3), 1.0, 1.0]
    assert learning_rate(run, 53) == pytest.approx(0.5)
    assert learning_rate(run, 103) == pytest.approx(0.0)
