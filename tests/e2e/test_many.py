"""Many inputs in one call: names, threads, one bad file, JSON Lines, the progress bar."""

import json
import os
import pty
import shutil

import jsonschema
import pytest

import program
from program import PKI, ROOT, key, leftovers, pdfsign

SCHEMA = ROOT / "docs/schema/output-v1.json"
KINDS = ("contract", "stream", "objects-packed", "field-one", "linearized")


@pytest.fixture
def inbox(tmp_path, pdf):
    """Twenty files of five kinds."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(20):
        shutil.copyfile(pdf(KINDS[number % len(KINDS)]), folder / f"合同 {number:02}.pdf")
    return folder


@pytest.fixture
def outbox(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def sign_all(files, outbox, *options, **how):
    return pdfsign("sign", *key(), "--out-dir", outbox, *options, *sorted(files), **how)


def lines(run):
    """JSON Lines, each valid by the schema of docs/."""
    answers = [json.loads(line) for line in run.out.decode().splitlines()]
    schema = json.loads(SCHEMA.read_text())
    for answer in answers:
        jsonschema.validate(answer, schema)
    return answers


@pytest.mark.parametrize("jobs", ["1", "2", "8"])
def test_all_are_signed(inbox, outbox, judged, jobs):
    run = sign_all(inbox.iterdir(), outbox, "-j", jobs)
    assert run.status == 0, str(run)
    assert sorted(p.name for p in outbox.iterdir()) == [f"合同 {n:02}_signed.pdf" for n in range(20)]
    for source in sorted(inbox.iterdir())[:5]:
        judged(outbox / f"{source.stem}_signed.pdf", source)


@pytest.mark.parametrize("suffix,name", [("", "a.b.pdf"), ("-已签", "a.b-已签.pdf"), (".x", "a.b.x.pdf")])
def test_the_suffix_goes_before_the_last_pdf(tmp_path, outbox, pdf, suffix, name):
    shutil.copyfile(pdf("table"), tmp_path / "a.b.pdf")
    assert sign_all([tmp_path / "a.b.pdf"], outbox, "--suffix", suffix).status == 0
    assert leftovers(outbox) == [name]


def test_one_bad_file_fails_alone(inbox, outbox):
    (inbox / "合同 07.pdf").write_bytes(b"no PDF")
    run = sign_all(inbox.iterdir(), outbox, "-j", "2")
    assert run.status == 3 and "合同 07.pdf" in run.err and "NOT_PDF" in run.err, str(run)
    assert len(list(outbox.iterdir())) == 19 and not (outbox / "合同 07_signed.pdf").exists()


def test_only_bad_files_give_exit_4(inbox, outbox):
    for file in inbox.iterdir():
        file.write_bytes(b"no PDF")
    run = sign_all(inbox.iterdir(), outbox, "-j", "2")
    assert run.status == 4 and run.err.count("NOT_PDF") == 20 and leftovers(outbox) == [], str(run)


def test_one_input_gives_its_own_code(tmp_path, outbox):
    (tmp_path / "bad.pdf").write_bytes(b"no PDF")
    assert sign_all([tmp_path / "bad.pdf"], outbox).status == 5


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_json_has_one_result_per_input(inbox, outbox, jobs):
    (inbox / "合同 03.pdf").write_bytes(b"no PDF")
    run = sign_all(inbox.iterdir(), outbox, "--json", "-j", jobs)
    answers = lines(run)
    results = [a for a in answers if a["type"] == "result"]
    assert len(results) == 20 and {r["input"] for r in results} == {str(p) for p in inbox.iterdir()}
    assert [r["error"]["code"] for r in results if r["status"] == "failed"] == ["NOT_PDF"]
    (summary,) = [a for a in answers if a["type"] == "summary"]
    assert (summary["total"], summary["done"], summary["failed"], summary["exit"]) == (20, 19, 1, 3)
    assert run.status == 3 and run.err == ""


def test_every_kind_of_line_fits_the_schema(tmp_path, outbox, pdf):
    calls = [("sign", *key(), "--json", pdf("table"), "-o", tmp_path / "1.pdf"),
             ("sign", *key(), "--json", tmp_path / "none.pdf", "-o", tmp_path / "2.pdf"),
             ("sign", *key("expired"), "--json", pdf("table"), "-o", tmp_path / "3.pdf"),
             ("sign", *key(), "--json", "--dry-run", pdf("table")),
             ("sign", *key(), "--json", "--prepare", tmp_path / "state", pdf("table")),
             ("fields", "list", "--json", pdf("lock-all"), pdf("seed-digest"), pdf("field-nested")),
             ("fields", "list", "--json", tmp_path / "1.pdf"),
             ("fields", "add", "--json", "--name", "甲方", pdf("table"), "-o", tmp_path / "4.pdf"),
             ("sign", "--json", "--unknown")]
    for call in calls:
        run = pdfsign(*call)
        answers = lines(run)
        assert answers and all(a["v"] == 1 for a in answers), f"{call}: {run}"
        assert run.status == answers[-1]["exit"], f"{call}: {run}"


def test_a_wrong_pin_stops_everything_at_once(inbox, outbox):
    run = pdfsign("sign", "--key", f"p12:{PKI / 'p256.p12'}", "--pin-file", PKI / "wrong-pin", "--out-dir", outbox,
                  *sorted(inbox.iterdir()))
    assert (run.status, run.code, run.err.count("\n")) == (8, "PIN_WRONG", 1), str(run)
    assert leftovers(outbox) == []


def test_two_inputs_with_the_same_output_are_refused_before_any_is_signed(tmp_path, outbox, pdf):
    for folder in "ab":
        (tmp_path / folder).mkdir()
        shutil.copyfile(pdf("table"), tmp_path / folder / "same.pdf")
    run = sign_all([tmp_path / "a/same.pdf", tmp_path / "b/same.pdf"], outbox)
    assert run.status == 2 and leftovers(outbox) == [], str(run)


def test_an_output_that_exists_fails_alone(inbox, outbox):
    (outbox / "合同 05_signed.pdf").write_text("mine")
    run = sign_all(inbox.iterdir(), outbox)
    assert run.status == 3 and "OUTPUT_EXISTS" in run.err, str(run)
    assert (outbox / "合同 05_signed.pdf").read_text() == "mine" and len(list(outbox.iterdir())) == 20


def test_overwrite_replaces_outputs(inbox, outbox):
    (outbox / "合同 05_signed.pdf").write_text("mine")
    assert sign_all(inbox.iterdir(), outbox, "--overwrite").status == 0
    assert (outbox / "合同 05_signed.pdf").read_bytes().startswith(b"%PDF")


def test_an_out_dir_that_is_missing_is_an_error(tmp_path, inbox):
    run = sign_all(inbox.iterdir(), tmp_path / "none")
    assert run.status in (2, 4, 11), str(run)


def test_in_place_signs_every_file(inbox, judged, pdf):
    run = pdfsign("sign", *key(), "--in-place", "-j", "2", *sorted(inbox.iterdir()))
    assert run.status == 0, str(run)
    assert len(list(inbox.iterdir())) == 20
    judged(inbox / "合同 00.pdf", pdf("contract"))


def test_nothing_is_said_when_all_is_well(inbox, outbox):
    run = sign_all(inbox.iterdir(), outbox)
    assert (run.out, run.err) == (b"", "")


def on_terminal(arguments):
    """stderr is a terminal; returns status and what it showed."""
    leader, follower = pty.openpty()
    child = os.fork()
    if child == 0:
        os.dup2(follower, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execve(program.PROGRAM, [program.PROGRAM, *map(str, arguments)], program.environment(TERM="xterm"))
    os.close(follower)
    shown = b""
    while True:
        try:
            part = os.read(leader, 4096)
        except OSError:
            break
        shown += part
    _, status = os.waitpid(child, 0)
    os.close(leader)
    return os.waitstatus_to_exitcode(status), shown.decode()


def test_a_bar_shows_progress_on_a_terminal_after_a_second(tmp_path, outbox, pdf):
    (tmp_path / "in").mkdir()
    for number in range(100):
        (tmp_path / "in" / f"{number}.pdf").symlink_to(pdf("objects-100000"))
    status, shown = on_terminal(("sign", *key("rsa4096"), "--out-dir", outbox, *sorted((tmp_path / "in").iterdir())))
    shutil.rmtree(outbox)
    assert status == 0, shown
    assert "/100" in shown and "\r[" in shown and "#" in shown, shown


def test_there_is_no_bar_when_told_or_when_quick(inbox, outbox):
    for options in (("--progress", "never"), ("--overwrite",), ("--overwrite", "--quiet", "--progress", "always")):
        status, shown = on_terminal(("sign", *key(), *options, "--out-dir", outbox, *sorted(inbox.iterdir())[:3]))
        assert status == 0 and "[#" not in shown and "[." not in shown, shown
