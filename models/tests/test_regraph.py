"""Graphs built anew on a pack's own weights."""

import json
import shutil
from pathlib import Path

import pytest

from models.cli import main
from models.export.kinds import visit_bytes
from models.export.regraph import regraph

FIXTURES = Path(__file__).parents[2] / "e2e/fixtures/models"


def copy(name: str, to: Path) -> Path:
    return shutil.copytree(FIXTURES / name, to / name)


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["nano", "nano-gpt"])
def test_the_packs_of_the_tests_are_what_the_exporter_makes_today(name, tmp_path):
    pack = copy(name, tmp_path)
    assert regraph(pack) == []
    assert contents(pack) == contents(FIXTURES / name)


def test_another_graph_is_replaced_and_its_recordings_go(tmp_path, capsys):
    pack = copy("nano", tmp_path)
    manifest = json.loads((pack / "manifest.json").read_text())
    step = manifest["variants"]["w8"]["graphs"]["decoder"]["model"]
    stale = step | {"sha256": "0" * 64}
    manifest["variants"]["w8"]["graphs"]["decoder"]["model"] = stale
    manifest["recordings"] = [{"id": "some", "title": "Some", "class": 0, "run": step, "picture": step}]
    (pack / "manifest.json").write_text(json.dumps(manifest))
    (pack / step["path"]).write_bytes(b"another graph")
    assert main(["regraph", "--pack", str(pack)]) == 0
    assert "w8/decoder changed" in capsys.readouterr().out
    ours, theirs = contents(pack), contents(FIXTURES / "nano")
    one, two = (json.loads(files.pop("manifest.json")) for files in (ours, theirs))
    for name, variant in one["variants"].items():
        assert variant["figures"].pop("bytes") == visit_bytes(variant, "dpar")
        two["variants"][name]["figures"].pop("bytes")
    assert ours == theirs and one == two


def test_weights_that_would_change_are_refused_before_anything_is_written(tmp_path, capsys):
    pack = copy("nano", tmp_path)
    shard = pack / "w8/decoder.bin.0"
    shard.write_bytes(shard.read_bytes()[:-1] + b"\x55")
    (pack / "fp32/decoder.onnx").write_bytes((pack / "fp32/decoder_rows.onnx").read_bytes())
    before = contents(pack)
    assert main(["regraph", "--pack", str(pack)]) == 2
    assert "w8/decoder.bin would not stay as it is" in capsys.readouterr().err
    assert contents(pack) == before
