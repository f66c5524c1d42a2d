"""The evaluate command from end to end, on tiny pictures and models with random weights."""

import json
import re
import shutil

import jsonschema
import numpy as np
import pytest
import torch
import torch._inductor.config
from PIL import Image

from models.checkpoint import CONFIG, WEIGHTS, load_safetensors, save_safetensors
from models.class_notes import note_classes
from models.classifier import Classifier, ClassifierConfig
from models.cli import main
from models.data import DataConfig, load_pictures, split_pictures
from models.evaluation.sweep import static_rules
from models.export.defaults import defaults
from models.export.files import SCHEMAS, read_manifest
from models.export.kinds import forced_logits
from models.export.nano import nano_gpt, nano_models
from models.patchify import PatchRules
from models.runs import DPARRun, GPTRun
from models.sampling import SamplingConfig
from models.seen import note_seen
from models.stages import EntropyRun
from models.token_data import load_tokens
from models.trained_on import note_tokenizer
from models.training import TrainConfig

CLASSES = ("a", "b", "c")
DATA = DataConfig(picture_size=32, held_out_per_class=8)
TINY = ("model.dim=32", "model.heads=1", "model.patch_transformer_blocks=1", "model.decoder_blocks=1", "train.batch_size=4",
        "train.bf16=false", "train.compile=false", "train.ema=0")


def write_model(folder, model, config):
    folder.mkdir()
    (folder / CONFIG).write_text(config if isinstance(config, str) else config.to_json())
    save_safetensors(folder / WEIGHTS, model.state_dict())


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("evaluate")
    rng = np.random.default_rng(0)
    for name in CLASSES:
        (root / "data" / name).mkdir(parents=True)
        for i in range(20):
            Image.fromarray(rng.integers(0, 256, size=(32, 32, 3)).astype(np.uint8)).save(root / "data" / name / f"{i:02d}.png")
    dpar, entropy, tokenizer = nano_models()
    training = TrainConfig(steps=10, batch_size=4, lr=1e-3)
    write_model(root / "dpar", dpar, DPARRun(model=dpar.config, patchify=PatchRules(entropy_threshold=3.2), train=training))
    write_model(root / "entropy", entropy, EntropyRun(model=entropy.config, train=training))
    write_model(root / "gpt", nano_gpt(), GPTRun(model=nano_gpt().config, train=training))
    shape = {"data": DATA.model_dump(), "tokenizer": tokenizer.config.model_dump()}
    write_model(root / "tokenizer", tokenizer, json.dumps(shape))
    judge = ClassifierConfig(classes=3, width=4)
    write_model(root / "judge", Classifier(judge), json.dumps({"classifier": judge.model_dump(), "data": DATA.model_dump()}))
    (root / "pack.toml").write_text(
        'name = "tiny"\ntitle = "Tiny"\ndescription = ""\nlicense = "MIT"\ngolden_class = "a"\n'
        '[data]\nname = "Tiny"\ncredit = "made here"\nlicense = "MIT"\n'
        '[labels]\na = "A"\nb = "B"\nc = "C"\n[sampling]\nguidance = 1.5\n')
    shared = ["--tokenizer", str(root / "tokenizer"), "--device", "cpu"]
    read = ["--data", str(root / "data"), "--cache", str(root / "cache")]
    tokens = str(root / "tokens")
    assert main(["tokenize", *read, *shared, "--out", tokens, "--symmetries", "2"]) == 0
    assert main(["score", "--entropy", str(root / "entropy"), "--tokens", tokens, "--no-compile", "--device", "cpu"]) == 0
    models = [part for name in ("dpar", "entropy", "judge", "tokens") for part in (f"--{name}", str(root / name))]
    return root, ["evaluate", *read, *shared, *models, "--pack-config", str(root / "pack.toml"), "--no-compile"]


