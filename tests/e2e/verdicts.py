"""What `pdfsign verify --json` says of files: of many with the same options in one call."""

import datetime
import fcntl
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import attacks
import program
from corpus import FAILED, INDETERMINATE, PASSED, ROWS, UNREADABLE, UNSIGNED, tools

VERDICTS = {0: PASSED, 1: FAILED, 5: UNREADABLE, 6: INDETERMINATE, 7: UNSIGNED}
WORST = (12, 11, 1, 5, 7, 6, 0)  # of several files, the worst first


@dataclass
class Said:
    """Of one file."""
    exit: int
    result: dict  # the line of JSON

    @property
    def verdict(self):
        return VERDICTS[self.exit]

    @property
    def signatures(self):
        return self.result.get("signatures", [])

    @property
    def codes(self):
        """Of all findings, wherever they stand, and those that fixtures/corpus has for whole files."""
        whole = {5: "PDF_UNREADABLE", 7: "NO_SIGNATURE"}.get(self.exit)
        return sorted({*findings(self.result), *filter(None, [whole])})


def findings(value):
    if isinstance(value, list):
        return {code for one in value for code in findings(one)}
    if not isinstance(value, dict):
        return set()
    own = {one["code"] for one in value.get("findings", [])}
    return own.union(*map(findings, value.values()))


def verify(paths, *options, jobs=2, **how):
    """{path: Said}; the call's exit status is the worst of all."""
    paths = list(map(str, paths))
    run = program.pdfsign("verify", "--json", "-j", jobs, *options, *paths, **how)
    lines = [json.loads(line) for line in run.out.splitlines()]
    said = {line["input"]: Said(line["exit"], line) for line in lines if line["type"] == "result"}
    assert list(said) == paths, str(run)
    assert run.status == min((s.exit for s in said.values()), key=WORST.index), str(run)
    return said


def options_of(row, folder):
    """What a verifier is given for a file of the corpus."""
    words = list(row.options)
    for name in row.trust:
        words += ["--trust", folder / "pki" / f"{name}.pem"]
    for name in row.crls:
        words += ["--evidence", folder / "pki" / f"{name}.crl"]
    if row.password:
        password = folder / "pki" / f"password-{row.password}"
        password.write_text(row.password + "\n")
        words += ["--password-file", password]
    return tuple(words)


def judge(names, folder):
    """{name of a row: Said}."""
    groups = {}
    for name in names:
        groups.setdefault(options_of(ROWS[name], folder), []).append(folder / f"{name}.pdf")
    return {Path(path).stem: said for options, paths in groups.items() for path, said in verify(paths, *options).items()}


def deviation(row, said):
    """None, or how it differs from what the row expects."""
    codes = set(said.codes)
    if row.good:
        if said.exit != 0 or any(s["indication"] != PASSED for s in said.signatures):
            return f"good, but {said.verdict}"
        return None if row.note in (None, *codes) else f"without {row.note}"
    if said.verdict not in row.verdicts:
        return f"{said.verdict}, not {'/'.join(row.verdicts)}"
    return None if codes & {row.finding, *row.others} else f"without {row.finding}"


def corpus():
    """The folder with all files that can be made here, kept between runs of a day."""
    folder, sources = program.WORK / "corpus", sorted(Path(attacks.__file__).parent.rglob("*.py"))
    stamp = hashlib.sha256(b"".join(s.read_bytes() for s in sources))
    stamp.update(f"{datetime.date.today()} {Path(program.PROGRAM).stat().st_mtime_ns} {sorted(made_here())}".encode())
    program.WORK.mkdir(parents=True, exist_ok=True)
    with open(program.WORK / "corpus.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "stamp").exists() or (folder / "stamp").read_text() != stamp.hexdigest():
            shutil.rmtree(folder, ignore_errors=True)
            attacks.write(folder, made_here())
            (folder / "stamp").write_text(stamp.hexdigest())
    return folder


def made_here():
    return [name for name, row in ROWS.items() if all(map(tools.has, row.needs))]
