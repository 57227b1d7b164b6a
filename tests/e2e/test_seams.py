"""Seam seals: which page carries which slice, in each mode; what stands in the file; what verifiers say."""

import functools
import hashlib
import json
import re
import sys

import pikepdf
import pytest
from PIL import Image
from pyhanko.sign.diff_analysis import ModificationLevel

import program
import render
from program import pdfsign, sign
from seen import shown

sys.path.insert(0, str(program.ROOT / "fixtures"))

import pdfs  # noqa: E402
import seals  # noqa: E402
import sheets  # noqa: E402
from sheets import pdf  # noqa: E402

DPI = 300
MM = 25.4 / 72
SIZE = 42
SEAL = seals.on_white(seals.picture(600))
OPPOSITE = {"right": "left", "left": "right", "top": "bottom", "bottom": "top"}
Sheet = functools.partial(sheets.Sheet, frame=False)
ONLY_FILLED = (ModificationLevel.NONE, ModificationLevel.FORM_FILLING)


@pytest.fixture
def seal(pictures):
    """Options of the usual seal, 42 mm."""
    return ("--seal", pictures / "seal.png", "--size", f"{SIZE}mmx{SIZE}mm")


@pytest.fixture
def pages(tmp_path):
    """pages(5) or pages(Sheet(…), …): a file of so many, or these, pages."""
    def pages(*sheets, name="in.pdf"):
        path = tmp_path / name
        path.write_bytes(pdf([Sheet()] * sheets[0] if isinstance(sheets[0], int) else list(sheets)))
        return path
    return pages


@pytest.fixture
def form(tmp_path):
    """form(source, *options): the file with fields for seams."""
    def form(source, *options, name="form.pdf"):
        path = tmp_path / name
        run = pdfsign("fields", "add", *options, "--size", f"{SIZE}mmx{SIZE}mm", source, "-o", path)
        assert run.status == 0, str(run)
        return path
    return form


# -- what stands in the file ----------------------------------------------------------------------

def forms_below(holder, depth=4):
    """Form XObjects of a page or form, and of those within."""
    resources = holder.get("/Resources", {})
    for item in (resources.get("/XObject", {}) or {}).values():
        if item.get("/Subtype") == "/Form" and depth:
            yield item
            yield from forms_below(item, depth - 1)


def normal_forms(widget):
    normal = widget.get("/AP", {}).get("/N")
    if normal is None:
        return
    for one in [normal] if isinstance(normal, pikepdf.Stream) else list(normal.values()):
        yield one
        yield from forms_below(one)


def forms_drawn(page):
    """Form XObjects that the page's content draws; its resources may name those of other pages, too."""
    drawn = [operands[0] for operands, operator in pikepdf.parse_content_stream(page, "Do") if operands]
    return [form for form in (page.resources.XObject[name] for name in drawn) if form.get("/Subtype") == "/Form"]


OPEN = []  # objects of pikepdf die with their file


def slices(path):
    """One list a page: (what the form says of itself, the form, the widget or None)."""
    found = []
    OPEN.append(pikepdf.open(path))
    for page in OPEN[-1].pages:
        here = [(form, None) for form in forms_drawn(page)]
        for widget in page.obj.get("/Annots", []):
            here += [(form, widget) for form in normal_forms(widget)]
        found.append([(form.PieceInfo.pdsSeam.Private, form, widget) for form, widget in here
                      if "/pdsSeam" in form.get("/PieceInfo", {})])
    return found


def told(path):
    """(index, count) of the only slice of each page, None without one."""
    return [(int(page[0][0].Index), int(page[0][0].Count)) if page else None for page in slices(path)]


def places(path):
    """Boxes of fields named pN on each page as shown, in millimetres."""
    with pikepdf.open(path) as opened:
        return [[shown(page, widget.Rect) for widget in page.obj.get("/Annots", [])
                 if re.fullmatch(r"p\d+", str(widget.get("/T", "")))] for page in opened.pages]


def listed(path):
    run = pdfsign("fields", "list", "--json", path)
    assert run.status == 0, str(run)
    return json.loads(run.out)


# -- what is seen ---------------------------------------------------------------------------------