def test_evaluate_writes_what_the_manifest_takes(folders, tmp_path):
    root, command = folders
    assert main([*command, "--samples", "12", "--batch", "5", "--baseline", str(root / "gpt"), "--out", str(tmp_path)]) == 0
    result = json.loads((tmp_path / "evaluation.json").read_text())
    wanted = ("n features psnr ssim perceptual entropy_nats token_nats p_avg steps_mean p_avg_by_class class_agreement fid_lite "
              "precision recall density coverage classifier_accuracy images_seen counts_nats baseline_nats intervals")
    assert set(wanted.split()) <= result.keys()
    assert set(result["reconstruction_agreement_by_class"]) == set(CLASSES) and 0 <= result["reconstruction_agreement"] <= 1
    assert result["n"] == 12 and result["held_out"] == 24 and result["images_seen"] == 40
    assert result["tokens_per_step"] <= result["p_avg"] <= 4
    assert result["entropy_margin"] == pytest.approx(result["counts_nats"] - result["entropy_nats"], abs=1e-4)
    schema = json.loads((SCHEMAS / "manifest.schema.json").read_text())
    jsonschema.validate(result, schema["oneOf"][0]["properties"]["evaluation"])
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") >= 3 and page.count("data:image/webp") >= 11
    assert not re.search(r"(src|href)=\"(?!data:|#)", page)  # nothing is fetched


def test_a_pack_takes_no_evaluation_of_other_weights_or_sampling(folders, tmp_path, capsys):
    root, command = folders
    assert main([*command, "--samples", "9", "--batch", "6", "--out", str(tmp_path / "measured")]) == 0
    export = [*exported(command, tmp_path / "measured/evaluation.json"), "--out", str(tmp_path / "pack")]
    assert main([*export, "--set", "sampling.guidance=3"]) == 2
    other = shutil.copytree(root / "dpar", tmp_path / "other")
    weights = load_safetensors(other / WEIGHTS)
    save_safetensors(other / WEIGHTS, {name: value * 1.01 for name, value in weights.items()})
    assert main([str(other) if part == str(root / "dpar") else part for part in export]) == 2
    assert capsys.readouterr().err.count("was measured of other weights, gates or sampling than this pack has") == 2
    assert not (tmp_path / "pack").exists()
    assert main(export) == 0
    assert "the name is 'tiny', and the folder is 'pack'" in capsys.readouterr().err
    assert read_manifest(tmp_path / "pack")["evaluation"]["n"] == 9


def exported(command, evaluation):
    """`export` of the same folders as `evaluate`, without --out."""
    start = command.index("--judge")
    parts = [part for part in command[1:start] + command[start + 2:] if part not in ("--no-compile", "--device", "cpu")]
    at = parts.index("--pack-config")
    config = parts[at:at + 2]
    return ["export", *(part for part in parts if part not in config), "--config", config[1], "--evaluation", str(evaluation)]


def test_tokens_of_another_split_are_refused_where_they_do_not_say_of_which_pictures_they_are(folders, tmp_path, capsys):
    root, command = folders
    tokens = shutil.copytree(root / "tokens", tmp_path / "tokens")
    meta = json.loads((tokens / "meta.json").read_text())
    del meta["pictures"]
    (tokens / "meta.json").write_text(json.dumps(meta))
    (tokens / "pictures.npy").unlink()
    train, held_out = np.load(tokens / "train.npy"), np.load(tokens / "held_out.npy")
    train[0], held_out[0] = held_out[0], train[0]
    np.save(tokens / "train.npy", train)
    np.save(tokens / "held_out.npy", held_out)
    moved = [str(tokens) if part == str(root / "tokens") else part for part in command]
    assert main([*moved, "--samples", "9", "--out", str(tmp_path / "out")]) == 2
    assert "is of other pictures than --data has" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_compiler_nothing_is_sampled(folders, tmp_path, capsys):
    command = [part for part in folders[1] if part != "--no-compile"]
    with torch._inductor.config.patch({"cpp.cxx": ("/nonexistent/g++",)}):
        assert main([*command, "--samples", "9", "--out", str(tmp_path / "out")]) == 2
    assert "there is no C++ compiler that works" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_evaluate_measures_the_baseline_itself(folders, tmp_path):
    root, command = folders
    swapped = ["--gpt" if part == "--dpar" else str(root / "gpt") if part == str(root / "dpar") else part for part in command]
    assert main([*swapped, "--samples", "9", "--batch", "6", "--out", str(tmp_path)]) == 0
    result = json.loads((tmp_path / "evaluation.json").read_text())
    assert result["p_avg"] == result["tokens_per_step"] == result["samples_p_avg"] == 1
    assert result["token_nats"] > 0 and "baseline_nats" not in result


