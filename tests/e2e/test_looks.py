"""What a person sees: drawn by poppler, MuPDF and pdfium, measured in millimetres."""

import itertools
import sys

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

import program
import render

sys.path.insert(0, str(program.ROOT / "fixtures"))

import seals  # noqa: E402
from sheets import Sheet  # noqa: E402

DPI = 150
NEAR = 1.0  # millimetres
SEAL = seals.on_white(seals.picture(600))

SHEETS = {
    "plain": {},
    "cropped": {"media": (-50, -70, 700, 900), "crop": (20, 30, 520, 730)},
    "unit": {"media": (0, 0, 300, 420), "unit": 2},
}
TURNS = (0, 90, 180, 270)


def inside(mask, pixels=2):
    """Where a mask of 0 to 255 is full, and this far around, too."""
    return np.asarray(mask.filter(ImageFilter.MinFilter(2 * pixels + 1))) == 255


def near(found, wanted, what):
    assert found is not None, f"{what}: nothing is drawn"
    for a, b in zip(found, wanted):
        assert abs(a - b) < NEAR, f"{what}: at {found}, wanted {wanted}"


def corner(sheet, dx, dy, size):
    """The box of `1@br+DXmm,DYmm:SIZE`."""
    width = sheet.shown[0]
    return (width - dx - size, dy, width - dx, dy + size)


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("kind, turn", list(itertools.product(SHEETS, TURNS)))
def test_a_seal_is_upright_where_it_was_asked(kind, turn, engine, sheet_file, signed, pictures):
    sheet = Sheet(**SHEETS[kind], rotate=turn)
    source = sheet_file(sheet)
    path, _ = signed(source, "--seal", pictures / "seal.png", "--at", "1@br+20mm,15mm:40mmx40mm")
    before, after = (render.pages(p, engine, DPI, sheet.unit)[0] for p in (source, path))
    box = corner(sheet, 20, 15, 40)
    ink = tuple(v + d for v, d in zip(box, (.4, .4, -.4, -.4)))  # the picture has a margin of 1 %
    near(render.changed_box(before, after, DPI), ink, f"{kind} {turn} {engine}")
    assert render.difference(render.cut(after, box, DPI), SEAL) < .03, "not the seal, or not upright"


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("turn", TURNS)
def test_further_places_are_page_content(turn, engine, sheet_file, signed, pictures):
    sheet = Sheet(**SHEETS["cropped"], rotate=turn)
    source = sheet_file(sheet, sheet)
    path, _ = signed(source, "--seal", pictures / "seal.png", "--size", "30mmx30mm", "--at", "1@br+20mm,15mm",
                     "--at", "2@tl+10mm,12mm")
    before, after = (render.pages(p, engine, DPI) for p in (source, path))
    near(render.changed_box(before[0], after[0], DPI), corner(sheet, 20, 15, 30), f"page 1 {turn} {engine}")
    top = sheet.shown[1]
    near(render.changed_box(before[1], after[1], DPI), (10, top - 42, 40, top - 12), f"page 2 {turn} {engine}")


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("where", ["widget", "content"])
def test_text_below_a_seal_stays_readable(where, engine, sheet_file, signed, pictures):
    sheet = Sheet(text="MMMMMM", size=60)
    source = sheet_file(sheet, sheet)
    centre = "@c:60mmx60mm"
    places = ["--at", f"1{centre}"] if where == "widget" else ["--at", "1@tl:20mmx20mm", "--at", f"2{centre}"]
    path, _ = signed(source, "--seal", pictures / "seal.png", *places)
    page = 0 if where == "widget" else 1
    before, after = (render.pages(p, engine, DPI)[page] for p in (source, path))
    black = before.max(axis=2) < 40
    assert black.sum() > 200, "there is no text to look at"
    assert after[black].max() < 60, "the seal covers the text"
    plain, _ = signed(source, "--seal", pictures / "opaque.png", "--plain", *places, name="plain.pdf")
    covered = render.pages(plain, engine, DPI)[page]
    assert covered[black].max() > 200, "--plain does not cover the text"


