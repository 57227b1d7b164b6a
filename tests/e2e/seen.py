"""Where widgets and words are on pages as they are shown, in millimetres from the lower left."""

import re
import subprocess
from html import unescape

import pikepdf

MM = 25.4 / 72


def inherited(page, key, default):
    node = page.obj
    while node is not None:
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return default


def shown(page, rect):
    """A rectangle of default user space as the page is shown."""
    media = [float(v) for v in inherited(page, "/MediaBox", [0, 0, 612, 792])]
    left, bottom, right, top = (float(v) for v in inherited(page, "/CropBox", media))
    x1, y1, x2, y2 = (float(v) for v in rect)
    turned = {0: (x1 - left, y1 - bottom, x2 - left, y2 - bottom),
              90: (y1 - bottom, right - x2, y2 - bottom, right - x1),
              180: (right - x2, top - y2, right - x1, top - y1),
              270: (top - y2, x1 - left, top - y1, x2 - left)}
    unit = float(page.obj.get("/UserUnit", 1))
    return tuple(v * unit * MM for v in turned[int(inherited(page, "/Rotate", 0)) % 360])


def fields(path):
    """Full name of each field with a place: (page from 1, rectangle, its dictionary's entries)."""
    found = {}
    with pikepdf.open(path) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            for annotation in page.obj.get("/Annots", []):
                if annotation.get("/Subtype") == "/Widget" and "/T" in annotation:
                    found[str(annotation.T)] = (number, shown(page, annotation.Rect), set(annotation.keys()))
    return found


def words(path, *options):
    """[(page, word, rectangle)] as pdftotext reads them."""
    out = subprocess.run(["pdftotext", "-q", "-bbox", "-cropbox", *options, path, "-"], check=True, capture_output=True,
                         timeout=120).stdout.decode()
    found, page, height = [], 0, 0.0
    with pikepdf.open(path) as pdf:
        turned = [int(inherited(p, "/Rotate", 0)) % 180 != 0 for p in pdf.pages]
    for line in out.splitlines():
        if opened := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
            height = float(opened[1 if turned[page] else 2])  # pdftotext tells the page's as if not turned
            page += 1
        elif word := re.search(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>',
                               line):
            x1, y1, x2, y2 = (float(word[i]) for i in range(1, 5))
            found.append((page, unescape(word[5]), tuple(v * MM for v in (x1, height - y2, x2, height - y1))))
    return found


def text(path, *options):
    """All text without white space."""
    out = subprocess.run(["pdftotext", "-q", *options, path, "-"], check=True, capture_output=True, timeout=120).stdout
    return "".join(out.decode().split())


def near(found, wanted, within=.1):
    assert found is not None and all(abs(a - b) <= within for a, b in zip(found, wanted)), \
        f"at {[round(v, 2) for v in found]}, wanted {[round(v, 2) for v in wanted]}"
