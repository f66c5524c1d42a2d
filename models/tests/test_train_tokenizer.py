"""train-tokenizer as a command: what a resume refuses, what accumulated parts count, and which weights it shows."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from models.checkpoint import CHECKPOINT
from models.cli import main
from models.commands import train_tokenizer
from models.quantizer import Quantizer
from models.seen import SEEN
from models.trained import load_tokenizer

QUICK = ["data.picture_size=16", "data.held_out_per_class=1", "train.batch_size=4", "train.lr=1e-2", "train.compile=false",
         "train.bf16=false", "tokenizer.fine=8", "tokenizer.coarse=8", "tokenizer.vocab=512", "tokenizer.code_dim=4"]


@pytest.fixture
def start(tmp_path):
    rng = np.random.default_rng(0)
    for name in "ab":
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(4):
            Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(tmp_path / "data" / name / f"{i}.png")

    def call(*more, command="train-tokenizer", out="out", sets=()):
        given = [part for one in (*sets,) for part in ("--set", one)]
        return main([command, "--data", str(tmp_path / "data"), "--cache", str(tmp_path / "cache"), "--device", "cpu",
                     "--out", str(tmp_path / out), *given, *more])

    return call


def test_a_resume_with_other_features_is_refused(start, tmp_path, capsys):
    for seed in (0, 1):
        sets = ["data.picture_size=16", "data.held_out_per_class=1", "train.batch_size=4", "train.lr=1e-3", "train.steps=1",
                "train.compile=false", "train.bf16=false", "classifier.width=4", f"train.seed={seed}"]
        assert start(command="train-classifier", out=f"features-{seed}", sets=sets) == 0
    with_features = ["--features", str(tmp_path / "features-0")]
    sets = [*QUICK, "train.steps=1"]
    assert start(*with_features, sets=sets) == 0 and start(*with_features, sets=sets) == 0
    capsys.readouterr()
    assert start(sets=sets) == 2
    assert "checkpoint.pt: was made with another --features" in (said := capsys.readouterr().err) and "none here" in said
    assert start("--features", str(tmp_path / "features-1"), sets=sets) == 2
    assert start(sets=sets, out="plain") == 0
    capsys.readouterr()
    assert start(*with_features, sets=sets, out="plain") == 2 and "(none there, " in capsys.readouterr().err
    content = torch.load(tmp_path / "plain" / CHECKPOINT, weights_only=True)
    assert content.pop("made_with") == {"--features": None}
    torch.save(content, tmp_path / "plain" / CHECKPOINT)
    assert start(*with_features, sets=sets, out="plain") == 0  # an older one does not say


def test_a_tokenizer_notes_what_it_and_its_teachers_have_seen(start, tmp_path, capsys):
    classifier = ["data.picture_size=16", "data.held_out_per_class=1", "train.batch_size=4", "train.lr=1e-3", "train.steps=1",
                  "train.compile=false", "train.bf16=false", "classifier.width=4"]
    sets = [*QUICK, "train.steps=1"]
    (tmp_path / "data/split.json").write_text(json.dumps({"held_out": ["a/0.png", "b/1.png"]}))
    assert start(sets=sets) == 0
    assert len(np.load(tmp_path / "out" / SEEN)) == 6
    (tmp_path / "data/a/3.png").unlink()
    assert start(command="train-classifier", out="features", sets=classifier) == 0
    assert start("--features", str(tmp_path / "features"), sets=[*sets, f"init={tmp_path / 'out'}"], out="second") == 0
    first, features, second = (set(np.load(tmp_path / name / SEEN).tolist()) for name in ("out", "features", "second"))
    assert first - features and second == first | features
    (tmp_path / "data/split.json").write_text(json.dumps({"held_out": ["a/1.png", "b/0.png"]}))
    capsys.readouterr()
    assert start("--features", str(tmp_path / "features"), sets=sets, out="third") == 2
    assert f"{tmp_path / 'features'}: was trained on 2 of the 2 pictures" in capsys.readouterr().err
    assert start(sets=[*sets, f"init={tmp_path / 'out'}"], out="third") == 2
    assert f"{tmp_path / 'out'}: was trained on 2 of the 2 pictures" in capsys.readouterr().err
    assert not (tmp_path / "third").exists()


def test_codes_are_counted_and_re_seeded_once_a_step(start, tmp_path, monkeypatch):
    seeded, reseed = [], Quantizer.reseed
    monkeypatch.setattr(Quantizer, "reseed", lambda *args: seeded.append(reseed(*args)) or seeded[-1])
    assert start(sets=[*QUICK, "train.steps=3", "train.accumulate=2", "train.log_every=1"]) == 0
    idle = torch.load(tmp_path / "out" / CHECKPOINT, weights_only=True)["model"]["tokenizer.quantizer.idle"]
    assert len(seeded) == 1 and idle.max() == 3 and idle.min() == 0
    assert f'"reseeded": {seeded[0]:.1f}' in (tmp_path / "out/log.jsonl").read_text().splitlines()[0]


def test_the_codes_of_every_part_are_in_use():
    quantizer = Quantizer(4, 2)
    for part in ([0], [1]):
        quantizer.note_use(torch.tensor(part), first=part == [0])
    assert quantizer.idle.tolist() == [0, 0, 1, 1]


def test_the_panel_shows_the_published_weights(start, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(train_tokenizer, "write_panel", lambda _path, *pictures: shown.append(pictures))
    assert start(sets=[*QUICK, "train.steps=4", "train.ema=0.999"]) == 0
    ((originals, restored),) = shown
    published = load_tokenizer(tmp_path / "out")
    with torch.no_grad():
        assert torch.allclose(published.decode(published.encode(originals)), restored, atol=1e-5)


@pytest.mark.parametrize("command", ["train-tokenizer", "train-classifier"])
@pytest.mark.parametrize(("setting", "words"), [
    ("train.optimizer=muon", "train.optimizer is muon, which would change nothing here"),
    ("train.activation_checkpointing=true", "train.activation_checkpointing is true, which would change nothing here"),
])
def test_settings_that_would_change_nothing_are_refused(start, tmp_path, capsys, command, setting, words):
    assert start(command=command, sets=["train.batch_size=4", "train.lr=1e-3", "train.steps=1", setting]) == 2
    assert words in capsys.readouterr().err and not (tmp_path / "out").exists()