def test_evaluate_pictures_of_the_command_line(folders, tmp_path, capsys):
    root, command = folders
    pictures = load_pictures(root / "data", DATA, cache=root / "cache")
    held_out = split_pictures(pictures.labels, DATA).held_out
    (tmp_path / "pngs").mkdir()
    for i in held_out:
        Image.fromarray(pictures.pixels[i]).save(tmp_path / "pngs" / f"tiny-{CLASSES[pictures.labels[i]]}-{i}.png")
    assert main([*command, "--pictures", str(tmp_path / "pngs"), "--out", str(tmp_path / "out")]) == 0
    result = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert result["n"] == 24 and result["precision"] == result["recall"] == result["coverage"] == 1
    assert result["fid_lite"] == pytest.approx(result["fid_lite_floor"], rel=1e-3)
    assert result["class_agreement"] == pytest.approx(result["classifier_accuracy"])
    assert result["memorisation_pixels"]["ratio_50"] == pytest.approx(1)
    assert "samples_p_avg" not in result and result["measured_of"] == "unknown"  # no runs say whose they are
    assert "24 of 24 pictures have no run beside them" in capsys.readouterr().err
    assert main([*exported(command, tmp_path / "out/evaluation.json"), "--out", str(tmp_path / "tiny")]) == 2
    assert "its samples are not known to be of this model and setting" in capsys.readouterr().err
    assert not (tmp_path / "tiny").exists()

    def measured(shift=0.0, other=None):
        """measured_of, where what the runs note is `shift` nats from what the model says, and one run is of the pack `other`."""
        run = noted_run(shift)
        for path in sorted((tmp_path / "pngs").glob("*.png")):
            run["header"]["pack"]["hash"], other = other or "this", None
            path.with_suffix(".run.json").write_text(json.dumps(run))
        assert main([*command, "--pictures", str(tmp_path / "pngs"), "--out", str(tmp_path / "out")]) == 0
        return json.loads((tmp_path / "out/evaluation.json").read_text())["measured_of"]

    assert len(measured()) == 16 and measured(0.1) == measured(-0.1) == measured()
    capsys.readouterr()
    assert measured(0.5) == "unknown" and "was made by other weights (its tokens are 0.5 nats apart" in capsys.readouterr().err
    assert measured(other="another") == "unknown" and "are of 2 versions of the pack" in capsys.readouterr().err


def noted_run(shift):
    """A run of the fixture's DPAR: every token its own patch, as forced."""
    model, _, _ = nano_models()
    tokens, opened = np.arange(64) % 64, np.ones(64, dtype=bool)
    with torch.no_grad():
        logits = torch.from_numpy(forced_logits(model, torch.from_numpy(tokens)[None], 0, opened)[0])
    noted = logits.log_softmax(-1)[torch.arange(64), torch.from_numpy(tokens)] + shift
    settings = defaults(PatchRules(entropy_threshold=3.2), SamplingConfig(guidance=1.5))
    return {"header": {"pack": {"name": "tiny"}, "settings": settings, "class": 0}, "complete": True,
            "events": [{"token": int(token), "opens": ["first"], "classLogprob": float(value)}
                       for token, value in zip(tokens, noted, strict=True)]}


def test_too_few_pictures_are_refused_before_anything_takes_long(folders, tmp_path, capsys):
    root, command = folders
    (tmp_path / "pngs").mkdir()
    Image.fromarray(np.zeros((32, 32, 3), np.uint8)).save(tmp_path / "pngs/tiny-a-1.png")
    assert main([*command, "--pictures", str(tmp_path / "pngs"), "--out", str(tmp_path / "out")]) == 2
    assert "1 PNGs; at least 6 are needed" in capsys.readouterr().err
    assert not (tmp_path / "out/training-features.npz").exists()


