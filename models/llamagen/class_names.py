"""Class names for a pack: ImageNet's 1000 synsets in the order of their WordNet ids, or the lines of a file."""

from __future__ import annotations

from pathlib import Path

from models.errors import DataError

IMAGENET = Path(__file__).with_name("imagenet_classes.tsv")


def parse_classes(text: str, source: str) -> list[dict]:
    """One class a line: `id TAB label TAB synonym, synonym, ...`, or a label alone, which is its own id.

    Raises DataError naming a line that is empty or repeats a name.
    """
    classes, seen = [], {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = [part.strip() for part in line.split("\t")]
        if not parts[0] or (len(parts) > 1 and not parts[1]):
            raise DataError(f"{source}: line {number} names no class; write one class a line")
        entry: dict = {"id": parts[0], "label": parts[1] if len(parts) > 1 else parts[0]}
        for key in ("id", "label"):
            first = seen.setdefault((key, entry[key].lower()), number)
            if first != number:
                raise DataError(f"{source}: line {number} repeats {entry[key]!r} of line {first}; give every class its own name")
        if len(parts) > 2 and parts[2]:
            entry["synonyms"] = [word.strip() for word in parts[2].split(",") if word.strip()]
        classes.append(entry)
    return classes


def class_names(count: int, file: Path | None = None) -> list[dict]:
    """`classes` of a manifest for `count` classes. Raises DataError where there is no name for each."""
    if file is None:
        classes = parse_classes(IMAGENET.read_text(encoding="utf-8"), IMAGENET.name)
        if len(classes) != count:
            raise DataError(f"the model has {count} classes, not ImageNet's {len(classes)}: pass --classes FILE, one name a line")
        return classes
    try:
        classes = parse_classes(file.read_text(encoding="utf-8").rstrip("\n"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: cannot be read ({error}); pass --classes FILE with one name a line") from None
    if len(classes) != count:
        raise DataError(f"{file}: {len(classes)} class names, the model has {count} classes; write one class a line")
    return classes