def box_of(sheet, edge, part, at=.5):
    """Where a slice of so many millimetres lies on the page as shown."""
    width, height = sheet.shown
    low, left = at * height - SIZE / 2, at * width - SIZE / 2
    return {"right": (width - part, low, width, low + SIZE), "left": (0, low, part, low + SIZE),
            "top": (left, height - part, left + SIZE, height), "bottom": (left, 0, left + SIZE, part)}[edge]


def joined(drawn, rows, order="right"):
    """The picture of slices, each (page index, sheet, edge, millimetres), put together towards an edge."""
    return render.join([render.cut(drawn[page], box_of(sheet, edge, part), DPI) for page, sheet, edge, part in rows],
                       order)


def assert_whole(picture):
    side = round(SIZE / 25.4 * DPI)
    difference = render.difference(SEAL.resize((side, side), Image.LANCZOS), picture)
    assert difference < .02, f"{difference:.2%} off"


MIXED = [Sheet(), Sheet(media=(0, 0, 842, 595)), Sheet(rotate=90), Sheet(media=(-30, 40, 700, 900), crop=(10, 60, 600, 800)),
         Sheet(media=(0, 0, 300, 420), unit=2), Sheet(rotate=180), Sheet(media=(0, 0, 612, 792), rotate=270)]


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("edge", OPPOSITE)
@pytest.mark.parametrize("mode", ["content", "fields", "shared"])
def test_slices_on_pages_of_all_kinds_join(mode, edge, engine, pages, form, signed, seal):
    sheets = [s for s in MIXED if s.unit == 1 or engine in render.KNOWS_USER_UNIT]
    source = pages(*sheets)
    if mode != "content":
        source = form(source, "--seam", edge, "--seam-mode", mode)
    path, _ = signed(source, *seal, "--seam", edge, "--seam-mode", mode)
    part = SIZE / len(sheets)
    assert_whole(joined(render.pages(path, engine, DPI),
                        [(i, sheet, edge, part) for i, sheet in enumerate(sheets)], edge))


@pytest.mark.parametrize("edge", OPPOSITE)
def test_each_side_of_facing_pages_joins(edge, pages, signed, seal):
    path, _ = signed(pages(7), *seal, "--seam", f"{edge},facing=yes")
    drawn = render.pages(path, "poppler", DPI)
    odd = [(i, Sheet(), edge, SIZE / 4) for i in (0, 2, 4, 6)]
    even = [(i, Sheet(), OPPOSITE[edge], SIZE / 3) for i in (1, 3, 5)]
    assert_whole(joined(drawn, odd, edge))
    assert_whole(joined(drawn, even, edge))
    assert told(path) == [(0, 4), (0, 3), (1, 4), (1, 3), (2, 4), (2, 3), (3, 4)]


@pytest.mark.parametrize("edge", ["right", "top"])
def test_the_first_page_has_its_share_of_each_group(edge, pages, signed, seal):
    path, _ = signed(pages(7), *seal, "--seam", f"{edge},first=40%,max=3")
    drawn = render.pages(path, "mupdf", DPI)
    for group in (range(3), range(3, 7)):
        parts = [.4 * SIZE] + [.6 * SIZE / (len(group) - 1)] * (len(group) - 1)
        assert_whole(joined(drawn, [(i, Sheet(), edge, part) for i, part in zip(group, parts)], edge))
    assert told(path) == [(0, 3), (1, 3), (2, 3), (0, 4), (1, 4), (2, 4), (3, 4)]


def test_opacity_makes_a_seam_faint(pages, signed, seal):
    path, _ = signed(pages(2), *seal, "--seam", "right,opacity=0.5")
    for engine in render.ENGINES:
        darkest = render.pages(path, engine, 100)[0].min(axis=(0, 1))
        assert darkest[1] == pytest.approx(255 / 2, abs=12), f"{engine}: {darkest}"


# -- which pages ----------------------------------------------------------------------------------

