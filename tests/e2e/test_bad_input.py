"""Files that are broken or made to harm: one line, the right code, little memory, no long wait."""

import json
import random
import re
import resource
import shutil

import pytest

import damaged
from program import DAMAGED, SANITIZED, key, leftovers, pdfsign, sign

MEMORY = () if SANITIZED else ((resource.RLIMIT_AS, 256 << 20),)
SECONDS = 20  # a bound against hanging; 2 s are aimed at


def check(run, codes):
    assert run.code in codes, str(run)
    assert run.status == {"OK": 0, "PLACE_REFUSED": 10}.get(run.code, 5), str(run)
    assert SANITIZED or run.seconds < SECONDS, f"{run.seconds} s"
    if run.status != 0:
        assert run.err.count("\n") == 1 and len(run.err) < 1000, str(run)
        assert run.err.isprintable() or run.err[:-1].isprintable(), repr(run.err)


@pytest.mark.parametrize("name", damaged.ROWS)
def test_is_refused(tmp_path, judged, name):
    row = damaged.ROWS[name]
    run = sign(DAMAGED / f"{name}.pdf", tmp_path / "o.pdf", limits=MEMORY)
    check(run, row.codes)
    assert leftovers(tmp_path) == ([] if run.status else ["o.pdf"])
    if run.status == 0:
        judged(tmp_path / "o.pdf", DAMAGED / f"{name}.pdf", programs=(), reader=None)


@pytest.mark.parametrize("name", [n for n in damaged.ROWS if n.startswith("page-")])
@pytest.mark.parametrize("place", ["z@c:10x10", "r1@c:10x10", "99999@c:10x10", "3@c:10x10"])
def test_no_place_is_found_in_a_damaged_page_tree(tmp_path, name, place):
    run = sign(DAMAGED / f"{name}.pdf", tmp_path / "o.pdf", "--at", place, limits=MEMORY)
    check(run, ("PDF_DAMAGED", "PDF_LIMIT", "PLACE_REFUSED", "OK"))
    assert run.status == 0 or leftovers(tmp_path) == []


@pytest.mark.parametrize("name", [n for n in damaged.ROWS if not n.startswith("cut-")])
def test_its_fields_are_not_listed(name):
    run = pdfsign("fields", "list", DAMAGED / f"{name}.pdf", limits=MEMORY)
    assert run.status in (0, 5), str(run)
    check(run, (run.code,))


@pytest.mark.parametrize("name", damaged.ROWS)
def test_is_no_sound_pdf_to_a_verifier(name):
    """What may be signed is not signed yet."""
    codes = damaged.ROWS[name].codes
    run = pdfsign("verify", DAMAGED / f"{name}.pdf", limits=MEMORY)
    assert run.status == 5 or (run.status == 7 and {"OK", "PLACE_REFUSED"} & set(codes)), str(run)
    assert SANITIZED or run.seconds < SECONDS, f"{run.seconds} s"
    if run.status == 5:
        assert run.code in codes and run.out == b"" and run.err.count("\n") == 1 and len(run.err) < 1000, str(run)


def test_damage_is_named_with_its_place(tmp_path):
    for name in ("mend-offset-wrong", "startxref-beyond", "entry-not-a-number", "trailer-open"):
        run = sign(DAMAGED / f"{name}.pdf", tmp_path / "o.pdf")
        assert "byte " in run.err or "object " in run.err, str(run)


def test_damage_in_json_has_its_fields(tmp_path):
    run = pdfsign("sign", *key(), "--json", DAMAGED / "mend-offset-wrong.pdf", "-o", tmp_path / "o.pdf")
    error = json.loads(run.out)["error"]
    assert error["code"] == "PDF_DAMAGED" and error["file"].endswith("mend-offset-wrong.pdf")
    assert "offset" in error or "object" in error


def others(folder):
    """What is no file with a PDF in it."""
    (folder / "folder.pdf").mkdir()
    (folder / "loop.pdf").symlink_to(folder / "loop.pdf")
    return {"a folder": folder / "folder.pdf", "a missing file": folder / "none.pdf", "a link to itself": folder / "loop.pdf",
            "a name that is too long": folder / ("x" * 300), "a path through a file": DAMAGED / "empty.pdf" / "x.pdf",
            "an empty device": "/dev/null", "an endless device": "/dev/zero"}


@pytest.mark.parametrize("what", ["a folder", "a missing file", "a link to itself", "a name that is too long",
                                  "a path through a file", "an empty device", "an endless device"])
