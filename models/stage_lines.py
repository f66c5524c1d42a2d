"""One line for each stage of a long command, with the time since it began: what takes minutes is seen to move."""

from __future__ import annotations

import time

BEGAN = time.monotonic()


def stage(what: str) -> None:
    """Say what begins now, on standard output."""
    print(f"{time.monotonic() - BEGAN:5.0f} s  {what}", flush=True)
