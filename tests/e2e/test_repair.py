"""--repair rewrites a damaged unsigned file first, says so, and never touches a signed one."""

import json
import resource
import shutil

import pikepdf
import pytest

import damaged
import pdfs
from program import DAMAGED, SANITIZED, key, leftovers, pdfsign, sign
from test_files import password_options

MENDABLE = [n for n, r in damaged.ROWS.items() if r.mendable]
HOPELESS = ["empty", "text", "zeros", "garbage", "garbage-with-header", "header-only", "png"]
HARMFUL = [n for n in damaged.ROWS if "bomb" in n or "loop" in n or "deep" in n or "huge" in n or "million" in n or "100000" in n]
MEMORY = () if SANITIZED else ((resource.RLIMIT_AS, 1 << 30),)
SECONDS = 60


@pytest.mark.parametrize("name", MENDABLE)
def test_a_damaged_file_is_mended_and_signed(tmp_path, judged, name):
    """The output begins with the rewritten file; what was done is told."""
    source, target = DAMAGED / f"{name}.pdf", tmp_path / "o.pdf"
    before = source.read_bytes()
    run = sign(source, target, "--repair")
    assert run.status == 0 and "repaired" in run.err, str(run)
    assert source.read_bytes() == before
    judged(target)
    with pikepdf.open(target) as opened:
        assert len(opened.pages) == 2


def test_json_tells_what_was_mended(tmp_path):
    run = pdfsign("sign", *key(), "--json", "--repair", DAMAGED / "mend-offset-wrong.pdf", "-o", tmp_path / "o.pdf")
    answer = json.loads(run.out)
    assert run.status == 0 and answer["repaired"] and all(isinstance(t, str) for t in answer["repaired"]), str(run)


@pytest.mark.parametrize("name", ["contract", "objects-packed", "crypt-aes-256-open"])
def test_a_sound_file_is_signed_as_it_is(signed, pdf, name):
    signed(pdf(name), "--repair")


def test_fields_can_be_added_to_a_damaged_file(tmp_path):
    run = pdfsign("fields", "add", "--repair", "--name", "A", DAMAGED / "mend-no-eof.pdf", "-o", tmp_path / "o.pdf")
    assert run.status == 0, str(run)


@pytest.mark.parametrize("damage", ["cut", "offset", "junk"])
def test_a_signed_file_is_never_mended(tmp_path, signed, pdf, damage):
    path, _ = signed(pdf("contract"), name="signed.pdf")
    data = path.read_bytes()
    broken = tmp_path / "broken.pdf"
    broken.write_bytes({"cut": data[:-30], "junk": data + b"x" * 9000,
                        "offset": data.replace(b"startxref\n", b"startxref\n1")}[damage])
    run = sign(broken, tmp_path / "o.pdf", "--repair")
    assert (run.status, run.code) == (10, "REPAIR_REFUSED"), str(run)
    assert not (tmp_path / "o.pdf").exists()


@pytest.mark.parametrize("name", HOPELESS)
def test_what_cannot_be_mended_is_refused(refused, name):
    run = refused(DAMAGED / f"{name}.pdf", "--repair")
    assert run.status == 5 and run.code in ("NOT_PDF", "PDF_DAMAGED", "REPAIR_FAILED"), str(run)


@pytest.mark.parametrize("name", HARMFUL)
def test_what_was_made_to_harm_is_mended_within_limits_or_refused(tmp_path, name):
    run = sign(DAMAGED / f"{name}.pdf", tmp_path / "o.pdf", "--repair", limits=MEMORY)
    assert run.status in (0, 5) and run.code != "INTERNAL", str(run)
    assert SANITIZED or run.seconds < SECONDS, f"{run.seconds} s"
    assert run.status == 0 or leftovers(tmp_path) == []


def test_a_damaged_encrypted_file_needs_its_password(tmp_path, pdf):
    name = "crypt-aes-128-user"
    (tmp_path / "broken.pdf").write_bytes(pdf(name).read_bytes().replace(b"%%EOF", b""))
    run = sign(tmp_path / "broken.pdf", tmp_path / "o.pdf", "--repair")
    assert run.status == 5 and not (tmp_path / "o.pdf").exists(), str(run)
    run = sign(tmp_path / "broken.pdf", tmp_path / "o.pdf", "--repair", *password_options(tmp_path, pdfs.USER))
    assert run.status in (0, 5), str(run)
    assert run.status or pikepdf.open(tmp_path / "o.pdf", password=pdfs.USER).is_encrypted


def test_mending_in_place_replaces_the_file(tmp_path, judged):
    shutil.copyfile(DAMAGED / "mend-offset-wrong.pdf", tmp_path / "a.pdf")
    run = pdfsign("sign", *key(), "--repair", "--in-place", tmp_path / "a.pdf")
    assert run.status == 0, str(run)
    judged(tmp_path / "a.pdf")
