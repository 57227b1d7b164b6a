"""Every kind of sound PDF is signed and judged, or refused for a reason."""

import resource
import shutil

import pikepdf
import pytest

import pdfs
from judge import Wanted, judge
from program import PKI, SANITIZED, pdfsign, sign

SOUND = [n for n, k in pdfs.KINDS.items() if k.refusal is None and not k.huge]
REFUSED = [n for n, k in pdfs.KINDS.items() if k.refusal is not None]
HUGE = [n for n, k in pdfs.KINDS.items() if k.huge]


def password_options(tmp_path, password):
    if password is None:
        return ()
    file = tmp_path / "password"
    file.write_text(password + "\n", encoding="utf-8")
    return ("--password-file", file)


@pytest.mark.parametrize("name", SOUND)
def test_is_signed(tmp_path, signed, pdf, name):
    kind = pdfs.KINDS[name]
    signed(pdf(name), *kind.options, *password_options(tmp_path, kind.password))


@pytest.mark.parametrize("name", [n for n in SOUND if not n.startswith(("seed", "pages-3", "objects-1"))])
def test_is_signed_twice(tmp_path, signed, pdf, name):
    """The second time in a new field on the first page; both signatures stay good."""
    kind = pdfs.KINDS[name]
    if name.startswith("lock") or "--certify" in kind.options:
        pytest.skip("what locks allow is asked in test_fields")
    password = password_options(tmp_path, kind.password)
    first, _ = signed(pdf(name), *kind.options, *password, name="first.pdf")
    more = () if name == "field-nested" else ("--at", "1@br+20,20:120x50")
    options = ("--field", "contract.buyer.approve") if name == "field-nested" else more
    signed(first, *options, *password, name="second.pdf", signatures=2, kind=name)


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(tmp_path, refused, pdf, name):
    kind = pdfs.KINDS[name]
    run = refused(pdf(name), *kind.options, *password_options(tmp_path, kind.password))
    assert run.code == kind.refusal, str(run)


def same(one, other):
    """The same object of the file, or equal values."""
    indirect = getattr(one, "is_indirect", False)
    return one.objgen == other.objgen if indirect else one == other


@pytest.mark.parametrize("name", ["contract", "objects-packed", "hybrid", "linearized-packed", "attached-and-marked",
                                  "form-indirect-fields-indirect-annots-indirect", "page-tree-nested"])
def test_everything_but_the_form_is_as_before(signed, pdf, name):
    """qpdf reads the same objects before and after, but for the catalog, the form and the first page."""
    path, _ = signed(pdf(name), "--at", "1@br+20,20:120x50")
    with pikepdf.open(pdf(name)) as before, pikepdf.open(path) as after:
        assert len(before.pages) == len(after.pages)
        for one, other in zip(before.pages, after.pages):
            assert one.Contents.objgen == other.Contents.objgen
            assert not {k for k in one.keys() if k != "/Annots"} - set(other.keys())
        for key in set(before.Root.keys()) - {"/AcroForm"}:
            assert same(before.Root[key], after.Root[key]), key


def test_the_increment_has_the_kind_of_xref_that_the_file_has(signed, pdf):
    for name, stream in (("table", False), ("stream", True), ("objects-packed", True), ("hybrid", False),
                         ("updated-stream-then-table", False)):
        path, _ = signed(pdf(name), name=f"{name}.pdf")
        added = path.read_bytes()[pdf(name).stat().st_size:]
        assert (b"/Type /XRef" in added or b"/Type/XRef" in added) == stream, name
        assert (b"\nxref" in added) != stream, name


def test_the_second_half_of_the_id_changes(signed, pdf):
    path, _ = signed(pdf("table"))
    with pikepdf.open(pdf("table")) as before, pikepdf.open(path) as after:
        assert before.trailer.ID[0] == after.trailer.ID[0]
        assert before.trailer.ID[1] != after.trailer.ID[1]


LITTLE = () if SANITIZED else ((resource.RLIMIT_AS, 64 << 20),)  # libraries and all


@pytest.mark.parametrize("name", ["pages-3000", "objects-100000", "objects-100000-packed"])
def test_many_pages_and_objects_take_little_memory(tmp_path, pdf, name):
    run = sign(pdf(name), tmp_path / "o.pdf", limits=LITTLE)
    assert run.status == 0, str(run)


@pytest.mark.parametrize("name", HUGE)
def test_a_file_past_4_gib_is_signed(tmp_path, name):
    """Sparse: 4.4 GB long; the output is written out, so it takes that room for the time of the test."""
    if shutil.disk_usage(tmp_path).free < 6 << 30:
        pytest.skip("less than 6 GiB free")
    source, target = pdfs.write(tmp_path, name), tmp_path / "o.pdf"
    try:
        run = sign(source, target, limits=LITTLE)
        assert run.status == 0, str(run)
        # mutool, for one, cannot follow a /Prev past 4 GiB, whoever wrote it
        judge(target, Wanted(roots=(PKI / "root.pem",), source=source, programs=()))
    finally:
        target.unlink(missing_ok=True)
        source.unlink()


@pytest.mark.parametrize("name", ["contract", "field-one", "crypt-aes-256-user"])
def test_in_place_the_file_itself_is_signed(tmp_path, judged, pdf, name):
    copy = tmp_path / "copy.pdf"
    shutil.copyfile(pdf(name), copy)
    copy.chmod(0o640)
    password = password_options(tmp_path, pdfs.KINDS[name].password)
    run = pdfsign("sign", "--key", f"file:{PKI / 'p256.all.pem'}", *password, copy, "--in-place")
    assert run.status == 0, str(run)
    judged(copy, pdf(name))
    assert copy.stat().st_mode & 0o777 == 0o640


def test_from_standard_input_to_standard_output(tmp_path, judged, pdf):
    run = pdfsign("sign", "--key", f"file:{PKI / 'p256.all.pem'}", "-", "-o", "-", stdin=pdf("contract").read_bytes())
    assert run.status == 0, str(run)
    target = tmp_path / "o.pdf"
    target.write_bytes(run.out)
    judged(target, pdf("contract"))