@pytest.mark.parametrize("keys, wanted", [
    ("", [(0, 6), (1, 6), (2, 6), (3, 6), (4, 6), (5, 6)]),
    (",pages=1,3-5,max=20", [(0, 4), None, (1, 4), (2, 4), (3, 4), None]),
    (",pages=1-z:odd", [(0, 3), None, (1, 3), None, (2, 3), None]),
    (",pages=1-z,xr1-r2", [(0, 4), (1, 4), (2, 4), (3, 4), None, None]),
    (",max=2", [(0, 2), (1, 2)] * 3),
    (",max=5", [(i, 6) for i in range(6)]),
    (",max=4", [(0, 4), (1, 4), (2, 4), (3, 4), (0, 2), (1, 2)]),
    (",pages=2,single=skip", [None] * 6),
    (",pages=1-3,facing=yes,single=skip", [(0, 2), None, (1, 2), None, None, None]),
])
def test_a_range_and_groups_choose_pages(keys, wanted, pages, signed, seal):
    path, _ = signed(pages(6), *seal, "--seam", "right" + keys)
    assert told(path) == wanted


@pytest.mark.parametrize("seam, wanted", [
    ("right", (209.9 - 8.4, 297.04 / 2 - 21, 209.9, 297.04 / 2 + 21)),
    ("left,at=100mm", (0, 79, 8.4, 121)), ("top,at=25%", (209.9 / 4 - 21, 297.04 - 8.4, 209.9 / 4 + 21, 297.04)),
    ("bottom,at=50%+2cm", (209.9 / 2 - 1, 0, 209.9 / 2 + 41, 8.4)),
])
def test_a_place_on_the_edge(seam, wanted, pages, form):
    for (box,) in places(form(pages(5), "--seam", seam)):
        assert box == pytest.approx(wanted, abs=.1)


# -- what slices say ------------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["content", "fields", "multi", "shared"])
def test_slices_say_what_they_are(mode, pages, form, signed, seal, judged):
    source = pages(5)
    if mode != "content":
        source = form(source, "--seam", "right,at=40%", "--seam-mode", mode)
    path, _ = signed(source, *seal, "--seam", "right,at=40%", "--seam-mode", mode,
                     signatures=6 if mode == "multi" else 1)
    found = [page[0] for page in slices(path)]
    assert [len(page) for page in slices(path)] == [1] * 5
    assert [(int(s.Index), int(s.Count)) for s, _, _ in found] == [(i, 5) for i in range(5)]
    assert [(float(s.From), float(s.To)) for s, _, _ in found] == \
        [pytest.approx((i / 5, (i + 1) / 5), abs=1e-4) for i in range(5)]
    assert len({str(s.Id) for s, _, _ in found}) == 1 and re.fullmatch("[0-9a-f]{32}", str(found[0][0].Id))
    assert all(str(s.Seam) == "right,at=40%" for s, _, _ in found)
    assert [float(v) * MM for v in found[0][0].Size] == pytest.approx([SIZE, SIZE], abs=.01)
    images = {form.Resources.XObject.Im0.objgen for _, form, _ in found}
    assert len(images) == 1, "the picture is not shared"
    image = found[0][1].Resources.XObject.Im0
    digest = hashlib.sha256(image.read_raw_bytes() + image.SMask.read_raw_bytes()).hexdigest()
    assert str(found[0][0].SHA256) == digest
    assert all("/LastModified" in form for _, form, _ in found)
    assert all((widget is None) == (mode == "content") for _, _, widget in found)


def test_two_seams_have_two_ids(pages, signed, seal):
    path, _ = signed(pages(3), *seal, "--seam", "right", "--seam", "left")
    assert all(len({str(s.Id) for s, _, _ in page}) == 2 for page in slices(path))


def test_slices_are_artifacts_of_tagged_files(pages, signed, seal, tmp_path):
    source = tmp_path / "tagged.pdf"
    source.write_bytes(pdf([Sheet()] * 2, "/MarkInfo << /Marked true >>"))
    path, _ = signed(source, *seal, "--seam", "right")
    with pikepdf.open(path) as opened:
        for page in opened.pages:
            drawn = b"\n".join(c.read_bytes() for c in page.obj.Contents)
            assert re.search(rb"/Artifact[^\n]*BDC|/Artifact\s+BMC", drawn), drawn


# -- several parties ------------------------------------------------------------------------------

def overlap(a, b):
    return min(a[2], b[2]) - max(a[0], b[0]) > .1 and min(a[3], b[3]) - max(a[1], b[1]) > .1


