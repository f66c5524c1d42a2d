"""The benches' graphs: Alg. 2's whole prefixes and the peer's growing cache against what they stand for."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from models.bench.peer_gpt import write_peer
from models.bench.whole_graphs import write_whole_graphs
from models.errors import UserError
from models.export.parity import step_logits
from models.export.runtime import PackRuntime, dynamic_rope
from models.export.storage import STORAGES
from models.export.variants import write_variants

NANO = Path("fixtures/models/nano")


@pytest.fixture(scope="module")
def nano() -> PackRuntime:
    manifest = json.loads((NANO / "manifest.json").read_text())
    return PackRuntime(NANO, manifest["defaultVariant"]["wasm"])


@pytest.fixture(scope="module")
def whole(nano, tmp_path_factory) -> dict[str, ort.InferenceSession]:
    out = tmp_path_factory.mktemp("whole")
    write_whole_graphs(NANO, out)
    sessions = {}
    for name in ("entropy", "encoder", "patch_transformer", "decoder"):
        weights = nano.files["weights"][nano.files["graphs"][name]["weights"]]
        joined = b"".join((NANO / shard["path"]).read_bytes() for shard in weights["shards"])
        options = ort.SessionOptions()
        options.add_external_initializers_from_files_in_memory([Path(weights["path"]).name], [joined], [len(joined)])
        model = (out / f"{name}_prefix.onnx").read_bytes()
        sessions[name] = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return sessions


def lengths(n: int, rows: int) -> dict[str, np.ndarray]:
    return {"seqlens_k": np.full(rows, n - 1, np.int32), "total": np.array([n], np.int32)}


@pytest.mark.parametrize("t", [1, 2, 9, 30, 63])
def test_a_whole_prefix_gives_what_the_steps_give(nano, whole, t):
    golden = json.loads((NANO / "golden.json").read_text())
    logits, entropies = step_logits(nano, golden)
    m = nano.manifest
    window, width, head_dim = m["model"]["window"], m["grid"]["width"], m["model"]["dim"] // m["model"]["heads"]
    tokens = np.array([golden["tokens"][:t]], np.int32)
    (entropy,) = whole["entropy"].run(["entropy"], {"tokens": tokens, **lengths(t, 1)})
    assert abs(float(entropy[0]) - entropies[t]) < 1e-4

    encoded = dict(zip("hkv", whole["encoder"].run(list("hkv"), {"tokens": tokens, **lengths(t, 1)}), strict=True))
    starts = [i for i in range(t + 1) if golden["opens"][i]]
    closed = [(s, e - 1) for s, e in zip(starts, starts[1:], strict=False)]
    index = np.array([[min(s + i, e) for i in range(window)] for s, e in closed], np.int32)
    angles = [dynamic_rope(s, e, width, head_dim, 2) for s, e in closed]
    zeros = np.zeros((2, 1, head_dim // 2), np.float32)
    cos, sin = (np.concatenate([zeros, *(a[i] for a in angles)], axis=1).astype(np.float32) for i in (0, 1))
    end = closed[-1][1] + 1  # the patch transformer ran when the open patch opened
    seen = {name: value[:, :end] for name, value in encoded.items()}
    (cond,) = whole["patch_transformer"].run(["cond"], {
        **seen, "index": index, "length": np.array([e - s + 1 for s, e in closed], np.int32), "cos": cos, "sin": sin,
        "class": np.array([[golden["class"]], [len(m["classes"])]], np.int32), **lengths(len(closed) + 1, 2)})
    patch_of = (np.cumsum(golden["opens"])[: t + 1] - 1).astype(np.int32)
    (ours,) = whole["decoder"].run(["logits"], {"h": encoded["h"], "cond": cond, "patch_of": patch_of, **lengths(t + 1, 2)})
    assert np.abs(ours - logits[t]).max() < 1e-4


def test_a_pack_with_other_weights_is_refused(tmp_path):
    shutil.copytree(NANO, tmp_path / "pack")
    manifest = json.loads((NANO / "manifest.json").read_text())
    manifest["entropyModel"]["dim"] *= 2
    (tmp_path / "pack" / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match=r"entropy\.bin: the pack holds no weight"):
        write_whole_graphs(tmp_path / "pack", tmp_path / "out")


def test_the_peer_continues_from_its_growing_cache(tmp_path):
    count = write_peer(tmp_path, dim=32, heads=2, count=2, vocab=16)
    assert count > 2 * 4 * 32**2
    session = ort.InferenceSession(tmp_path / "onnx" / "model.onnx", providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    ids = np.array([[0, 5, 9, 3]], np.int64)

    def run(ids: np.ndarray, past: dict[str, np.ndarray], total: int) -> dict[str, np.ndarray]:
        feeds = {"input_ids": ids, "attention_mask": np.ones((1, total), np.int64), **past}
        return dict(zip(names, session.run(None, feeds), strict=True))

    past = {i.name: np.zeros((1, 2, 0, 16), np.float32) for i in session.get_inputs() if i.name.startswith("past")}
    at_once = run(ids, past, 4)["logits"]
    for t in range(4):
        out = run(ids[:, t : t + 1], past, t + 1)
        past = {name: out[name.replace("past_key_values", "present")] for name in past}
        assert np.abs(out["logits"][:, 0] - at_once[:, t]).max() < 1e-4


def test_a_pack_in_all_variants_tells_how_far_each_is_from_its_weights(tmp_path):
    write_variants(NANO, tmp_path, tuple(STORAGES))
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    figures = {name: variant["figures"] for name, variant in manifest["variants"].items()}
    assert list(figures) == list(STORAGES)
    assert figures["fp32"]["klMean"] < 1e-9
    assert figures["w16"]["klMean"] < figures["w8"]["klMean"] < figures["q4"]["klMean"]
    assert figures["q4"]["bytes"] < figures["w8"]["bytes"] < figures["w16"]["bytes"] < figures["fp32"]["bytes"]
    for file in ("entropy.bin.0", "decoder.bin.0"):
        assert (tmp_path / "fp32" / file).read_bytes() == (NANO / "fp32" / file).read_bytes()
