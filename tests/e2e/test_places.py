"""Where seals come to lie: every form of PLACE, on pages of every kind; what is refused, and how."""

import sys

import pikepdf
import pytest

import peer
import program
import seen
from program import PKI

sys.path.insert(0, str(program.ROOT / "fixtures"))

from handmade import Pdf  # noqa: E402
from sheets import Sheet  # noqa: E402

SHEETS = {
    "plain": {},
    "cropped": {"media": (-50, -70, 700, 900), "crop": (20, 30, 520, 730)},
    "unit": {"media": (0, 0, 300, 420), "unit": 2},
}
TURNS = (0, 90, 180, 270)
SIDE = 20  # millimetres of small.png
POINT = 25.4 / 72


# (PLACE, box for a page of this width and height)
FORMS = {
    "1/10,20,110,70": lambda w, h: tuple(v * POINT for v in (10, 20, 110, 70)),
    "1/40mm,50mm,20mm,20mm": lambda w, h: (20, 20, 40, 50),
    "1/1cm,1in,5cm,2in": lambda w, h: (10, 25.4, 50, 50.8),
    "1@bl": lambda w, h: (0, 0, SIDE, SIDE),
    "1@tl+5mm,7mm": lambda w, h: (5, h - 7 - SIDE, 5 + SIDE, h - 7),
    "1@br+20mm,15mm:30mmx25mm": lambda w, h: (w - 50, 15, w - 20, 40),
    "1@tr:72x36": lambda w, h: (w - 25.4, h - 12.7, w, h),
    "1@c-10mm,+5mm": lambda w, h: (w / 2 - 20, h / 2 - 5, w / 2, h / 2 + 15),
    "z@c": lambda w, h: (w / 2 - 10, h / 2 - 10, w / 2 + 10, h / 2 + 10),
    "r1@c:1cmx2cm": lambda w, h: (w / 2 - 5, h / 2 - 10, w / 2 + 5, h / 2 + 10),
}


@pytest.mark.parametrize("place", FORMS)
def test_a_place_is_where_it_says(place, sheet_file, signed, small):
    path, _ = signed(sheet_file(Sheet()), *small, "--at", place)
    page, box, entries = seen.fields(path)["Signature1"]
    assert page == 1 and "/AP" in entries
    seen.near(box, FORMS[place](*Sheet().shown))


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("kind", SHEETS)
def test_on_turned_cropped_and_scaled_pages(kind, turn, sheet_file, signed, small):
    sheet = Sheet(**SHEETS[kind], rotate=turn)
    for i, place in enumerate(("1@tl+5mm,7mm", "1@br+20mm,15mm:30mmx25mm", "1/40mm,50mm,20mm,20mm")):
        path, _ = signed(sheet_file(sheet), *small, "--at", place, name=f"{i}.pdf")
        seen.near(seen.fields(path)["Signature1"][1], FORMS[place](*sheet.shown))


def test_boxes_are_inherited(tmp_path, signed, small):
    with pikepdf.new() as made:
        made.add_blank_page()
        node = made.Root.Pages
        node.MediaBox, node.CropBox, node.Rotate = [0, 0, 700, 900], [50, 60, 350, 460], 90
        page = made.pages[0].obj
        for key in ("/MediaBox", "/CropBox", "/Rotate"):
            if key in page:
                del page[key]
        made.save(tmp_path / "in.pdf")
    path, _ = signed(tmp_path / "in.pdf", *small, "--at", "1@tl+5mm,7mm")
    height = 300 * POINT
    seen.near(seen.fields(path)["Signature1"][1], (5, height - 7 - SIDE, 5 + SIDE, height - 7))


@pytest.mark.parametrize("place,page", [("2@bl", 2), ("r2@bl", 4), ("z@bl", 5), ("r5@bl", 1)])
def test_pages_are_counted_from_both_ends(place, page, sheet_file, signed, small):
    path, _ = signed(sheet_file(*[Sheet()] * 5), *small, "--at", place)
    assert seen.fields(path)["Signature1"][0] == page


def test_a_seal_fills_an_existing_field(pdf, signed, small):
    before = seen.fields(pdf("field-one"))["Buyer"]
    path, (signature,) = signed(pdf("field-one"), *small)
    page, box, entries = seen.fields(path)["Buyer"]
    assert signature.name == "Buyer" and (page, box) == before[:2] and "/AP" in entries


def test_the_place_of_a_field_by_its_name(pdf, signed, small):
    path, (signature,) = signed(pdf("field-two"), *small, "--at", "field:Seller")
    assert signature.name == "Seller" and "/AP" in seen.fields(path)["Seller"][2]


# -- keywords -------------------------------------------------------------------------------------

