"""Names of classes that a pack takes (engine/names.ts): asked where pictures are read, hours before there is a pack."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 256
"""Letters of a name."""
MOST = 4096
"""Classes of a pack."""


def name_mistake(names: Iterable[str]) -> str | None:
    """What is wrong with the first that no pack takes, in words that follow it; None where all are right."""
    seen: dict[str, str] = {}
    for name in names:
        if any("\ud800" <= letter <= "\udfff" for letter in name):  # as Python shows bytes of a name that are no UTF-8
            return f"{name!r} is no name in UTF-8"
        if not name or name != name.strip() or len(name) > LONGEST:
            return f"{name!r} is no name for a class, which has 1 to {LONGEST} letters and no space around them"
        if name.lower() in seen:
            return f"{name!r} and {seen[name.lower()]!r} are one name but for capital letters"
        seen[name.lower()] = name
    return None