def test_two_signers_of_one_job(pages, tmp_path, judged, pictures):
    source, target = pages(4), tmp_path / "out.pdf"
    one = (*program.key(), "--seal", pictures / "seal.png", "--seam", "right")
    other = (*program.key("rsa2048"), "--seal", pictures / "seal.png", "--seam", "right")
    run = pdfsign("sign", *one, "--then", *other, source, "-o", target)
    assert run.status == 0, str(run)
    judged(target, source, signatures=2, levels=ONLY_FILLED)
    assert all(len({str(s.Id) for s, _, _ in page}) == 2 for page in slices(target))
    page = render.pages(target, "mupdf", DPI)[0]
    first = render.cut(page, box_of(Sheet(), "right", SIZE / 4), DPI)
    assert render.difference(SEAL.resize((496, 496)).crop((0, 0, 124, 496)), first) < .02
    assert {str(s.Seam) for s, _, _ in slices(target)[0]} == {"right,at=50%", "right,at=50%-127.5591"}


@pytest.mark.parametrize("level", [0, 2, 3])
def test_each_party_fills_fields_of_its_own(level, pages, form, signed, refused, judged, seal, tmp_path):
    source = form(pages(5), "--seam", "right", "--seam", "right", "--seam", "top,first=30%")
    assert not any(overlap(*page[:2]) for page in places(source))
    if level:
        source, _ = signed(source, "--certify", str(level), name="certified.pdf")
    count = 1 if level else 0
    for name, seam in (("a", "right"), ("b", "right"), ("c", "top")):
        count += 1
        path, _ = signed(source, *seal, "--seam", seam, "--seam-mode", "auto" if count > 1 else "fields",
                         name=f"{name}.pdf", signatures=count, levels=ONLY_FILLED)
        source = path
    assert [s["state"] for s in listed(source)["seams"]] == ["filled"] * 3
    assert all(len(page) == 3 for page in slices(source))
    drawn = render.pages(source, "pdfium", DPI)
    assert_whole(joined(drawn, [(i, Sheet(), "right", SIZE / 5) for i in range(5)]))
    run = refused(source, *seal, "--seam", "right")
    assert (run.status, run.code) == (10, "SEAM_REFUSED") and "filled" in run.err
    run = refused(source, *seal, "--seam", "bottom")
    assert (run.status, run.code) == (10, "SEAM_REFUSED") and "bottom" in run.err


@pytest.mark.parametrize("level", [0, 2, 3])
@pytest.mark.parametrize("mode", ["multi", "shared"])
def test_signatures_on_each_page(mode, level, pages, form, signed, seal):
    source = form(pages(4), "--seam", "right", "--seam-mode", mode)
    if level:
        source, _ = signed(source, "--certify", str(level), name="certified.pdf")
    path, seen = signed(source, *seal, "--seam", "right", "--seam-mode", mode,
                        signatures=(1 if level else 0) + (5 if mode == "multi" else 1), levels=ONLY_FILLED)
    fields = {f["name"]: f["state"] for f in listed(path)["fields"]}
    assert all(fields[f"Seam1.p{i}"] == "signed" for i in range(1, 5))
    assert_whole(joined(render.pages(path, "poppler", DPI), [(i, Sheet(), "right", SIZE / 4) for i in range(4)]))
    with pikepdf.open(path) as opened:
        values = {w.V.objgen for page in opened.pages for w in page.obj.Annots if str(w.get("/T", "")).startswith("p")}
        widgets = [len(page.obj.Annots) for page in opened.pages]
    assert len(values) == (4 if mode == "multi" else 1)
    assert widgets[1:] == [1, 1, 1], "a field with several widgets"


@pytest.mark.parametrize("mode, signatures", [("multi", 4), ("shared", 1)])
def test_fields_are_made_where_none_are(mode, signatures, pages, signed, refused, seal):
    first, _ = signed(pages(3), name="first.pdf")
    path, _ = signed(first, *seal, "--seam", "right", "--seam-mode", mode, signatures=1 + signatures,
                     levels=(*ONLY_FILLED, ModificationLevel.LTA_UPDATES))
    assert {f["name"] for f in listed(path)["fields"]} >= {"Seam1-p1", "Seam1-p2", "Seam1-p3"}
    certified, _ = signed(pages(3), "--certify", "2", name="certified.pdf")
    run = refused(certified, *seal, "--seam", "right", "--seam-mode", mode)
    assert (run.status, run.code) == (10, "DOCMDP_FORBIDS"), str(run)


