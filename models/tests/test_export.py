import json
from pathlib import Path

import numpy as np
import pytest

from models.commands.nano import nano_content
from models.commands.parity import TOLERANCE
from models.errors import UserError
from models.export.files import SHARD, describe, write_shards
from models.export.pack import register_recordings, write_pack
from models.export.parity import parity
from models.export.runtime import PackRuntime

ROOT = Path(__file__).parents[2]
PACKS = sorted(p.parent for folder in ("public/models", "e2e/fixtures/models") for p in (ROOT / folder).glob("*/manifest.json"))


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


@pytest.mark.parametrize("pack", PACKS, ids=lambda p: p.name)
def test_every_graph_agrees_with_pytorch(pack):
    for graph, difference in parity(PackRuntime(pack)).items():
        assert difference <= TOLERANCE, graph


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
    committed = ROOT / "e2e/fixtures/models/nano/manifest.json"
    assert json.loads(committed.read_text())["model"] == one["model"]


def test_the_tokenizer_graphs_are_the_tokenizer(nano):
    import torch

    runtime = PackRuntime(ROOT / "e2e/fixtures/models/nano")
    picture = np.random.default_rng(0).uniform(-1, 1, size=(2, 3, 32, 32)).astype(np.float32)
    tokens = runtime.run("tokenizer_encoder", {"picture": picture})["tokens"]
    with torch.no_grad():
        expected = nano[2].encode(torch.from_numpy(picture)).numpy()
        painted = nano[2].decode(torch.from_numpy(expected)).numpy()
    assert (tokens == expected).mean() > 0.99  # a tie may fall either way
    picture = runtime.run("tokenizer_decoder", {"tokens": expected.astype(np.int32)})["picture"]
    np.testing.assert_allclose(picture, painted, atol=1e-4)


def test_shards_join_to_the_whole(tmp_path):
    content = bytes(range(256)) * (SHARD // 256) + b"tail"
    entry = write_shards(tmp_path, "fp32/x.bin", content)
    assert [s["bytes"] for s in entry["shards"]] == [SHARD, 4]
    assert b"".join((tmp_path / s["path"]).read_bytes() for s in entry["shards"]) == content


def test_recordings_are_listed_with_their_pictures(tmp_path):
    write_pack(tmp_path / "pack", nano_content())
    runs = tmp_path / "runs"
    runs.mkdir()
    settings = json.loads((tmp_path / "pack/manifest.json").read_text())["defaults"]
    header = {"pack": {"name": "nano", "hash": "0" * 64}, "variant": "fp32", "backend": "cpu", "class": 1, "className": "Beta",
              "seed": 7, "settings": settings, "grid": {"width": 8, "tokens": 64}}
    run = {"format": "dpar-run", "formatVersion": 1, "header": header, "events": [], "digest": "0" * 64, "complete": False}
    (runs / "beta-7.run.json").write_text(json.dumps(run))
    (runs / "beta-7.png").write_bytes(b"png")
    assert register_recordings(tmp_path / "pack", runs) == ["beta-7"]
    manifest = json.loads((tmp_path / "pack/manifest.json").read_text())
    assert manifest["recordings"][0]["title"] == "Beta, seed 7"
    (runs / "beta-7.run.json").write_text(json.dumps(run | {"formatVersion": 99}))
    with pytest.raises(UserError, match="formatVersion"):
        register_recordings(tmp_path / "pack", runs)