def keyword_boxes(path, start):
    """Boxes of the words that begin so."""
    return [(page, box) for page, word, box in seen.words(path) if word.startswith(start)]


def middle(box):
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("kind", SHEETS)
def test_a_seal_stands_on_its_keyword(kind, turn, sheet_file, signed, small):
    sheet = Sheet(**SHEETS[kind], rotate=turn, text="SIGN")
    path, _ = signed(sheet_file(Sheet(), sheet), *small, "--at", 'text:"SIGN"')
    page, box, _ = seen.fields(path)["Signature1"]
    width, height = sheet.shown  # sheets have their text in the middle, its base line there
    assert page == 2
    assert abs(middle(box)[0] - width / 2) < 1 * sheet.unit
    assert abs(middle(box)[1] - height / 2) < sheet.size * .5 * POINT * sheet.unit
    seen.near((box[2] - box[0], box[3] - box[1]), (SIDE, SIDE))


@pytest.mark.parametrize("which,page", [("", 1), ("#first", 1), ("#2", 2), ("#last", 4), ("#4", 4)])
def test_one_of_several_matches(which, page, sheet_file, signed, small):
    sheet = Sheet(text="SIGN")
    path, _ = signed(sheet_file(*[sheet] * 4), *small, "--at", f'text:"SIGN"{which}')
    assert seen.fields(path)["Signature1"][0] == page


def images(path):
    """Pages whose content draws an image that was not there, or a form with one."""
    found = []
    with pikepdf.open(path) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            if page.obj.get("/Resources", {}).get("/XObject", {}):
                found.append(number)
    return found


def test_all_matches(sheet_file, signed, small):
    sheet = Sheet(text="SIGN")
    path, signatures = signed(sheet_file(sheet, Sheet(), sheet, sheet), *small, "--at", 'text:"SIGN"#all')
    assert len(signatures) == 1
    assert seen.fields(path)["Signature1"][0] == 1
    assert images(path) == [3, 4], "the others are page content"


SIDES = {  # from the keyword's box to the seal's
    "@over": lambda k: (middle(k)[0] - 10, middle(k)[1] - 10),
    "@right": lambda k: (k[2], middle(k)[1] - 10),
    "@left": lambda k: (k[0] - 20, middle(k)[1] - 10),
    "@above": lambda k: (middle(k)[0] - 10, k[3]),
    "@below": lambda k: (middle(k)[0] - 10, k[1] - 20),
    "@right+5mm,-3mm": lambda k: (k[2] + 5, middle(k)[1] - 13),
}


@pytest.mark.parametrize("side", SIDES)
def test_beside_a_keyword_of_a_contract(side, pdf, signed, small):
    source = pdf("contract")
    (page, keyword), = [(p, b) for p, b in keyword_boxes(source, "甲方（盖章）")]
    path, _ = signed(source, *small, "--at", f'text:"甲方（盖章）："{side}', "--allow-overlap")
    found, box, _ = seen.fields(path)["Signature1"]
    assert found == page
    left, bottom = SIDES[side](keyword)
    seen.near(box, (left, bottom, left + SIDE, bottom + SIDE), within=1)


def test_a_new_field_stands_beside_its_keyword(pdf, tmp_path):
    (page, (left, bottom, right, top)), = keyword_boxes(pdf("contract"), "甲方（盖章）")
    out = tmp_path / "form.pdf"
    run = program.pdfsign("fields", "add", "--name", "A", "--at", 'text:"甲方（盖章）："@below:40mmx20mm',
                          "--name", "B", "--at", 'text:"日期："#last@right:30mmx8mm', pdf("contract"), "-o", out)
    assert run.status == 0, str(run)
    with pikepdf.open(out) as opened:
        widgets = {str(w.T): w for w in opened.pages[page - 1].Annots}
    assert set(widgets) == {"A", "B"}
    x0, y0, x1, y1 = (float(v) * POINT for v in widgets["A"].Rect)
    assert (x1 - x0, y1 - y0) == pytest.approx((40, 20), abs=.02)
    assert y1 == pytest.approx(bottom, abs=1) and x0 < left < right < x1 + 20


@pytest.mark.parametrize("place,status,code,words", [
    ('text:"丁方":40x20', 10, "TEXT_NOT_FOUND", ""), ('text:"日期："#all:40x20', 2, "USAGE", "one place"),
    ('text:"日期："', 2, "USAGE", "needs a size"), ("field:A", 2, "USAGE", "on a page"), ("@last", 2, "USAGE", "on a page"),
])
def test_a_place_that_no_new_field_can_take(pdf, tmp_path, place, status, code, words):
    run = program.pdfsign("fields", "add", "--name", "B", "--at", place, pdf("contract"), "-o", tmp_path / "form.pdf")
    assert (run.status, run.code) == (status, code) and words in run.err, str(run)
    assert not (tmp_path / "form.pdf").exists()


