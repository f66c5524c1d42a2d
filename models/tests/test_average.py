"""The mean of the weights of several train folders."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from models.checkpoint import load_safetensors, save_safetensors
from models.cli import main
from models.commands.average import mean_of
from models.gpt import GPT
from models.runs import GPTRun, images_seen
from models.seen import SEEN, note_seen
from models.trained import load_model
from models.trained_on import note_tokenizer, tokenizer_of

TINY = {"classes": 3, "vocab": 16, "tokens": 16, "width": 4, "dim": 32, "heads": 1, "blocks": 1}


def folder(path, steps, init=None, **model):
    """A train folder of a GPT with random weights."""
    training = {"steps": steps, "batch_size": 2, "lr": 0.1}
    run = GPTRun.parse({"kind": "gpt", "model": TINY | model, "train": training, "init": init})
    torch.manual_seed(steps)
    save_safetensors(path / "model.safetensors", GPT(run.model).state_dict())
    (path / "config.json").write_text(run.to_json())
    (path / "log.jsonl").write_text(json.dumps({"steps": steps}))
    return str(path)


def test_the_mean_counts_the_images_of_the_one_trained_longest(tmp_path):
    before = folder(tmp_path / "before", 10)
    after = folder(tmp_path / "after", 5, init=before, dropout=0.3)
    for order in ((before, after), (after, before)):
        assert main(["average", "--models", *order, "--out", str(tmp_path / "mean")]) == 0
        model, run = load_model(tmp_path / "mean")
        assert images_seen(run) == 30
        assert json.loads((tmp_path / "mean/log.jsonl").read_text()) == {"steps": 5}
        first, second = (load_safetensors(tmp_path / name / "model.safetensors") for name in ("before", "after"))
        for name, tensor in model.state_dict().items():
            assert torch.allclose(tensor, (first[name] + second[name]) / 2, atol=1e-7), name


def test_another_mean_in_the_same_folder_keeps_no_notes_of_the_first(tmp_path):
    known = [folder(tmp_path / name, steps) for name, steps in (("a", 4), ("b", 6))]
    for path in known:
        note_seen(Path(path), np.arange(3, dtype=np.uint64), np.arange(3))
        note_tokenizer(Path(path), "theirs")
    others = [folder(tmp_path / name, steps) for name, steps in (("c", 8), ("d", 2))]
    (tmp_path / "c/log.jsonl").unlink()
    out = tmp_path / "mean"
    assert main(["average", "--models", *known, "--out", str(out)]) == 0
    assert (out / SEEN).exists() and tokenizer_of(out) == "theirs"
    assert main(["average", "--models", *others, "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["config.json", "model.safetensors"]


def test_all_models_weigh_the_same():
    assert mean_of([{"w": torch.tensor([v])} for v in (0.0, 3.0, 9.0)])["w"].tolist() == [4.0]


@pytest.mark.parametrize("case, message", [
    ("one", "two or more"), ("other size", "another model"), ("own output", "another --out"), ("no weights", "no such weights"),
    ("a training", "could not go on"),
])
def test_what_has_no_mean_is_refused(tmp_path, capsys, case, message):
    a, b = folder(tmp_path / "a", 4), folder(tmp_path / "b", 6, **({"dim": 64} if case == "other size" else {}))
    if case == "no weights":
        (tmp_path / "b/model.safetensors").unlink()
    if case == "a training":
        (tmp_path / "c").mkdir()
        (tmp_path / "c/checkpoint.pt").touch()
    before = (tmp_path / "a/model.safetensors").read_bytes()
    out = {"own output": a, "a training": str(tmp_path / "c")}.get(case, str(tmp_path / "mean"))
    assert main(["average", "--models", *([a] if case == "one" else [a, b]), "--out", out]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "mean").exists() and (tmp_path / "a/model.safetensors").read_bytes() == before
