"""Makes what the end-to-end tests work on, once, whatever number of them run at a time.

Environment: PDFSIGN the installed program (default build/dev/stage/bin/pdfsign), PDS_WORK a folder
kept between runs (default build/dev/e2e), PDS_SANITIZED=1 where memory and time say nothing.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "fixtures"))

import cards  # noqa: E402
import pdfs  # noqa: E402
import program  # noqa: E402
import seals  # noqa: E402
import sheets  # noqa: E402
from judge import PROGRAMS, Wanted, judge  # noqa: E402

FIXTURES = program.ROOT / "fixtures"


def pytest_sessionstart(session):
    if shutil.which(program.PROGRAM) is None:
        pytest.exit(f"{program.PROGRAM} is not there: build and install it first", 2)
    program.WORK.mkdir(parents=True, exist_ok=True)
    with open(program.WORK / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make_fixtures()


def make_fixtures():
    """Anew when a program of fixtures/ has changed."""
    makers = sorted(FIXTURES.glob("*.py"))
    stamp = hashlib.sha256(b"".join(m.read_bytes() for m in makers)).hexdigest()
    stamp_file = program.WORK / "stamp"
    if stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    for folder in (program.PKI, program.PDFS, program.DAMAGED):
        shutil.rmtree(folder, ignore_errors=True)
    small = [name for name, kind in pdfs.KINDS.items() if not kind.huge]
    for command in (["pki.py", program.PKI], ["damaged.py", program.DAMAGED],
                    ["pdfs.py", program.PDFS, *small]):
        subprocess.run([sys.executable, FIXTURES / command[0], *command[1:]], check=True)
    stamp_file.write_text(stamp)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """./run-tests installs all parts: what skips for want of one fails there (cmake/setup.sh)."""
    report = (yield).get_result()
    if report.skipped and os.environ.get("PDS_NO_SKIP") and program.MISSING in str(report.longrepr):
        report.outcome, report.longrepr = "failed", f"not to be skipped here: {report.longrepr[2]}"


@pytest.fixture
def pdf():
    """pdf("field-one"): the path of a sound PDF of that kind (fixtures/pdfs.py)."""
    return lambda name: program.PDFS / f"{name}.pdf"


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """The folder with the test seals, NAME.png (fixtures/seals.py)."""
    folder = tmp_path_factory.mktemp("seals")
    seals.write_all(folder)
    return folder


@pytest.fixture
def small(pictures):
    """Options of a small test seal."""
    return ("--seal", pictures / "small.png")


@pytest.fixture
def sheet_file(tmp_path):
    """sheet_file(Sheet(…), …): the path of a file of such pages (fixtures/sheets.py)."""
    def sheet_file(*pages, name="in.pdf", catalog=""):
        path = tmp_path / name
        path.write_bytes(sheets.pdf(pages, catalog))
        return path
    return sheet_file


@pytest.fixture
def pki():
    return program.PKI


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    made = cards.Readers(tmp_path_factory.mktemp("readers"))
    yield made
    made.close()


@pytest.fixture
def plug(readers):
    """plug(slot, *options): a card that is pulled out again when the test ends."""
    made = []

    def plug(slot, *options, **how):
        made.append(readers.plug(slot, *options, **how))
        return made[-1]
    yield plug
    for card in made:
        card.close()
    time.sleep(0.8)  # until the service has missed them, whatever its clients were told before


@pytest.fixture
def pin(tmp_path):
    """pin("123456"): a file with that PIN."""
    def pin(text=cards.PIN):
        path = tmp_path / f"pin-{text}"
        path.write_text(text)
        path.chmod(0o600)
        return path
    return pin


@pytest.fixture
def judged():
    """judged(path, source=…, **Wanted): demands a well-signed file, returns its signatures.

    kind: of the file that was signed first, if source is not that one (fixtures/pdfs.py).
    """
    def judged(path, source=None, kind=None, **wanted):
        row = pdfs.KINDS.get(kind or (source.stem if source else ""), pdfs.Kind(None))
        programs = tuple(p for p in PROGRAMS if p not in row.blind)
        reader = None if row.lone and wanted.get("signatures", 1) > 1 else row.reader
        return judge(path, Wanted(**{"roots": (program.PKI / "root.pem",), "source": source, "reader": reader,
                                     "password": row.password, "programs": programs, **wanted}))
    return judged


@pytest.fixture
def signed(tmp_path, judged):
    """signed(source, *options): signs, judges, and returns (path, signatures)."""
    def signed(source, *options, with_key=None, name="out.pdf", how=None, **wanted):
        target = tmp_path / name
        run = program.sign(source, target, *options, with_key=with_key, **(how or {}))
        assert run.status == 0, str(run)
        return target, judged(target, source, **wanted)
    return signed


@pytest.fixture
def refused(tmp_path):
    """refused(source, *options): signing fails with a line on stderr and no output; returns the run."""
    def refused(source, *options, with_key=None, **how):
        folder = tmp_path / "refused"
        folder.mkdir(exist_ok=True)
        run = program.sign(source, folder / "out.pdf", *options, with_key=with_key, **how)
        assert run.status != 0, f"accepted: {run}"
        assert run.err.count("\n") == 1 and run.err.endswith("\n"), f"not one line: {run}"
        assert run.code is not None, f"no code: {run}"
        assert program.leftovers(folder) == [], f"left behind: {program.leftovers(folder)}"
        return run
    return refused
