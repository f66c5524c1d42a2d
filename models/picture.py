"""What a picture file means: the pixels that a person sees, as the page reads them, too.

Turned as EXIF says, colours taken to sRGB, transparent parts over white, 16 bits scaled to 8, the first frame. Chromium decides
where formats leave a choice; fixtures/as-seen holds files of every kind with the pixels that both sides read.
See docs/training.md "Which pictures can be read?".
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from models.errors import DataError

READER = 2
"""Counts changes of what files are read as: stored pixels of another reader are not used."""
ENDINGS = (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
ORIENTATION = 0x0112
TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
         5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90}
SRGB = ImageCms.createProfile("sRGB")
SRGB_TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])
"""Of linear values (IEC 61966-2-1, white D65)."""
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""XYZ to the cone responses in which one white is exchanged for another (ICC.1, annex E)."""


def read_picture(path: Path | str) -> Image.Image:
    """The picture in mode RGB, 8 bits, sRGB, upright. Raises DataError naming a file that cannot be read."""
    try:
        with Image.open(path) as image:
            image.load()
            return as_seen(image)
    except Exception as error:  # Pillow raises many types for broken files; all mean the same to the reader
        raise DataError(f"{path}: cannot be decoded ({error}); repair or remove it") from None


def as_seen(image: Image.Image) -> Image.Image:
    """As read_picture, from a loaded image."""
    turn = TURNS.get(_orientation(image))
    colours, alpha = _colours(image)
    if alpha is not None:
        white = Image.new("RGB", colours.size, "white")
        white.paste(colours, mask=alpha)
        colours = white
    return colours if turn is None else colours.transpose(turn)


def _orientation(image: Image.Image) -> int:
    """1 to 8. Read from EXIF alone: of XMP, and of EXIF in WebP, Chromium takes no notice. Damaged EXIF turns nothing."""
    if image.format == "WEBP":
        return 1
    try:
        exif = Image.Exif()
        exif.load(image.info.get("exif", b""))
        return int(exif.get(ORIENTATION, 1))
    except Exception:
        return 1


def _colours(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """sRGB colours, and alpha where there is any."""
    info, alpha = dict(image.info), None
    if image.mode in ("I", "F"):
        raise ValueError("32-bit values name no white; save it with 8 or 16 bits")
    if image.mode.startswith("I;16"):
        image, alpha = _eight_bits(image, info.get("transparency"))
    elif "transparency" in info or image.getbands()[-1] in "Aa":
        key = info.get("transparency")
        if isinstance(key, tuple) and max(key) > 255:  # of 16 bits, where Pillow has kept the upper 8 of every pixel
            image.info["transparency"] = tuple(value >> 8 for value in key)
        rgba = image.convert("RGBA")
        alpha = rgba.getchannel("A")
        image = image.getchannel("L") if image.mode in ("L", "LA") else rgba.convert("RGB")
    return _to_srgb(image, info), alpha


def _eight_bits(image: Image.Image, key: int | None) -> tuple[Image.Image, Image.Image | None]:
    """Grey of 16 bits scaled to 8 (Pillow's own conversion cuts at 255), and what `key` makes transparent."""
    values = np.asarray(image).astype(np.uint32)
    alpha = None if key is None else Image.fromarray(np.where(values == key, 0, 255).astype(np.uint8))
    return Image.fromarray(((values * 255 + 32767) // 65535).astype(np.uint8)), alpha


def _to_srgb(image: Image.Image, info: dict) -> Image.Image:
    """By the profile in the file, else by PNG's gAMA and cHRM; what has neither, or a damaged profile, is sRGB already."""
    if profile := info.get("icc_profile"):
        image = image.convert("L") if image.mode == "1" else image
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            space = given.profile.xcolor_space.strip()
            of = {"GRAY": "L", "CMYK": "CMYK"}.get(space, "RGB")
            if of == "RGB":
                image = image.convert("RGB")
            if image.mode == of:
                return ImageCms.profileToProfile(image, given, SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    elif "gamma" in info and "srgb" not in info:
        return _from_gamma(image.convert("RGB"), info["gamma"], info.get("chromaticity"))
    return image.convert("RGB")


def _from_gamma(image: Image.Image, gamma: float, primaries: tuple[float, ...] | None) -> Image.Image:
    """gamma: of the file's values (0.45455 is common). primaries: x, y of white, red, green and blue; None: those of sRGB."""
    if not gamma > 0 or (primaries is None and abs(gamma - 1 / 2.2) < 1e-3):
        return image
    light = (np.asarray(image) / 255) ** (1 / gamma)
    if primaries:
        white, *corners = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in zip(*[iter(primaries)] * 2, strict=True))
        matrix = np.stack(corners, 1)
        matrix = matrix * np.linalg.solve(matrix, white)
        adapted = np.linalg.inv(BRADFORD) @ np.diag(BRADFORD @ SRGB_TO_XYZ.sum(1) / (BRADFORD @ white)) @ BRADFORD
        light = light @ (np.linalg.inv(SRGB_TO_XYZ) @ adapted @ matrix).T
    light = light.clip(0, 1)
    values = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return Image.fromarray((255 * values).round().astype(np.uint8))
