"""Dates: as they are written, where they stand, and what happens on files that are signed."""

import sys

import pikepdf
import pytest

import peer
import program
import seen
from program import PKI

sys.path.insert(0, str(program.ROOT / "fixtures"))

from sheets import Sheet  # noqa: E402

# 2026-11-21 23:30:05 UTC: the next day in China
MOMENT = {"env": {"SOURCE_DATE_EPOCH": "1795303805"}}
FORMATS = [
    (None, "2026年11月22日"), ("yyyy-MM-dd", "2026-11-22"), ("中文", "二〇二六年十一月二十二日"),
    ("yyyy/M/d", "2026/11/22"), ("yyyy-MM-dd HH:mm:ss", "2026-11-2207:30:05"), ("'on' yy.MM.dd", "on26.11.22"),
]


@pytest.fixture
def blank(sheet_file):
    return sheet_file(Sheet(), Sheet(), name="blank.pdf")


@pytest.fixture
def form(tmp_path):
    """form(**entries): one page with the text field Date and a signature field."""
    def form(rect=(100, 100, 250, 120), **entries):
        with pikepdf.new() as pdf:
            pdf.add_blank_page(page_size=(595, 842))
            page = pdf.pages[0].obj
            font = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                                        BaseFont=pikepdf.Name.Helvetica))
            common = dict(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, P=page, F=4)
            date = pdf.make_indirect(pikepdf.Dictionary(**common, FT=pikepdf.Name.Tx, T=pikepdf.String("Date"),
                                                        DA=pikepdf.String("/F1 12 Tf 0 g"), Rect=list(rect), **entries))
            buyer = pdf.make_indirect(pikepdf.Dictionary(**common, FT=pikepdf.Name.Sig, T=pikepdf.String("Buyer"),
                                                         Rect=[300, 100, 400, 200]))
            page.Annots = pikepdf.Array([date, buyer])
            pdf.Root.AcroForm = pikepdf.Dictionary(
                Fields=[date, buyer], DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)))
            pdf.save(tmp_path / "form.pdf")
        return tmp_path / "form.pdf"
    return form


@pytest.mark.parametrize("format,wanted", FORMATS, ids=[f or "default" for f, _ in FORMATS])
def test_a_date_is_written_as_the_format_says(format, wanted, blank, signed):
    options = ("--date-format", format) if format else ()
    path, _ = signed(blank, "--date", "2@br+20mm,20mm", "--tz", "Asia/Shanghai", *options, how=MOMENT)
    assert seen.text(path) == wanted


def test_the_zone_decides_the_day(blank, signed):
    path, _ = signed(blank, "--date", "1@c", "--tz", "UTC", how=MOMENT)
    assert seen.text(path) == "2026年11月21日"


def test_another_day_than_today(blank, signed):
    path, _ = signed(blank, "--date", "1@c", "--date-value", "2024-02-29", "--date-format", "中文")
    assert seen.text(path) == "二〇二四年二月二十九日"


@pytest.mark.parametrize("turn", (0, 90, 180, 270))
def test_a_date_stands_where_it_was_asked(turn, sheet_file, signed):
    sheet = Sheet(crop=(20, 30, 520, 730), rotate=turn)
    path, _ = signed(sheet_file(sheet), "--date", "1/20mm,30mm,80mm,40mm", "--date-format", "yyyy-MM-dd",
                     "--date-value", "2026-11-21", "--date-size", "14")
    (page, word, box), = seen.words(path)
    assert word == "2026-11-21"
    assert 20 <= box[0] and box[2] <= 80 and 29 <= box[1] and box[3] <= 41, box
    assert abs((box[0] + box[2]) / 2 - 50) < 1


def test_a_date_stands_at_a_keyword(pdf, signed):
    source = pdf("contract")
    keyword = next(b for _, w, b in seen.words(source) if w.startswith("日期"))
    path, _ = signed(source, "--date", 'text:"日期："#2@right+2mm,0', "--date-value", "2026-11-21")
    found = next(b for _, w, b in seen.words(path) if w == "2026年11月21日")
    assert abs(found[0] - keyword[2] - 2) < 1 and abs(found[1] - keyword[1]) < 2


def test_a_date_is_as_large_as_asked(blank, signed):
    heights = []
    for size in ("10.5", "21"):
        path, _ = signed(blank, "--date", "1@c", "--date-size", size, name=f"{size}.pdf")
        box = seen.words(path)[0][2]
        heights.append(box[3] - box[1])
    assert abs(heights[1] / heights[0] - 2) < .1


# -- with the last seal ---------------------------------------------------------------------------

def test_a_date_within_the_seals_own_appearance(blank, signed, small):
    plain, _ = signed(blank, *small, "--at", "1@c", name="plain.pdf")
    path, _ = signed(blank, *small, "--at", "1@c", "--date", "@last")
    before, after = (seen.fields(p)["Signature1"][1] for p in (plain, path))
    assert abs(after[3] - before[3]) < .1 and after[1] < before[1] - 3, "it does not grow downwards"
    assert "年" in seen.text(path)


def test_the_last_of_several_seals_has_the_date(blank, signed, small):
    path, _ = signed(blank, *small, "--at", "1@c", "--at", "2@c", "--date", "@last")
    assert [page for page, *_ in seen.words(path)] == [2]


