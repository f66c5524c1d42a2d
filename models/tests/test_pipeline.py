"""The commands that train on tokens, in order, on a tiny token folder; and exact resume of DPAR itself."""

import json

import numpy as np
import pytest
import torch

from models.cli import main
from models.commands.train import DPARRun, token_loss
from models.dpar import DPAR, DPARConfig
from models.patch_data import PatchStream
from models.patchify import PatchRules
from models.training import TrainConfig, seed_everything, train

GRID = [f"model.{pair}" for pair in ("vocab=64", "width=8", "tokens=64", "dim=32", "heads=1")]
QUICK = ["train.steps=6", "train.batch_size=4", "train.lr=1e-3", "train.compile=false", "train.bf16=false", "held_out=8"]


def settings(*pairs):
    return [part for pair in (*GRID, *QUICK, *pairs) for part in ("--set", pair)]


@pytest.fixture
def tokens(tmp_path, token_set):
    folder = tmp_path / "tokens"
    folder.mkdir()
    for name in ("tokens", "labels", "train", "held_out"):
        np.save(folder / f"{name}.npy", getattr(token_set, name))
    (folder / "meta.json").write_text(json.dumps({"classes": ["a", "b", "c"]}))
    return folder


def test_train_entropy_score_train(tmp_path, tokens, capsys):
    entropy, dpar = str(tmp_path / "entropy"), str(tmp_path / "dpar")
    assert main(["train", *settings("model.classes=3"), "--tokens", str(tokens), "--out", dpar]) == 2
    assert "score" in capsys.readouterr().err
    assert main(["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out", entropy]) == 0
    assert main(["score", "--entropy", entropy, "--tokens", str(tokens), "--batch", "40", "--no-compile"]) == 0
    scored = np.load(tokens / "entropies.npy")
    assert scored.shape == (2, 80, 64) and np.isinf(scored[..., 0]).all()
    assert (scored[..., 1:] >= 0).all() and scored[..., 1:].max() <= np.log(64) + 1e-4
    size = ("model.classes=3", "model.patch_transformer_blocks=1", "model.decoder_blocks=1")
    assert main(["train", *settings(*size), "--tokens", str(tokens), "--out", dpar]) == 0
    log = [json.loads(line) for line in (tmp_path / "dpar/log.jsonl").read_text().splitlines()]
    assert np.isfinite(log[-1]["validation"]["nats"])
    assert (tmp_path / "dpar/model.safetensors").exists() and (tmp_path / "dpar/config.json").exists()


def test_dpar_resumes_bit_for_bit(tmp_path, token_set):
    config = DPARRun(
        model=DPARConfig(vocab=64, width=8, tokens=64, classes=3, dim=32, heads=1, patch_transformer_blocks=1, decoder_blocks=1),
        patchify=PatchRules(entropy_threshold=0.5),
        train=TrainConfig(steps=30, batch_size=8, lr=1e-3, bf16=False, ema=0.9),  # 8 batches an epoch: resumes inside the third
    )

    def step_fn(model, batch, _step):
        dropped = torch.rand(len(batch.labels)) < config.class_dropout
        return token_loss(model, batch, batch.labels.masked_fill(dropped, 3)), {}

    def start(out, stop_after=None):
        seed_everything(0)
        model = DPAR(config.model)
        stream = PatchStream(token_set, 8, 0, 8, config.patchify)
        train(config.train, model, stream, step_fn, out, identity=config, stop_after=stop_after)
        return model.state_dict()

    whole = start(tmp_path / "whole")
    start(tmp_path / "parts", stop_after=19)
    torch.manual_seed(123)  # the checkpoint, not this, must decide what comes next
    parts = start(tmp_path / "parts")
    assert whole.keys() == parts.keys() and all(torch.equal(whole[k], parts[k]) for k in whole)
