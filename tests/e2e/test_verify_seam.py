"""`pdfsign verify --expect-seam`: a seam is complete where every page shows its slice, and nowhere else."""

import functools
import json
import re
import sys

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

import program
from program import PKI, pdfsign

sys.path.insert(0, str(program.ROOT / "fixtures"))

import pdfs  # noqa: E402
import sheets  # noqa: E402

MM = 72 / 25.4
SIZE = 42
Sheet = functools.partial(sheets.Sheet, frame=False)
MIXED = [Sheet(), Sheet(media=(0, 0, 842, 595)), Sheet(rotate=90), Sheet(rotate=180), Sheet(media=(0, 0, 612, 792), rotate=270),
         Sheet(media=(-30, 40, 700, 900), crop=(10, 60, 600, 800)), Sheet(media=(0, 0, 300, 420), unit=2)]


@pytest.fixture
def seal(pictures):
    """Options of the usual seal."""
    return ("--seal", pictures / "seal.png", "--size", f"{SIZE}mmx{SIZE}mm")


@pytest.fixture
def sealed(tmp_path, seal):
    """sealed(pages, *options, mode=…): so many, or these, pages with a seam; fields are made before."""
    def sealed(pages, *options, mode="content", name="sealed.pdf", made_before=True):
        options = options or ("--seam", "right")
        source, target = tmp_path / f"in-{name}", tmp_path / name
        source.write_bytes(sheets.pdf([Sheet()] * pages if isinstance(pages, int) else pages))
        if mode != "content" and made_before:
            fields = tmp_path / f"form-{name}"
            done(pdfsign("fields", "add", *options, "--seam-mode", mode, *seal[2:], source, "-o", fields))
            source = fields
        done(program.sign(source, target, *seal, *options, "--seam-mode", mode))
        return target
    return sealed


def done(run):
    assert run.status == 0, str(run)
    return run


TRUST = ("--trust", PKI / "root.pem", "--revocation", "none")


def verify(path, trust=TRUST):
    """(exit status, the result)."""
    run = pdfsign("verify", "--json", "--expect-seam", *trust, path)
    (result,) = [line for line in map(json.loads, run.out.splitlines()) if line["type"] == "result"]
    return run.status, result


def seams(path):
    """What is said of each: (state, text)."""
    return [(seam["state"], seam.get("text")) for seam in verify(path)[1]["seams"]]


def assert_complete(path, count=1, signature=1, carried_by="content", pages=None, trust=TRUST):
    status, result = verify(path, trust)
    assert [(s["state"], s.get("text")) for s in result["seams"]] == [("complete", None)] * count, result["seams"]
    assert status == 0, result
    for seam in result["seams"]:
        assert seam["carried_by"] == carried_by and seam["signature"] == signature, seam
        assert pages is None or seam["pages"] == pages, seam


# -- seams as they are made -----------------------------------------------------------------------

@pytest.mark.parametrize("edge", ["right", "left", "top", "bottom"])
@pytest.mark.parametrize("mode", ["content", "fields", "shared"])
def test_pages_of_all_kinds(mode, edge, sealed):
    carrier = {"content": "content", "fields": "fields", "shared": "signatures"}[mode]
    assert_complete(sealed(MIXED, "--seam", edge, mode=mode), carried_by=carrier, pages=len(MIXED))


def test_a_signature_on_each_page(sealed):
    assert_complete(sealed(4, mode="multi"), carried_by="signatures", signature=5)


@pytest.mark.parametrize("mode", ["multi", "shared"])
def test_fields_that_come_with_the_signature(mode, sealed):
    status, result = verify(sealed(3, mode=mode, made_before=False))
    assert (status, [s["state"] for s in result["seams"]]) == (0, ["complete"]), result["seams"]


def test_auto_draws_on_the_pages(sealed, seal, tmp_path):
    target = tmp_path / "auto.pdf"
    source = tmp_path / "in.pdf"
    source.write_bytes(sheets.pdf([Sheet()] * 3))
    done(program.sign(source, target, *seal, "--seam", "right"))
    assert_complete(target, pages=3)