def test_a_baseline_of_another_kind_is_refused(folders, tmp_path, capsys):
    root, command = folders
    assert main([*command, "--samples", "9", "--baseline", str(root / "dpar"), "--out", str(tmp_path)]) == 2
    assert "holds a dpar" in capsys.readouterr().err


def test_a_model_or_judge_that_has_seen_held_out_pictures_is_refused(folders, tmp_path, capsys):
    root, command = folders
    pictures = load_pictures(root / "data", DATA)
    for name in ("judge", "dpar", "entropy", "tokenizer"):
        folder = tmp_path / name
        shutil.copytree(root / name, folder)
        note_seen(folder, pictures.files, np.arange(60))
        assert main([*command, f"--{name}", str(folder), "--samples", "12", "--out", str(tmp_path / "out")]) == 2
        assert f"{folder}: was trained on 24 of the 24 pictures" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_models_of_another_tokenizer_s_tokens_are_not_measured(folders, tmp_path, capsys):
    root, command = folders
    own = load_tokens(root / "tokens").tokenizer
    dpar = nano_models()[0]
    static = DPARRun(model=dpar.config, patchify=static_rules(1.8), train=TrainConfig(steps=10, batch_size=4, lr=1e-3))
    write_model(tmp_path / "static", dpar, static)
    for name in ("dpar", "entropy", "gpt"):
        shutil.copytree(root / name, tmp_path / name)
    given = [*command, "--samples", "9", "--sweep", "--sweep-samples", "0", "--dpar", str(tmp_path / "dpar"), "--entropy",
             str(tmp_path / "entropy"), "--baseline", str(tmp_path / "gpt"), "--static", str(tmp_path / "static"), "--out",
             str(tmp_path / "out")]
    for name in ("dpar", "entropy", "gpt", "static"):
        note_tokenizer(tmp_path / name, "f" * 64)
        assert main(given) == 2
        assert f"{tmp_path / name}: was trained on tokens of another tokenizer (ffffffff...)" in capsys.readouterr().err
        note_tokenizer(tmp_path / name, own)
    note_tokenizer(tmp_path / "dpar", "f" * 64)
    sets = [part for one in TINY for part in ("--set", one)]
    trained = ["--trained", f"default-0={tmp_path / 'dpar'}", "--list", "--out", str(tmp_path / "out")]
    assert main(["study", "table9", "--tokens", str(root / "tokens"), *sets, "--device", "cpu", *trained]) == 2
    assert f"{tmp_path / 'dpar'}: was trained on tokens of another tokenizer" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_judge_of_other_classes_is_refused_and_one_of_unknown_ones_noted(folders, tmp_path, capsys):
    root, command = folders
    pictures = load_pictures(root / "data", DATA)
    split = split_pictures(pictures.labels, DATA)
    judge = shutil.copytree(root / "judge", tmp_path / "judge")
    (tmp_path / "pngs").mkdir()  # none of them: nothing is measured
    given = [*command, "--judge", str(judge), "--pictures", str(tmp_path / "pngs"), "--out", str(tmp_path / "out")]

    def said():
        assert main(given) == 2
        return capsys.readouterr().err

    assert "no PNGs" in (words := said()) and "has seen none" not in words  # nothing is known of it
    note_seen(judge, pictures.files, split.train[:1])
    assert "has seen none" not in said()
    note_seen(judge, np.arange(4, dtype=np.uint64), np.arange(4))
    assert f"{judge}: has seen none of these training pictures" in said()
    note_classes(judge, CLASSES)
    assert "has seen none" not in said()  # drawn anew, say
    note_classes(judge, ["a", "b", "d"])
    assert f"{judge}: tells 3 classes apart, among them d, and the pictures are of a, b, c" in (words := said())
    assert "no PNGs" not in words


def test_a_study_refuses_a_tokenizer_that_has_seen_held_out_pictures(folders, tmp_path, capsys):
    root, _ = folders
    given = [part for name in ("tokens", "data", "cache", "judge") for part in (f"--{name}", str(root / name))]
    given += [part for one in TINY for part in ("--set", one)]
    for name, other in (("tokenizer", "entropy"), ("entropy", "tokenizer")):
        folder = shutil.copytree(root / name, tmp_path / name)
        note_seen(folder, load_pictures(root / "data", DATA).files, np.arange(60))
        assert main(["study", "table9", *given, f"--{name}", str(folder), f"--{other}", str(root / other), "--images", "4",
                     "--samples", "6", "--device", "cpu", "--out", str(tmp_path / "out")]) == 2
        assert f"{folder}: was trained on 24 of the 24 pictures" in capsys.readouterr().err
    assert not (tmp_path / "out/arms").exists()


