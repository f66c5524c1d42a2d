"""`import-llamagen` from files to a pack, and what it refuses."""

import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from models.checkpoint import save_safetensors
from models.cli import main
from models.commands import import_llamagen
from models.commands.parity import TOLERANCE
from models.config import Config
from models.dpar import DPAR, DPARConfig
from models.entropy_model import EntropyModel, EntropyModelConfig
from models.export.files import SHARD, validate
from models.export.parity import limits, parity
from models.export.read_back import read_back
from models.export.runtime import PackRuntime
from models.export.threshold import mean_patch_length, threshold_for
from models.lineage import encoder_digest
from models.llamagen.gpt import gpt_config, load_gpt
from models.llamagen.pictures import find_pictures
from models.llamagen.read import read_weights
from models.llamagen.tokenizer import load_vqgan
from models.null_class import NullClass
from models.patchify import PatchRules
from models.runs import DPARRun
from models.stages import EntropyRun
from models.tests.llamagen_files import gpt_state, save_gpt, save_vq
from models.trained_on import note_tokenizer
from models.training import TrainConfig


@pytest.fixture
def files(tmp_path):
    save_vq(tmp_path / "vq.pt", multipliers=(1, 2, 2))
    save_gpt(tmp_path / "c2i_256.pt")
    (tmp_path / "names.txt").write_text("n1\tapple\tpome\nn2\tpear\nn3\tplum\n")
    return tmp_path


def call(files, *more, out="packs/small", gpt="c2i_256.pt", tokenizer="vq.pt", size="32"):
    """The command on the small files: an 8 x 8 grid of 32 pixels."""
    return main(["import-llamagen", "--tokenizer", str(files / tokenizer), "--gpt", str(files / gpt), "--heads", "2",
                 "--image-size", size, "--classes", str(files / "names.txt"), "--out", str(files / out), *more])