def test_what_is_no_file_is_refused(tmp_path, what):
    source = others(tmp_path)[what]
    run = sign(source, tmp_path / "o.pdf", limits=MEMORY)
    check(run, ("INPUT_UNREADABLE", "NOT_PDF"))
    assert not (tmp_path / "o.pdf").exists()
    check(pdfsign("verify", source, limits=MEMORY), ("INPUT_UNREADABLE", "NOT_PDF"))


@pytest.mark.parametrize("data", [b"", b"no PDF", b"%PDF-1.7\n"])
def test_nothing_good_on_standard_input(tmp_path, data):
    run = sign("-", tmp_path / "o.pdf", stdin=data)
    check(run, ("NOT_PDF", "PDF_DAMAGED"))


@pytest.mark.parametrize("name", ["table", "stream", "objects-packed", "hybrid", "field-nested", "crypt-aes-128-open"])
def test_cut_at_any_byte_is_refused(tmp_path, pdf, name):
    """One call with all prefixes; only those that leave the whole file, less white space, may pass."""
    data = pdf(name).read_bytes()
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    lengths = [n for n in range(len(data)) if n % 3 == 0 or n > len(data) - 60]
    for length in lengths:
        (tmp_path / "in" / f"{length:06}.pdf").write_bytes(data[:length])
    run = pdfsign("sign", *key(), "--json", "--at", "1@c:9x9", "--out-dir", tmp_path / "out",
                  *sorted((tmp_path / "in").iterdir()))
    results = [json.loads(line) for line in run.out.splitlines()]
    passed = {int(re.search(r"(\d{6})\.pdf", r["input"])[1]) for r in results if r.get("exit") == 0 and r["type"] == "result"}
    whole = len(data.rstrip())
    assert run.status in (3, 4) and len([r for r in results if r["type"] == "result"]) == len(lengths)
    assert all(n >= whole for n in passed), sorted(passed)
    assert {r["error"]["code"] for r in results if r.get("status") == "failed"} <= {"NOT_PDF", "PDF_DAMAGED"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["table", "objects-packed", "field-nested", "hybrid", "crypt-aes-256-open"])
def test_bytes_changed_at_random_never_crash_it(tmp_path, pdf, name, seed):
    """Whatever it makes of them, it ends in order and what it writes begins with its input."""
    rng, data = random.Random(f"{name} {seed}"), pdf(name).read_bytes()
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    for number in range(150):
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 5, 20))):
            changed[rng.randrange(len(changed))] = rng.choice((rng.randrange(256), *b"0 9<>[]()/\n"))
        (tmp_path / "in" / f"{number}.pdf").write_bytes(changed)
    run = pdfsign("sign", *key(), "--json", "--out-dir", tmp_path / "out", *sorted((tmp_path / "in").iterdir()))
    results = [json.loads(line) for line in run.out.splitlines()]
    assert {r["exit"] for r in results} <= {0, 2, 3, 4, 5, 10}, str(run)
    assert len([r for r in results if r["type"] == "result"]) == 150
    for output in (tmp_path / "out").iterdir():
        source = tmp_path / "in" / output.name.replace("_signed", "")
        assert output.read_bytes().startswith(source.read_bytes())


@pytest.mark.parametrize("data", [b"", b"\n", b"x" * 5000, b"\xff\xfe\n"], ids=["empty", "blank", "long", "not UTF-8"])
def test_a_senseless_password_file_is_an_error(tmp_path, pdf, data):
    (tmp_path / "password").write_bytes(data)
    run = sign(pdf("crypt-aes-256-user"), tmp_path / "o.pdf", "--password-file", tmp_path / "password")
    assert run.status in (2, 5, 8, 12) and run.code != "INTERNAL" and not (tmp_path / "o.pdf").exists(), str(run)


def test_a_password_for_a_file_without_one_does_no_harm(signed, tmp_path, pdf):
    (tmp_path / "password").write_text("any\n")
    signed(pdf("table"), "--password-file", tmp_path / "password")


def test_control_characters_of_names_do_not_reach_the_terminal(tmp_path):
    shutil.copyfile(DAMAGED / "text.pdf", tmp_path / "a\x1b[31m\nb.pdf")
    run = sign(tmp_path / "a\x1b[31m\nb.pdf", tmp_path / "o.pdf")
    assert run.status == 5 and "\x1b" not in run.err and run.err.count("\n") == 1, repr(run.err)

