"""Is a folder a pack? Everything that docs/packs.md asks for, in the order of that page; the first mistake ends it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from models.errors import UserError
from models.export.contract import Ports, contract, initial_inputs, mismatch, new_slots, ports_of
from models.export.defaults import default_rules
from models.export.files import MOST_BYTES, file_entries, read_file, read_manifest
from models.export.golden import read_golden
from models.export.kinds import REQUIRED
from models.export.limits import contradiction
from models.export.pack_hash import pack_hash
from models.export.parity import compare
from models.export.recordings import mistake_of, read_picture, read_recording
from models.export.runtime import PackRuntime, read_graph
from models.patchify import TOKEN_BY_TOKEN, opens

DOMAINS = ("", "ai.onnx", "com.microsoft")
"""Operators that every runtime of the studio has."""


class PackMistake(UserError):
    """section: the heading of docs/packs.md that says how it should be."""

    def __init__(self, section: str, message: str) -> None:
        super().__init__(f'{message} (docs/packs.md, "{section}")')
        self.section = section


def check_pack(root: Path, report: Callable[[str], None] = lambda _: None) -> None:
    """Raises PackMistake, the first one. report: called with the name of each part that is right."""
    manifest = _in("manifest.json", lambda: read_manifest(root))
    for section, name, check in (
        ("manifest.json", "manifest", _shapes), ("manifest.json", "files", _files), ("manifest.json", "pictures", _pictures),
        ("Graphs", "graphs", _graphs), ("golden.json", "golden vectors", _golden), ("Variants", "variants", _variants),
        ("A run", "recordings", _recordings),
    ):
        _in(section, lambda check=check: check(root, manifest))
        report(name)


def _in(section: str, check: Callable[[], Any]) -> Any:
    try:
        return check()
    except PackMistake:
        raise
    except UserError as error:
        raise PackMistake(section, str(error)) from None


def _shapes(_root: Path, m: dict[str, Any]) -> None:
    """Fields that contradict each other."""
    if words := contradiction(m):
        raise PackMistake("manifest.json", f"manifest.json: {words}")
    defaults, needed = m["defaults"], REQUIRED[m["kind"]]
    for name, variant in m["variants"].items():
        if not set(needed) <= variant["graphs"].keys():
            raise PackMistake("manifest.json", f"manifest.json: variants.{name}.graphs: {', '.join(needed)} are needed")
    _passes(m.get("passes", {}).get("by", []), m["grid"]["tokens"])
    if m["kind"] == "gpt":
        fixed = TOKEN_BY_TOKEN.model_copy(update={"entropy_threshold": defaults["entropyThreshold"]})
        curve = m["curve"] and m.get("entropySource") != "null-class"  # patches are drawn of entropies, if it has any
        if default_rules(defaults) != fixed or curve:
            raise PackMistake("Kind gpt", "manifest.json: defaults and curve are not those of a pack that decodes token by token")


def _passes(by: list[dict[str, Any]], tokens: int) -> None:
    """Windows grow, and a pass settles from one token to its whole window."""
    before = 0
    for window, mean in ((one["window"], one["mean"]) for one in by):
        least, where = -(-tokens // window), "manifest.json: passes.by:"
        if window <= before:
            raise PackMistake("Passes by window", f"{where} a window of {window} follows one of {before}")
        if not least <= mean <= tokens:
            raise PackMistake("Passes by window", f"{where} {mean} passes with a window of {window}; "
                                                  f"{tokens} tokens take {least} to {tokens}")
        before = window


def _files(root: Path, m: dict[str, Any]) -> None:
    for entry in file_entries(m):
        content = read_file(root, entry["path"])
        if len(content) > MOST_BYTES:
            raise PackMistake("manifest.json", f"{entry['path']}: is larger than 17 MB; cut it into shards")
        if len(content) != entry["bytes"] or hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise PackMistake("manifest.json", f"{entry['path']}: is not the file that the manifest describes (bytes, sha256)")


def _pictures(root: Path, m: dict[str, Any]) -> None:
    book, small = m["codebook"], m["thumbnails"]
    _sheet(root, book["tiles"]["path"], m["vocab"], book["columns"], book["tile"])
    _sheet(root, small["file"]["path"], len(small.get("classes", m["classes"])), small["columns"], small["size"])
    if gallery := m.get("gallery"):
        _sheet(root, gallery["file"]["path"], len(gallery["classes"]), gallery["columns"], gallery["size"])


def _sheet(root: Path, path: str, count: int, columns: int, size: int) -> None:
    wanted = columns * size, -(-count // columns) * size
    found = read_picture(root, path).size
    if found != wanted:
        raise PackMistake("manifest.json", f"{path}: is {found[0]} x {found[1]} pixels; {count} pictures of {size} in {columns} "
                                           f"columns are {wanted[0]} x {wanted[1]}")


def _graphs(root: Path, m: dict[str, Any]) -> None:
    wanted = contract(m)
    for variant in m["variants"].values():
        for name, entry in variant["graphs"].items():
            if name not in wanted:
                continue  # of a later version
            for key, section, ports in (("model", "Graphs", wanted[name]), ("byRow", "New-slot graphs", None)):
                if key in entry:
                    weights = variant["weights"].get(entry.get("weights", ""))
                    positions = "L" if name.endswith("_window") else 1
                    _graph(root, m, entry[key]["path"], section, ports or new_slots(wanted[name], positions), weights)


def _graph(root: Path, m: dict[str, Any], path: str, section: str, ports: tuple[Ports, Ports],
           weights: dict[str, Any] | None) -> None:
    """weights: the manifest's entry of the external data, if the graph has any."""
    graph = read_graph(root, path)
    for wanted, there, what in zip(ports, (initial_inputs(graph), graph.output), ("input", "output"), strict=True):
        if wrong := mismatch(wanted, ports_of(there)):
            raise PackMistake(section, f"{path}: {what} {wrong}")
    for node in graph.node:
        if node.domain not in DOMAINS:
            raise PackMistake("Graphs", f"{path}: {node.op_type} is of the domain {node.domain!r}, which no runtime here has")
    size = sum(shard["bytes"] for shard in weights["shards"]) if weights else 0
    for tensor in graph.initializer:
        at = {part.key: part.value for part in tensor.external_data}
        if at:
            _external(path, tensor, at, Path(weights["path"]).name if weights else "", size)
        rows = {"class_embedding": len(m["classes"]) + 1, "embedding": m["vocab"]}.get(tensor.name.removesuffix(".half"))
        if rows is not None and tensor.dims[0] != rows:
            what = "classes and the null class" if rows != m["vocab"] else "codes"
            raise PackMistake("manifest.json", f"{path}: {tensor.name} has {tensor.dims[0]} rows, the manifest {rows} {what}")