@pytest.mark.parametrize("count, keys, taking_part", [
    (2, "", 2), (3, ",facing=yes,single=skip", 2), (7, ",facing=yes", 7), (7, ",first=40%,max=3", 7), (21, "", 21), (41, "", 41),
    (50, ",max=20", 50), (6, ",pages=1,3-5", 4), (6, ",pages=1-z:odd", 3), (6, ",pages=1-z,xr1-r2", 4), (5, ",at=50%-45mm", 5),
    (5, ",opacity=0.3", 5), (3, ",at=100mm", 3),
])
@pytest.mark.parametrize("mode", ["content", "fields"])
def test_groups_and_ranges(mode, count, keys, taking_part, sealed):
    if mode == "fields":
        keys = keys.replace(",opacity=0.3", "")
    assert_complete(sealed(count, "--seam", "right" + keys, mode=mode), pages=taking_part, carried_by=mode)


def test_seams_beside_each_other(sealed):
    assert_complete(sealed(4, "--seam", "right", "--seam", "left", "--seam", "top", "--seam", "right"), count=4)


def test_seams_over_each_other(sealed):
    assert_complete(sealed(4, "--seam", "right,at=50%", "--seam", "right,at=50%", "--allow-overlap"), count=2)


def test_each_party_has_a_seam(tmp_path, seal, sealed):
    source = tmp_path / "in.pdf"
    source.write_bytes(sheets.pdf([Sheet()] * 5))
    form, once, twice = (tmp_path / name for name in ("form.pdf", "once.pdf", "twice.pdf"))
    done(pdfsign("fields", "add", "--seam", "right", "--seam", "right", *seal[2:], source, "-o", form))
    done(program.sign(form, once, *seal, "--seam", "right", "--seam-mode", "fields"))
    done(program.sign(once, twice, *seal, "--seam", "right", with_key=program.key("rsa2048")))
    assert_complete(once, carried_by="fields")
    _, result = verify(twice)
    assert [(s["state"], s["signature"]) for s in result["seams"]] == [("complete", 1), ("complete", 2)], result["seams"]


def test_what_comes_later_changes_nothing(tmp_path, sealed):
    path = sealed(3)
    done(program.sign(path, tmp_path / "more.pdf", with_key=program.key("rsa2048")))
    assert_complete(tmp_path / "more.pdf")


@pytest.mark.parametrize("kind", ["objects-packed", "annots-shared", "rotate-90", "crop-offset", "hybrid", "pages-inherit",
                                  "user-unit", "linearized", "pdfa-1b", "pdfa-2b"])
@pytest.mark.parametrize("mode", ["content", "fields"])
def test_files_of_all_kinds(mode, kind, pdf, tmp_path, seal):
    source = pdf(kind)
    if not source.exists():
        pytest.skip("no such file")
    with pikepdf.open(source) as opened:
        if len(opened.pages) < 2:
            pytest.skip("one page")
    if mode == "fields":
        done(pdfsign("fields", "add", "--seam", "left", *seal[2:], source, "-o", tmp_path / "form.pdf"))
        source = tmp_path / "form.pdf"
    done(program.sign(source, tmp_path / "out.pdf", *seal, "--seam", "left", "--seam-mode", mode))
    assert_complete(tmp_path / "out.pdf", carried_by=mode)


@pytest.mark.parametrize("kind", ["crypt-aes-256-user", "crypt-rc4-128-packed", "crypt-aes-128-open"])
@pytest.mark.parametrize("mode", ["content", "fields"])
def test_encrypted_files(mode, kind, pdf, tmp_path, seal):
    source = pdf(kind)
    password = ()
    if pdfs.KINDS[kind].password:
        (tmp_path / "password").write_text(pdfs.KINDS[kind].password)
        password = ("--password-file", tmp_path / "password")
    if mode == "fields":
        done(pdfsign("fields", "add", "--seam", "left", *seal[2:], *password, source, "-o", tmp_path / "form.pdf"))
        source = tmp_path / "form.pdf"
    done(program.sign(source, tmp_path / "out.pdf", *seal, "--seam", "left", "--seam-mode", mode, *password))
    assert_complete(tmp_path / "out.pdf", carried_by=mode, trust=(*TRUST, *password))


# -- nothing to be found --------------------------------------------------------------------------