def faint(folder):
    picture = seals.picture(600)
    picture.putalpha(picture.getchannel("A").point(lambda alpha: alpha // 3))
    return seals.write(folder / "faint.png", picture, 42)


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("picture", ["seal", "opaque", "faint"])
def test_pdfa_1_shows_text_between_the_strokes_of_a_seal(picture, engine, tmp_path, pdf, signed, pictures):
    """No transparency there: what is white or clear is left out, and no stroke is lost, faint as it may be."""
    source, file = pdf("pdfa-1b"), faint(tmp_path) if picture == "faint" else pictures / f"{picture}.png"
    path, _ = signed(source, "--seal", file, "--size", "42mmx42mm", "--at", "1@tl+20mm,20mm", "--at", "2@tl+20mm,20mm")
    ink = seals.picture(248).getchannel("A")
    for before, after in zip(*(render.pages(p, engine, DPI)[:2] for p in (source, path))):
        top = round(20 / render.MM * DPI)
        before, after = (page[top:top + 248, top:top + 248] for page in (before, after))
        red = (after[:, :, 0] > 150) & (after[:, :, 1:].max(axis=2) < 60)
        assert red[inside(ink)].mean() > .98, "the seal's strokes are not there"
        clear = inside(ImageChops.invert(ink))
        assert (before[clear].max(axis=1) < 100).sum() > 300, "there is no text to look at"
        assert np.abs(before[clear] - after[clear]).max() < 8, "the seal changes what lies between its strokes"


EDGES = {"right": (2, 0), "left": (0, 0), "top": (0, 3), "bottom": (0, 1)}


def slice_box(sheet, edge, index, count, size, at=.5):
    """Where slice `index` lies on its page, in millimetres."""
    width, height = sheet.shown
    part = size / count
    low, high = at * height - size / 2, at * height + size / 2
    left, right = at * width - size / 2, at * width + size / 2
    return {"right": (width - part, low, width, high), "left": (0, low, part, high),
            "top": (left, height - part, right, height), "bottom": (left, 0, right, part)}[edge]


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("edge, count, turn", [
    ("right", 2, 0), ("right", 3, 90), ("right", 7, 180), ("right", 20, 0), ("right", 20, 270), ("left", 5, 0),
    ("left", 20, 90), ("top", 4, 0), ("top", 20, 270), ("bottom", 3, 180), ("bottom", 20, 0)])
def test_the_slices_of_a_seam_join_to_the_seal(edge, count, turn, engine, sheet_file, signed, pictures):
    sheet = Sheet(**SHEETS["cropped"], rotate=turn, frame=False)
    plain = Sheet(rotate=turn, frame=False)
    sheets = [sheet if i % 2 else plain for i in range(count)]
    source = sheet_file(*sheets)
    path, _ = signed(source, "--seal", pictures / "seal.png", "--size", "42mmx42mm", "--seam", edge)
    dpi = 300
    before, after = (render.pages(p, engine, dpi) for p in (source, path))
    parts = []
    for i, (page, one) in enumerate(zip(after, sheets)):
        box = slice_box(one, edge, i, count, 42)
        found = render.changed_box(before[i], page, dpi)
        if found is not None:  # the first and last of many slices may hold the seal's margin only
            assert all(a > b - NEAR for a, b in zip(found[:2], box[:2])) and \
                all(a < b + NEAR for a, b in zip(found[2:], box[2:])), f"slice {i + 1} at {found}, wanted {box}"
        parts.append(render.cut(page, box, dpi))
    joined = render.join(parts, edge)
    size = round(42 / 25.4 * dpi)
    whole = SEAL.resize((size, size), Image.LANCZOS)
    assert render.difference(whole, joined) < .02


def test_the_measures_notice_a_shift_and_a_turn():
    small = SEAL.resize((240, 240))
    shifted = Image.new("RGB", (240, 240), "white")
    shifted.paste(small, (6, 0))  # 1 mm
    assert render.difference(small, shifted) > .03
    assert render.difference(small, small.rotate(90)) > .03
    assert render.difference(small, small.transpose(Image.FLIP_LEFT_RIGHT)) > .03
