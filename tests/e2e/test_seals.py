"""What stands in the file where something is seen: seals, text, lines, several signers."""

import subprocess
import sys

import pikepdf
import pytest
from PIL import Image

import peer
import program
import seen
from program import PKI, key

sys.path.insert(0, str(program.ROOT / "fixtures"))

from sheets import Sheet  # noqa: E402


@pytest.fixture
def blank(sheet_file):
    return sheet_file(Sheet(), Sheet(), Sheet(), name="blank.pdf")


def pictures_in(path):
    """Image objects that are no masks of others."""
    with pikepdf.open(path) as pdf:
        images = [o for o in pdf.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
        masks = {o[k].objgen for o in images for k in ("/SMask", "/Mask") if k in o and isinstance(o[k], pikepdf.Stream)}
        return [o.objgen for o in images if o.objgen not in masks]


def is_multiplied(path):
    plain = subprocess.run(["qpdf", "--qdf", path, "-"], check=True, capture_output=True, timeout=60).stdout
    return b"/BM /Multiply" in plain


def test_one_image_however_often_it_is_shown(blank, signed, small):
    path, _ = signed(blank, *small, "--at", "1@c", "--at", "1@tl:30mmx30mm", "--at", "2@c", "--at", "3@c")
    assert len(pictures_in(path)) == 1


def test_a_later_signer_shows_the_same_image(blank, signed, small):
    first, _ = signed(blank, *small, "--at", "1@c", name="first.pdf")
    path, _ = signed(first, *small, "--at", "1@tl", signatures=2)
    assert len(pictures_in(path)) == 1


def test_a_seal_is_multiplied_unless_plain(blank, signed, small):
    path, _ = signed(blank, *small, "--at", "1@c", name="a.pdf")
    assert is_multiplied(path)
    path, _ = signed(blank, *small, "--at", "1@c", "--plain", name="b.pdf")
    assert not is_multiplied(path)


def test_the_printed_size(blank, signed, pictures):
    for options, side in (((), 42), (("--size", "58mmx58mm"), 58)):
        path, _ = signed(blank, "--seal", pictures / "seal.png", *options, "--at", "1@c", name=f"{side}.pdf")
        box = seen.fields(path)["Signature1"][1]
        seen.near((box[2] - box[0], box[3] - box[1]), (side, side))


@pytest.mark.parametrize("options,wanted", [
    (("--text", "甲方代表 John"), "甲方代表John"), (("--text", "one\\ntwo"), "onetwo"),
    (("--show", "reason,location,contact", "--reason", "同意", "--location", "北京", "--contact", "a@b"), "同意北京a@b"),
    (("--show", "name", "--name", "张三"), "张三"),
    (("--show", "date", "--date-value", "2026-11-21"), "2026年11月21日"),
    (("--text", "兹证明", "--show", "name", "--name", "李四"), "兹证明李四"),
])
@pytest.mark.parametrize("with_seal", [True, False])
def test_text_can_be_copied_as_it_was_asked(options, wanted, with_seal, blank, signed, small):
    if "--date-value" in options and "--date" not in options:
        options = (*options, "--date", "@last")
        wanted *= 2
    path, _ = signed(blank, *(small if with_seal else ()), *options, "--at", "1@c")
    assert seen.text(path) == wanted


def test_the_name_of_the_certificate_is_shown(blank, signed):
    path, (signature,) = signed(blank, "--show", "name", "--at", "1@c")
    subject = signature.status.signing_cert.subject.native["common_name"]
    assert seen.text(path) == "".join(subject.split())


def test_text_fits_its_box(blank, signed):
    path, _ = signed(blank, "--text", "a line that is rather too long for its box", "--at", "1@c:30mmx15mm")
    left, bottom, right, top = seen.fields(path)["Signature1"][1]
    for _, word, box in seen.words(path):
        assert left - .5 <= box[0] and box[2] <= right + .5, word
        assert bottom - 1 <= box[1] and box[3] <= top + 1, word


# -- several signers ------------------------------------------------------------------------------

def test_two_signers_in_one_job(blank, signed, pictures):
    path, signatures = signed(blank, "--seal", pictures / "small.png", "--at", "1@tl+10mm,0", "--date", "@last",
                              "--then", *key(), "--seal", pictures / "seal.png", "--at", "1@tr", "--at", "2@c",
                              "--date", "3@c", "--date-value", "2026-11-21", signatures=2)
    boxes = seen.fields(path)
    assert len(signatures) == 2 and {"Signature1", "Signature2"} <= set(boxes)
    assert (3, "2026年11月21日") in [(page, word) for page, word, _ in seen.words(path)]


def test_two_signers_keep_apart(blank, refused, small):
    run = refused(blank, *small, "--at", "1@c", "--then", *key(), *small, "--at", "1@c+5mm,5mm")
    assert run.code == "PLACE_TAKEN" and "signer 1" in run.err


def test_two_signers_never_sign_one_field(pdf, signed, refused):
    assert refused(pdf("field-two"), "--field", "Buyer", "--then", *key(), "--field", "Buyer").code == "FIELD_SIGNED"
    path, signatures = signed(pdf("field-two"), "--field", "Buyer", "--then", *key(), signatures=2)
    assert {s.name for s in signatures} == {"Buyer", "Seller"}


# -- buttons --------------------------------------------------------------------------------------

@pytest.fixture
def button(tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[0].obj
        push = pdf.make_indirect(pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, P=page, F=4, FT=pikepdf.Name.Btn, Ff=65536,
            T=pikepdf.String("Stamp"), Rect=[100, 100, 200, 200]))
        page.Annots = pikepdf.Array([push])
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[push])
        pdf.save(tmp_path / "button.pdf")
    return tmp_path / "button.pdf"


