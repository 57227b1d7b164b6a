#!/usr/bin/env python3
"""Measures pdfsign beside its limits and beside other programs that sign and verify PDF. Started by bench/run."""

import argparse
import hashlib
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import identity
import workset
from augmenting import FIGURES as AUGMENTING
from devices import SoftHsm
from figures import FIGURES as SIGNING
from lasting import FIGURES as LASTING
from measure import Failed, Lab, read_once
from programs import PEERS, Product, output
from services import Services
from tokens import FIGURES as TOKENS
from verifying import FIGURES as VERIFYING

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build" / "bench"
FIGURES = [*SIGNING, *LASTING, *AUGMENTING, *VERIFYING, *TOKENS]


class Bench:
    """What a figure needs: the product, the work set, the instruments, the peers (each made ready when first asked for)."""

    def __init__(self, program, lab, keep):
        self.lab, self.keep = lab, keep
        self.identity = folder_of(identity, "identity")
        identity.make(self.identity)
        self.product = Product(program, self.identity)
        self.set = workset.WorkSet(folder_of(workset, "set"))
        self.ready, self.missing, self.running, self.hsm = {}, {}, None, None

    def peer(self, name):
        if name not in self.ready and name not in self.missing:
            try:
                peer = PEERS[name](BUILD, self.identity)
                if hasattr(peer, "tune"):
                    peer.tune(self.lab, self.set.contracts())
                self.ready[name] = peer
            except (LookupError, Failed, subprocess.CalledProcessError) as e:
                self.missing[name] = str(e).strip("'\"")
        if name in self.missing:
            raise LookupError(f"{name}: {self.missing[name]}")
        return self.ready[name]

    def signed(self, kind):
        """The contracts, signed by the product."""
        folder, sources = self.lab.scratch / f"signed-{kind}", self.set.contracts()
        if not folder.exists():
            self.lab.usage(self.product.many(kind, 1, self.lab.out, sources, pem=True), len(sources))
            self.lab.out.rename(folder)
        return sorted(folder.iterdir())

    def services(self):
        """Of certificates and timestamps; they run from then on."""
        if self.running is None:
            self.running = Services(self.lab.scratch / "services")
        return self.running

    def soft_hsm(self):
        if self.hsm is None:
            self.hsm = SoftHsm(self.lab.scratch / "hsm", self.identity)
        return self.hsm

    def large(self, name):
        path = workset.large_file(self.lab.scratch, name)
        read_once(path)
        return path

    def forget_large(self, name):
        if not self.keep:
            for end in (".pdf", ".signed.pdf", ".stamped.pdf"):
                workset.WorkSet(self.lab.scratch).remove(name.replace(" ", "-") + end)


def folder_of(module, name):
    """Below build/bench; emptied when the program that fills it has changed."""
    folder = BUILD / name
    stamp, now = folder / "made-by", hashlib.sha256(Path(module.__file__).read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(now)
    return folder


def wanted(args):
    names = args.only or [""]
    chosen = [f for f in FIGURES if (f.ci or not args.ci) and any(f.name.startswith(n) for n in names)]
    if not chosen and not (args.only and "peers".startswith(args.only[0])):
        sys.exit(f"bench/run: no figure is called {' or '.join(names)}; see bench/run --list")
    return chosen


def head(b):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    print(f"{b.product.version}; {output(['openssl', 'version']).split(' (')[0]}; {output(['cc', '--version']).splitlines()[0]}; "
          f"{output(['valgrind', '--version'])}")
    print(f"{len(os.sched_getaffinity(0))} x {model}, {platform.system()} {platform.release()}; load "
          f"{os.getloadavg()[0]:.1f}; outputs {'in memory' if b.lab.in_memory else 'on disk'}\n")


def number(value):
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.2f}"


