"""Runs as a pack shows them: what has to hold of each (docs/packs.md "A run"), and how they come into the pack."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from PIL import Image

from models.errors import UserError
from models.export.files import leftovers_removed, read_file, read_json, read_manifest, validate, write_file
from models.export.pack import save_manifest
from models.export.pack_hash import pack_hash
from models.outputs import staged


def mistake_of(run: dict[str, Any], manifest: dict[str, Any], own: str) -> str | None:
    """Why `run`, which fits the schema, is no recording of the pack of `manifest` (hash `own`), in words, or None."""
    header, events = run["header"], run["events"]
    tokens = ",".join(str(event["token"]) for event in events)
    starts = ",".join(str(event["t"]) for event in events if event["opens"])
    digest = hashlib.sha256(f"{manifest['grid']['width']};{tokens};{starts}".encode()).hexdigest()
    for right, words in (
        (header["pack"]["name"] == manifest["name"],
         f"is of the pack {header['pack']['name']!r}, and this is {manifest['name']!r}; register it there"),
        (header["pack"]["hash"] == own,
         f"is of another version of the pack (hash {header['pack']['hash'][:8]}... there, {own[:8]}... here); make it again with "
         "npm run generate"),
        (header["class"] < len(manifest["classes"]),
         f"is of class {header['class']}, and the pack has {len(manifest['classes'])}; make it again"),
        (run["complete"] and len(events) == manifest["grid"]["tokens"],
         f"has {len(events)} tokens of {manifest['grid']['tokens']}{'' if run['complete'] else ', not complete'}; make it again"),
        (run["digest"] == digest, "has a digest that its tokens and patches do not have; make it again"),
    ):
        if not right:
            return words
    return None


def read_recording(path: Path) -> dict[str, Any]:
    """A run that fits the schema. Raises UserError naming the file."""
    run = read_json(path, "make it again, or remove it")
    if not isinstance(run, dict):
        raise UserError(f"{path}: not a run; remove it")
    validate(run, "run")
    return run


def read_picture(root: Path, path: str) -> Image.Image:
    """A picture of a pack, decoded whole. Raises UserError where it is missing or none."""
    content = read_file(root, path)
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            return picture
    except Exception as error:  # Pillow raises many types for broken files
        raise UserError(f"{path}: cannot be read as a picture ({error})") from None


def register_recordings(root: Path, runs: Path, first: str | None = None) -> list[str]:
    """Copy NAME.run.json and NAME.png pairs of `npm run generate` into the pack and list them in the manifest.

    first: the class (its id) whose recording the page opens with; None: the class of the pack's golden picture. Raises UserError,
    and nothing is copied, where one is no recording of this pack.
    """
    manifest = read_manifest(root)
    labels, ids = ([c[key] for c in manifest["classes"]] for key in ("label", "id"))
    if first is None:
        first = ids[read_json(root / manifest["golden"]["path"], "export the pack again")["class"]]
    elif first not in ids:
        raise UserError(f"--first {first}: the pack's classes are {', '.join(ids)}")
    own, paths = pack_hash(manifest), sorted(runs.glob("*.run.json"))
    found = [(path.name.removesuffix(".run.json"), path, _run_of(path, manifest, own)) for path in paths]
    if not found:
        raise UserError(f"{runs}: no *.run.json there; make runs with: npm run generate -- --out {runs}")
    recordings = []
    with leftovers_removed(root), staged(root, last="manifest.json") as stage:
        for name, path, run in found:
            header = run["header"]
            recordings.append({
                "id": name, "title": f"{labels[header['class']]}, seed {header['seed']}", "class": header["class"],
                "run": write_file(stage, f"recordings/{name}.run.json", path.read_bytes()),
                "picture": write_file(stage, f"recordings/{name}.png", path.with_name(f"{name}.png").read_bytes()),
            })
        recordings.sort(key=lambda r: ids[r["class"]] != first)
        manifest["recordings"] = recordings
        save_manifest(stage, manifest)
    return [r["id"] for r in recordings]


def _run_of(path: Path, manifest: dict[str, Any], own: str) -> dict[str, Any]:
    """A recorded run of the pack of `manifest`, whose hash is `own`, with its picture beside it. Raises UserError."""
    run = read_recording(path)
    if words := mistake_of(run, manifest, own):
        raise UserError(f"{path}: {words}")
    picture = path.with_name(path.name.removesuffix(".run.json") + ".png")
    if not picture.is_file():
        raise UserError(f"{picture}: missing; every run needs its picture beside it")
    read_picture(picture.parent, picture.name)
    return run