def test_a_second_signer_has_a_date_too(blank, tmp_path, signed, refused, small):
    first = peer.sign(blank, tmp_path / "first.pdf", PKI)
    run = refused(first, *small, "--at", "1@c", "--date", "2@c")
    assert run.code == "PLACE_REFUSED" and "@last" in run.err
    path, _ = signed(first, *small, "--at", "1@c", "--date", "@last", "--date-value", "2026-11-21")
    assert "2026年11月21日" in seen.text(path)


def test_a_date_in_an_existing_field(pdf, signed, small):
    before = seen.fields(pdf("field-one"))["Buyer"][1]
    path, _ = signed(pdf("field-one"), *small, "--date", "@last", "--date-value", "2026-11-21")
    assert seen.fields(path)["Buyer"][1] == before
    assert "2026年11月21日" in seen.text(path)


def test_a_date_stays_one_line_in_a_narrow_field(pdf, signed, small):
    path, _ = signed(pdf("field-one"), *small, "--date", "@last", "--date-value", "2026-12-31",
                     "--date-format", "yyyy年MM月dd日至yyyy年MM月dd日为止")
    lines = {round(box[3]) for _, word, box in seen.words(path) if "年" in word or "止" in word}
    assert len(lines) == 1, "it is broken"


# -- in text fields -------------------------------------------------------------------------------

def value(path):
    with pikepdf.open(path) as pdf:
        return str(pdf.Root.AcroForm.Fields[0].get("/V", ""))


def test_a_text_field_is_filled(form, signed):
    path, _ = signed(form(), "--field", "Buyer", "--date", "field:Date", "--date-value", "2026-11-21")
    assert value(path) == "2026年11月21日"
    box = next(b for _, w, b in seen.words(path) if w == "2026年11月21日")
    assert box[0] >= 100 * seen.MM - .5 and box[2] <= 250 * seen.MM + .5


def test_a_text_field_of_a_signed_file_is_filled(form, tmp_path, signed):
    first = peer.sign(form(), tmp_path / "first.pdf", PKI, certify=2)
    path, signatures = signed(first, "--field", "Buyer", "--date", "field:Date", "--date-value", "2026-11-21")
    assert value(path) == "2026年11月21日"
    assert len(signatures) == 2


@pytest.mark.parametrize("entries,says", [
    ({"Ff": 1}, "read-only"), ({"Ff": 8192}, "password"), ({"MaxLen": 3}, "characters"),
    ({"rect": (0, 0, 0, 0)}, "no page"), ({"rect": (10, 10, 12, 12)}, "")])
def test_a_text_field_that_cannot_hold_it(entries, says, form, refused):
    run = refused(form(**entries), "--field", "Buyer", "--date", "field:Date")
    assert run.code == "PLACE_REFUSED" and says in run.err and "Date" in run.err, str(run)


def test_what_was_signed_is_not_replaced(form, tmp_path, signed, refused):
    source = form(V=pikepdf.String("1 May"))
    path, _ = signed(source, "--field", "Buyer", "--date", "field:Date", "--date-value", "2026-11-21", name="a.pdf")
    assert value(path) == "2026年11月21日"
    first = peer.sign(source, tmp_path / "first.pdf", PKI)
    assert refused(first, "--field", "Buyer", "--date", "field:Date").code == "PLACE_REFUSED"


def test_two_dates_do_not_fill_one_text_field(form, refused):
    date = ("--date", "field:Date")
    run = refused(form(), "--field", "Buyer", *date, *date)
    assert run.code == "PLACE_TAKEN" and "Date" in run.err, str(run)
    run = refused(form(), "--field", "Buyer", *date, "--then", *program.key(), *date, "--date-value", "2020-01-01")
    assert run.code == "PLACE_TAKEN" and "signer 1 and signer 2" in run.err, str(run)


def test_a_locked_text_field_stays_as_it_is(form, tmp_path, refused):
    first = peer.sign(form(), tmp_path / "first.pdf", PKI, lock=("/Include", ["Date"]))
    run = refused(first, "--field", "Buyer", "--date", "field:Date")
    assert (run.code, run.status) == ("FIELDMDP_FORBIDS", 10)


# -- what cannot be -------------------------------------------------------------------------------

@pytest.mark.parametrize("options,code", [
    (("--date", "@last"), "USAGE"), (("--date", "nowhere"), "USAGE"),
    (("--date", "1@c", "--date-value", "2026-02-30"), "USAGE"), (("--date", "1@c", "--date-value", "today"), "USAGE"),
    (("--date", "1@c", "--date-format", "  "), "USAGE"), (("--date", "1@c:0.2x40"), "PLACE_REFUSED"),
    (("--date", "1@c", "--date-format", "yyyyy"), "USAGE"), (("--date", "1@c", "--date-color", "loud"), "USAGE"),
    (("--date", "1@c", "--tz", "Nowhere/City"), "USAGE"), (("--date", "field:Nobody"), "FIELD_UNKNOWN"),
    (("--date", "1@c:1x1"), "PLACE_REFUSED"), (("--date", "1@c-400,0"), "PLACE_REFUSED"),
], ids=str)
def test_a_date_that_cannot_be(options, code, blank, refused):
    run = refused(blank, *options)
    assert run.code == code, str(run)
    assert "fields list" not in run.err, "that does not show text fields"
