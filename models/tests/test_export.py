import dataclasses
import hashlib
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.cli import main
from models.errors import UserError
from models.export.check import check_pack
from models.export.figures import rounded_up
from models.export.files import SHARD, describe, named_files, remove_files, write_shards
from models.export.index import write_index
from models.export.nano import nano_content
from models.export.pack import save_manifest, write_pack
from models.export.pack_hash import pack_hash
from models.export.parity import compare
from models.export.read_back import read_back
from models.export.recordings import register_recordings
from models.export.runtime import PackRuntime
from models.export.storage import STORAGES
from models.export.variants import write_variants
from models.patchify import PatchRules
from models.sampling import SamplingConfig
from models.tests.full_disk import no_space
from models.tokenizer import Tokenizer, TokenizerConfig

ROOT = Path(__file__).parents[2]
NANO = ROOT / "fixtures/models/nano"
PACKS = sorted(p.parent for folder in ("public/models", "fixtures/models") for p in (ROOT / folder).glob("*/manifest.json"))
VARIANTS = [(pack, name) for pack in PACKS for name in json.loads((pack / "manifest.json").read_text())["variants"]]


def files_of(value):
    """Every file entry in a manifest."""
    if isinstance(value, dict):
        if {"path", "bytes", "sha256"} <= value.keys():
            yield value
        for child in value.values():
            yield from files_of(child)
    elif isinstance(value, list):
        for child in value:
            yield from files_of(child)


def wrong(runtime):
    return [one for one in compare(runtime) if not one.ok]


@pytest.mark.parametrize(("pack", "variant"), VARIANTS, ids=lambda x: getattr(x, "name", x))
def test_every_graph_agrees_with_pytorch(pack, variant):
    assert wrong(PackRuntime(pack, variant)) == []


def test_a_strip_is_painted_as_the_whole_picture_is_but_for_the_reach_at_its_edges():
    runtime = PackRuntime(ROOT / "fixtures/models/nano", "fp32")
    grid, tokenizer, size = (runtime.manifest[key] for key in ("grid", "tokenizer", "image"))
    assert tokenizer["strips"]
    width, factor, reach = grid["width"], tokenizer["factor"], tokenizer["reach"]
    tokens = np.random.default_rng(0).integers(runtime.manifest["vocab"], size=(1, grid["tokens"]), dtype=np.int32)
    whole = runtime.run("tokenizer_decoder", {"tokens": tokens})["picture"]
    strip = runtime.run("tokenizer_decoder", {"tokens": tokens[:, width : 7 * width]})["picture"]
    assert strip.shape == (1, 3, 6 * factor, size["size"])
    inner = slice(reach, 6 * factor - reach)
    np.testing.assert_allclose(strip[:, :, inner], whole[:, :, factor : 7 * factor][:, :, inner], atol=1e-5)
    assert np.abs(strip[:, :, 0] - whole[:, :, factor]).max() > 1e-3  # its edges are the picture's own


def test_every_kind_of_weights_stays_as_near_as_measured(tmp_path):
    content = dataclasses.replace(nano_content(), variants=tuple(STORAGES))
    variants = write_pack(tmp_path, content)["variants"]
    assert list(variants) == list(STORAGES)
    for name in STORAGES:
        assert wrong(PackRuntime(tmp_path, name)) == [], name
    kl = {name: variants[name]["figures"]["klMean"] for name in STORAGES}
    size = {name: sum(shard["bytes"] for file in variants[name]["weights"].values() for shard in file["shards"])
            for name in STORAGES}
    assert size["fp32"] > 1.9 * size["w16"] > 1.9 * size["w8"] > 1.9 * size["q4"]
    assert kl["fp32"] < kl["w16"] < kl["w8"] < kl["q4"]
    assert kl["q8"] == pytest.approx(kl["w8"], rel=0.1)  # the same numbers, multiplied in another order


def test_parity_is_not_widened_by_the_figures_of_the_pack(tmp_path, capsys):
    shutil.copytree(ROOT / "fixtures/models/nano", tmp_path / "pack")
    path = tmp_path / "pack/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["classes"].pop()  # so that another class stands where the null class was
    for variant in manifest["variants"].values():
        variant["figures"] |= dict.fromkeys(("klMean", "klMax", "logits", "entropy", "picture"), 1e9)
    path.write_text(json.dumps(manifest))
    assert main(["parity", "--pack", str(tmp_path / "pack")]) == 1
    said = capsys.readouterr().out
    assert re.search(r"decoder, null .*TOO LARGE", said) and re.search(r"KL, null .*TOO LARGE", said)
    assert re.search(r"stated logits.*TOO LARGE", said)