def test_a_sweep_over_thresholds_is_what_the_manifest_takes(folders, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("models.evaluation.sweep.LENGTHS", (1.0, 1.3))
    root, command = folders
    dpar, entropy, _ = nano_models()
    static = DPARRun(model=dpar.config, patchify=static_rules(1.8), train=TrainConfig(steps=10, batch_size=4, lr=1e-3))
    write_model(tmp_path / "static", dpar, static)
    swept = [*command, "--samples", "6", "--batch", "6", "--sweep", "--sweep-samples", "6"]
    assert main([*swept, "--static", str(tmp_path / "static"), "--out", str(tmp_path / "out")]) == 0
    result = json.loads((tmp_path / "out/evaluation.json").read_text())
    schema = json.loads((SCHEMAS / "manifest.schema.json").read_text())
    jsonschema.validate(result, schema["oneOf"][0]["properties"]["evaluation"])
    dynamic, fixed = (result["sweep"][name] for name in ("dynamic", "static"))
    assert len(dynamic) == len(fixed) == 2
    assert dynamic[0]["entropy_threshold"] == 3.2 and dynamic[1]["p_avg"] == pytest.approx(1.3 * dynamic[0]["p_avg"], rel=0.02)
    assert (dynamic[0]["p_avg"], dynamic[0]["token_nats"]) == (result["p_avg"], result["token_nats"])
    for one, other in zip(dynamic, fixed, strict=True):
        grown = one["p_avg"] / dynamic[0]["p_avg"]
        assert other["static_length"] == pytest.approx(1.8 * grown, abs=1e-3)
        assert other["p_avg"] == pytest.approx(1.8 * grown, rel=0.05) and other["n"] == one["n"] == 6
    assert fixed[0]["static_length"] == 1.8, "the length of training itself"
    assert main([*swept, "--static", str(root / "dpar"), "--out", str(tmp_path / "other")]) == 2
    assert "was not trained on static patches" in capsys.readouterr().err
    plain = ["--gpt" if part == "--dpar" else str(root / "gpt") if part == str(root / "dpar") else part for part in swept]
    assert main([*plain, "--out", str(tmp_path / "other")]) == 2
    assert "has none" in capsys.readouterr().err and not (tmp_path / "other").exists()


def test_a_study_measures_fid_lite_where_a_judge_is_given(folders, tmp_path, capsys):
    root, _ = folders
    folder = "tokens", "data", "cache", "tokenizer", "entropy", "judge"
    given = [part for name in folder for part in (f"--{name}", str(root / name))]
    command = ["study", "table9", *given, "--arm", "rope-2d", "--images", "4", "--samples", "6", "--device", "cpu",
               *[part for one in TINY for part in ("--set", one)], "--out", str(tmp_path)]
    assert main(command) == 0
    figures = json.loads((tmp_path / "arms/rope-2d/trained.json").read_text())["figures"]
    assert figures["n"] == 6 and figures["fid_lite"] > 0 and len(figures["fid_lite_interval"]) == 2
    assert f"FID-lite of 6 samples, judge {root / 'judge'}" in (tmp_path / "table9/results.md").read_text()
    assert main([*command, "--samples", "7"]) == 0  # other samples: measured anew, not trained
    assert json.loads((tmp_path / "arms/rope-2d/trained.json").read_text())["figures"]["n"] == 7
    shutil.copytree(root / "entropy", tmp_path / "entropy")
    weights = load_safetensors(tmp_path / "entropy" / WEIGHTS)
    save_safetensors(tmp_path / "entropy" / WEIGHTS, {name: tensor + 1 for name, tensor in weights.items()})
    assert main([*command, "--entropy", str(tmp_path / "entropy")]) == 2
    assert "entropies of another entropy model" in capsys.readouterr().err