def test_a_file_without_one_is_unknown(sealed, tmp_path):
    source = tmp_path / "plain.pdf"
    source.write_bytes(sheets.pdf([Sheet()] * 3))
    done(program.sign(source, tmp_path / "signed.pdf"))
    status, result = verify(tmp_path / "signed.pdf")
    assert status == 7
    assert [s["state"] for s in result["seams"]] == ["unknown"]
    assert "found" in result["seams"][0]["text"]


def test_nobody_asks_without_the_option(sealed):
    run = done(pdfsign("verify", "--json", *TRUST, sealed(3)))
    assert not json.loads(run.out.splitlines()[0]).get("seams")


# -- attacks: changed, then signed again ----------------------------------------------------------

def seam_form(page):
    """The slice that a page's content draws, and its name."""
    names = [operands[0] for operands, _ in pikepdf.parse_content_stream(page, "Do") if operands]
    for name in names:
        form = page.Resources.XObject[name]
        if "/PieceInfo" in form:
            return form, str(name)
    raise AssertionError("no slice")


def own_form(opened, page):
    """A copy of the slice that only this page shows."""
    form, name = seam_form(page)
    made = opened.make_stream(form.read_bytes(), {key: value for key, value in form.items() if key not in ("/Length", "/Filter")})
    page.Resources = Dictionary(dict(page.Resources.items()))
    page.Resources.XObject = Dictionary(dict(page.Resources.XObject.items()))
    page.Resources.XObject[name] = made
    return made


def drawn(opened, old, new, page=2):
    """Replaces bytes in the stream that draws the slice."""
    contents = opened.pages[page].obj.Contents
    before = contents[-1].read_bytes()
    after = re.sub(old, new, before, count=1)
    assert after != before
    contents[-1] = opened.make_stream(after)


@pytest.fixture
def attacked(tmp_path):
    """attacked(path, change): the file as change(opened) leaves it, without its signature, signed anew."""
    def attacked(path, change):
        bare, target = tmp_path / "bare.pdf", tmp_path / "attacked.pdf"
        with pikepdf.open(path) as opened:
            for page in opened.pages:
                kept = [w for w in page.obj.get("/Annots", []) if w.get("/FT") != "/Sig" or "/AP" in w and w.Rect[2] > 0]
                page.obj.Annots = Array(kept)
                for widget in kept:
                    if "/V" in widget:
                        del widget.V
            if "/AcroForm" in opened.Root:
                del opened.Root.AcroForm
            change(opened)
            opened.save(bare, compress_streams=False)
        done(program.sign(bare, target))
        return target
    return attacked


def take_out(opened):
    del opened.pages[2]


def put_in(opened):
    opened.pages.insert(2, opened.pages[2])


def append(opened):
    opened.add_blank_page(page_size=(595, 842))


def exchange(opened):
    second, third = opened.pages[1].obj, opened.pages[2].obj
    second.Contents, third.Contents = third.Contents, second.Contents
    second.Resources, third.Resources = third.Resources, second.Resources


def content(old, new):
    def change(opened):
        drawn(opened, old, new)
    return change


def move(dx, dy):
    def change(opened):
        def moved(found):
            return b"%s%.4f %.4f cm" % (found[1], float(found[2]) + dx * MM, float(found[3]) + dy * MM)
        drawn(opened, rb"(1 0 0 1 )([\d.]+) ([\d.]+) cm", moved)
    return change


def only_listed(opened):
    opened.pages[2].obj.Contents[-1] = opened.make_stream(b"Q\n")


def faint(opened):
    opened.pages[2].Resources.ExtGState = Dictionary(Faint=Dictionary(ca=0.0, CA=0.0))
    drawn(opened, rb"q\n", b"q /Faint gs\n")


def masked(opened):
    group = opened.make_stream(b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1],
                               Group=Dictionary(S=Name.Transparency, CS=Name.DeviceGray))
    opened.pages[2].Resources.ExtGState = Dictionary(Mask=Dictionary(SMask=Dictionary(S=Name.Luminosity, G=group)))
    drawn(opened, rb"q\n", b"q /Mask gs\n")


