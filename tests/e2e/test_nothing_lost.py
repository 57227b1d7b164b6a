"""Killed, out of space, refused by the system at any step: the whole result or none, the input as it was."""

import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

import pdfs
import program
from program import key, leftovers, pdfsign, sign

SHIM = os.environ.get("PDS_FAULT_LIB", "")
EPOCH = {"SOURCE_DATE_EPOCH": "1767225600"}
RSA = key("rsa2048")  # with a fixed time its signatures are the same each time
SIGNERS = {"one": RSA, "two": (*RSA, "--then", *key("rsa3072"))}
needs_shim = (program.needs(**{"library of faults": Path(SHIM).is_file()}) if not program.SANITIZED
              else pytest.mark.skip("sanitizers in its way"))


@pytest.fixture(scope="module")
def references(tmp_path_factory):
    """The bytes that a run without any fault writes."""
    folder = tmp_path_factory.mktemp("reference")
    for name, signers in SIGNERS.items():
        run = sign(program.PDFS / "contract.pdf", folder / name, with_key=signers, env=EPOCH)
        assert run.status == 0, str(run)
    return {name: (folder / name).read_bytes() for name in SIGNERS}


@pytest.fixture
def reference(references):
    return references["one"]


class Scene:
    """A folder with an input, and perhaps an output from before."""

    def __init__(self, folder, mode, signers="one"):
        self.signers = SIGNERS[signers]
        self.mode, self.input = mode, folder / "in.pdf"
        self.output = self.input if mode == "in place" else folder / "out.pdf"
        self.folder = folder
        self.original = (program.PDFS / "contract.pdf").read_bytes()
        self.reset()

    def reset(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.input.write_bytes(self.original)
        if self.mode == "overwrite":
            self.output.write_bytes(b"the old one")

    def run(self, **env):
        where = ("--in-place",) if self.mode == "in place" else ("-o", self.output)
        more = ("--overwrite",) if self.mode == "overwrite" else ()
        return pdfsign("sign", *self.signers, *more, *where, self.input, "--durability", "each",
                       env={**EPOCH, "LD_PRELOAD": SHIM, **env})

    def output_now(self):
        return self.output.read_bytes() if self.output.exists() else None

    def check(self, run, reference, about, killed):
        """Whole or none; the input as it was; nothing else in the folder."""
        before = {"new": None, "overwrite": b"the old one", "in place": self.original}[self.mode]
        now = self.output_now()
        assert now in (before, reference), f"{about}: half an output of {len(now or b'')} bytes; {run}"
        assert run.status != 0 or now == reference, f"{about}: success without an output; {run}"
        if self.mode != "in place":
            assert self.input.read_bytes() == self.original, f"{about}: the input changed"
        rest = leftovers(self.folder, "in.pdf", "out.pdf")
        if killed:
            rest = [r for r in rest if ".pdfsign-" not in r]  # where the file system has no unnamed files
        assert rest == [], f"{about}: left behind {rest}"
        if not killed and run.status != 0:
            assert run.code not in (None, "INTERNAL"), f"{about}: {run}"


@needs_shim
@pytest.mark.parametrize("mode,signers", [("new", "one"), ("overwrite", "one"), ("in place", "one"), ("new", "two")])
@pytest.mark.parametrize("action", ["kill", "after-kill", "ENOSPC", "EIO", "EINTR", "short"])
def test_at_every_step(tmp_path, references, mode, signers, action):
    scene, reference = Scene(tmp_path / "scene", mode, signers), references[signers]
    log = tmp_path / "log"
    run = scene.run(PDS_FAULT_LOG=log)
    assert run.status == 0 and scene.output_now() == reference, str(run)
    steps = log.read_text().splitlines()
    assert len(steps) > 8, f"too few steps to be true: {steps}"
    for number, step in enumerate(steps, 1):
        scene.reset()
        run = scene.run(PDS_FAULT=f"{number}:{action}")
        about = f"{action} at step {step} of {len(steps)}"
        scene.check(run, reference, about, "kill" in action)
        if action == "short":
            assert run.status == 0, f"{about}: {run}"


@needs_shim
@pytest.mark.parametrize("action", ["EOPNOTSUPP", "ENOENT", "EINVAL"])
def test_a_file_system_without_some_call_is_managed_or_refused(tmp_path, reference, action):
    """Such as one without unnamed files or links."""
    scene = Scene(tmp_path / "scene", "new")
    log = tmp_path / "log"
    assert scene.run(PDS_FAULT_LOG=log).status == 0
    for number, step in enumerate(log.read_text().splitlines(), 1):
        scene.reset()
        scene.check(scene.run(PDS_FAULT=f"{number}:{action}"), reference, f"{action} at {step}", False)


def test_a_file_size_limit_is_an_error_not_a_crash(tmp_path, pdf):
    run = sign(pdf("contract"), tmp_path / "o.pdf", limits=((resource.RLIMIT_FSIZE, 50_000),))
    assert (run.status, run.code) == (11, "OUTPUT_FAILED") and leftovers(tmp_path) == [], str(run)


def test_a_full_disk_at_standard_output_is_an_error(pdf):
    with open("/dev/full", "wb") as full:
        run = sign(pdf("contract"), "-", stdout=full)
    assert (run.status, run.code) == (11, "OUTPUT_FAILED"), str(run)


def test_a_reader_that_went_away_is_an_error(pdf):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        run = sign(pdf("contract"), "-", stdout=pipe)
    assert (run.status, run.code) == (11, "OUTPUT_FAILED"), str(run)


@program.needs("setpriv")
@pytest.mark.parametrize("in_place", [False, True])
def test_a_read_only_folder_is_an_error(tmp_path, pdf, in_place):
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copyfile(pdf("contract"), folder / "in.pdf")
    folder.chmod(0o555)
    where = ("--in-place",) if in_place else ("-o", folder / "o.pdf")
    done = subprocess.run(["setpriv", "--bounding-set=-all", program.PROGRAM, "sign", *map(str, (*key(), folder / "in.pdf", *where))],
                          env=program.environment(), capture_output=True, check=False)
    folder.chmod(0o755)
    assert done.returncode == 11 and b"OUTPUT_FAILED" in done.stderr, done
    assert leftovers(folder) == ["in.pdf"] and (folder / "in.pdf").read_bytes() == pdf("contract").read_bytes()


def test_a_missing_folder_is_an_error(tmp_path, pdf):
    run = sign(pdf("contract"), tmp_path / "none" / "o.pdf")
    assert (run.status, run.code) == (11, "OUTPUT_FAILED"), str(run)


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
@pytest.mark.parametrize("same", ["the same name", "another path", "a hard link", "a symbolic link"])
def test_the_input_is_never_the_output_by_accident(tmp_path, pdf, options, same):
    source = tmp_path / "in.pdf"
    shutil.copyfile(pdf("contract"), source)
    target = {"the same name": source, "another path": tmp_path / "." / ".." / tmp_path.name / "in.pdf"}.get(same, tmp_path / "link.pdf")
    if same == "a hard link":
        os.link(source, target)
    if same == "a symbolic link":
        target.symlink_to(source)
    run = sign(source, target, *options)
    assert run.status in (2, 11) and run.code in ("USAGE", "OUTPUT_REFUSED", "OUTPUT_EXISTS"), str(run)
    assert source.read_bytes() == pdf("contract").read_bytes()
    assert leftovers(tmp_path, "in.pdf", "link.pdf") == []


@pytest.mark.parametrize("options", [(), ("--overwrite",)])
@pytest.mark.parametrize("to", ["file", "nothing"])
def test_a_symbolic_link_is_not_written_through(tmp_path, pdf, options, to):
    (tmp_path / "file").write_text("precious")
    (tmp_path / "link.pdf").symlink_to(tmp_path / to)
    run = sign(pdf("contract"), tmp_path / "link.pdf", *options)
    assert (run.status, run.code) in ((11, "OUTPUT_REFUSED"), (11, "OUTPUT_EXISTS")), str(run)
    assert (tmp_path / "link.pdf").is_symlink() and (tmp_path / "file").read_text() == "precious"
    assert leftovers(tmp_path, "link.pdf", "file") == []


@pytest.mark.parametrize("target", ["folder", "/dev/null", "/dev/zero"])
def test_a_folder_or_a_device_is_refused(tmp_path, pdf, target):
    (tmp_path / "folder").mkdir()
    run = sign(pdf("contract"), tmp_path / target, "--overwrite")
    assert (run.status, run.code) == (11, "OUTPUT_REFUSED"), str(run)
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.parametrize("options,code", [((), "OUTPUT_EXISTS"), (("--overwrite",), "OK")])
def test_an_output_that_exists_is_replaced_only_when_told(tmp_path, judged, pdf, options, code):
    (tmp_path / "o.pdf").write_text("precious")
    run = sign(pdf("contract"), tmp_path / "o.pdf", *options)
    assert (run.status, run.code) == (0 if code == "OK" else 11, code), str(run)
    if code == "OK":
        judged(tmp_path / "o.pdf", pdf("contract"))
    else:
        assert (tmp_path / "o.pdf").read_text() == "precious"


def read_fifo(path, into):
    with open(path, "rb") as fifo:
        into.append(fifo.read())


@pytest.mark.parametrize("name,status", [("contract", 0), ("field-two", 2)])
def test_a_fifo_gets_a_whole_file_or_nothing(tmp_path, judged, pdf, name, status):
    fifo, got = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=read_fifo, args=(fifo, got), daemon=True)
    reader.start()
    run = sign(pdf(name), fifo)
    assert run.status == status, str(run)
    if status == 0:
        reader.join(20)
        (tmp_path / "o.pdf").write_bytes(got[0])
        judged(tmp_path / "o.pdf", pdf(name))
    else:
        with open(fifo, "wb"):  # lets the reader go
            pass
        reader.join(20)
        assert got == [b""]
    assert fifo.is_fifo()


