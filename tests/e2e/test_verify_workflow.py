"""docs/verify-workflow.yml does what it shows: its `run:` steps, one after another, as a runner would run them."""

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

import program
import reports

WORKFLOW = (program.ROOT / "docs/verify-workflow.yml").read_text()


def steps():
    """[(name, commands, whether it runs in any case)]; of the YAML only what such a file needs."""
    found = []
    for step in re.split(r"^      - ", WORKFLOW, flags=re.M)[1:]:
        run = re.search(r"^        run: \|\n((?: {10}.*\n|\n)+)", step, re.M)
        if run:
            name = re.match(r"name: (.*)", step)[1]
            found.append((name, "".join(line[10:] for line in run[1].splitlines(True)), "if: always()" in step))
    return found


@pytest.fixture
def repository(tmp_path):
    """A repository with a contract, and the package of pdfsign that it brings."""
    work, stage = tmp_path / "work", Path(program.PROGRAM).resolve().parents[1]
    for folder in ("contracts/2026", "trust", "pdfsign"):
        (work / folder).mkdir(parents=True)
    with tarfile.open(work / "pdfsign/pdfsign.tar.gz", "w:gz") as package:
        for folder in ("bin", "lib", "share"):
            if (stage / folder).exists():
                package.add(stage / folder, folder)
    shutil.copyfile(program.PKI / "root.pem", work / "trust/root.pem")
    run = program.sign(program.PDFS / "table.pdf", work / "contracts/2026/合同.pdf")
    assert run.status == 0, str(run)
    return work


def run_job(work):
    """{name of a step: its status}, as a job goes on; a step that fails leaves out those that are not for any case."""
    temp = work.parent / "temp"
    temp.mkdir()
    path, summary, failed, said = temp / "path", temp / "summary.md", False, {}
    path.touch()
    system = temp / "system"  # has the libraries already
    system.mkdir()
    (system / "apt-get").write_text("#!/bin/sh\nexit 0\n")
    (system / "apt-get").chmod(0o755)
    for name, commands, always in steps():
        if failed and not always:
            continue
        added = path.read_text().split()
        env = program.environment(PATH=os.pathsep.join([*reversed(added), str(system), os.environ["PATH"]]), RUNNER_TEMP=temp, GITHUB_PATH=path,
                                  GITHUB_STEP_SUMMARY=summary)
        done = subprocess.run(["bash", "-e", "-c", commands], cwd=work, env=env, capture_output=True, timeout=program.HANG, check=False)
        said[name] = done.returncode
        failed = failed or done.returncode != 0
    return said, summary.read_text()


def test_there_are_steps_that_verify():
    assert [name for name, _, _ in steps()] == ["Libraries", "Install", "Verify", "Findings", "Summary"]
    assert WORKFLOW.count("run: |") == len(steps()) and "\t" not in WORKFLOW


def test_good_contracts_pass(repository):
    said, summary = run_job(repository)
    assert said == {"Libraries": 0, "Install": 0, "Verify": 0, "Findings": 0, "Summary": 0}
    assert reports.junit((repository / "report.xml").read_bytes()) == {"contracts/2026/合同.pdf": ["passed", "passed"]}
    assert [r for r in reports.sarif((repository / "report.sarif").read_bytes()) if r["level"] != "note"] == []
    assert "✅ valid" in summary


@pytest.mark.parametrize("fault,status", [("tampered", 1), ("unsigned", 7), ("damaged", 5)])
def test_a_bad_contract_ends_the_job_and_is_reported(repository, fault, status):
    good = (repository / "contracts/2026/合同.pdf").read_bytes()
    changed = bytearray(good)
    changed[good.index(b"stream") + 20] ^= 1
    content = {"tampered": changed, "unsigned": (program.PDFS / "table.pdf").read_bytes(), "damaged": good[:-500]}[fault]
    (repository / "contracts/bad.pdf").write_bytes(content)
    said, summary = run_job(repository)
    assert said == {"Libraries": 0, "Install": 0, "Verify": status, "Findings": 0, "Summary": 0}
    files = reports.junit((repository / "report.xml").read_bytes())
    assert files["contracts/2026/合同.pdf"] == ["passed", "passed"] and files["contracts/bad.pdf"][0] in ("failure", "error")
    assert any(r["level"] == "error" for r in reports.sarif((repository / "report.sarif").read_bytes()))
    assert "<code>contracts/bad.pdf</code>" in summary