def optional(opened):
    layer = opened.make_indirect(Dictionary(Type=Name.OCG, Name=b"layer"))
    opened.pages[2].Resources.Properties = Dictionary(Layer=layer)
    opened.Root.OCProperties = Dictionary(OCGs=[layer], D=Dictionary(OFF=[layer]))
    drawn(opened, rb"/Artifact BMC", b"/OC /Layer BDC")


def piece(**changes):
    """Changes what the slice of page 3 says."""
    def change(opened):
        form = own_form(opened, opened.pages[2])
        private = Dictionary(dict(form.PieceInfo.pdsSeam.Private.items()))
        for key, value in changes.items():
            if value is None:
                del private["/" + key]
            else:
                private["/" + key] = value
        form.PieceInfo = Dictionary(pdsSeam=Dictionary(LastModified=b"D:20261121093000Z", Private=private))
    return change


def form(**changes):
    """Changes the dictionary of the slice of page 3."""
    def change(opened):
        made = own_form(opened, opened.pages[2])
        for key, value in changes.items():
            made["/" + key] = value
    return change


def no_piece(opened):
    made = own_form(opened, opened.pages[2])
    del made.PieceInfo


def form_content(old, new):
    def change(opened):
        made = own_form(opened, opened.pages[2])
        before = made.read_bytes()
        after = re.sub(old, new, before)
        assert after != before
        made.write(after)
    return change


def image(other_bytes):
    def change(opened):
        made = own_form(opened, opened.pages[2])
        old = made.Resources.XObject.Im0
        new = opened.make_stream(b"")
        for key, value in old.items():
            if key != "/Length":
                new[key] = value
        data = old.read_raw_bytes()
        if other_bytes:
            plain = bytes(255 - b for b in old.read_bytes())
            new.write(plain)
            for key in ("/DecodeParms", "/Filter"):
                if key in new:
                    del new[key]
        else:
            new.write(data, filter=old.Filter, decode_parms=old.DecodeParms)
        made.Resources = Dictionary(XObject=Dictionary(Im0=new), ExtGState=made.Resources.ExtGState)
    return change


def box(name, values):
    def change(opened):
        opened.pages[2].obj[name] = Array(values)
    return change


def turn(opened):
    opened.pages[2].obj.Rotate = 90


def loop(opened):
    made = own_form(opened, opened.pages[2])
    made.Resources = Dictionary(XObject=Dictionary(Im0=made), ExtGState=made.Resources.ExtGState)


def into_a_button(opened):
    page = opened.pages[2]
    shown, _ = seam_form(page)
    only_listed(opened)
    page.obj.Annots = Array([opened.make_indirect(Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, Ff=65536, F=132, T=b"Slice", AP=Dictionary(N=shown),
        Rect=Array([571.189, 361.4724, 595, 480.5276])))])