@pytest.mark.parametrize("key", ["logits", "entropy", "klMax", "bytes"])
def test_figures_that_promise_too_much_fail(tmp_path, key):
    shutil.copytree(ROOT / "fixtures/models/nano", tmp_path / "pack")
    path = tmp_path / "pack/manifest.json"
    manifest = json.loads(path.read_text())
    manifest["variants"]["w8"]["figures"][key] = 1 if key == "bytes" else 0
    path.write_text(json.dumps(manifest))
    assert len(wrong(PackRuntime(tmp_path / "pack", "w8"))) == 1


def test_a_variant_that_is_not_there_is_named():
    with pytest.raises(UserError, match="'q4'; there are fp32, w8"):
        PackRuntime(ROOT / "fixtures/models/nano", "q4")


@pytest.mark.parametrize("value", [1.23456e-8, 0.001, 0.99951, 12345.6])
def test_bounds_are_never_rounded_down(value):
    assert value <= rounded_up(value) <= value * 1.011


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.name)
def test_files_match_the_manifest(pack):
    entries = list(files_of(json.loads((pack / "manifest.json").read_text())))
    assert len(entries) > 10
    for entry in entries:
        assert describe(pack, pack / entry["path"]) == {k: entry[k] for k in ("path", "bytes", "sha256")}
        assert entry["bytes"] <= SHARD


def test_an_export_repeats_itself_byte_for_byte(tmp_path):
    one, two = (write_pack(tmp_path / name, nano_content()) for name in "ab")
    assert one == two
    committed = ROOT / "fixtures/models/nano/manifest.json"
    assert json.loads(committed.read_text())["model"] == one["model"]


def test_a_baseline_pack_repeats_itself_and_is_the_committed_one(tmp_path):
    one, two = (write_pack(tmp_path / name, nano_content("gpt")) for name in "ab")
    assert one == two and one["kind"] == "gpt" and one["curve"] == []
    committed = json.loads((ROOT / "fixtures/models/nano-gpt/manifest.json").read_text())
    assert committed["model"] == one["model"] and committed["defaults"] == one["defaults"]
    golden = json.loads((tmp_path / "a/golden.json").read_text())
    assert all(golden["opens"]) and golden["entropies"][1] is not None


def test_the_smallest_pack_is_the_committed_one(tmp_path):
    committed = json.loads((ROOT / "fixtures/models/pico/manifest.json").read_text())
    manifest = write_pack(tmp_path, nano_content("pico"))
    assert manifest["model"] == committed["model"] and manifest["grid"] == {"width": 4, "tokens": 16}


@pytest.mark.parametrize("kind", ["pico", "gpt", "llamagen"])
def test_a_pack_without_guidance_is_a_pack_and_makes_its_variants(tmp_path, kind):
    write_pack(tmp_path / "pack", dataclasses.replace(nano_content(kind), sampling=SamplingConfig(guidance=1), passes_images=1))
    check_pack(tmp_path / "pack")
    write_variants(tmp_path / "pack", tmp_path / "out", ("w8",))
    check_pack(tmp_path / "out")


def without_the_work(content, monkeypatch, root):
    """The words that `write_pack` refuses with, before it makes anything."""
    monkeypatch.setattr("models.export.pack.codebook_tiles", lambda *_: pytest.fail("the work has begun"))
    with pytest.raises(UserError) as found:
        write_pack(root / "pack", content)
    assert not (root / "pack").exists()
    return str(found.value)


OFF = {"entropy_gate": False, "length_gate": False, "row_reset": False}


@pytest.mark.parametrize(("changes", "words"), [
    ({"rules": PatchRules(length_gate=False, row_reset=False)}, "patches that are longer than model.window"),
    ({"rules": PatchRules(max_patch_length=9, row_reset=False)}, "maxPatchLength is more than model.window"),
    ({"rules": PatchRules(**OFF, static_length=8.5)}, "patches that are longer than model.window"),
    ({"rules": PatchRules(**OFF)}, "staticLength is needed"),
    ({"rules": PatchRules(entropy_threshold=21)}, "$.entropyThreshold"),
    ({"sampling": SamplingConfig(guidance=21)}, "$.guidance"), ({"sampling": SamplingConfig(top_k=70_000)}, "$.topK"),
    ({"classes": [{"id": name, "label": name} for name in ("a", "b", "B")]}, "two have the same id"),
    ({"classes": [{"id": name, "label": name} for name in ("a", " b", "c")]}, "$[1].id"),
])
def test_what_no_pack_can_say_is_refused_before_the_work(changes, words, tmp_path, monkeypatch):
    assert words in without_the_work(dataclasses.replace(nano_content(), **changes), monkeypatch, tmp_path)


