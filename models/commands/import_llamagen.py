"""Make a pack from LlamaGen's public checkpoints: its tokenizer with one of its class-conditional GPTs.

With --dpar and --entropy in place of --gpt: a DPAR and an entropy model trained on the same tokenizer (docs/scaling.md).
Sizes are found from the weights; nothing in the files is executed. docs/llamagen.md shows the way.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
from pathlib import Path

from models.commands.common import at_least
from models.dpar import DPAR
from models.errors import UserError
from models.export.card import write_card
from models.export.index import write_index
from models.export.kinds import parameters
from models.export.pack import write_pack
from models.export.parity import TOLERANCE
from models.export.storage import DEFAULT_VARIANTS, STORAGES, storage_of
from models.export.threshold import GATES
from models.gpt import GPT
from models.lineage import encoder_digest
from models.llamagen.class_names import class_names
from models.llamagen.gpt import gpt_config, load_gpt, size_name
from models.llamagen.pack import Parts, check_parts, content_of
from models.llamagen.read import read_weights
from models.llamagen.tokenizer import load_vqgan
from models.outputs import bring_back, put_in_place, scratch
from models.runs import DPARRun
from models.stage_lines import stage
from models.trained import load_entropy_model, load_model
from models.trained_on import check_tokenizer

BYTES = {"fp32": 4.0, "w16": 2.0, "w8": 1.3, "q8": 1.3, "q4": 0.9}
"""Of a weight on disk, rounded up: embeddings and convolutions keep 16 bits in every variant but fp32."""
REST = 64 << 20
NAME = re.compile(r"^[a-z0-9-]+$")
SIZE_IN_NAME = re.compile(r"_(256|384|512)\.")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tokenizer", type=Path, required=True, metavar="FILE", help="vq_ds16_c2i.pt or vq_ds8_c2i.pt")
    parser.add_argument("--gpt", type=Path, metavar="FILE", help="c2i_B_256.pt, c2i_L_384.pt, ...")
    parser.add_argument("--dpar", type=Path, metavar="DIR", help="in place of --gpt: folder of train")
    parser.add_argument("--entropy", type=Path, metavar="DIR",
                        help="folder of train-entropy (default with --gpt: its null class)")
    parser.add_argument("--image-size", type=int, metavar="PIXELS", help="default: as the file's name says, else 256")
    parser.add_argument("--heads", type=int, help="only for a GPT of a size that was never published")
    parser.add_argument("--classes", type=Path, metavar="FILE", help="one class name a line (default: ImageNet's 1000)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="real pictures for curve, ranges and gallery, best in one "
                        "folder a class (default: the model paints its own)")
    parser.add_argument("--samples", type=int, default=8, help="how many it paints (default: %(default)s)")
    parser.add_argument("--passes", type=at_least(0), metavar="N", help="images that passes by window are counted on (default: "
                        "two or more, by size; 0: none, `python -m models passes` counts them later)")
    parser.add_argument("--variants", default=",".join(DEFAULT_VARIANTS), metavar="NAME,...",
                        help=f"how weights are kept, of {', '.join(STORAGES)}; the first is the default of the pack "
                        "(default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the pack's folder; its name is the pack's")


def run(args: argparse.Namespace) -> None:
    if bool(args.gpt) == bool(args.dpar):
        raise UserError("pass --gpt FILE, or --dpar DIR with --entropy DIR")
    if args.dpar and not args.entropy:
        raise UserError("--dpar needs --entropy DIR: patches open by an entropy model's entropies")
    variants = tuple(args.variants.split(","))
    unknown = [name for name in variants if name not in STORAGES]
    if unknown:
        raise UserError(f"--variants {unknown[0]!r}: there are {', '.join(STORAGES)}")
    if args.samples < 1:
        raise UserError("--samples: at least one picture is needed")
    bring_back(args.out)
    check_folder(args.out)
    size = args.image_size or size_in_name(args.gpt) or 256
    parts = parts_of(args, size)
    classes = class_names(parts.model.config.classes, args.classes)
    check_disk(args.out, parts, variants)
    content = content_of(parts, args.out.name, title_of(parts.model, size), classes, args.pictures, args.samples, variants,
                         args.passes)
    try:  # beside --out, and in its place only when whole
        with scratch(args.out.parent, args.out.name) as written:
            manifest = write_pack(written, content)
            write_card(written, manifest, ())
            written.chmod(0o755)
            put_in_place(written, args.out)
    except OSError as error:
        raise UserError(f"{args.out}: not written ({error}); make room, or choose another --out") from None
    write_index(args.out.parent)
    for name, variant in manifest["variants"].items():
        print(figures_line(name, variant["figures"]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{args.out}: {content.title}, E_th {content.rules.entropy_threshold}, {peak:.1f} GB of memory at most; "
          f"check it with: python -m models parity --pack {args.out}")


def figures_line(name: str, figures: dict[str, float]) -> str:
    """What a variant costs and how near it is; names what check-pack will refuse (docs/llamagen.md "Sizes and times")."""
    storage = storage_of(name)
    allowed = {"klMean": storage.kl, "logits": TOLERANCE + storage.logits, "entropy": TOLERANCE + storage.entropy}
    over = [f"{key} {figures[key]:.2g}, at most {most:.2g}" for key, most in allowed.items() if figures[key] > most]
    line = f"{name:5} {figures['bytes'] / 1e6:7.1f} MB a visit  KL {figures['klMean']:.1e} nats a token"
    return line + (f"; check-pack refuses it ({'; '.join(over)}): leave {name} out of --variants" if over else "")


def size_in_name(path: Path | None) -> int | None:
    found = SIZE_IN_NAME.search(path.name) if path else None
    return int(found[1]) if found else None


def parts_of(args: argparse.Namespace, size: int) -> Parts:
    stage("reading weights")
    tokenizer = load_vqgan(args.tokenizer, read_weights(args.tokenizer))
    if size < tokenizer.factor or size % tokenizer.factor:
        raise UserError(f"--image-size {size}: must be a multiple of {tokenizer.factor}, the pixels along a token's side")
    entropy = load_entropy_model(args.entropy) if args.entropy else None
    if args.dpar:
        model, trained = load_model(args.dpar)
        if not isinstance(model, DPAR) or not isinstance(trained, DPARRun):
            raise UserError(f"{args.dpar}: holds no DPAR; pass the folder of a train of kind dpar")
        parts = Parts(model, entropy, tokenizer, trained.patchify)
    else:
        state = read_weights(args.gpt)
        config = gpt_config(args.gpt, state, size // tokenizer.factor, args.heads)
        parts = Parts(load_gpt(args.gpt, state, config), entropy, tokenizer, GATES)
    check_parts(parts, size)
    for folder in (args.dpar, args.entropy):
        if folder:
            check_tokenizer(folder, encoder_digest(tokenizer), args.tokenizer)
    return parts


def title_of(model: DPAR | GPT, size: int) -> str:
    return f"LlamaGen-{size_name(model.config)}, ImageNet {size}" if isinstance(model, GPT) else f"DPAR, ImageNet {size}"


def check_folder(out: Path) -> None:
    if not NAME.match(out.name):
        raise UserError(f"--out {out}: the folder's name becomes the pack's; use lower-case letters, digits and -")
    if out.exists() and any(out.iterdir()) and not (out / "manifest.json").exists():
        raise UserError(f"--out {out}: holds something that is no pack; choose another folder")


def check_disk(out: Path, parts: Parts, variants: tuple[str, ...]) -> None:
    """Before hours of work: is there room for the pack beside what is there."""
    models = [parts.model, parts.tokenizer, *([parts.entropy] if parts.entropy else [])]
    needed = int(sum(map(parameters, models)) * sum(BYTES[name] for name in variants)) + REST
    there = next(folder for folder in (out, *out.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        raise UserError(f"{there}: {free / 1e6:,.0f} MB free, the pack needs about {needed / 1e6:,.0f} MB; "
                        "make room, choose fewer --variants or another --out")