ATTACKS = [
    # what is done, how, page, words of the text
    ("a page is taken out", take_out, 1, "not the one that is due"),
    ("a page is put in", put_in, 1, "not the one that is due"),
    ("a page comes behind the last", append, 1, "not the one that is due"),
    ("two pages change places", exchange, 2, "not the one that is due"),
    ("the slice is off the page", move(20, 0), 3, "not where it belongs"),
    ("the slice is moved a millimetre", move(0, 1), 3, "not where it belongs"),
    ("the slice is smaller", content(rb"1 0 0 1 ", b".5 0 0 .5 "), 3, "not where it belongs"),
    ("the slice is mirrored", content(rb"1 0 0 1 ([\d.]+) ", b"-1 0 0 1 595 "), 3, "not where it belongs"),
    ("the slice is turned over", content(rb"1 0 0 1 ([\d.]+) ([\d.]+)", b"1 0 0 -1 \\1 480.5276"), 3, "not where it belongs"),
    ("another matrix stands before it", content(rb"q\n", b"q 1 0 0 1 0 9 cm\n"), 3, "not where it belongs"),
    ("the page is turned", turn, 3, "not where it belongs"),
    ("the page is cut smaller", box("/CropBox", [0, 0, 500, 842]), 3, "not where it belongs"),
    ("the page is larger", box("/MediaBox", [0, 0, 800, 842]), 3, "not where it belongs"),
    ("the slice is only among the resources", only_listed, 3, "no slice"),
    ("the slice is drawn in a comment", content(rb"(/\w+ Do)", rb"%\1"), 3, "no slice"),
    ("the slice is drawn in a string", content(rb"(/\w+ Do)", rb"(\1) pop"), 3, "no slice"),
    ("the slice is drawn in an inline image", content(rb"(/\w+ Do)", rb"BI /W 1 /H 1 /BPC 8 /CS /G ID \1 EI"), 3, "no slice"),
    ("the slice is drawn twice", content(rb"(/\w+ Do)", rb"\1 \1"), 3, "more than one"),
    ("the slice is drawn with nothing of it", faint, 3, "hidden"),
    ("the slice is masked", masked, 3, "hidden"),
    ("the slice is on a hidden layer", optional, 3, "hidden"),
    ("the form is on a hidden layer", form(OC=Dictionary(Type=Name.OCG)), 3, "hidden"),
    ("the slice is clipped away", content(rb"q\n", b"q 0 0 9 9 re W n\n"), 3, "cut off"),
    ("half of the slice is clipped away", content(rb"q\n", b"q 0 0 595 420 re W n\n"), 3, "cut off"),
    ("the slice is clipped by a triangle", content(rb"q\n", b"q 0 0 m 595 0 l 0 842 l h W n\n"), 3, "cut off"),
    ("the slice is clipped by text", content(rb"q\n", b"q BT 7 Tr (x) Tj ET\n"), 3, "cut off"),
    ("the form cuts less out", form(BBox=Array([0, 0, 23.811, 60])), 3, "something else"),
    ("something is drawn over it", content(rb"EMC", b"1 g 500 300 95 300 re f EMC"), 3, "over the slice"),
    ("a shading is drawn over it", content(rb"EMC", b"/Sh sh EMC"), 3, "over the slice"),
    ("an inline image is drawn over it", content(rb"EMC", b"595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI EMC"), 3,
     "over the slice"),
    ("it is not understood how it is drawn", content(rb"q\n", b"q ) \n"), 3, "cannot be read"),
    ("the matrix is no matrix", content(rb"1 0 0 1 ", b"1 0 0 "), 3, "cannot be read"),
    ("it does not say that it is a slice", no_piece, 3, "no slice"),
    ("it says it is another one", piece(Index=3), 3, "not the one that is due"),
    ("it says it is one of others", piece(Count=6), 3, "not the one that is due"),
    ("it says it is another part", piece(From=pikepdf.Object.parse(b".41")), 3, "something else"),
    ("it speaks of another size", piece(Size=Array([100, 100])), 3, "contradicts"),
    ("it speaks of another place", piece(Seam=b"right,at=40%"), 3, "contradicts"),
    ("it speaks of another picture", piece(SHA256=b"0" * 64), 3, "contradicts"),
    ("it draws another picture", image(True), 3, "not the one that the slice names"),
    ("it draws a copy of the picture", image(False), 3, "another picture"),
    ("it draws another part", form_content(rb"-47.622 ", b"-71.433 "), 3, "something else"),
    ("it draws the picture upside down", form_content(rb"119.0551 0 0 119.0551 (\S+) 0 cm", rb"119.0551 0 0 -119.0551 \1 119.0551 cm"), 3,
     "something else"),
    ("it draws more", form_content(rb"$", b" 0 0 9 9 re f"), 3, "something else"),
    ("it draws text, too", form_content(rb"$", b" BT (x) Tj ET"), 3, "something else"),
    ("it draws the picture twice", form_content(rb"/Im0 Do", b"/Im0 Do /Im0 Do"), 3, "something else"),
    ("it draws nothing", form_content(rb"/Im0 Do", b""), 3, "something else"),
    ("it is no content but a button", into_a_button, 3, "another way"),
    ("it draws itself", loop, 3, "something else"),
]


@pytest.mark.parametrize("change, page, words", [row[1:] for row in ATTACKS], ids=[row[0].replace(" ", "-") for row in ATTACKS])
def test_what_is_not_whole_is_told(change, page, words, sealed, attacked):
    path = attacked(sealed(5), change)
    status, result = verify(path)
    assert status == 7 and result["signatures"][0]["indication"] == "TOTAL-PASSED", result
    (state, text), *others = seams(path)
    assert not others
    assert state == "incomplete" and text.startswith(f"page {page}: ") and words in text, (state, text)


