"""PDF/A stays PDF/A when it is signed, and veraPDF, not we, says so."""

import itertools
import shutil

import pikepdf
import pytest

import blank
import pdfs
import program
import seals
import town

FLAVOURS = {name: kind.flavour for name, kind in pdfs.KINDS.items() if kind.flavour}
pytestmark = pytest.mark.skipif(shutil.which("mvn") is None, reason="no Maven")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    seals.write_all(folder)
    grey = seals.picture(300, (40, 40, 40))
    faint = seals.picture(300)
    faint.putalpha(faint.getchannel("A").point(lambda alpha: alpha // 3))
    seals.write(folder / "grey.png", grey, 30)
    seals.write(folder / "grey-on-white.png", seals.on_white(grey).convert("L"), 30)
    seals.write(folder / "faint.png", faint, 30)
    return folder


def test_it_takes_the_fixtures(verapdf, pdf):
    good, said = verapdf(*((flavour, pdf(name)) for name, flavour in FLAVOURS.items()))
    assert good, said


@pytest.mark.parametrize("name", ["contract", "table"])
def test_it_refuses_what_is_no_pdfa(verapdf, pdf, name):
    good, said = verapdf(("2b", pdf(name)))
    assert not good and "no\t" in said, said


def test_it_refuses_a_signature_that_breaks_the_rules(verapdf, tmp_path, signed, pdf):
    """The widget's Print flag taken away: the judge looks at what we add."""
    path, _ = signed(pdf("pdfa-2b"), "--at", "1@br+20,20:120x50")
    with pikepdf.open(path) as opened:
        opened.pages[0].Annots[-1].F = 0
        opened.save(tmp_path / "broken.pdf")
    good, said = verapdf(("2b", tmp_path / "broken.pdf"))
    assert not good, said


SIGNATURES = {"invisible": (), "visible": ("--at", "1@br+20,20:120x50"),
              "certified": ("--certify", "2", "--reason", "同意"), "locking": ("--lock", "all", "--name", "张三")}


@pytest.mark.parametrize("how", SIGNATURES)
def test_pdfa_stays_pdfa(verapdf, signed, pdf, how):
    files = [(flavour, signed(pdf(name), *SIGNATURES[how], name=f"{name}.pdf")[0]) for name, flavour in FLAVOURS.items()]
    good, said = verapdf(*files)
    assert good, said


def test_pdfa_stays_pdfa_after_a_second_signature(verapdf, signed, pdf):
    files = []
    for name, flavour in FLAVOURS.items():
        first, _ = signed(pdf(name), "--at", "1@bl+20,20:120x50", name=f"{name}-1.pdf")
        files.append((flavour, signed(first, "--at", "2@br+20,20:120x50", signatures=2, name=f"{name}-2.pdf")[0]))
    good, said = verapdf(*files)
    assert good, said


def test_pdfa_stays_pdfa_when_fields_are_added(verapdf, tmp_path, pdf):
    files = []
    for name, flavour in FLAVOURS.items():
        target = tmp_path / f"{name}.pdf"
        run = program.pdfsign("fields", "add", "--name", "甲方", "--at", "1@br+20,20:120x50", "--name", "Hidden", pdf(name), "-o", target)
        assert run.status == 0, str(run)
        files.append((flavour, target))
    good, said = verapdf(*files)
    assert good, said


LOOKS = {
    "alpha": ("--seal", "seal.png", "--at", "1@br+20,20"),
    "plain": ("--seal", "opaque.png", "--plain", "--at", "1@br+20,20"),
    "grey": ("--seal", "grey.png", "--at", "1@br+20,20", "--at", "2@c"),
    "grey on white": ("--seal", "grey-on-white.png", "--at", "1@br+20,20"),
    "faint": ("--seal", "faint.png", "--at", "1@br+20,20"),
    "text alone": ("--text", "乙方（盖章）\\nApproved", "--show", "name,reason", "--reason", "同意", "--at", "1@br+20,20"),
    "upright text": ("--text", "中华人民共和国", "--vertical", "--at", "1@br+20,20"),
    "TrueType": ("--text", "合同〇 ABC fi ’…", "--font", "WenQuanYi Micro Hei", "--at", "1@br+20,20"),
    "CFF": ("--text", "合同〇 ABC fi ’…", "--font", "Noto Sans CJK SC", "--at", "1@br+20,20"),
    "upright CFF": ("--text", "合同（ABC）〇…", "--font", "Noto Sans CJK SC", "--vertical", "--at", "1@br+20,20:60x300"),
    "scripts": ("--text", "中文 Ω Ёж שלום مرحبا e\u0301", "--at", "1@br+20,20:200x60"),
    "seal and date": ("--seal", "seal.png", "--at", "1@br+20,20", "--date", "@last"),
    "dates of their own": ("--seal", "small.png", "--at", "1@br+20,20", "--date", "2@tl+20,20", "--date-format", "中文"),
    "further places": ("--seal", "seal.png", "--text", "甲方", "--at", "1@br+20,20", "--at", "1@tl+20,20", "--at", "2@c"),
    "seam": ("--seal", "seal.png", "--at", "1@br+20,20", "--seam", "right"),
    "faint seam": ("--seal", "seal.png", "--at", "1@br+20,20", "--seam", "top,opacity=0.5,facing=yes,single=skip"),
}


def with_pictures(options, pictures):
    return [pictures / o if str(o).endswith(".png") else o for o in options]


@pytest.mark.parametrize("look", LOOKS)
def test_pdfa_stays_pdfa_whatever_is_seen(look, verapdf, signed, pdf, pictures):
    options = with_pictures(LOOKS[look], pictures)
    files = [(flavour, signed(pdf(name), *options, name=f"{name}.pdf")[0]) for name, flavour in FLAVOURS.items()]
    good, said = verapdf(*files)
    assert good, said


def test_pdfa_stays_pdfa_with_a_second_seal(verapdf, signed, pdf, pictures):
    files = []
    for name, flavour in FLAVOURS.items():
        first, _ = signed(pdf(name), "--seal", pictures / "seal.png", "--at", "1@bl+20,20", "--text", "甲方",
                          "--seam", "right", name=f"{name}-1.pdf")
        second, _ = signed(first, "--seal", pictures / "seal.png", "--at", "2@br+20,20", "--text", "甲方", "--date", "@last",
                           signatures=2, name=f"{name}-2.pdf")
        files.append((flavour, second))
    good, said = verapdf(*files)
    assert good, said


@pytest.mark.parametrize("mode", ["fields", "multi", "shared"])
def test_pdfa_stays_pdfa_with_fields_for_a_seam(mode, verapdf, tmp_path, pdf, pictures):
    files = []
    for name, flavour in FLAVOURS.items():
        empty = tmp_path / f"{name}-empty.pdf"
        run = program.pdfsign("fields", "add", "--seam", "right", "--seam-mode", mode, "--size", "42mmx42mm", pdf(name), "-o", empty)
        assert run.status == 0, str(run)
        full = tmp_path / f"{name}.pdf"
        run = program.sign(empty, full, "--seal", pictures / "seal.png", "--at", "1@bl+20,20", "--seam", "right", "--seam-mode", mode)
        assert run.status == 0, str(run)
        files += [(flavour, empty), (flavour, full)]
    good, said = verapdf(*files)
    assert good, said


def then(pictures):
    """Two signers with a seal, a text in a font, a date and a seam each."""
    parties = (("p256", "seal.png", "甲方", "WenQuanYi Micro Hei", "1@bl+20,20", "right"),
               ("rsa2048", "opaque.png", "乙方", "Noto Sans CJK SC", "1@br+20,20", "left"))
    words = []
    for key, picture, text, font, place, edge in parties:
        words += ["--then"] if words else []
        words += [*program.key(key), "--seal", pictures / picture, "--text", text, "--font", font, "--at", place,
                  "--date", "@last", "--seam", edge]
    return words


def test_pdfa_stays_pdfa_with_two_signers(verapdf, signed, pdf, pictures):
    files = [(flavour, signed(pdf(name), with_key=then(pictures), signatures=2, name=f"{name}.pdf")[0])
             for name, flavour in FLAVOURS.items()]
    good, said = verapdf(*files)
    assert good, said


def test_certified_pdfa_stays_pdfa_as_parties_fill_its_fields(verapdf, signed, tmp_path, pdf, pictures):
    files = []
    for name, flavour in FLAVOURS.items():
        empty = tmp_path / f"{name}-empty.pdf"
        run = program.pdfsign("fields", "add", "--seam", "right", "--seam", "left", "--size", "42mmx42mm",
                              "--name", "A", "--at", "1@bl+20,20:42mmx42mm", "--name", "B", "--at", "1@br+20,20:42mmx42mm",
                              pdf(name), "-o", empty)
        assert run.status == 0, str(run)
        seal = ("--seal", pictures / "seal.png", "--seam-mode", "fields")
        first, _ = signed(empty, *seal, "--field", "A", "--seam", "right", "--certify", "2", name=f"{name}-1.pdf")
        second, _ = signed(first, *seal, "--field", "B", "--seam", "left", name=f"{name}-2.pdf", signatures=2)
        files += [(flavour, empty), (flavour, first), (flavour, second)]
    good, said = verapdf(*files)
    assert good, said


# Flavour, components of the output intent.
OTHERS = (("1a", 3), ("1b", 0), ("1b", 1), ("1b", 4), ("2a", 3), ("2b", 0), ("2b", 1), ("2b", 4), ("3a", 3), ("3u", 0),
          ("3u", 4), ("4", 0), ("4", 3))


def test_pdfa_of_every_level_and_intent_stays_pdfa(verapdf, tmp_path, pictures):
    """Colours and transparency hang on the output intent."""
    files = []
    for flavour, components in OTHERS:
        source = tmp_path / f"{flavour}-{components}.pdf"
        source.write_bytes(blank.blank(flavour, components))
        files.append((flavour, source))
        for picture in ("seal", "grey", "faint", "opaque"):
            target = tmp_path / f"{flavour}-{components}-{picture}.pdf"
            run = program.sign(source, target, "--seal", pictures / f"{picture}.png", "--text", "甲方 A", "--at", "1@br+20,20",
                               "--at", "2@c", "--date", "field:Date", "--date", "3@tr+20,20", "--seam", "right,opacity=0.5")
            assert run.status == 0, str(run)
            files.append((flavour, target))
    good, said = verapdf(*files)
    assert good, said


def test_it_refuses_transparency_in_part_1(verapdf, tmp_path, signed, pdf, pictures):
    """A blend mode put into the appearance: what we leave out there is what it looks for."""
    path, _ = signed(pdf("pdfa-1b"), "--seal", pictures / "seal.png", "--at", "1@br+20,20")
    with pikepdf.open(path) as opened:
        opened.pages[0].Annots[-1].AP.N.Resources.ExtGState.Gs0.BM = pikepdf.Name.Multiply
        opened.save(tmp_path / "broken.pdf", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    good, said = verapdf(("1b", tmp_path / "broken.pdf"))
    assert not good and "6.4" in said, said


# -- levels ---------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with town.town(tmp_path_factory.mktemp("town")) as running:
        yield running


def test_pdfa_stays_pdfa_at_every_level(verapdf, here, tmp_path, pdf, pictures):
    """A store of validation data, its extension of PDF 1.7, the field of a document timestamp."""
    sources = [(flavour, pdf(name)) for name, flavour in FLAVOURS.items()]
    for flavour, components in OTHERS:
        source = tmp_path / f"{flavour}-{components}.pdf"
        source.write_bytes(blank.blank(flavour, components))
        sources.append((flavour, source))
    files = []
    for level, (flavour, source) in itertools.product(("t", "lt", "lta"), sources):
        target = tmp_path / f"{source.stem}-{level}.pdf"
        run = program.sign(source, target, "--seal", pictures / "seal.png", "--at", "1@br+20,20", "--level", level,
                           *here.lasting(), with_key=here.key("p256"), env=town.HERE)
        assert run.status == 0, str(run)
        files.append((flavour, target))
    good, said = verapdf(*files)
    assert good, said