def _external(path: str, tensor: TensorProto, at: dict[str, str], location: str, size: int) -> None:
    if at.get("location") != location:
        raise PackMistake("manifest.json", f"{path}: {tensor.name} lies in {at.get('location')!r}, its weights are {location!r}")
    offset, length = int(at.get("offset", 0)), int(at.get("length", -1))
    bits = np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize * int(np.prod(tensor.dims))
    if offset < 0 or offset + length > size or length != bits:
        raise PackMistake("Graphs", f"{path}: {tensor.name} is {bits} bytes; {length} at {offset} of {size} are named")


def _golden(root: Path, m: dict[str, Any]) -> None:
    golden = read_golden(root, m)
    entropies = np.array([[np.inf, *golden["entropies"][1:]]], np.float32)
    opened = opens(entropies, m["grid"]["width"], default_rules(m["defaults"]))[0].tolist()
    if opened != golden["opens"]:
        at = next(i for i, (a, b) in enumerate(zip(opened, golden["opens"], strict=True)) if a != b)
        raise PackMistake("golden.json", f"golden.json: opens[{at}] is {golden['opens'][at]}, by the defaults it is {opened[at]}")


def _variants(root: Path, m: dict[str, Any]) -> None:
    for name in m["variants"]:
        try:
            findings = compare(PackRuntime(root, name))
        except UserError:
            raise
        except Exception as error:  # onnxruntime: a graph that opens and does not run
            raise PackMistake("Graphs", f"{name}: does not run ({str(error).splitlines()[0][:200]})") from None
        for one in findings:
            if not one.ok:
                section = "Variants" if "stated" in one.name else "golden.json"
                raise PackMistake(section, f"{name}: {one.name}: {one.value:.2e}, at most {one.limit:.2e} is right")


def _recordings(root: Path, m: dict[str, Any]) -> None:
    own = pack_hash(m)
    for recording in m["recordings"]:
        path = recording["run"]["path"]
        run = read_recording(root / path)
        words = mistake_of(run, m, own)
        if words is None and run["header"]["class"] != recording["class"]:
            words = f"is of class {run['header']['class']}, and the manifest says {recording['class']}"
        if words:
            raise PackMistake("A run", f"{path}: {words}")
        read_picture(root, recording["picture"]["path"])