@pytest.mark.parametrize("change", [move(.3, 0), move(0, -.3), content(rb"q\n", b"q 0 0 595 842 re W n\n"),
                                    content(rb"q\n", b"q Q Q q\n"), content(rb"EMC", b"1 g 0 0 300 842 re f EMC"),
                                    content(rb"q\n", b"q BI /W 1 /H 1 /BPC 8 /CS /G ID \xff EI\n"),
                                    content(rb"q\n", b"/P <</MCID 0>> BDC EMC q [(a) 3 (b)] TJ\n"), lambda opened: None])
def test_what_does_not_matter_is_not_told(change, sealed, attacked):
    assert_complete(attacked(sealed(5), change))


@pytest.mark.parametrize("change", [piece(Id=None), piece(Id=b"0f"), piece(Index=-1), piece(Count=10**9), piece(Seam=None),
                                    piece(From=2), piece(Size=Array([1])), piece(SHA256=5)])
def test_a_slice_that_says_nonsense(change, sealed, attacked):
    found = seams(attacked(sealed(5), change))
    assert found[0] == ("incomplete", "page 3: no slice of the seam is shown")
    assert found[1][0] == "unknown"


@pytest.mark.parametrize("words", [b"middle", b"right,at=1000", b"right,max=1", b"right,pages=9", b"right" * 200])
def test_a_seam_that_is_none(words, sealed, attacked):
    def change(opened):
        for page in opened.pages:
            form, _ = seam_form(page)
            form.PieceInfo.pdsSeam.Private.Seam = words
    assert all(state != "complete" for state, _ in seams(attacked(sealed(3), change)))


def test_a_slice_where_none_is_due(sealed, attacked):
    def change(opened):
        opened.pages[4].obj.Contents = opened.pages[2].obj.Contents
        opened.pages[4].obj.Resources = opened.pages[2].obj.Resources
    path = attacked(sealed(5, "--seam", "right,pages=1-3"), change)
    assert seams(path) == [("incomplete", "page 5: a slice is shown where none is due")]


@pytest.mark.parametrize("up, state", [(b".6", "complete"), (b"1.1", "incomplete")])
def test_half_a_millimetre_is_one_of_the_page_as_shown(up, state, sealed, attacked):
    path = sealed([Sheet(), Sheet(), Sheet(media=(0, 0, 300, 420), unit=2)])
    assert [found for found, _ in seams(attacked(path, content(rb"q\n", b"q 1 0 0 1 0 " + up + b" cm\n")))] == [state]


def test_a_page_of_another_contract(sealed, attacked):
    other = sealed(5, "--seam", "right,at=40%", name="other.pdf")

    def change(opened):
        with pikepdf.open(other) as source:
            opened.pages.append(source.pages[2])
            opened.pages[2] = opened.pages[5]
            del opened.pages[5]
    found = seams(attacked(sealed(5), change))
    assert ("incomplete", "page 3: no slice of the seam is shown") in found
    assert ("incomplete", "page 1: no slice of the seam is shown") in found and len(found) == 2


# -- fields ---------------------------------------------------------------------------------------

def widget(**changes):
    def change(opened):
        (found,) = [w for w in opened.pages[2].obj.Annots if "Seam" in str(w.get("/Parent", {}).get("/T", ""))]
        for key, value in changes.items():
            if value is None:
                del found["/" + key]
            else:
                found["/" + key] = value
    return change


def borrow(opened):
    opened.pages[4].obj.Annots.append(opened.pages[2].obj.Annots[0])


def frame(rect=None, **changes):
    """Changes the form that the third field shows, and its place."""
    def change(opened):
        found = opened.pages[2].obj.Annots[0]
        for key, value in changes.items():
            found.AP.N["/" + key] = Array(value)
        found.Rect = Array(rect or found.Rect)
    return change


