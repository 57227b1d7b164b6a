"""What the page reader finds on odd pages, and that damaged files are an error in time."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "fixtures"))

import damaged  # noqa: E402
import keyword_pdfs  # noqa: E402

PROBE = os.environ.get("VIEW_PROBE", str(ROOT / "build/dev/tests/view/view_probe"))
HELPER = os.environ.get("VIEW_PROGRAM", str(ROOT / "build/dev/libexec/pdfsign/pdfsign-view"))
SIZE = keyword_pdfs.SIZE  # the last character is a bracket, mostly empty
NEAR = 8   # points: ascent and descent differ by font
HANG = 60  # seconds


def probe(path, *arguments):
    run = subprocess.run([PROBE, HELPER, path, *arguments], capture_output=True, timeout=HANG * 4)
    assert run.returncode in (0, 1), f"crashed: {run}"
    return run.returncode, json.loads(run.stdout)


@pytest.mark.parametrize("name", keyword_pdfs.KINDS)
def test_finds_a_keyword(name, tmp_path):
    row = keyword_pdfs.KINDS[name]
    path = tmp_path / "a.pdf"
    path.write_bytes(row.make())
    status, answer = probe(path, row.keyword, *([row.password] if row.password else []))
    assert status == 0, answer
    assert [f[0] for f in answer["finds"]] == [f[0] for f in row.finds]
    for got, wanted in zip(answer["finds"], row.finds):
        assert all(abs(a - b) < NEAR for a, b in zip(got[1:], wanted[1:])), (got, wanted)
    if row.nearest is not None:
        assert answer["nearest"] == row.nearest


@pytest.mark.parametrize("password, code", [(None, "PASSWORD_NEEDED"), ("wrong", "PASSWORD_WRONG"),
                                            ("错误", "PASSWORD_WRONG")])
def test_says_what_is_wrong_with_a_password(password, code, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(keyword_pdfs.KINDS["encrypted"].make())
    status, answer = probe(path, "甲方", *([password] if password else []))
    assert status == 1 and answer["code"] == code


def test_reads_a_password_beyond_ascii(tmp_path):
    import pdfs
    path = tmp_path / "a.pdf"
    path.write_bytes(pdfs.qpdf(keyword_pdfs.one_line(), "--encrypt", "合同é", "合同é", "256", "--"))
    status, answer = probe(path, "甲方", "合同é")
    assert status == 0 and len(answer["finds"]) == 1


@pytest.mark.parametrize("name", ["rotate-90", "cropped", "gbk-euc-h"])
def test_draws_pages_as_they_are_shown(name, tmp_path):
    """Ink where the text is said to be, and nowhere else."""
    row = keyword_pdfs.KINDS[name]
    path = tmp_path / "a.pdf"
    path.write_bytes(row.make())
    status, answer = probe(path, "--pictures", tmp_path)
    assert status == 0, answer
    picture = Image.open(tmp_path / "1.png").convert("L").point(lambda v: 255 if v < 128 else 0)
    left, top, right, bottom = picture.getbbox()
    page, *box = row.finds[0]
    drawn = (left, picture.height - bottom, right, picture.height - top)
    if name != "cropped":  # which shows a text at its edge too
        assert all(abs(a - b) < SIZE for a, b in zip(drawn, box)), (drawn, box)
    assert picture.size == {"rotate-90": (842, 595), "cropped": (450, 600)}.get(name, (595, 842))


def test_a_huge_page_gets_fewer_dots(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(keyword_pdfs.one_line(box="/MediaBox [0 0 14400 14400]"))
    status, answer = probe(path, "--pictures", tmp_path)
    assert status == 0, answer
    Image.MAX_IMAGE_PIXELS = None
    width, height = Image.open(tmp_path / "1.png").size
    assert 35_000_000 < width * height <= 36_100_000


def test_damaged_files_never_break_the_reader(tmp_path):
    """Read, or refused with a code; never a crash, never long."""
    path = tmp_path / "a.pdf"
    for name, row in damaged.ROWS.items():
        path.write_bytes(row.make())
        for arguments in (("甲方",), ("--pictures", tmp_path)):
            begin = time.monotonic()
            status, answer = probe(path, *arguments)
            assert status == 0 or answer["code"] in ("READER_FAILED", "PASSWORD_NEEDED"), (name, answer)
            assert time.monotonic() - begin < HANG, name
