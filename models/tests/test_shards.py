"""Folders too large for memory: crops, shards, and the commands that read and write them."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from models.checkpoint import load_safetensors, save_safetensors
from models.cli import main
from models.data import DataConfig, load_pictures
from models.errors import DataError
from models.picture_folder import crops, list_pictures
from models.shards import Shards, shard_bounds, write_shard
from models.token_data import load_tokens
from models.vqgan import VQGAN, VQGANConfig

TINY = {"vocab": 64, "code_dim": 4, "channels": 32, "multipliers": (1, 1), "blocks": 1, "latent": 8}


def test_shards_read_as_one_array(tmp_path):
    array = np.random.default_rng(0).integers(99, size=(3, 11, 5)).astype(np.int16)
    for number, (first, end) in enumerate(shard_bounds(11, 4)):
        write_shard(tmp_path, number, array[:, first:end])
    shards = Shards(tmp_path)
    assert shards.shape == array.shape and len(shards) == 3 and shards.dtype == np.int16
    which, where = np.array([2, 0, 1, 0]), np.array([10, 3, 4, 0])
    assert np.array_equal(shards[which, where], array[which, where])
    assert np.array_equal(shards[1, 2:9], array[1, 2:9])
    assert np.array_equal(shards[0][where], array[0][where]) and shards[0].shape == (11, 5)
    assert np.array_equal(np.stack([row[:] for row in shards]), array)
    (tmp_path / "00001.npy").unlink()
    with pytest.raises(DataError, match="00001.npy: missing"):
        Shards(tmp_path)


def test_ten_crops_are_the_centre_the_corners_and_their_mirror_images():
    y, x = np.mgrid[0:44, 0:44].astype(np.uint8)
    picture = Image.fromarray(np.stack([y, x, x], axis=-1))
    views = crops(picture, 40, "ten-crop", 1.1)
    assert views.shape == (10, 40, 40, 3)
    assert [tuple(view[0, 0, :2]) for view in views[:5]] == [(2, 2), (0, 0), (0, 4), (4, 0), (4, 4)]
    assert np.array_equal(views[5:], views[:5, :, ::-1])
    wide = Image.fromarray(np.zeros((30, 90, 3), dtype=np.uint8))
    assert crops(wide, 16, "centre", 1.1).shape == (1, 16, 16, 3) and crops(wide, 16, "flip", 1.1).shape == (2, 16, 16, 3)


@pytest.fixture
def imagenet(tmp_path):
    """train/<class>/*.JPEG of two classes, five pictures each, of different sizes."""
    rng = np.random.default_rng(0)
    for name in ("n01", "n02"):
        (tmp_path / "imagenet/train" / name).mkdir(parents=True)
        for i in range(5):
            pixels = rng.integers(0, 256, (20 + i, 33, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "imagenet/train" / name / f"{i}.JPEG", format="JPEG")
    return tmp_path / "imagenet"


@pytest.fixture
def tokenizer(tmp_path):
    """import-tokenizer's folder, from a file as the public one is: weights under "model", a record that is not a weight."""
    torch.manual_seed(0)
    state = VQGAN(VQGANConfig(**TINY)).state_dict()
    torch.save({"model": {**state, "quantize.codebook_used": torch.zeros(9)}}, tmp_path / "public.pt")
    settings = {"data.picture_size": 16, "data.held_out_per_class": 2, **{f"tokenizer.{k}": v for k, v in TINY.items()}}
    settings["tokenizer.multipliers"] = "[1, 1]"
    sets = [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]
    arguments = ["import-tokenizer", "--weights", str(tmp_path / "public.pt"), "--out", str(tmp_path / "tokenizer")]
    assert main([*arguments, *sets]) == 0
    assert main([*arguments, *sets, "--out", str(tmp_path / "other"), "--set", "tokenizer.latent=16"]) == 2
    return tmp_path / "tokenizer"


def test_an_imported_tokenizer_takes_no_other_s_place(tmp_path, tokenizer, capsys):
    before = (tokenizer / "model.safetensors").read_bytes()
    assert main(["import-tokenizer", "--weights", str(tmp_path / "public.pt"), "--out", str(tokenizer)]) == 2
    assert "model.safetensors: is there already, and would be lost" in capsys.readouterr().err
    assert (tokenizer / "model.safetensors").read_bytes() == before


def test_tokenize_and_score_in_shards_and_again(tmp_path, imagenet, tokenizer, capsys):
    out = tmp_path / "tokens"
    tokenize = ["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(out), "--shard-size", "4",
                "--batch-size", "20", "--device", "cpu"]
    assert main(tokenize) == 0
    first = load_tokens(out)
    assert first.tokens.shape == (10, 10, 64) and first.meta["grid"] == 8 and first.meta["views"] == "ten-crop"
    assert list(first.labels) == [0] * 5 + [1] * 5 and len(first.held_out) == 4
    pictures = load_pictures(imagenet, DataConfig(picture_size=16, held_out_per_class=2), cache=tmp_path / "cache")
    assert first.meta["pictures"] == pictures.content and np.array_equal(first.files, pictures.files)
    saved = first.tokens[0][np.arange(10)]
    (out / "tokens/00001.npy").unlink()
    kept = (out / "tokens/00000.npy").stat().st_mtime_ns
    assert main(tokenize) == 0  # writes what is missing, and only that
    assert np.array_equal(load_tokens(out).tokens[0][np.arange(10)], saved)
    assert (out / "tokens/00000.npy").stat().st_mtime_ns == kept
    assert main([*tokenize, "--views", "flip"]) == 2 and "another symmetries, views" in capsys.readouterr().err
    assert main([*tokenize, "--float32", "none"]) == 2 and "made with another bfloat16" in capsys.readouterr().err
    meta = json.loads((out / "meta.json").read_text())
    assert meta.pop("bfloat16") is False
    (out / "meta.json").write_text(json.dumps(meta))
    assert main(tokenize) == 0  # as older folders are

    sets = ["model.vocab=64", "model.width=8", "model.tokens=64", "model.dim=32", "model.heads=1", "model.blocks=1", "held_out=4",
            "train.steps=1", "train.batch_size=2", "train.lr=1e-3", "train.compile=false", "train.bf16=false"]
    sets = [part for pair in sets for part in ("--set", pair)]
    entropy = str(tmp_path / "entropy")
    assert main(["train-entropy", *sets, "--tokens", str(out), "--out", entropy]) == 0
    score = ["score", "--entropy", entropy, "--tokens", str(out), "--no-compile", "--device", "cpu"]
    assert main(score) == 0 and "patchify.entropy_threshold for so many tokens" in capsys.readouterr().out
    entropies = load_tokens(out, out / "entropies.npy").entropies
    assert entropies.shape == (10, 10, 64) and np.isinf(entropies[3][np.arange(10)][:, 0]).all()
    (out / "entropies/00003.npy").write_bytes((out / "entropies/00002.npy").read_bytes())  # of pictures that have gone
    made = (out / "entropies/00000.npy").stat().st_mtime_ns
    assert main(score) == 0 and (out / "entropies/00000.npy").stat().st_mtime_ns == made
    assert main([*score[:2], other_weights(tmp_path / "entropy"), *score[3:]]) == 2
    assert "another entropy model" in capsys.readouterr().err
    assert not (out / "entropies/00003.npy").exists()
    assert main([*score, "--float32", "none"]) == 2
    assert "holds entropies in float32; score with --float32 all" in capsys.readouterr().err
    for note in (out / "entropies").glob("*.json"):
        note.write_text(json.dumps({key: value for key, value in json.loads(note.read_text()).items() if key != "bfloat16"}))
    assert main([*score, "--float32", "none"]) == 0  # as older notes are: made in either
    exact = entropies[0][np.arange(10)][:, 1:]
    shutil.rmtree(out / "entropies")
    assert main([*score, "--float32", "none"]) == 0 and main(score) == 2
    assert "holds entropies in bfloat16; score with --float32 none" in capsys.readouterr().err
    assert load_tokens(out, out / "entropies.npy").entropies_of.endswith(" none")
    quick = load_tokens(out, out / "entropies.npy").entropies[0][np.arange(10)][:, 1:]
    assert 0 < np.abs(quick - exact).max() < 0.05


def test_a_second_tokenize_that_is_stopped_does_not_load_as_if_it_were_whole(tmp_path, imagenet, tokenizer, monkeypatch):
    out = tmp_path / "tokens"
    tokenize = ["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(out), "--shard-size", "4",
                "--batch-size", "20", "--device", "cpu"]
    assert main(tokenize) == 0
    (out / "tokens/00001.npy").unlink()

    def stopped(*args):
        write_shard(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("models.tokenize_shards.write_shard", stopped)
        assert main(tokenize) == 130
    with pytest.raises(DataError, match="tokenize is not finished; run the same command again"):
        load_tokens(out)
    assert main(tokenize) == 0 and "content" in load_tokens(out).meta


@pytest.mark.parametrize("ratio", ["0.5", "-1", "nan", "inf", "wide"])
def test_a_crop_range_that_is_none_is_refused_before_anything_is_written(tmp_path, imagenet, tokenizer, ratio, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(tmp_path / "tokens"),
              "--shard-size", "4", f"--crop-range={ratio}", "--device", "cpu"])
    assert exit_.value.code == 2 and "--crop-range" in capsys.readouterr().err
    assert not (tmp_path / "tokens").exists()


def test_one_file_is_not_written_where_shards_would_be_read_in_its_place(tmp_path, imagenet, tokenizer, capsys):
    out = tmp_path / "tokens"
    tokenize = ["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(out), "--device", "cpu"]
    (out / "tokens").mkdir(parents=True)
    assert main(tokenize) == 2 and f"{out / 'tokens'}: a folder of shards, which is read in place" in capsys.readouterr().err
    (out / "tokens").rmdir()
    assert main([*tokenize, "--symmetries", "1", "--cache", str(tmp_path / "cache")]) == 0
    (out / "entropies").mkdir()
    assert main(["score", "--entropy", str(tmp_path), "--tokens", str(out), "--device", "cpu"]) == 2
    assert f"{out / 'entropies'}: a folder of shards, which is read in place of entropies.npy" in capsys.readouterr().err


def other_weights(folder):
    copy = folder.with_name("other")
    shutil.copytree(folder, copy)
    weights = load_safetensors(copy / "model.safetensors")
    save_safetensors(copy / "model.safetensors", {name: tensor + 1 for name, tensor in weights.items()})
    return str(copy)


def test_a_damaged_picture_that_is_removed_costs_no_finished_shard(tmp_path, imagenet, tokenizer, capsys):
    out, damaged = tmp_path / "tokens", imagenet / "train/n02/1.JPEG"
    tokenize = ["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(out), "--shard-size", "4",
                "--batch-size", "20", "--device", "cpu"]
    damaged.write_bytes(b"not a picture")
    assert main(tokenize) == 2 and "repair or remove it" in capsys.readouterr().err
    kept = (out / "tokens/00000.npy").stat().st_mtime_ns
    damaged.unlink()
    assert main(tokenize) == 0
    assert (out / "tokens/00000.npy").stat().st_mtime_ns == kept
    went_on = load_tokens(out)
    tokenize[tokenize.index(str(out))] = str(tmp_path / "anew")
    assert main(tokenize) == 0
    anew = load_tokens(tmp_path / "anew")
    assert went_on.content == anew.content and went_on.tokens.shape[1] == 9


def test_a_finished_shard_of_other_pictures_is_refused(tmp_path, imagenet, tokenizer, capsys):
    tokenize = ["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(tmp_path / "tokens"),
                "--shard-size", "4", "--device", "cpu"]
    assert main(tokenize) == 0
    picture, other = imagenet / "train/n01/0.JPEG", imagenet / "train/n02/0.JPEG"
    before = picture.read_bytes()
    picture.write_bytes(before)  # as a copy of the same: another time, no other content
    assert main(tokenize) == 0
    picture.write_bytes(other.read_bytes())
    assert main(tokenize) == 2 and "was made of another train/n01/0.JPEG" in capsys.readouterr().err
    (tmp_path / "tokens/tokens/00000.npy").unlink()
    assert main(tokenize) == 0
    (imagenet / "train/n02/4.JPEG").unlink()
    (imagenet / "train/n02/3.JPEG").unlink()
    assert main(tokenize) == 0 and load_tokens(tmp_path / "tokens").tokens.shape[1] == 8


def test_a_broken_picture_and_an_empty_class_are_named(tmp_path, imagenet, tokenizer, capsys):
    (imagenet / "train/n01/2.JPEG").write_bytes(b"not a picture")
    assert main(["tokenize", "--data", str(imagenet), "--tokenizer", str(tokenizer), "--out", str(tmp_path / "tokens"),
                 "--shard-size", "4", "--device", "cpu"]) == 2
    assert "2.JPEG: cannot be decoded" in capsys.readouterr().err
    (imagenet / "train/n03").mkdir()
    with pytest.raises(DataError, match="n03: no pictures"):
        list_pictures(imagenet)


def test_the_public_layout():
    with torch.device("meta"):
        model = VQGAN(VQGANConfig())
    shapes = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    assert sum(np.prod(shape) for shape in shapes.values()) / 1e6 == pytest.approx(71.9, abs=0.5)  # published: 72M
    expected = json.loads("""{"encoder.conv_blocks.0.downsample.conv.weight": [128, 128, 3, 3],
        "encoder.conv_blocks.2.res.0.nin_shortcut.weight": [256, 128, 1, 1], "encoder.conv_blocks.4.attn.1.proj_out.bias": [512],
        "encoder.mid.1.q.weight": [512, 512, 1, 1], "decoder.conv_blocks.0.attn.2.norm.weight": [512],
        "decoder.conv_blocks.1.res.0.nin_shortcut.weight": [256, 512, 1, 1], "decoder.conv_blocks.3.upsample.conv.bias": [128],
        "decoder.conv_out.weight": [3, 128, 3, 3], "quantize.embedding.weight": [16384, 8],
        "quant_conv.weight": [8, 256, 1, 1]}""")
    assert {name: shapes.get(name) for name in expected} == expected
    assert model.factor == 16


@torch.no_grad()
def test_a_picture_s_tokens_decode_to_its_size():
    model = VQGAN(VQGANConfig(**TINY)).eval()
    tokens = model.encode(torch.randn(2, 3, 16, 16))
    assert tokens.shape == (2, 64) and int(tokens.max()) < 64
    assert model.decode(tokens).shape == (2, 3, 16, 16)
