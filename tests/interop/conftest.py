"""The fixtures of the end-to-end tests serve here too; judges in Java, each a process that has all its files."""

import os
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

_spec = util.spec_from_file_location("e2e_conftest", HERE.parent / "e2e/conftest.py")
_e2e = util.module_from_spec(_spec)
_spec.loader.exec_module(_e2e)
pytest_sessionstart, pdf, pki, pictures, judged, signed, refused = (
    _e2e.pytest_sessionstart, _e2e.pdf, _e2e.pki, _e2e.pictures, _e2e.judged, _e2e.signed, _e2e.refused)

import program  # noqa: E402
from corpus import tools  # noqa: E402
from dss import Dss  # noqa: E402

BUILD = Path(os.environ.get("PDS_INTEROP", program.ROOT / "build/dev/interop")).resolve()


def java(pom, folder, main):
    """The command that runs a class; fetches and compiles what it needs first."""
    folder.mkdir(parents=True, exist_ok=True)
    classpath = folder / "classpath"
    with tools.maven():
        subprocess.run(["mvn", "-q", "-B", "-f", pom, f"-Dinterop.build={folder}", "compile",
                        "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"], check=True)
    return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{folder / 'classes'}:{classpath.read_text().strip()}", main]


@pytest.fixture(scope="session")
def verapdf():
    """verapdf((flavour, path), …): whether veraPDF has no complaint, and what it says."""
    command = java(HERE / "pom.xml", BUILD, "CheckPdfa")

    def verapdf(*files):
        done = subprocess.run([*command, *(f"{flavour}={path}" for flavour, path in files)],
                              capture_output=True, text=True, check=False, timeout=300)
        return done.returncode == 0, done.stdout + done.stderr[-2000:]
    return verapdf


@pytest.fixture(scope="session")
def start_dss():
    """start_dss(root): EU DSS, which trusts that certificate (dss.py)."""
    command = java(HERE / "dss/pom.xml", BUILD / "dss", "Dss")
    return lambda root: Dss([*command, str(root)])