def test_a_p_max_beyond_a_row_that_cuts_patches_anyway_is_a_row(tmp_path):
    rules = PatchRules(entropy_threshold=9, max_patch_length=6)
    content = dataclasses.replace(nano_content("pico"), rules=rules, passes_images=0)
    assert write_pack(tmp_path, content)["defaults"]["maxPatchLength"] == 4
    check_pack(tmp_path)


def test_a_wrong_manifest_names_its_field(tmp_path):
    manifest = write_pack(tmp_path, nano_content("gpt"))
    with pytest.raises(UserError, match=r"\$\.model.*blocks"):
        save_manifest(tmp_path, manifest | {"model": {k: v for k, v in manifest["model"].items() if k != "blocks"}})


def test_the_index_lists_the_packs_that_are_there(tmp_path):
    assert write_index(tmp_path) == [] and json.loads((tmp_path / "index.json").read_text()) == {"packs": []}
    manifest = write_pack(tmp_path / "nano-gpt", nano_content("gpt"))
    assert write_index(tmp_path) == ["nano-gpt"]
    variant = manifest["variants"]["fp32"]
    files = [variant["graphs"][name]["model"] for name in ("gpt", "gpt_window", "tokenizer_decoder")]
    files += [variant["graphs"][name]["byRow"] for name in ("gpt", "gpt_window")]
    files += [shard for name in ("gpt", "tokenizer_decoder") for shard in variant["weights"][name]["shards"]]
    entry = {"name": "nano-gpt", "title": "Nano baseline", "kind": "gpt", "bytes": sum(f["bytes"] for f in files)}
    assert json.loads((tmp_path / "index.json").read_text()) == {"packs": [entry]}


def test_the_tokenizer_graphs_are_the_tokenizer(nano):
    import torch

    runtime = PackRuntime(ROOT / "fixtures/models/nano")
    picture = np.random.default_rng(0).uniform(-1, 1, size=(2, 3, 32, 32)).astype(np.float32)
    tokens = runtime.run("tokenizer_encoder", {"picture": picture})["tokens"]
    with torch.no_grad():
        expected = nano[2].encode(torch.from_numpy(picture)).numpy()
        painted = nano[2].decode(torch.from_numpy(expected)).numpy()
    assert (tokens == expected).mean() > 0.99  # a tie may fall either way
    picture = runtime.run("tokenizer_decoder", {"tokens": expected.astype(np.int32)})["picture"]
    np.testing.assert_allclose(picture, painted, atol=1e-4)


def test_a_pack_of_the_factor_8_agrees_with_pytorch_and_comes_back(tmp_path):
    import torch

    content = nano_content()
    settings = TokenizerConfig(factor=8, vocab=content.model.config.vocab, fine=8, coarse=16)
    content = dataclasses.replace(content, tokenizer=Tokenizer(settings).eval(), variants=("fp32",))
    manifest = write_pack(tmp_path, content)
    assert manifest["image"]["size"] == 8 * manifest["grid"]["width"] and manifest["tokenizer"]["factor"] == 8
    assert wrong(PackRuntime(tmp_path)) == []
    back = read_back(tmp_path).tokenizer
    assert back.config == settings
    tokens = torch.from_numpy(content.golden[None])
    with torch.no_grad():
        torch.testing.assert_close(back.decode(tokens), content.tokenizer.decode(tokens))