def test_a_keyword_not_found_names_the_nearest(pdf, refused, small):
    run = refused(pdf("contract"), *small, "--at", 'text:"甲方（签章）"')
    assert (run.code, run.status) == ("TEXT_NOT_FOUND", 10)
    assert "甲方" in run.err.replace('甲方（签章）', "", 1), "the nearest text is not named"


def test_a_match_that_is_not_there(pdf, refused, small):
    run = refused(pdf("contract"), *small, "--at", 'text:"甲方（盖章）"#7')
    assert run.code == "TEXT_NOT_FOUND" and "7" in run.err


def test_pages_that_are_pictures_say_so(sheet_file, refused, small):
    run = refused(sheet_file(Sheet(), Sheet()), *small, "--at", 'text:"SIGN"')
    assert (run.code, run.status) == ("TEXT_NOT_FOUND", 10) and "pictures" in run.err


# -- overlap --------------------------------------------------------------------------------------

def test_nothing_is_drawn_over_a_field(pdf, refused, signed, small):
    _, box, _ = seen.fields(pdf("field-with-others"))["Remark"]
    left, bottom = (round(v, 1) for v in box[:2])
    place = f"1/{left + 3:g}mm,{bottom:g}mm,{left + 20:g}mm,{bottom + 10:g}mm"
    run = refused(pdf("field-with-others"), *small, "--at", place)
    assert (run.code, run.status) == ("PLACE_TAKEN", 10) and "Remark" in run.err
    signed(pdf("field-with-others"), *small, "--at", place, "--allow-overlap")


def test_a_second_signer_keeps_off_the_first(sheet_file, signed, refused, small):
    first, _ = signed(sheet_file(Sheet()), *small, "--at", "1@c", name="first.pdf")
    run = refused(first, *small, "--at", "1@c+10mm,0")
    assert run.code == "PLACE_TAKEN" and "Signature1" in run.err
    signed(first, *small, "--at", "1@c+21mm,0", signatures=2)


# -- what cannot be -------------------------------------------------------------------------------

@pytest.mark.parametrize("place,code,says", [
    ("1@tl-1mm,0", "PLACE_REFUSED", "595"), ("1/500,10,700,50", "PLACE_REFUSED", "595"),
    ("1@c:300mmx10mm", "PLACE_REFUSED", "595"), ("9@c", "PLACE_REFUSED", "9"), ("r9@c", "PLACE_REFUSED", "r9"),
    ("1/10,10,10,40", "PLACE_REFUSED", "empty"), ("1@c:0.1x40", "PLACE_REFUSED", "too small"), ("0@c", "USAGE", "0@c"), ("1@xx", "USAGE", "1@xx"),
    ("1@c:0x10", "USAGE", ""), ("1@c:10", "USAGE", ""), ("text:SIGN", "USAGE", ""), ('text:""', "USAGE", ""),
    ('text:"A"#0', "USAGE", ""), ("@last", "USAGE", ""), ("", "USAGE", ""),
])
def test_a_place_that_cannot_be(place, code, says, sheet_file, refused, small):
    run = refused(sheet_file(Sheet(text="A")), *small, "--at", place)
    assert run.code == code and says in run.err, str(run)
    assert run.status == (2 if code == "USAGE" else 10)


def test_a_file_without_pages(tmp_path, refused, small):
    made = Pdf()
    made.add("<< /Type /Catalog /Pages 2 0 R >>")
    made.add("<< /Type /Pages /Kids [] /Count 0 >>")
    (tmp_path / "in.pdf").write_bytes(made.table())
    for place in ("1@c", "z@c", 'text:"A"'):
        assert refused(tmp_path / "in.pdf", *small, "--at", place).code == "PLACE_REFUSED"


def test_a_seal_needs_a_place(sheet_file, refused, pdf, small):
    assert refused(sheet_file(Sheet()), *small).code == "USAGE"
    run = refused(pdf("field-no-widget"), *small)
    assert run.code == "PLACE_REFUSED" and "invisible" in run.err


def test_a_signed_file_takes_nothing_on_its_pages(sheet_file, tmp_path, refused, signed, small):
    first = peer.sign(sheet_file(Sheet(), Sheet()), tmp_path / "first.pdf", PKI)
    run = refused(first, *small, "--at", "1@c", "--at", "2@c")
    assert (run.code, run.status) == ("PLACE_REFUSED", 10) and "Peer" in run.err
    signed(first, *small, "--at", "1@c", signatures=1)
