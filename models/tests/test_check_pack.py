"""check-pack: what is wrong with a pack, and where docs/packs.md says how it should be."""

import hashlib
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from PIL import Image

from models.cli import main
from models.errors import UserError
from models.export.check import PackMistake, check_pack
from models.export.files import MOST_MANIFEST_BYTES, file_entries, read_manifest
from models.export.pack_hash import pack_hash

ROOT = Path(__file__).parents[2]
NANO = ROOT / "fixtures/models/nano"
PACKS = sorted(p.parent for folder in ("public/models", "fixtures/models") for p in (ROOT / folder).glob("*/manifest.json"))
HEADINGS = [line.lstrip("# ") for line in (ROOT / "docs/packs.md").read_text().splitlines() if line.startswith("##")]


class Pack:
    """A copy of nano to break. The manifest follows changed files, so that only what was meant to be wrong is."""

    def __init__(self, root):
        self.root = shutil.copytree(NANO, root)
        self.manifest = json.loads((root / "manifest.json").read_text())

    def write(self, path, content):
        (self.root / path).parent.mkdir(exist_ok=True)
        (self.root / path).write_bytes(content)
        for entry in file_entries(self.manifest):
            if entry["path"] == path:
                entry |= {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def graph(self, path, change):
        model = onnx.load(self.root / path, load_external_data=False)
        change(model.graph)
        self.write(path, model.SerializeToString())

    def golden(self, change):
        golden = json.loads((self.root / "golden.json").read_text())
        change(golden)
        self.write("golden.json", json.dumps(golden).encode())

    def save(self):
        (self.root / "manifest.json").write_text(json.dumps(self.manifest))
        return self.root


def rename(values, old, new):
    next(value for value in values if value.name == old).name = new


def dims(value, *shape):
    value.CopyFrom(helper.make_tensor_value_info(value.name, value.type.tensor_type.elem_type, shape))


def run(pack, of=None, **changes):
    """A recorded run of nano, right but for `changes`; of: what it says of its pack."""
    event = {"token": 1, "entropy": None, "source": "sampled", "patch": 0, "logprob": -1, "classLogprob": -1, "alternatives": [],
             "times": {}}
    events = [event | {"t": t, "opens": [] if t else ["first"]} for t in range(64)]
    digest = hashlib.sha256(f"8;{','.join(['1'] * 64)};0".encode()).hexdigest()
    own = {"name": "nano", "hash": pack_hash(pack.manifest)}
    header = {"pack": own | (of or {}), "variant": "fp32", "backend": "cpu", "class": 1, "className": "Beta",
              "seed": 7, "settings": pack.manifest["defaults"], "grid": {"width": 8, "tokens": 64}}
    whole = {"format": "dpar-run", "formatVersion": 1, "header": header, "events": events, "digest": digest, "complete": True}
    entry = {"path": "", "bytes": 0, "sha256": ""}
    pack.manifest["recordings"] = [{"id": "x", "title": "X", "class": 1, "run": entry | {"path": "recordings/x.run.json"},
                                    "picture": entry | {"path": "recordings/x.png"}}]
    pack.write("recordings/x.run.json", json.dumps(whole | changes).encode())
    pack.write("recordings/x.png", (pack.root / "thumbnails.png").read_bytes())


def field(*keys, **values):
    """Change a part of the manifest."""
    def change(pack):
        part = pack.manifest
        for key in keys:
            part = part[key]
        part.update(values)
    return change


def graph(path, change):
    return lambda pack: pack.graph(path, change)


def golden(change):
    return lambda pack: pack.golden(change)


def file(path, content):
    return lambda pack: pack.write(path, content)


def class_too_few(pack):
    pack.manifest["classes"].pop()
    pack.manifest["thumbnails"].update(columns=2)
    pack.write("thumbnails.png", png(64, 32))


def swap_tables(g):
    """cos and sin of the first attention."""
    attention = next(node for node in g.node if node.op_type == "GroupQueryAttention")
    attention.input[7], attention.input[8] = attention.input[8], attention.input[7]


M, DECODER, ENCODER = "manifest.json", "w8/decoder.onnx", "fp32/encoder.onnx"
MISTAKES = {
    "another version": (field(formatVersion=2), M, "formatVersion is 2"),
    "a field of another type": (field(vocab="64"), M, "$.vocab"),
    "a path that leads out": (field("golden", path="../x"), M, "leads out"),
    "a default that is not there": (field("defaultVariant", wasm="q4"), M, "defaultVariant.wasm"),
    "weights that are not there": (field("variants", "w8", "graphs", "decoder", weights="x"), M, "'x'"),
    "a curve out of order": (lambda pack: pack.manifest["curve"].reverse(), M, "thresholds do not grow"),
    "a curve of more steps than tokens": (lambda pack: pack.manifest["curve"][0].update(stepsMean=65), M, "image has 64 tokens"),
    "a recording of no class": (lambda pack: (run(pack), pack.manifest["recordings"][0].update({"class": 3})), M, "recordings:"),
    "a gigantic sheet": (field("codebook", tile=4097), M, "4097 is greater"),
    "a grid that is no square": (field("grid", tokens=63), M, "grid.tokens"),
    "another picture size": (field("image", size=64), M, "image.size"),
    "defaults of endless patches": (field("defaults", lengthGate=False, rowReset=False), M, "longer than model.window"),
    "static patches that are too long": (field("defaults", entropyGate=False, lengthGate=False, rowReset=False,
                                               staticLength=9.5), M, "longer than model.window"),
    "heads that attention does not take": (field("entropyModel", heads=8), M, "entropyModel.dim is not a multiple of 16 x heads"),
    "static patches of no length": (field("defaults", entropyGate=False, lengthGate=False, rowReset=False), M, "staticLength"),
    "a name with a space behind it": (field("defaultVariant", wasm="fp32 "), M, "$.defaultVariant.wasm"),
    "a title with a line break behind it": (field(title="Nano\n"), M, "$.title"),
    "classes of one name": (field("classes", 0, label="beta"), M, "same label"),
    "passes of a window that is too long": (field(passes={"images": 4, "by": [{"window": 65, "mean": 9}]}), M, "65 is greater"),
    "windows out of order": (field(passes={"images": 4, "by": [{"window": 8, "mean": 30}, {"window": 4, "mean": 36}]}),
                             "Passes by window", "a window of 4 follows one of 8"),
    "more tokens a pass than its window has": (field(passes={"images": 4, "by": [{"window": 5, "mean": 12.9}]}),
                                               "Passes by window", "64 tokens take 13 to 64"),
    "a graph too few": (lambda pack: pack.manifest["variants"]["w8"]["graphs"].pop("decoder"), M, "are needed"),
    "a file gone": (lambda pack: (pack.root / "codebook.png").unlink(), M, "codebook.png"),
    "a file altered": (lambda pack: (pack.root / "codebook.png").write_bytes(b"x"), M, "codebook.png: is not the file"),
    "a picture that is none": (file("codebook.png", b"x"), M, "cannot be read as a picture"),
    "other columns": (field("codebook", columns=5), M, "codebook.png: is"),
    "a class too few": (class_too_few, M, "class_embedding has 4 rows"),
    "a graph that is none": (file(DECODER, b"x"), "Graphs", "decoder.onnx: cannot be opened"),
    "an input renamed": (graph(DECODER, lambda g: rename(g.input, "first", "start")), "Graphs", "first is missing"),
    "an output of another shape": (graph(ENCODER, lambda g: dims(g.output[0], "R", 1, 65)), "Graphs", "output h"),
    "a new-slot graph of another shape": (graph("w8/decoder_rows.onnx", lambda g: dims(g.output[1], "n", 2, 2, 32)),
                                       "New-slot graphs", "kv is"),
    "an operator of its own": (graph(DECODER, lambda g: setattr(g.node[0], "domain", "my.own")), "Graphs", "my.own"),
    "weights from elsewhere": (graph(ENCODER, lambda g: external(g, location="secret.bin")), M, "secret.bin"),
    "weights past the end": (graph(ENCODER, lambda g: external(g, offset="99999999")), "Graphs", "99999999"),
    "golden logits that no self-test reaches": (
        golden(lambda g: g.update(positions=[len(g["tokens"]) - 1] * len(g["positions"]))), "golden.json", "$.positions"),
    "golden tokens too few": (golden(lambda g: g["tokens"].pop()), "golden.json", "$.tokens"),
    "golden patches of other rules": (golden(lambda g: g.update(opens=[*g["opens"][:-1], not g["opens"][-1]])),
                                      "golden.json", "opens"),
    "golden logits of other weights": (golden(lambda g: g["logits_null"][3].reverse()), "golden.json", "null"),
    "a graph of windows that differs": (graph("w8/decoder_window.onnx", swap_tables), "golden.json", "graphs of windows"),
    "entropies of windows that are others": (graph("w8/entropy_window.onnx", swap_tables), "golden.json", "entropy_window"),
    "figures that are made up": (field("variants", "w8", "figures", logits=1e9), "Variants", "stated logits"),
    "figures that promise too much": (field("variants", "w8", "figures", logits=0), "Variants", "against what is stated"),
    "a run cut short": (lambda pack: run(pack, complete=False), "A run", "tokens of 64"),
    "a run with another digest": (lambda pack: run(pack, digest="0" * 64), "A run", "digest"),
    "a run of another pack": (lambda pack: run(pack, of={"name": "pico"}), "A run", "is of the pack 'pico'"),
    "a run of another version": (lambda pack: run(pack, of={"hash": "0" * 64}), "A run", "another version of the pack"),
}


def png(width, height):
    out = io.BytesIO()
    Image.fromarray(np.zeros((height, width, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


def external(graph, **values):
    tensor = next(t for t in graph.initializer if t.external_data)
    for entry in tensor.external_data:
        entry.value = values.get(entry.key, entry.value)


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.name)
def test_the_packs_in_the_repository_have_no_mistake(pack, capsys):
    assert main(["check-pack", str(pack)]) == 0
    assert "a pack without a mistake" in capsys.readouterr().out


@pytest.mark.parametrize("name", MISTAKES)
def test_the_first_mistake_is_named_with_its_section(name, tmp_path):
    change, section, words = MISTAKES[name]
    pack = Pack(tmp_path / "pack")
    change(pack)
    with pytest.raises(PackMistake) as found:
        check_pack(pack.save())
    assert found.value.section == section and words in str(found.value)
    assert any(heading.startswith(section) for heading in HEADINGS), "docs/packs.md has that section"


def test_heads_of_a_baseline_are_a_multiple_of_16_too(tmp_path):
    manifest = json.loads((NANO.with_name("nano-gpt") / "manifest.json").read_text())
    manifest["model"]["heads"] = 8
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(PackMistake, match="model.dim is 64, not a multiple of 128"):
        check_pack(tmp_path)


def test_a_run_that_is_right_is_no_mistake(tmp_path):
    pack = Pack(tmp_path / "pack")
    run(pack)
    check_pack(pack.save())


def test_a_folder_that_is_no_pack_is_named(tmp_path):
    with pytest.raises(UserError, match="no manifest.json"):
        check_pack(tmp_path)


def test_a_manifest_may_be_as_long_as_the_studio_takes(tmp_path):
    source = (ROOT / "packs/small-file.ts").read_text()
    most = int(re.search(r"MAX_MANIFEST_BYTES = ([\d_]+)", source)[1])
    assert most == MOST_MANIFEST_BYTES
    content = (NANO / "manifest.json").read_text()
    (tmp_path / "manifest.json").write_text(content + " " * (most - len(content.encode())))
    assert read_manifest(tmp_path)["formatVersion"] == 1