FIELD_ATTACKS = [
    ("smaller than the slice", frame([571.189, 361.4724, 595, 420], BBox=[0, 0, 23.811, 58.5276]), 3, "cut off"),
    ("with a matrix that mirrors", frame(Matrix=[-1, 0, 0, 1, 0, 0]), 3, "not where it belongs"),
    ("hidden", widget(F=134), 3, "hidden"), ("not viewed", widget(F=164), 3, "hidden"), ("not printed", widget(F=128), 3, "hidden"),
    ("without a rotation", widget(F=148), 3, "hidden"), ("without a size", widget(Rect=Array([571, 361, 571, 361])), 3, "hidden"),
    ("on a layer", widget(OC=Dictionary(Type=Name.OCG)), 3, "hidden"),
    ("moved", widget(Rect=Array([571.189, 300, 595, 419])), 3, "not where it belongs"),
    ("without an appearance", widget(AP=None), 3, "no slice"),
    ("with an appearance for a state only", widget(AP=Dictionary(N=Dictionary())), 3, "no slice"),
    ("in a text field", widget(FT=Name.Tx), 3, "another way"), ("no push-button", widget(Ff=0), 3, "another way"),
    ("no longer on the page", lambda opened: opened.pages[2].obj.__delitem__("/Annots"), 3, "no slice"),
    ("on a second page", borrow, 5, "more than one"),
]


@pytest.mark.parametrize("change, page, words", [row[1:] for row in FIELD_ATTACKS],
                         ids=[row[0].replace(" ", "-") for row in FIELD_ATTACKS])
def test_fields_that_do_not_show_it(change, page, words, sealed, attacked):
    (state, text), = seams(attacked(sealed(5, mode="fields"), change))
    assert state == "incomplete" and text.startswith(f"page {page}: ") and words in text, (state, text)


@pytest.mark.parametrize("change", [lambda opened: None, frame(Matrix=[2, 0, 0, 3, 40, -5])])
def test_fields_that_show_it(change, sealed, attacked):
    assert_complete(attacked(sealed(5, mode="fields"), change), carried_by="fields")


# -- who covers it --------------------------------------------------------------------------------

def test_a_seam_that_no_valid_signature_covers(sealed):
    status, result = verify(sealed(3), trust=())
    assert status == 7
    assert [(s["state"], s.get("signature"), s["text"]) for s in result["seams"]] == \
        [("complete", None, "no valid signature covers it")]


@pytest.mark.parametrize("keys, wanted", [(("p256", "expired"), None), (("expired", "p256"), 2),
                                          (("p256", "expired", "rsa2048"), 3), (("expired", "p256", "rsa2048"), 2)])
def test_the_first_valid_signature_that_has_all_of_it(keys, wanted, tmp_path, seal):
    """The second signer fills the fields, so that the first does not count, even where it is valid."""
    path, form = tmp_path / "in.pdf", tmp_path / "form.pdf"
    path.write_bytes(sheets.pdf([Sheet()] * 3))
    done(pdfsign("fields", "add", "--seam", "right", *seal[2:], path, "-o", form))
    path = form
    for number, name in enumerate(keys):
        target = tmp_path / f"{number}.pdf"
        fills = (*seal, "--seam", "right", "--seam-mode", "fields") if number == 1 else ()
        done(program.sign(path, target, *fills, "--allow-expired", with_key=program.key(name)))
        path = target
    (seam,) = verify(path)[1]["seams"]
    assert (seam["state"], seam.get("signature")) == ("complete", wanted), seam


def test_a_bad_signature_covers_nothing(sealed, tmp_path):
    data = bytearray(sealed(3).read_bytes())
    at = data.index(b"/Artifact BMC")
    data[at + 10:at + 13] = b"BMc"
    (tmp_path / "flipped.pdf").write_bytes(data)
    status, result = verify(tmp_path / "flipped.pdf")
    assert status == 1 and all(s.get("signature") is None or s["state"] != "complete" for s in result["seams"]), result["seams"]


# -- size -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["content", "fields"])
def test_three_thousand_pages(mode, sealed):
    path = sealed(3000, mode=mode)
    run = pdfsign("verify", "--json", "--expect-seam", *TRUST, path)
    assert run.status == 0
    if not program.SANITIZED:
        assert run.seconds < 5
