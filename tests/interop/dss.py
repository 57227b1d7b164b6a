"""EU DSS, the reference of the European Commission, in one process for all files (dss/src/main/java/Dss.java)."""

import contextlib
import subprocess
from dataclasses import dataclass


@dataclass
class Row:
    """What its simple report says of a signature or a timestamp."""
    kind: str        # "signature", "timestamp"
    level: str       # PAdES-BASELINE-T and the like
    indication: str  # TOTAL_PASSED, PASSED, INDETERMINATE/NO_POE …
    errors: str
    warnings: str


class Dss(contextlib.AbstractContextManager):
    def __init__(self, command):
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(60)

    def ask(self, *words):
        self.child.stdin.write("\t".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        rows = []
        while (line := self.child.stdout.readline()) != "\n":
            assert line, "EU DSS is gone"
            rows.append(Row(*line.rstrip("\n").split("\t")))
        assert not any(row.kind == "error" for row in rows), rows
        return rows

    def judge(self, path, *, password="", online=False, days=0):
        """By its own policy, so many days from now; online: services are asked for what the file lacks."""
        return self.ask("judge", "online" if online else "offline", days, path, password or "")

    def extend(self, level, tsa, source, target, *, password=""):
        """level: as "LTA"."""
        self.ask("extend", f"PAdES_BASELINE_{level}", tsa, source, password or "", target)
        return target
