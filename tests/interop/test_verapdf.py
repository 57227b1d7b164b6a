"""PDF/A stays PDF/A when it is signed, and veraPDF, not we, says so."""

import os
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest

import pdfs
import program
import seals

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("PDS_INTEROP", program.ROOT / "build/dev/interop")).resolve()
FLAVOURS = {name: kind.flavour for name, kind in pdfs.KINDS.items() if kind.flavour}
pytestmark = pytest.mark.skipif(shutil.which("mvn") is None, reason="no Maven")


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    seals.write_all(folder)
    return folder


@pytest.fixture(scope="session")
def verapdf():
    """verapdf(path, flavour): what it says; builds CheckPdfa first."""
    BUILD.mkdir(parents=True, exist_ok=True)
    classpath = BUILD / "classpath"
    subprocess.run(["mvn", "-q", "-B", "-f", HERE / "pom.xml", f"-Dinterop.build={BUILD}", "compile",
                    "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"], check=True)
    command = ["java", "-cp", f"{BUILD / 'classes'}:{classpath.read_text().strip()}", "CheckPdfa"]

    def verapdf(*files):
        done = subprocess.run([*command, *(f"{flavour}={path}" for flavour, path in files)],
                              capture_output=True, text=True, check=False, timeout=300)
        return done.returncode == 0, done.stdout + done.stderr[-2000:]
    return verapdf


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
    "text alone": ("--text", "乙方（盖章）\\nApproved", "--show", "name,reason", "--reason", "同意", "--at", "1@br+20,20"),
    "upright text": ("--text", "中华人民共和国", "--vertical", "--at", "1@br+20,20"),
    "seal and date": ("--seal", "seal.png", "--at", "1@br+20,20", "--date", "@last"),
    "dates of their own": ("--seal", "small.png", "--at", "1@br+20,20", "--date", "2@tl+20,20", "--date-format", "中文"),
    "further places": ("--seal", "seal.png", "--text", "甲方", "--at", "1@br+20,20", "--at", "1@tl+20,20", "--at", "2@c"),
    "seam": ("--seal", "seal.png", "--at", "1@br+20,20", "--seam", "right"),
    "faint seam": ("--seal", "seal.png", "--at", "1@br+20,20", "--seam", "top,opacity=0.5,facing=yes"),
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
        run = program.pdfsign("fields", "add", "--seam", "right", "--seam-mode", mode, pdf(name), "-o", empty)
        assert run.status == 0, str(run)
        full = tmp_path / f"{name}.pdf"
        run = program.sign(empty, full, "--seal", pictures / "seal.png", "--at", "1@bl+20,20", "--seam", "right", "--seam-mode", mode)
        assert run.status == 0, str(run)
        files += [(flavour, empty), (flavour, full)]
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
