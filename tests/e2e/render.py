"""Draws PDF pages with three engines that have nothing in common, and measures what it sees."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

MM = 25.4


def poppler(path, dpi, folder):
    subprocess.run(["pdftoppm", "-q", "-cropbox", "-r", str(dpi), path, folder / "p"], check=True, timeout=600)
    return [Image.open(p).convert("RGB") for p in sorted(folder.glob("p-*.ppm"))]


def mupdf(path, dpi, folder):
    subprocess.run(["mutool", "draw", "-q", "-r", str(dpi), "-o", folder / "m-%05d.png", path], check=True,
                   stderr=subprocess.DEVNULL, timeout=600)
    return [Image.open(p).convert("RGB") for p in sorted(folder.glob("m-*.png"))]


def pdfium(path, dpi, _folder):
    with pypdfium2.PdfDocument(path) as document:
        document.init_forms()
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


ENGINES = {"poppler": poppler, "mupdf": mupdf, "pdfium": pdfium}
KNOWS_USER_UNIT = ("mupdf",)


def pages(path, engine, dpi=100, unit=1):
    """One array a page: rows from the top, RGB as bytes. unit: /UserUnit of the pages."""
    scale = 1 if engine in KNOWS_USER_UNIT else unit
    with tempfile.TemporaryDirectory() as folder:
        return [np.asarray(i) for i in ENGINES[engine](Path(path), dpi * scale, Path(folder))]


def changed_box(before, after, dpi, least=60):
    """What differs: left, bottom, right, top in millimetres from the page's lower left; None: nothing."""
    assert before.shape == after.shape, f"the page changed its size: {before.shape}, {after.shape}"
    ys, xs = np.nonzero(np.abs(before.astype(np.int16) - after).max(axis=2) > least)
    if not len(xs):
        return None
    height = before.shape[0]
    scale = MM / dpi
    return (xs.min() * scale, (height - ys.max() - 1) * scale, (xs.max() + 1) * scale, (height - ys.min()) * scale)


def cut(page, box, dpi):
    """The part of a page in a box of millimetres from the lower left, as a picture. The box need not
    begin or end between pixels: what is cut off a pixel counts for its share."""
    left, bottom, right, top = (v / MM * dpi for v in box)
    height, width = page.shape[:2]
    image = Image.fromarray(page)
    return image.resize((round(right - left), round(top - bottom)), Image.BILINEAR,
                        box=(max(left, 0), max(height - top, 0), min(right, width), min(height - bottom, height)))


def difference(one, other):
    """Mean absolute difference of RGB, 0 to 1; the second is brought to the first's size."""
    other = other.resize(one.size, Image.LANCZOS) if other.size != one.size else other
    a, b = (np.asarray(i.convert("RGB")).astype(float) for i in (one, other))
    return float(np.abs(a - b).mean() / 255)


def join(slices, edge):
    """Pictures of slices, in page order, put together as the fanned pages show them."""
    order = slices if edge in ("right", "bottom") else slices[::-1]
    down = edge in ("top", "bottom")
    whole = Image.new("RGB", (max(i.width for i in order) if down else sum(i.width for i in order),
                              sum(i.height for i in order) if down else max(i.height for i in order)), "white")
    at = 0
    for image in order:
        whole.paste(image, (0, at) if down else (at, 0))
        at += image.height if down else image.width
    return whole