@pytest.mark.parametrize("number,status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_copying_leaves_nothing(tmp_path, monkeypatch, number, status):
    monkeypatch.setattr(pdfs, "HOLE", 1_500_000_000)
    source = pdfs.write(tmp_path, "huge-table")
    child = subprocess.Popen([program.PROGRAM, "sign", *key(), source, "-o", tmp_path / "o.pdf"],
                             env=program.environment(), stderr=subprocess.PIPE)
    time.sleep(.4)
    child.send_signal(number)
    _, said = child.communicate(timeout=program.HANG)
    if child.returncode == 0:
        pytest.skip("the machine was faster than the signal")
    assert child.returncode == status and b"Traceback" not in said, said
    assert leftovers(tmp_path, "huge-table.pdf") == []


def test_an_input_that_is_being_written_is_noticed(tmp_path, monkeypatch):
    """Somebody appends while the file is read: refused, or what was signed is what was there."""
    monkeypatch.setattr(pdfs, "HOLE", 1_500_000_000)
    source = pdfs.write(tmp_path, "huge-table")
    child = subprocess.Popen([program.PROGRAM, "sign", *key(), source, "-o", tmp_path / "o.pdf"],
                             env=program.environment(), stderr=subprocess.PIPE)
    time.sleep(.4)
    with open(source, "ab") as file:
        file.write(b"% more\n")
    _, said = child.communicate(timeout=program.HANG)
    if child.returncode == 0:
        pytest.skip("the machine was faster than the writer")
    assert child.returncode == 5 and b"INPUT_CHANGED" in said, said
    assert leftovers(tmp_path, "huge-table.pdf") == []
