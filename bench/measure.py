"""Runs a command and says what it cost: CPU, time and memory (usage.c), or instructions (callgrind)."""

import os
import re
import shutil
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOM = 5 << 30  # for the largest file, its signed copy and what else is in memory
LIMIT_SECONDS = 900  # against a hang; no result depends on it


class Failed(Exception):
    """The command could not do its work."""


@dataclass
class Usage:
    cpu: float  # seconds, user and system
    wall: float
    peak: float  # MiB
    read: int  # bytes, from files and sockets; -1: not known


class Lab:
    """A scratch folder, in memory where there is room, and the two instruments."""

    def __init__(self, build, keep=False):
        self.build, self.keep = build, keep
        self.callgrind = build / "callgrind"
        self.callgrind.mkdir(parents=True, exist_ok=True)
        memory = Path("/dev/shm")
        self.in_memory = memory.is_dir() and shutil.disk_usage(memory).free > ROOM and available_memory() > ROOM
        self.scratch = memory / f"pdfsign-bench-{os.getuid()}" if self.in_memory else build / "scratch"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.out = self.scratch / "out"
        self.instrument = build / "usage"
        source = Path(__file__).parent / "usage.c"
        subprocess.run(["cc", "-O2", "-static", "-D_GNU_SOURCE", "-o", self.instrument, source], check=True)

    def close(self):
        if not self.keep:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def empty_out(self):
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)

    def _run(self, command):
        self.empty_out()
        return subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, timeout=LIMIT_SECONDS)

    def usage(self, command, outputs=1):
        """`outputs`: how many files must lie in the out folder afterwards."""
        report = self.scratch / "usage"
        r = self._run([self.instrument, report, *command])
        if r.returncode != 0:
            raise Failed(last_line(r.stderr) or "usage failed")
        cpu, wall, peak, status, read = map(int, report.read_text().split())
        made = sum(1 for _ in self.out.iterdir())
        if status != 0 or made != outputs:
            raise Failed(f"{Path(command[0]).name}: status {status}, {made} of {outputs} files: {last_line(r.stderr)}")
        return Usage(cpu / 1e6, wall / 1e6, peak / 1024, read)

    def instructions(self, name, command, outputs=1):
        """In millions, child processes included; callgrind's file stays as build/bench/callgrind/NAME."""
        r = self._run(["valgrind", "--tool=callgrind", "--trace-children=yes",
                       f"--callgrind-out-file={self.callgrind / name}", *command])
        counts = [int(n) for n in re.findall(r"Collected : (\d+)", r.stderr)]
        made = sum(1 for _ in self.out.iterdir())
        if r.returncode != 0 or not counts or made != outputs:
            raise Failed(f"status {r.returncode}, {made} of {outputs} files: {last_line(r.stderr)}")
        return sum(counts) / 1e6

    def pairs(self, count, first, second):
        """Runs two measurements in turn, the other one first each second time, so that a busy machine hits both.
        A first pair warms up and does not count."""
        got = []
        for i in range(count + 1):
            if i % 2 == 0:
                a, b = first(), second()
            else:
                b, a = second(), first()
            got.append((a, b))
        return got[1:]


def available_memory():
    kib = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
    return int(kib.group(1)) << 10


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("==")]
    return lines[-1].strip()[:200] if lines else ""


def ratio(pairs):
    """The median of the ratios first/second, and a note on its spread."""
    ratios = [a / b for a, b in pairs]
    return statistics.median(ratios), f"{min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs"


def read_once(path):
    """Into the page cache, so that the first program does not pay for it."""
    with open(path, "rb") as f:
        while f.read(1 << 22):
            pass
