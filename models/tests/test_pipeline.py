"""The commands that train on tokens, in order, on a tiny token folder; and exact resume of DPAR itself."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from models.cli import main
from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel
from models.errors import ConfigError, DataError
from models.gpt import GPT
from models.lineage import file_digest
from models.partial import PartialArray
from models.patch_data import PatchStream
from models.patchify import PatchRules
from models.runs import DPARRun, GPTRun, images_seen, load_run, parse_run, token_loss
from models.study.measures import curve
from models.token_data import TokenStream, content_of, load_tokens
from models.trained_on import tokenizer_of
from models.training import TrainConfig, seed_everything, train

CONFIGS = Path(__file__).parents[1] / "configs/eurosat"
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
    score = ["score", "--entropy", entropy, "--tokens", str(tokens), "--batch", "40", "--no-compile"]
    assert main(score) == 0
    scored = np.load(tokens / "entropies.npy")
    assert scored.shape == (2, 80, 64) and np.isinf(scored[..., 0]).all()
    assert (scored[..., 1:] >= 0).all() and scored[..., 1:].max() <= np.log(64) + 1e-4
    assert main([*score, "--float32", "none"]) == 0
    quick = np.load(tokens / "entropies.npy")
    assert 0 < np.abs(quick[0, :, 1:] - scored[0, :, 1:]).max() < 0.05
    np.testing.assert_array_equal(quick[1], scored[1])  # bfloat16 by default already
    size = ("model.classes=3", "model.patch_transformer_blocks=1", "model.decoder_blocks=1")
    assert main(["train", *settings(*size), "--tokens", str(tokens), "--out", dpar]) == 0
    log = [json.loads(line) for line in (tmp_path / "dpar/log.jsonl").read_text().splitlines()]
    assert np.isfinite(log[-1]["validation"]["nats"])
    assert (tmp_path / "dpar/model.safetensors").exists() and (tmp_path / "dpar/config.json").exists()


def test_sizes_come_from_the_tokens_and_others_are_refused(tmp_path, tokens, capsys):
    command = ["train", *[part for pair in QUICK for part in ("--set", pair)], "--set", "kind=gpt", "--set", "model.dim=32",
               "--set", "model.heads=1", "--set", "model.blocks=1", "--tokens", str(tokens)]
    (tokens / "meta.json").write_text(json.dumps({"classes": ["a", "b", "c"], "vocab": 64, "grid": 8}))
    assert main([*command, "--out", str(tmp_path / "gpt")]) == 0
    shape = json.loads((tmp_path / "gpt/config.json").read_text())["model"]
    assert (shape["classes"], shape["vocab"], shape["tokens"], shape["width"]) == (3, 64, 64, 8)
    for key, wrong, right in (("classes", 10, 3), ("vocab", 1024, 64), ("tokens", 256, 64), ("width", 16, 8)):
        assert main([*command, "--set", f"model.{key}={wrong}", "--out", str(tmp_path / "other")]) == 2
        assert f"model.{key} is {wrong}, but {tokens} has {right}" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_the_baseline_trains_on_tokens_alone_and_resumes(tmp_path, tokens, capsys):
    folder, size = str(tmp_path / "gpt"), ("kind=gpt", "model.classes=3", "model.blocks=1", "train.log_every=2")
    arguments = ["train", *settings(*size), "--tokens", str(tokens), "--out", folder]
    assert main(arguments) == 0  # no entropies are there
    log = [json.loads(line) for line in (tmp_path / "gpt/log.jsonl").read_text().splitlines()]
    assert log[0]["loss"] == pytest.approx(np.log(64), abs=0.1) and log[-1]["validation"]["steps_mean"] == 64
    saved = parse_run(json.loads((tmp_path / "gpt/config.json").read_text()), "config.json")
    assert saved.kind == "gpt" and saved.model.blocks == 1
    assert main(arguments) == 0  # finished: nothing left to do
    assert main([*arguments, "--set", "model.blocks=2"]) == 2
    assert "model.blocks: 1 there, 2 here" in capsys.readouterr().err


def test_entropies_of_other_tokens_are_refused(tmp_path, tokens, capsys):
    entropy, size = str(tmp_path / "entropy"), ("model.classes=3", "model.patch_transformer_blocks=1", "model.decoder_blocks=1")
    assert main(["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out", entropy]) == 0
    assert main(["score", "--entropy", entropy, "--tokens", str(tokens), "--no-compile"]) == 0
    command = ["train", *settings(*size), "--tokens", str(tokens), "--out"]
    assert main([*command, str(tmp_path / "one")]) == 0
    values = np.load(tokens / "tokens.npy")
    np.save(tokens / "tokens.npy", np.ascontiguousarray(values[:, ::-1]))
    assert main([*command, str(tmp_path / "two")]) == 2
    assert "entropies of other tokens" in capsys.readouterr().err
    assert main(["score", "--entropy", entropy, "--tokens", str(tokens), "--no-compile"]) == 0
    assert main([*command, str(tmp_path / "two")]) == 0
    assert main([*command, str(tmp_path / "one"), "--set", "train.steps=6"]) == 2  # its checkpoint is of the tokens before
    assert "64 other examples" in capsys.readouterr().err


def test_tokens_that_are_not_those_of_their_meta_are_refused(tokens):
    content = content_of(np.load(tokens / "tokens.npy"))
    (tokens / "meta.json").write_text(json.dumps({"classes": ["a", "b", "c"], "content": content}))
    load_tokens(tokens)
    np.save(tokens / "tokens.npy", np.load(tokens / "tokens.npy") + 1)
    with pytest.raises(DataError, match="other tokens than meta.json was written with"):
        load_tokens(tokens)
    np.save(tokens / "labels.npy", np.zeros(3))
    with pytest.raises(DataError, match="80 images of tokens, but 3 labels"):
        load_tokens(tokens)


def test_the_kind_of_a_run():
    values = {"train": {"steps": 1, "batch_size": 1, "lr": 1e-3}}
    assert isinstance(parse_run(values, "old"), DPARRun)  # written before there were kinds
    with pytest.raises(ConfigError, match="kind is 'gtp'; it can be dpar or gpt"):
        parse_run(values | {"kind": "gtp"}, "run")
    with pytest.raises(ConfigError, match="patchify"):
        parse_run(values | {"kind": "gpt", "patchify": {}}, "run")


def test_the_configurations_that_are_shipped_are_of_one_size():
    counts = {}
    for name in ("dpar", "gpt"):
        config = load_run(CONFIGS / f"{name}.toml")
        with torch.device("meta"):
            counts[name] = sum(p.numel() for p in {"dpar": DPAR, "gpt": GPT}[name](config.model).parameters())
    assert counts["gpt"] == pytest.approx(counts["dpar"], rel=0.1)


def test_every_symmetry_is_seen_by_the_baseline(token_set):
    stream = TokenStream(token_set, token_set.train, 16, seed=0)
    batch = next(stream)
    order = np.random.default_rng([0, 0]).permutation(token_set.train)[:16]
    which = [[(token_set.tokens[s, i] == row.numpy()).all() for s in range(2)].index(True)
             for i, row in zip(order, batch.tokens, strict=True)]
    assert set(which) == {0, 1} and batch.labels.tolist() == token_set.labels[order].tolist()


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


def test_a_training_goes_on_without_the_folder_it_started_from(tmp_path, tokens):
    size = ("model.blocks=1", "kind=gpt", "model.classes=3")
    first, second = tmp_path / "first", tmp_path / "second"
    train = ["train", "--tokens", str(tokens)]
    assert main([*train, *settings(*size), "--out", str(first)]) == 0
    assert main([*train, *settings(*size, f"init={first}"), "--out", str(second)]) == 0
    shutil.rmtree(first)
    (second / "model.safetensors").unlink()
    assert main([*train, *settings(*size, f"init={first}"), "--out", str(second)]) == 0
    assert (second / "model.safetensors").exists()
    shutil.rmtree(second)
    assert main([*train, *settings(*size, f"init={first}"), "--out", str(second)]) == 2


def test_a_training_that_no_pack_can_hold_says_so(tmp_path, tokens, capsys):
    entropy = str(tmp_path / "entropy")
    assert main(["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out", entropy]) == 0
    assert main(["score", "--entropy", entropy, "--tokens", str(tokens), "--no-compile"]) == 0
    size = ("model.patch_transformer_blocks=1", "model.decoder_blocks=1", "model.classes=3")
    no_rows, no_length = "patchify.row_reset=false", "patchify.length_gate=false"
    for more, words in (((), ""), ((no_rows,), ""), ((no_rows, no_length), "patches may have 64 tokens, and a pack's at most 8"),
                        (("model.patch_rope=2d",), "model.patch_rope is 2d")):
        capsys.readouterr()
        out = tmp_path / "-".join(("out", *more))
        assert main(["train", "--tokens", str(tokens), *settings(*size, *more), "--out", str(out)]) == 0
        said = capsys.readouterr().err
        assert words in said and ("no pack can hold" in said) == bool(words)


def test_a_curve_is_of_all_trainings_that_made_the_weights(tmp_path):
    def leg(name, init, points):
        run = GPTRun(train=TrainConfig(steps=10, batch_size=4, lr=1e-3), init=init)
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(run.to_json())
        lines = [{"step": step, "validation": {"nats": nats}} for step, nats in points]
        (tmp_path / name / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return tmp_path / name, run

    imported, _ = leg("imported", None, [])
    first, _ = leg("first", imported, [(5, 3.0), (10, 2.5)])
    folder, run = leg("second", first, [(10, 2.0)])
    points = [(one["images"], one["macs"], one["nats"]) for one in curve(folder, run, lambda _: 2.0)]
    assert points == [(60, 120.0, 3.0), (80, 160.0, 2.5), (120, 240.0, 2.0)]


def test_weights_that_have_seen_what_is_held_out_now_are_refused_at_the_first_command(tmp_path, tokens, capsys):
    np.save(tokens / "pictures.npy", np.arange(80, dtype=np.uint64))
    entropy, dpar = str(tmp_path / "entropy"), str(tmp_path / "dpar")
    size = ("model.patch_transformer_blocks=1", "model.decoder_blocks=1")
    learn = ["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out"]
    score = ["score", "--entropy", entropy, "--tokens", str(tokens), "--no-compile"]
    assert main([*learn, entropy]) == main(score) == 0
    assert main(["train", *settings(*size), "--tokens", str(tokens), "--out", dpar]) == 0
    train, held_out = np.load(tokens / "train.npy"), np.load(tokens / "held_out.npy")
    np.save(tokens / "train.npy", np.sort(np.concatenate([train[4:], held_out[:4]])))
    np.save(tokens / "held_out.npy", np.sort(np.concatenate([train[:4], held_out[4:]])))
    (tokens / "entropies.npy").unlink()
    commands = (score, [*learn, str(tmp_path / "more"), "--set", f"init={entropy}"])
    for command in commands:
        assert main(command) == 2
        assert "was trained on 4 of the 16 pictures that are held out here" in capsys.readouterr().err
    assert not (tmp_path / "more").exists()
    assert main([*learn, str(tmp_path / "fresh")]) == 0
    assert main(["score", "--entropy", str(tmp_path / "fresh"), *score[3:]]) == 0
    assert main(["train", *settings(*size, f"init={dpar}"), "--tokens", str(tokens), "--out", str(tmp_path / "on")]) == 2
    assert "dpar: was trained on 4 of the 16 pictures" in capsys.readouterr().err


def test_score_goes_on_where_it_was_stopped(tmp_path, tokens, monkeypatch):
    entropy = str(tmp_path / "entropy")
    assert main(["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out", entropy]) == 0
    score = ["score", "--entropy", entropy, "--tokens", str(tokens), "--batch", "30", "--no-compile"]
    assert main(score) == 0
    whole, calls, own = np.load(tokens / "entropies.npy"), [], EntropyModel.entropies
    note = json.loads((tokens / "entropies.json").read_text())
    (tokens / "entropies.json").write_text(json.dumps(note | {"made_of": "other settings"}))

    def counted(model, batch):
        calls.append(len(batch))
        if len(calls) == 4:
            raise KeyboardInterrupt
        return own(model, batch)

    monkeypatch.setattr(EntropyModel, "entropies", counted)
    assert main(score) == 130
    np.testing.assert_array_equal(np.load(tokens / "entropies.npy"), whole)  # the old ones are there until then
    assert main(score) == 0 and calls == [30, 30, 20, 30, 30, 30, 20]
    np.testing.assert_array_equal(np.load(tokens / "entropies.npy"), whole)
    assert not list(tokens.glob("*.partial*"))


def test_score_does_nothing_where_all_is_there_and_makes_again_what_is_damaged(tmp_path, tokens, monkeypatch, capsys):
    entropy, calls, own = str(tmp_path / "entropy"), [], EntropyModel.entropies
    assert main(["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out", entropy]) == 0
    monkeypatch.setattr(EntropyModel, "entropies", lambda model, batch: calls.append(len(batch)) or own(model, batch))
    score = ["score", "--entropy", entropy, "--tokens", str(tokens), "--batch", "80", "--no-compile"]
    whole = None
    for more, made in (([], 2), ([], 0), (["--batch", "40"], 4), (["--batch", "40", "--float32", "none"], 4), ([], 2)):
        calls.clear()
        assert main([*score, *more]) == 0
        printed = capsys.readouterr().out
        assert len(calls) == made and ("are there already" in printed) == (not made)
        assert "entropy_threshold for so many tokens a patch" in printed
        whole = np.load(tokens / "entropies.npy")
    for content in (b"short", None):
        (tokens / "entropies.npy").unlink() if content is None else (tokens / "entropies.npy").write_bytes(content)
        assert main(score) == 0
        np.testing.assert_array_equal(np.load(tokens / "entropies.npy"), whole)


def test_score_stopped_at_its_end_leaves_no_entropies_of_another_model_s_note(tmp_path, tokens, monkeypatch, capsys):
    entropies = tokens / "entropies.npy"
    for name in ("one", "two"):
        sets = settings("model.blocks=1", f"train.seed={len(name)}", f"train.lr={1e-3 if name == 'one' else 1e-2}")
        assert main(["train-entropy", *sets, "--tokens", str(tokens), "--out", str(tmp_path / name)]) == 0
    score = ["score", "--tokens", str(tokens), "--no-compile", "--entropy"]
    assert main([*score, str(tmp_path / "one")]) == 0
    old = np.load(entropies)

    def stopped(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(PartialArray, "finish", stopped)
        assert main([*score, str(tmp_path / "two")]) == 130
    with pytest.raises(DataError, match=r"entropies\.npy: missing"):
        load_tokens(tokens, entropies)
    assert main([*score, str(tmp_path / "two")]) == 0
    assert load_tokens(tokens, entropies).entropies_of == file_digest(tmp_path / "two/model.safetensors")
    assert not np.array_equal(np.load(entropies), old)


def test_entropies_in_another_precision_are_other_ones_and_old_notes_stay(tmp_path, tokens):
    entropies, note = tokens / "entropies.npy", tokens / "entropies.json"
    assert main(["train-entropy", *settings("model.blocks=1"), "--tokens", str(tokens), "--out", str(tmp_path / "entropy")]) == 0
    weights = file_digest(tmp_path / "entropy/model.safetensors")
    score = ["score", "--tokens", str(tokens), "--no-compile", "--entropy", str(tmp_path / "entropy")]
    for option, of in ((["upright"], weights), (["none"], f"{weights} none"), (["all"], f"{weights} all")):
        assert main([*score, "--float32", *option]) == 0
        data = load_tokens(tokens, entropies)
        assert data.entropies_of == of and data.entropy_model == weights
    there = json.loads(note.read_text())
    assert there.pop("float32") == "all"
    note.write_text(json.dumps(there))  # as they were written before
    assert load_tokens(tokens, entropies).entropies_of == weights


def test_weights_of_another_tokenizer_s_tokens_are_refused(tmp_path, tokens, capsys):
    """score, a start from them, their mean and a study; weights without the note are taken as they are."""
    def of(tokenizer):
        (tokens / "meta.json").write_text(json.dumps({"classes": ["a", "b", "c"], "tokenizer": tokenizer}))

    train, gpt = ["--tokens", str(tokens), "--out"], ("kind=gpt", "model.classes=3", "model.blocks=1")
    for tokenizer in ("first", "second"):
        of(tokenizer)
        assert main(["train-entropy", *settings("model.blocks=1"), *train, str(tmp_path / f"entropy-{tokenizer}")]) == 0
        assert main(["train", *settings(*gpt), *train, str(tmp_path / f"gpt-{tokenizer}")]) == 0
    score = ["score", "--tokens", str(tokens), "--no-compile", "--entropy"]
    entropy, model = tmp_path / "entropy-first", tmp_path / "gpt-first"
    for line in ([*score, str(entropy)],
                 ["train-entropy", *settings("model.blocks=1", f"init={entropy}"), *train, str(tmp_path / "a")],
                 ["train", *settings(*gpt, f"init={model}"), *train, str(tmp_path / "b")],
                 ["average", "--models", str(model), str(tmp_path / "gpt-second"), "--out", str(tmp_path / "c")]):
        assert main(line) == 2
        assert "was trained on tokens of another tokenizer" in capsys.readouterr().err
    assert not (tokens / "entropies.npy").exists() and not any((tmp_path / name).exists() for name in "abc")
    assert main(["average", "--models", str(model), str(model), "--out", str(tmp_path / "mean")]) == 0
    assert tokenizer_of(tmp_path / "mean") == "first"
    of("first")
    assert main([*score, str(entropy)]) == 0
    assert main(["train", *settings(*gpt, f"init={model}"), *train, str(tmp_path / "b")]) == 0
    of("second")
    assert main(["train", *settings(*gpt, f"init={model}"), *train, str(tmp_path / "b")]) == 0  # it goes on from its own
    (entropy / "tokenizer.json").unlink()
    assert main([*score, str(entropy)]) == 0  # as older weights are


def test_images_seen_follow_the_first_weights(tmp_path, capsys):
    first = parse_run({"train": {"steps": 10, "batch_size": 4, "lr": 1e-3}}, "first")
    (tmp_path / "config.json").write_text(first.to_json())
    assert images_seen(first) == 40
    assert images_seen(first.model_copy(update={"init": tmp_path})) == 80
    assert images_seen(first.model_copy(update={"init": tmp_path / "gone"})) == 40
    assert "no longer there" in capsys.readouterr().err