def test_a_push_button_shows_the_seal_on_a_signed_file(button, tmp_path, signed, small):
    first = peer.sign(button, tmp_path / "first.pdf", PKI, certify=2)
    run = program.sign(first, tmp_path / "no.pdf", *small, "--at", "1@tr", "--at", "field:Stamp")
    assert run.code == "DOCMDP_FORBIDS", "a new visible field after a certification"
    plain = peer.sign(button, tmp_path / "plain.pdf", PKI)
    path, _ = signed(plain, *small, "--at", "1@tr", "--at", "field:Stamp")
    assert "/AP" in seen.fields(path)["Stamp"][2]


# -- what cannot be -------------------------------------------------------------------------------

@pytest.mark.parametrize("options,code", [
    (("--show", "name,age", "--at", "1@c"), "USAGE"), (("--show", "reason", "--at", "1@c"), "USAGE"),
    (("--show", "", "--at", "1@c:90x20"), "USAGE"), (("--show", "name,", "--at", "1@c:90x20"), "USAGE"),
    (("--text", "", "--at", "1@c:90x20"), "USAGE"), (("--text", " \\n ", "--at", "1@c:90x20"), "USAGE"),
    (("--text", "x" * 20000, "--at", "1@c:90x20"), "LIMIT"),
    (("--text", "x"), "USAGE"), (("--text", "x", "--at", "1@c", "--text-color", "loud"), "USAGE"),
    (("--at", "1@c"), "USAGE"), (("--text", "\U00050000", "--at", "1@c"), "GLYPH_MISSING"),
    (("--text", "far too much text for this", "--at", "1@c:5x5"), "PLACE_REFUSED"),
    (("--field", "A", "--at", "field:B"), "USAGE"), (("--at", "field:B"), "FIELD_UNKNOWN"),
], ids=str)
def test_a_look_that_cannot_be(options, code, blank, refused):
    assert refused(blank, *options).code == code


@pytest.mark.parametrize("color", [(200, 0, 0, 0), (255, 255, 255, 255)], ids=["clear", "white"])
def test_a_seal_that_nobody_would_see(color, blank, tmp_path, refused):
    Image.new("RGBA", (300, 300), color).save(tmp_path / "none.png", dpi=(300, 300))
    for place in (("--at", "1@c"), ("--seam", "right")):
        run = refused(blank, "--seal", tmp_path / "none.png", *place)
        assert (run.code, run.status) == ("PICTURE_UNSUPPORTED", 5) and "transparent" in run.err, str(run)


def test_seals_of_one_signer_keep_apart_too(blank, refused, small):
    run = refused(blank, *small, "--at", "1@c", "--at", "1@c+5mm,5mm")
    assert run.code == "PLACE_TAKEN" and "this signer" in run.err and run.err.count("page 1") == 1


def test_a_push_button_shows_one_seal(button, refused, small):
    for signers in (("--at", "field:Stamp"), ("--then", *key(), *small, "--at", "1@bl", "--at", "field:Stamp")):
        run = refused(button, *small, "--at", "1@tr", "--at", "field:Stamp", *signers)
        assert run.code == "PLACE_TAKEN" and "Stamp" in run.err, str(run)


def test_a_picture_that_cannot_be_read(blank, tmp_path, refused):
    (tmp_path / "no.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert refused(blank, "--seal", tmp_path / "no.png", "--at", "1@c").code == "PICTURE_UNREADABLE"
    assert refused(blank, "--seal", tmp_path / "none.png", "--at", "1@c").code == "PICTURE_UNREADABLE"