def measure(b, figures, results):
    """Prints a line for each figure as it comes."""
    print(f"{'figure':22} {'measured':>9} {'limit':>8} {'verdict':9} what")
    for i, figure in enumerate(figures):
        try:
            value, note = figure.measure(b)
            verdict, shown = figure.verdict(value), number(value)
        except LookupError as e:
            verdict, shown, note = "skipped", "-", str(e)
        except (Failed, subprocess.TimeoutExpired) as e:
            verdict, shown, note = "failed", "-", str(e)
        results[figure.name] = verdict
        print(f"{figure.name:22} {shown:>9} {figure.limit():>8} {verdict:9} {figure.what}, {figure.unit}"
              f"{' (' + note + ')' if note else ''}", flush=True)
        if figure.large and not any(later.large == figure.large for later in figures[i + 1:]):
            b.forget_large(figure.large)


def cell(work):
    try:
        return work()
    except (Failed, subprocess.TimeoutExpired):
        return "failed"


def peer_row(b, program):
    """CPU ms of one file, CPU ms a document of 200, peak MiB at 110 KB and 100 MB, bytes added."""
    source, large, target = b.set.contracts(1)[0], b.large("100 MB"), b.lab.out / "x.pdf"
    # PDFBox and a batch keep the name of the input
    def one(path):
        return program.one("rsa", path, b.lab.out / path.name if program.name == "PDFBox" else target)

    def added():
        b.lab.usage(one(source))
        return f"{next(b.lab.out.iterdir()).stat().st_size - source.stat().st_size}"

    def of_one(path, runs, quantity):
        return f"{statistics.median(quantity(b.lab.usage(one(path))) for _ in range(runs)):.1f}"

    sources = b.set.contracts()
    many = program.many("rsa", 1, b.lab.out, sources)
    return (cell(lambda: of_one(source, 5, lambda u: u.cpu * 1000)),
            cell(lambda: f"{b.lab.usage(many, len(sources)).cpu * 1000 / len(sources):.2f}") if many else "none",
            cell(lambda: of_one(source, 1, lambda u: u.peak)), cell(lambda: of_one(large, 1, lambda u: u.peak)), cell(added))


def peers(b):
    print("\nRSA-2048 beside other programs (PKCS#12, podofosign PEM)\n\n"
          "| program | one file, CPU ms | 200 files, CPU ms each | peak MiB, 110 KB | peak MiB, 100 MB | bytes added |\n"
          "|---|--:|--:|--:|--:|--:|")
    for name in [None, *PEERS]:
        try:
            program = b.peer(name) if name else b.product
        except LookupError:
            continue
        print(f"| {program.name}, {program.version} | {' | '.join(peer_row(b, program))} |", flush=True)
    b.forget_large("100 MB")


def close(b, results):
    count = {v: sum(1 for r in results.values() if r == v) for v in ("ok", "over", "failed", "skipped", "reported")}
    for name, why in b.missing.items():
        print(f"skipped: {name}: {why}")
    print(f"\n{len(results)} figures: {count['ok']} within their limits, {count['over']} over, {count['failed']} failed, "
          f"{count['skipped']} skipped, {count['reported']} without a limit")
    return 1 if count["over"] or count["failed"] else 0


def arguments():
    p = argparse.ArgumentParser(prog="bench/run", description="Measures pdfsign beside its limits and beside other "
                                "programs that sign PDF; status 1 when a limit is exceeded.")
    p.add_argument("--ci", action="store_true", help="only what does not depend on the machine's load: instructions, "
                   "memory, file growth; installs no peers")
    p.add_argument("--only", action="append", metavar="NAME", help="figures whose names start so, or 'peers' (the table of "
                   "programs); repeatable")
    p.add_argument("--product", type=Path, metavar="PROGRAM", default=TOP / "build/release/stage/bin/pdfsign",
                   help="measure this program instead of a new build of preset release")
    p.add_argument("--keep", action="store_true", help="keep the large files and the last outputs")
    p.add_argument("--list", action="store_true", help="list the figures")
    return p.parse_args()


def main():
    args = arguments()
    if args.list:
        print("\n".join(f"{f.name:22} {f.limit():>8} {f.unit:9} {f.what}{'' if f.ci else ' (not in --ci)'}" for f in FIGURES))
        return 0
    figures, results = wanted(args), {}
    lab = Lab(BUILD, args.keep)
    try:
        b = Bench(args.product.resolve(), lab, args.keep)
        head(b)
        if figures:
            measure(b, figures, results)
        if not args.ci and (not args.only or "peers" in args.only):
            peers(b)
        return close(b, results)
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