def test_empty_seam_fields_are_not_the_only_empty_field(pages, form, signed, seal):
    source = form(pages(3), "--seam", "right", "--seam-mode", "shared")
    _, (seen,) = signed(source)
    assert seen.name == "Signature1"


def test_a_lock_keeps_the_seam_of_another(pages, form, signed, refused, seal):
    source = form(pages(3), "--seam", "right", "--seam", "left")
    path, _ = signed(source, "--lock", "include:Seam1", name="locked.pdf")
    assert refused(path, *seal, "--seam", "right").code == "FIELDMDP_FORBIDS"
    # pyHanko takes the appearance of a locked field for changed if it is older than the revision that is signed.
    signed(path, *seal, "--seam", "left", signatures=2, reader=None)
    final, _ = signed(source, "--certify", "1", name="final.pdf")
    assert refused(final, *seal, "--seam", "left").code == "DOCMDP_FORBIDS"


# -- kinds of files -------------------------------------------------------------------------------

@pytest.mark.parametrize("kind", ["objects-packed", "annots-shared", "rotate-90", "crop-offset", "hybrid",
                                  "pages-inherit", "user-unit", "linearized"])
def test_fields_in_files_of_all_kinds(kind, pdf, form, signed, seal, judged, tmp_path):
    source = form(pdf(kind), "--seam", "left")
    count = len(slices(source))
    certified, _ = signed(source, "--certify", "2", name="certified.pdf", kind=kind)
    path, _ = signed(certified, *seal, "--seam", "left", kind=kind, signatures=2, levels=ONLY_FILLED)
    assert told(path) == [(i, count) for i in range(count)]


def test_an_encrypted_file(pdf, tmp_path, seal, judged):
    kind = "crypt-aes-256-user"
    source, filled = tmp_path / "form.pdf", tmp_path / "filled.pdf"
    password = ("--password-file", tmp_path / "password")
    password[1].write_text(pdfs.KINDS[kind].password)
    assert pdfsign("fields", "add", "--seam", "right", "--size", "42mmx42mm", *password, pdf(kind), "-o",
                   source).status == 0
    run = sign(source, filled, *seal, "--seam", "right", "--seam-mode", "fields", *password)
    assert run.status == 0, str(run)
    judged(filled, source, kind=kind)
    run = sign(filled, tmp_path / "again.pdf", *seal, "--seam", "right", *password)
    assert run.code == "SEAM_REFUSED" and "filled" in run.err


def test_three_thousand_pages_share_what_they_show(pages, tmp_path, seal):
    source, target = pages(3000), tmp_path / "out.pdf"
    assert sign(source, target, *seal, "--seam", "right").status == 0
    found = slices(target)
    assert [(int(s.Index), int(s.Count)) for ((s, _, _),) in found] == [(i % 20, 20) for i in range(3000)]
    assert len({form.objgen for ((_, form, _),) in found}) == 20
    made, filled = tmp_path / "form.pdf", tmp_path / "filled.pdf"
    assert pdfsign("fields", "add", "--seam", "right", "--size", "42mmx42mm", source, "-o", made).status == 0
    assert sign(made, filled, *seal, "--seam", "right", "--seam-mode", "fields").status == 0
    assert [len(page) for page in slices(filled)] == [1] * 3000
    run = sign(source, tmp_path / "many.pdf", *seal, "--seam", "right", "--seam-mode", "multi")
    assert (run.status, run.code) == (10, "SEAM_REFUSED") and "50" in run.err


# -- refusals -------------------------------------------------------------------------------------

@pytest.mark.parametrize("seam, code, words", [
    ("middle", "USAGE", "right, left, top or bottom"), ("right,at=5", "PLACE_REFUSED", "lies off the page"),
    ("right,at=half", "USAGE", "at=half"), ("right,size=3", "USAGE", "'size'"), ("right,3-5", "USAGE", "'3-5'"),
    ("right,pages=9", "PLACE_REFUSED", "no page 9"), ("right,pages=2", "SEAM_REFUSED", "single=skip"),
    ("right,pages=1-2,x1-2", "SEAM_REFUSED", "no page"), ("right,pages=1-3,facing=yes", "SEAM_REFUSED", "page 2"),
    ("right,at=99%", "PLACE_REFUSED", "209.9 x 297.0 mm"), ("right,max=1", "USAGE", "2 to 500"),
    ("right,opacity=0", "USAGE", "opacity"), ("right,first=0%", "USAGE", "first"),
])
def test_what_cannot_be_is_refused(seam, code, words, pages, refused, seal):
    run = refused(pages(5), *seal, "--seam", seam)
    assert (run.code, run.status) == (code, 2 if code == "USAGE" else 10), str(run)
    assert words in run.err, str(run)