def test_shards_join_to_the_whole(tmp_path):
    content = bytes(range(256)) * (SHARD // 256) + b"tail"
    entry = write_shards(tmp_path, "fp32/x.bin", content)
    assert [s["bytes"] for s in entry["shards"]] == [SHARD, 4]
    assert b"".join((tmp_path / s["path"]).read_bytes() for s in entry["shards"]) == content


def test_recordings_are_listed_with_their_pictures(tmp_path, monkeypatch):
    write_pack(tmp_path / "pack", nano_content())
    runs = tmp_path / "runs"
    runs.mkdir()
    written = json.loads((tmp_path / "pack/manifest.json").read_text())
    settings, own = written["defaults"], {"name": "nano", "hash": pack_hash(written)}
    header = {"pack": own, "variant": "fp32", "backend": "cpu", "class": 1, "className": "Beta",
              "seed": 7, "settings": settings, "grid": {"width": 8, "tokens": 64}}
    event = {"token": 1, "entropy": None, "source": "sampled", "patch": 0, "logprob": -1, "classLogprob": -1, "alternatives": [],
             "times": {}}
    events = [event | {"t": t, "opens": [] if t else ["first"]} for t in range(64)]
    digest = hashlib.sha256(f"8;{','.join(['1'] * 64)};0".encode()).hexdigest()
    run = {"format": "dpar-run", "formatVersion": 1, "header": header, "events": events, "digest": digest, "complete": True}
    picture = (tmp_path / "pack/thumbnails.png").read_bytes()
    for name, label in (("alpha-7", 0), ("beta-7", 1)):
        (runs / f"{name}.run.json").write_text(json.dumps(run | {"header": header | {"class": label}}))
        (runs / f"{name}.png").write_bytes(picture)
    assert register_recordings(tmp_path / "pack", runs, first="Alpha") == ["alpha-7", "beta-7"]
    assert register_recordings(tmp_path / "pack", runs) == ["beta-7", "alpha-7"]  # the golden picture is of Beta
    check_pack(tmp_path / "pack")
    manifest = json.loads((tmp_path / "pack/manifest.json").read_text())
    assert manifest["recordings"][0]["title"] == "Beta, seed 7"
    with pytest.raises(UserError, match="Alpha, Beta"):
        register_recordings(tmp_path / "pack", runs, first="Delta")
    for change, words in (
        ({"header": header | {"pack": own | {"name": "pico"}}}, "is of the pack 'pico', and this is 'nano'"),
        ({"header": header | {"pack": own | {"hash": "0" * 64}}}, "another version"),
        ({"header": header | {"class": 9}}, "is of class 9, and the pack has 3"), ({"formatVersion": 99}, "formatVersion"),
        ({"complete": False}, "has 64 tokens of 64, not complete"), ({"events": events[:-1]}, "has 63 tokens of 64"),
        ({"digest": "0" * 64}, "has a digest that its tokens"),
    ):
        (runs / "beta-7.run.json").write_text(json.dumps(run | change))
        with pytest.raises(UserError, match=words):
            register_recordings(tmp_path / "pack", runs)
    (runs / "beta-7.run.json").write_text(json.dumps(run))
    (runs / "beta-7.png").write_bytes(b"png")
    with pytest.raises(UserError, match=r"beta-7\.png: cannot be read as a picture"):
        register_recordings(tmp_path / "pack", runs)
    (runs / "beta-7.png").unlink()
    with pytest.raises(UserError, match=r"beta-7\.png: missing"):
        register_recordings(tmp_path / "pack", runs)
    check_pack(tmp_path / "pack")  # nothing of it has come into the pack
    (runs / "beta-7.png").write_bytes(picture)
    (runs / "alpha-7.run.json").write_text(json.dumps(run | {"header": header | {"class": 0, "backend": "wasm"}}))
    with monkeypatch.context() as full:
        full.setattr("models.export.recordings.save_manifest", no_space)
        with pytest.raises(OSError, match="No space"):
            register_recordings(tmp_path / "pack", runs)
    check_pack(tmp_path / "pack")  # as it was, its recordings too
    (runs / "beta-7.run.json").unlink()
    assert register_recordings(tmp_path / "pack", runs) == ["alpha-7"]
    assert sorted(path.name for path in (tmp_path / "pack/recordings").iterdir()) == ["alpha-7.png", "alpha-7.run.json"]


def test_files_that_a_pack_has_no_more_go_and_others_stay(tmp_path):
    shutil.copytree(NANO, tmp_path / "pack")
    before = named_files(tmp_path / "pack")
    assert {path.split("/")[0] for path in before} == {"fp32", "w8", "codebook.png", "golden.json", "thumbnails.png"}
    (tmp_path / "pack/w8/notes.txt").write_text("mine")
    (tmp_path / "elsewhere.txt").write_text("mine")
    kept = {path for path in before if not path.startswith(("w8/", "fp32/"))}
    remove_files(tmp_path / "pack", [*(before - kept), "../elsewhere.txt"])
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == sorted(
        ["elsewhere.txt", "pack/manifest.json", "pack/w8/notes.txt", *(f"pack/{path}" for path in kept)])
    assert not (tmp_path / "pack/fp32").exists()
    assert named_files(tmp_path) == set()