def read_pack(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_files_become_a_pack_whose_graphs_are_pytorch(files, capsys):
    assert call(files, "--samples", "4", "--variants", "w16,fp32,w8,q4") == 0
    pack = files / "packs/small"
    manifest = read_pack(pack)
    validate(manifest, "manifest")
    assert (manifest["kind"], manifest["entropySource"], manifest["pictures"]) == ("gpt", "null-class", "samples")
    assert "entropyModel" not in manifest and "entropy" not in manifest["variants"]["w16"]["graphs"]
    assert manifest["grid"] == {"width": 8, "tokens": 64} and manifest["image"]["size"] == 32 == manifest["tokenizer"]["reach"]
    assert manifest["classes"][0] == {"id": "n1", "label": "apple", "synonyms": ["pome"]}
    assert manifest["thumbnails"]["columns"] == 3 and manifest["defaults"]["guidance"] == 4
    for name in manifest["variants"]:
        runtime = PackRuntime(pack, name)
        allowed = limits(runtime, TOLERANCE)
        for graph, difference in parity(runtime).items():
            assert difference <= allowed[graph], (name, graph)
    state = read_weights(files / "c2i_256.pt")
    model = load_gpt(files, state, gpt_config(files, state, 8, 2))
    golden = json.loads((pack / "golden.json").read_text())
    tokens = torch.tensor([golden["tokens"]])
    expected = NullClass(model).entropies(tokens)[0, 1:].tolist()
    assert golden["entropies"][1:] == pytest.approx(expected, abs=1e-5)
    runtime = PackRuntime(pack, "fp32")
    whole = runtime.run("entropy_all", {"tokens": tokens.numpy().astype(np.int32)})["entropy"][0, :-1]
    assert whole.tolist() == pytest.approx(expected, abs=1e-4)
    tokenizer = load_vqgan(files, read_weights(files / "vq.pt"))
    with torch.no_grad():
        painted = tokenizer.decode(tokens).numpy()
    picture = runtime.run("tokenizer_decoder", {"tokens": tokens.numpy().astype(np.int32)})["picture"]
    assert np.abs(picture - painted).max() <= 1e-4
    assert {path.name for path in (files / "packs").iterdir()} == {"small", "index.json"}
    assert "GB of memory at most" in capsys.readouterr().out
    for path in pack.rglob("*"):
        assert path.is_dir() or path.stat().st_size <= SHARD


def test_the_curve_rises_and_a_pack_without_an_entropy_model_is_read_back(files):
    assert call(files, "--samples", "3") == 0
    manifest = read_pack(files / "packs/small")
    models = read_back(files / "packs/small")
    assert isinstance(models.entropy, NullClass)
    curve = manifest["curve"]
    assert [row["pAvg"] for row in curve] == sorted(row["pAvg"] for row in curve) and curve[-1]["pAvg"] > 2
    assert manifest["defaults"]["entropyThreshold"] > 0


def test_stages_are_printed_and_counting_passes_can_be_left_out(files, capsys):
    assert call(files, "--samples", "1", "--passes", "0", "--variants", "fp32") == 0
    assert "passes" not in read_pack(files / "packs/small")
    out = capsys.readouterr().out
    for stage in ("reading weights", "samples: 1", "tiles of the codebook", "golden vectors", "fp32: graphs and weights",
                  "fp32: the same on onnxruntime"):
        assert f" s  {stage}\n" in out
    assert "window of" not in out


def test_a_variant_that_check_pack_refuses_is_named():
    figures = {"bytes": 2e6, "klMean": 0.29, "logits": 5.9, "entropy": 1.9, "picture": 0.0}
    assert import_llamagen.figures_line("q4", figures) == "q4        2.0 MB a visit  KL 2.9e-01 nats a token"
    line = import_llamagen.figures_line("q4", figures | {"klMean": 0.96, "entropy": 3.47})
    assert line.endswith("; check-pack refuses it (klMean 0.96, at most 0.3; entropy 3.5, at most 2): leave q4 out of --variants")


def test_mean_patch_length_of_known_entropies():
    e = np.tile([np.inf, 9, 1, 1, 1, 1, 9, 1], (2, 8))
    assert mean_patch_length(e, 8, PatchRules(entropy_threshold=5)) == 2  # tokens 0, 1, 5 and 6 of each row open


@pytest.mark.parametrize("wanted", [1.4, 1.81, 2.4])
def test_the_threshold_gives_the_wanted_mean_patch_length(wanted):
    e = np.random.default_rng(0).normal(6, 1.5, size=(50, 256))
    rules = PatchRules(entropy_threshold=0)
    at = threshold_for(e, 16, rules, wanted)
    found = mean_patch_length(e, 16, rules.model_copy(update={"entropy_threshold": at}))
    assert found == pytest.approx(wanted, abs=0.01)


def test_pictures_of_a_folder_give_curve_band_and_gallery(files):
    rng = np.random.default_rng(0)
    for name, count in (("n2", 3), ("Plum", 2), ("elsewhere", 2)):
        (files / "pictures" / name).mkdir(parents=True)
        for i in range(count):
            pixels = rng.integers(256, size=(40 + i, 50, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(files / "pictures" / name / f"{i}.png")
    assert call(files, "--pictures", str(files / "pictures")) == 0
    manifest = read_pack(files / "packs/small")
    assert "pictures" not in manifest and manifest["split"]["heldOut"] == 7
    assert sorted(manifest["gallery"]["classes"]) == [1, 1, 1, 2, 2]  # by id, by label; the others have no class
    assert manifest["thumbnails"]["classes"] == [1, 2]
    assert manifest["heldOut"]["psnr"]["low"] < manifest["heldOut"]["psnr"]["high"]
    assert manifest["curve"]


def test_hidden_files_are_no_pictures_and_linked_folders_are_read(tmp_path):
    picture = Image.fromarray(np.zeros((40, 40, 3), np.uint8))
    for place in ("n1/a.png", "n1/.ipynb_checkpoints/a-checkpoint.png", "n1/@eaDir/a.png", "n1/._a.png", "__MACOSX/n1/a.png",
                  "elsewhere/b.png"):
        (tmp_path / "pictures" / place).parent.mkdir(parents=True, exist_ok=True)
        picture.save(tmp_path / "pictures" / place)
    (tmp_path / "elsewhere").mkdir()
    picture.save(tmp_path / "elsewhere/c.png")
    (tmp_path / "pictures/n2").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    classes = [{"id": "n1", "label": "apple"}, {"id": "n2", "label": "pear"}]
    found = find_pictures(tmp_path / "pictures", classes, 10)
    assert sorted((path.relative_to(tmp_path / "pictures").as_posix(), label) for path, label in found) == [
        ("elsewhere/b.png", -1), ("n1/a.png", 0), ("n2/c.png", 1)]


def test_pictures_of_no_known_class_are_refused(files, capsys):
    (files / "pictures/elsewhere").mkdir(parents=True)
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(files / "pictures/elsewhere/0.png")
    refused(files, capsys, "no folder of the 1 pictures is named by a class's id or label, such as n1 or apple",
            "--pictures", str(files / "pictures"))


def test_a_pack_goes_back_to_folders_and_is_replaced_by_the_next(files):
    assert call(files, "--samples", "1") == 0
    assert main(["import-pack", "--pack", str(files / "packs/small"), "--out", str(files / "back")]) == 0
    assert sorted(path.name for path in (files / "back").iterdir()) == ["gpt", "tokenizer"]
    (files / "packs/small/old.txt").write_text("x")
    assert call(files, "--samples", "1", "--variants", "fp32") == 0
    assert not (files / "packs/small/old.txt").exists() and list(read_pack(files / "packs/small")["variants"]) == ["fp32"]


def test_a_dpar_on_the_same_tokenizer_becomes_a_pack(files, capsys):
    torch.manual_seed(0)
    grid = {"vocab": 64, "width": 8, "tokens": 64, "dim": 64, "heads": 2}
    past = TrainConfig(steps=0, batch_size=1, lr=0.0)
    dpar = DPARConfig(**grid, classes=3, encoder_blocks=1, patch_transformer_blocks=1, decoder_blocks=1)
    entropy = EntropyModelConfig(**grid, blocks=1)

    def write(name, model, config: Config):
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        save_safetensors(files / name / "model.safetensors", model.state_dict())
        (files / name / "config.json").write_text(config.to_json())

    write("dpar", DPAR(dpar), DPARRun(model=dpar, train=past, patchify=PatchRules(entropy_threshold=3.5)))
    write("entropy", EntropyModel(entropy), EntropyRun(model=entropy, train=past))
    given = ["import-llamagen", "--tokenizer", str(files / "vq.pt"), "--dpar", str(files / "dpar"), "--image-size", "32",
             "--samples", "2", "--classes", str(files / "names.txt"), "--out", str(files / "packs/dpar")]
    assert main(given) == 2
    own = encoder_digest(load_vqgan(files / "vq.pt", read_weights(files / "vq.pt")))
    for folder in ("dpar", "entropy"):
        note_tokenizer(files / folder, "another")
        assert main([*given, "--entropy", str(files / "entropy")]) == 2
        assert f"{files / folder}: was trained on tokens of another tokenizer" in capsys.readouterr().err
        note_tokenizer(files / folder, own)
    assert main([*given, "--entropy", str(files / "entropy")]) == 0
    manifest = read_pack(files / "packs/dpar")
    assert (manifest["kind"], manifest["entropySource"]) == ("dpar", "entropy-model")
    assert manifest["defaults"]["entropyThreshold"] == 3.5
    runtime = PackRuntime(files / "packs/dpar")
    allowed = limits(runtime, TOLERANCE)
    assert all(difference <= allowed[graph] for graph, difference in parity(runtime).items())
    assert call(files, "--entropy", str(files / "entropy"), "--samples", "2", out="packs/beside") == 0
    assert read_pack(files / "packs/beside")["entropySource"] == "entropy-model"


def refused(files, capsys, words, *more, **changed):
    """One line with these words, and no trace of a pack."""
    assert call(files, *more, **changed) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1, said
    assert not list((files / "packs").glob("*")) if (files / "packs").exists() else True


class Harmful:
    def __reduce__(self):
        return os.system, ("touch harmed",)


def text_model(file):
    torch.save({"model": gpt_state() | {"cls_embedding.uncond_embedding": torch.zeros(2, 2)}}, file)


def other_vocabulary(file):
    torch.save({"model": gpt_state(vocab=32)}, file)


def other_grid(file):
    torch.save({"model": gpt_state() | {"freqs_cis": torch.zeros(37, 16, 2)}}, file)


def truncated(file):
    file.write_bytes(save_gpt(file).read_bytes()[:3000])


def web_page(file):
    file.write_text("<html>Sign in</html>")


def code(file):
    torch.save({"model": gpt_state(), "extra": Harmful()}, file)


def folder_of_shards(file):
    file.mkdir()
    save_gpt(file / "consolidated.00.pt")


def weights_missing(file):
    state = gpt_state()
    del state["layers.1.attention.wo.weight"]
    torch.save({"model": state}, file)


@pytest.mark.parametrize(("make", "words"), [
    (text_model, "text-conditional checkpoint (t2i); take a class-conditional one"),
    (other_vocabulary, "the model has 32 codes, the tokenizer 64; pass files that belong together"),
    (other_grid, "grid of 6 x 6 tokens, not 8 x 8; pass another --image-size"),
    (truncated, "damaged or cut short (3,000 bytes); download it again"),
    (web_page, "is a web page, not weights; download the file itself"),
    (code, "wants to run code (posix.system) when it is read, so it is not"),
    (folder_of_shards, "is a folder, as sharded checkpoints are; join it into one"),
    (weights_missing, "missing weight layers.1.attention.wo.weight"),
])
def test_a_file_that_is_no_such_gpt_is_refused_in_one_line(files, capsys, monkeypatch, make, words):
    monkeypatch.chdir(files)
    make(files / "other.pt")
    refused(files, capsys, words, gpt="other.pt")
    assert not (files / "harmed").exists()


def test_a_part_of_a_sharded_file_is_named_one(files, capsys):
    shutil.copy(files / "c2i_256.pt", files / "c2i-00001-of-00003.pt")
    refused(files, capsys, "is part 1 of 3 of a sharded checkpoint; join them first", gpt="c2i-00001-of-00003.pt")


def test_an_average_without_the_weights_themselves_makes_a_pack_and_is_named(files, capsys):
    torch.save({"ema": gpt_state(), "steps": 7}, files / "average.pt")
    assert call(files, "--samples", "1", gpt="average.pt") == 0
    assert "average.pt: holds the average of its training (ema) alone, so that is taken" in capsys.readouterr().err
    assert (files / "packs/small/manifest.json").exists()


def test_bad_input_is_one_line_and_no_pack(files, capsys):
    truncated(files / "cut.pt")
    refused(files, capsys, "cut short", tokenizer="cut.pt")
    refused(files, capsys, "cannot be opened", gpt="none.pt")
    refused(files, capsys, "no VQ tokenizer", tokenizer="c2i_256.pt")
    refused(files, capsys, "no class-conditional GPT", gpt="vq.pt")
    refused(files, capsys, "must be a multiple of 4", size="30")
    (files / "none").mkdir()
    refused(files, capsys, "no pictures in it", "--pictures", str(files / "none"))
    refused(files, capsys, "there are fp32, w16", "--variants", "int3")
    refused(files, capsys, "lower-case letters", out="packs/Small_Pack")
    refused(files, capsys, "at least one picture", "--samples", "0")
    (files / "names.txt").write_text("apple\npear\n")
    refused(files, capsys, "2 class names, the model has 3 classes")


def test_a_full_disk_leaves_nothing(files, capsys, monkeypatch):
    usage = shutil.disk_usage(files)
    monkeypatch.setattr(import_llamagen.shutil, "disk_usage", lambda _: usage._replace(free=10 << 20))
    refused(files, capsys, "10 MB free, the pack needs about")
    monkeypatch.undo()

    def full(root, content):
        (root / "half.bin").write_bytes(b"x")
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(import_llamagen, "write_pack", full)
    refused(files, capsys, "No space left on device")


def test_a_command_that_is_stopped_leaves_nothing_and_the_pack_that_was_there(files, capsys, monkeypatch):
    assert call(files, "--samples", "1", "--variants", "fp32") == 0

    def stopped(root, content):
        (root / "half.bin").write_bytes(b"x")
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(import_llamagen, "write_pack", stopped)
    assert call(files, "--samples", "1", "--variants", "w16") == 143
    assert capsys.readouterr().err == "import-llamagen: terminated\n"
    assert {path.name for path in (files / "packs").iterdir()} == {"small", "index.json"}
    assert list(read_pack(files / "packs/small")["variants"]) == ["fp32"]


@pytest.mark.parametrize("at", ["before the old one is aside", "between", "after the new one is in"])
def test_a_signal_while_the_new_pack_takes_its_place_costs_neither(files, monkeypatch, at):
    pack, own, calls = files / "packs/small", Path.rename, []
    assert call(files, "--samples", "1", "--variants", "fp32") == 0

    def renamed(path, to):
        if at == "before the old one is aside" and path == pack or at == "between" and to == pack and not calls:
            calls.append(path)
            raise KeyboardInterrupt
        result = own(path, to)
        if at == "after the new one is in" and to == pack:
            raise KeyboardInterrupt
        return result

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", renamed)
        assert call(files, "--samples", "1", "--variants", "w16") == 130
    assert list(read_pack(pack)["variants"]) == (["w16"] if at == "after the new one is in" else ["fp32"])
    assert call(files, "--samples", "1", "--variants", "w16") == 0
    assert {path.name for path in (files / "packs").iterdir()} == {"small", "index.json"}


def test_a_pack_that_a_killed_command_left_aside_comes_back(files, capsys):
    pack = files / "packs/small"
    assert call(files, "--samples", "1", "--variants", "fp32") == 0
    pack.rename(pack.with_name(".before-small"))
    assert call(files, "--samples", "0") == 2  # whatever the next start does
    assert call(files, gpt="none.pt") == 2
    assert list(read_pack(pack)["variants"]) == ["fp32"]


def test_a_folder_that_is_no_pack_is_left_alone(files, capsys):
    (files / "notes").mkdir()
    (files / "notes/thesis.txt").write_text("x")
    refused(files, capsys, "holds something that is no pack", out="notes")
    assert (files / "notes/thesis.txt").read_text() == "x"