def test_a_single_page_is_refused_or_left_out(pages, signed, refused, seal):
    run = refused(pages(1), *seal, "--seam", "right")
    assert (run.status, run.code) == (10, "SEAM_REFUSED") and "page 1" in run.err
    path, _ = signed(pages(1), *seal, "--seam", "right,single=skip")
    assert told(path) == [None]


def test_a_page_that_is_too_short_is_named(pages, refused, pictures):
    sheets = [Sheet(), Sheet(), Sheet(media=(0, 0, 400, 100)), Sheet()]
    run = refused(pages(*sheets), "--seal", pictures / "seal.png", "--seam", "left")
    assert (run.status, run.code) == (10, "PLACE_REFUSED")
    assert "page 3" in run.err and "141.1 x 35.3 mm" in run.err


def test_content_of_a_signed_file_is_refused(pages, signed, refused, seal):
    path, _ = signed(pages(3), name="first.pdf")
    for mode, words in (("content", "would break that"), ("auto", "no fields"), ("fields", "no fields")):
        run = refused(path, *seal, "--seam", "right", "--seam-mode", mode)
        assert (run.status, run.code) == (10, "SEAM_REFUSED") and words in run.err, str(run)
    run = pdfsign("fields", "add", "--seam", "right", path, "-o", path.with_name("late.pdf"))
    assert (run.status, run.code) == (10, "SEAM_REFUSED") and "before the first" in run.err


def test_fields_for_another_seal_are_refused(pages, form, refused, pictures, seal):
    source = form(pages(3), "--seam", "right,max=3")
    run = refused(source, "--seal", pictures / "small.png", "--seam", "right", "--seam-mode", "fields")
    assert run.code == "SEAM_REFUSED" and "42.0 x 42.0 mm" in run.err and "20.0 x 20.0 mm" in run.err
    run = refused(source, *seal, "--seam", "right,max=2", "--seam-mode", "fields")
    assert run.code == "SEAM_REFUSED" and "max=3" in run.err
    run = refused(source, *seal, "--seam", "right", "--seam-mode", "shared", "--seam", "right,at=51%")
    assert run.code == "PLACE_TAKEN", str(run)


def test_moved_fields_are_refused(pages, form, refused, seal, tmp_path):
    source, moved = form(pages(3), "--seam", "right"), tmp_path / "moved.pdf"
    with pikepdf.open(source) as opened:
        widget = opened.pages[1].Annots[0]
        widget.Rect = [float(v) - 20 for v in widget.Rect]
        opened.save(moved)
    run = refused(moved, *seal, "--seam", "right", "--seam-mode", "fields")
    assert run.code == "SEAM_REFUSED" and "Seam1.p2" in run.err
    with pikepdf.open(source) as opened:
        del opened.pages[2]
        opened.save(moved)
    run = refused(moved, *seal, "--seam", "right", "--seam-mode", "fields")
    assert run.code == "SEAM_REFUSED" and "Seam1.p3" in run.err and "no page" in run.err


def test_a_taken_place_is_refused_unless_allowed(pages, refused, signed, seal):
    source = pages(3)
    run = refused(source, *seal, "--seam", "right", "--seam", "right,at=52%")
    assert (run.status, run.code) == (10, "PLACE_TAKEN") and "page 1" in run.err
    signed(source, *seal, "--seam", "right", "--seam", "right,at=52%", "--allow-overlap")
    run = refused(source, *seal, *(["--seam", "top"] * 5))
    assert run.code == "PLACE_TAKEN" and "no room" in run.err


def test_a_seam_needs_a_seal(pages, refused):
    assert (refused(pages(3), "--seam", "right").code) == "USAGE"
