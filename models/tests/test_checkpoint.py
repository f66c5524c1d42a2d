import os
import random

import numpy as np
import pytest
import torch

from models import checkpoint
from models.checkpoint import load_checkpoint, load_safetensors, save_array, save_checkpoint, save_safetensors
from models.config import Config
from models.errors import CheckpointError


class Settings(Config):
    width: int = 3


def test_round_trip_restores_all_generators(tmp_path):
    save_checkpoint(tmp_path, Settings(), {"step": 4, "model": {"w": torch.arange(3.0)}})
    drawn = torch.rand(2), np.random.rand(2), random.random()
    state = load_checkpoint(tmp_path, Settings())
    assert state["step"] == 4 and torch.equal(state["model"]["w"], torch.arange(3.0))
    checkpoint.restore_rng(state["rng"])
    assert torch.equal(torch.rand(2), drawn[0])
    assert np.array_equal(np.random.rand(2), drawn[1])
    assert random.random() == drawn[2]


def test_states_of_gpus_that_are_not_there_are_left_out(tmp_path, monkeypatch):
    save_checkpoint(tmp_path, Settings(), {"step": 1})
    state = load_checkpoint(tmp_path, Settings())["rng"] | {"cuda": [torch.tensor([0]), torch.tensor([1])]}
    restored = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda one, device: restored.append((int(one), device)))
    checkpoint.restore_rng(state)
    assert restored == [(0, 0)]


def test_a_full_disk_leaves_the_previous_checkpoint_whole(tmp_path, monkeypatch):
    save_checkpoint(tmp_path, Settings(), {"step": 1})

    def full(content, path):
        path.write_bytes(b"half a checkpoint")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(CheckpointError, match="No space left"):
        save_checkpoint(tmp_path, Settings(), {"step": 2})
    monkeypatch.undo()
    assert load_checkpoint(tmp_path, Settings())["step"] == 1
    assert not list(tmp_path.glob("*.partial"))


def test_two_that_fill_one_cache_do_not_take_each_others_file(tmp_path, monkeypatch):
    path, array = tmp_path / "pictures.npy", np.arange(5)
    save = np.save

    def while_another_finishes(file, content):
        monkeypatch.setattr(np, "save", save)
        monkeypatch.setattr(os, "getpid", lambda: 1)
        save_array(path, array, several=True)
        monkeypatch.undo()
        save(file, content)

    monkeypatch.setattr(np, "save", while_another_finishes)
    save_array(path, array, several=True)
    assert np.load(path).tolist() == array.tolist() and list(tmp_path.iterdir()) == [path]


def test_a_truncated_checkpoint_is_named(tmp_path):
    save_checkpoint(tmp_path, Settings(), {"step": 1})
    file = tmp_path / "checkpoint.pt"
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CheckpointError, match=r"checkpoint\.pt: cannot be read"):
        load_checkpoint(tmp_path, Settings())


def test_nothing_there_is_none(tmp_path):
    assert load_checkpoint(tmp_path, Settings()) is None


def test_published_weights(tmp_path):
    weights = {"a": torch.randn(2, 3).t()}
    save_safetensors(tmp_path / "m.safetensors", weights)
    assert torch.equal(load_safetensors(tmp_path / "m.safetensors")["a"], weights["a"])
    (tmp_path / "m.safetensors").write_bytes(b"no")
    for name in ("m.safetensors", "absent.safetensors"):
        with pytest.raises(CheckpointError, match=name):
            load_safetensors(tmp_path / name)


def test_keys_added_since_take_their_defaults(tmp_path):
    class Before(Config):
        pass

    save_checkpoint(tmp_path, Before(), {"step": 3})
    assert load_checkpoint(tmp_path, Settings())["step"] == 3
    with pytest.raises(CheckpointError, match="width: 3 there, 4 here"):
        load_checkpoint(tmp_path, Settings(width=4))
