"""What is measured: a row for each figure. A function takes the bench and gives the value and a note."""

import math
import re
import statistics
import subprocess
from dataclasses import dataclass
from typing import Callable, Optional

import workset
from measure import Failed, ratio, read_once
from programs import visible

FEW, MORE = 20, 40
INVISIBLE_FLOOR = 0.05  # M instructions; less than this between two sizes is no growth


@dataclass
class Figure:
    name: str
    what: str
    unit: str
    most: Optional[float]  # the limit, or None
    least: Optional[float]
    ci: bool  # also in bench/run --ci
    measure: Callable
    large: Optional[str] = None  # needs this large file

    def verdict(self, value):
        if self.most is None and self.least is None:
            return "reported"
        over = (self.most is not None and value > self.most) or (self.least is not None and value < self.least)
        return "over" if over else "ok"

    def limit(self):
        if self.most is not None:
            return f"<= {self.most:g}"
        return f">= {self.least:g}" if self.least is not None else "none"


def sealed(b):
    return visible(b.set.seal())


def with_text(b):
    """A seal with two lines of Chinese text and a date."""
    return [*sealed(b), "--text", "北京某某科技有限公司\\n张三", "--font", "Noto Sans CJK SC", "--date", "@last"]


def by_two(b):
    """A seal and a date of each of two signers."""
    return [*sealed(b), "--date", "@last", "--then", *b.product.key("rsa", True), *visible(b.set.seal(), "bl"),
            "--date", "@last"]


def further(kind, streams=False, look=None):
    """Instructions of 40 documents less those of 20, by 20: no start-up, no loading of key, seal and font."""
    def measure(b):
        def run(count):
            sources = b.set.contracts(count, streams)
            name = f"{kind}-{'streams' if streams else 'tables'}{'-' + look.__name__ if look else ''}-{count}"
            command = b.product.many(kind, 1, b.lab.out, sources, True, look(b) if look else ())
            return b.lab.instructions(name, command, count)
        few, more = run(FEW), run(MORE)
        return (more - few) / (MORE - FEW), f"{MORE}: {more:.1f}, {FEW}: {few:.1f}"
    return measure


def alone(kind, pem):
    """Instructions of one signature in a process of its own."""
    def measure(b):
        name = f"{kind}-{'pem' if pem else 'p12'}"
        command = b.product.one(kind, b.set.contracts(1)[0], b.lab.out / "x.pdf", pem)
        return b.lab.instructions(name, command), ""
    return measure


def peak(source, kind="rsa"):
    """Peak memory, MiB: the largest of three runs (of one for a large file)."""
    def measure(b):
        path = source(b)
        runs = 1 if path.stat().st_size > 10 ** 8 else 3
        command = b.product.one(kind, path, b.lab.out / "x.pdf")
        return max(b.lab.usage(command).peak for _ in range(runs)), f"{runs} runs" if runs > 1 else "one run"
    return measure


def growth(kind, streams=False):
    """Bytes that one B-B signature with the signer's and one issuer's certificate adds; checks what was made, too."""
    def measure(b):
        source, target = b.set.contracts(1, streams)[0], b.lab.out / "x.pdf"
        b.lab.usage(b.product.one(kind, source, target))
        before, after = source.read_bytes(), target.read_bytes()
        if not after.startswith(before) or b"ETSI.CAdES.detached" not in after[len(before):]:
            raise Failed("the output is not the input and a PAdES signature")
        return len(after) - len(before), ""
    return measure


def growth_sealed(b):
    """Bytes that a signature with a seal adds, less those of the picture's streams."""
    source, target = b.set.contracts(1)[0], b.lab.out / "x.pdf"
    b.lab.usage(b.product.one("ec", source, target, look=visible(b.set.seal())))
    added = target.read_bytes()[source.stat().st_size:]
    pictures = [int(n) for n in re.findall(rb"/Subtype\s*/Image\b[^\x00]*?/Length\s+(\d+)[^\x00]*?stream", added)]
    if not pictures:
        raise Failed("there is no picture in the update")
    return len(added) - sum(pictures), f"picture {sum(pictures)}, PNG {b.set.seal().stat().st_size}"


def seam(b, count, mode):
    """The command that puts a seam seal on all pages."""
    size = ["--size", "40mmx40mm"]
    source = b.set.pages(count)
    if mode == "fields":
        prepared = b.set.folder / f"pages/{count}-seam.pdf"
        if not prepared.exists():
            subprocess.run([b.product.program, "fields", "add", "--seam", "right", *size, source, "-o", prepared, "-q"], check=True)
        source = prepared
    look = ["--seal", b.set.seal(), *size, "--seam", "right", "--seam-mode", mode]
    return b.product.one("ec", source, b.lab.out / "x.pdf", True, look)


def seam_peak(mode):
    return lambda b: (b.lab.usage(seam(b, 3000, mode)).peak, "")


def seam_cpu(mode):
    """Seconds, the least of five: the machine can only add to them."""
    def measure(b):
        cpu = [b.lab.usage(seam(b, 3000, mode)).cpu for _ in range(5)]
        return min(cpu), f"least of {len(cpu)}, most {max(cpu):.2f}"
    return measure


def seam_exponent(mode):
    def measure(b):
        counts = [b.lab.instructions(f"seam-{mode}-{n}", seam(b, n, mode)) for n in workset.PAGES]
        note = ", ".join(f"{size}: {count:.1f}" for size, count in zip(workset.PAGES, counts))
        return slope(workset.PAGES, counts), note
    return measure


def slope(sizes, counts):
    """1 when what is added to the counts grows as what is added to the sizes."""
    first, second = counts[1] - counts[0], counts[2] - counts[0]
    if first < INVISIBLE_FLOOR or second < INVISIBLE_FLOOR:
        return 0.0
    return math.log(second / first) / math.log((sizes[2] - sizes[0]) / (sizes[1] - sizes[0]))


def exponent(part, sizes, streams=False):
    """1 when the instructions that are added grow as what is added, 0 when they do not grow, 2 when with its square."""
    def measure(b):
        counts = []
        for size in sizes:
            source = getattr(b.set, part)(size, streams)
            name = f"{part}-{'streams' if streams else 'tables'}-{size}"
            counts.append(b.lab.instructions(name, b.product.one("ec", source, b.lab.out / "x.pdf", pem=True)))
        note = ", ".join(f"{size}: {count:.1f}" for size, count in zip(sizes, counts))
        return slope(sizes, counts), note
    return measure


def large_cpu(name, count):
    """CPU, paired with that of `cp` and `openssl dgst -sha256`."""
    def measure(b):
        source, target = b.large(name), b.lab.out / "x.pdf"
        plain = ["sh", "-c", 'cp "$1" "$2" && openssl dgst -sha256 "$2"', "sh", source, target]
        pairs = b.lab.pairs(count, lambda: b.lab.usage(b.product.one("ec", source, target, pem=True)).cpu,
                            lambda: b.lab.usage(plain).cpu)
        value, note = ratio(pairs)
        mine, theirs = (statistics.median(p[i] for p in pairs) for i in (0, 1))
        return value, f"{note}; {mine:.3f} s and {theirs:.3f} s"
    return measure


def jobs(b, count, quantity):
    sources = b.set.contracts()
    return b.lab.pairs(count, *(lambda n=n: quantity(b.lab.usage(b.product.many("rsa", n, b.lab.out, sources), len(sources)))
                                for n in (2, 1)))


def jobs_cpu(b):
    """CPU of 200 documents with -j 2, paired with -j 1."""
    return ratio(jobs(b, 9, lambda usage: usage.cpu))


def jobs_speed_up(b):
    """Elapsed time with -j 1 by that with -j 2; the second core may be busy, so the best of five."""
    ratios = [one / two for two, one in jobs(b, 5, lambda usage: usage.wall)]
    return max(ratios), f"best of {len(ratios)}, aim 1.6; least {min(ratios):.2f}"


def batch(peer_name, kind):
    """CPU of the peer for 200 documents by that of the product, one process each, PKCS#12."""
    def measure(b):
        peer, sources = b.peer(peer_name), b.set.contracts()
        n = len(sources)
        pairs = b.lab.pairs(3, lambda: b.lab.usage(peer.many(kind, 1, b.lab.out, sources), n).cpu,
                            lambda: b.lab.usage(b.product.many(kind, 1, b.lab.out, sources), n).cpu)
        value, note = ratio(pairs)
        theirs, mine = (statistics.median(p[i] for p in pairs) / n * 1000 for i in (0, 1))
        return value, f"{note}; {theirs:.2f} ms and {mine:.2f} ms a document"
    return measure


def batch_sealed(peer_name):
    """The same with a seal of 600 x 600 pixels, P-256."""
    def measure(b):
        peer, sources, seal = b.peer(peer_name), b.set.contracts(), b.set.seal()
        n = len(sources)
        pairs = b.lab.pairs(3, lambda: b.lab.usage(peer.sealed("ec", b.lab.out, sources, seal), n).cpu,
                            lambda: b.lab.usage(b.product.sealed("ec", b.lab.out, sources, seal), n).cpu)
        value, note = ratio(pairs)
        theirs, mine = (statistics.median(p[i] for p in pairs) / n * 1000 for i in (0, 1))
        return value, f"{note}; {theirs:.2f} ms and {mine:.2f} ms a document"
    return measure


def beside_podofosign(kind):
    """CPU of the product for one file, PEM key, by that of podofosign."""
    def measure(b):
        peer, source, target = b.peer("podofosign"), b.set.contracts(1)[0], b.lab.out / "x.pdf"
        read_once(source)
        pairs = b.lab.pairs(21, lambda: b.lab.usage(b.product.one(kind, source, target, pem=True)).cpu,
                            lambda: b.lab.usage(peer.one(kind, source, target)).cpu)
        value, note = ratio(pairs)
        mine, theirs = (statistics.median(p[i] for p in pairs) * 1000 for i in (0, 1))
        return value, f"{note}; {mine:.2f} ms and {theirs:.2f} ms"
    return measure


def contract_of(b):
    return b.set.contracts(1)[0]


INSTRUCTIONS, MIB, RATIO = "M instr.", "MiB", "ratio"
FIGURES = [
    Figure("further.p256", "a further document, P-256", INSTRUCTIONS, 6.0, None, True, further("ec")),
    Figure("further.rsa", "a further document, RSA-2048", INSTRUCTIONS, 12.5, None, True, further("rsa")),
    Figure("further.streams", "a further one with object streams, P-256", INSTRUCTIONS, 7.0, None, True,
           further("ec", True)),
    Figure("further.seal", "a further one with a seal of 600 x 600, P-256", INSTRUCTIONS, 22, None, True,
           further("ec", look=sealed)),
    Figure("further.text", "the same with two lines of Chinese text and a date", INSTRUCTIONS, 22, None, True,
           further("ec", look=with_text)),
    Figure("further.then", "a further one with seals and dates of two signers, P-256 and RSA-2048", INSTRUCTIONS, None, None,
           True, further("ec", look=by_two)),
    Figure("alone.pem.p256", "one signature, PEM key, P-256", INSTRUCTIONS, 55, None, True, alone("ec", True)),
    Figure("alone.pem.rsa", "one signature, PEM key, RSA-2048", INSTRUCTIONS, 55, None, True, alone("rsa", True)),
    Figure("alone.p12.p256", "one signature, PKCS#12, P-256", INSTRUCTIONS, 90, None, True, alone("ec", False)),
    Figure("alone.p12.rsa", "one signature, PKCS#12, RSA-2048", INSTRUCTIONS, 90, None, True, alone("rsa", False)),
    Figure("growth.p256", "file growth, P-256, one intermediate", "bytes", 5000, None, True, growth("ec")),
    Figure("growth.streams", "the same, object streams", "bytes", 5000, None, True, growth("ec", True)),
    Figure("growth.rsa", "RSA-2048, P-256 intermediate", "bytes", 5000, None, True, growth("mixed")),
    Figure("growth.rsa.issuer", "RSA-2048, RSA-2048 intermediate", "bytes", None, None, True, growth("rsa")),
    Figure("growth.seal", "with a seal, less the picture's streams", "bytes", 8192, None, True, growth_sealed),
    *(Figure(f"{name}.{mode}", f"{what}, 3000 pages, {mode}", unit, most, None, ci, measure(mode))
      for mode in ("content", "fields")
      for name, what, unit, most, ci, measure in (
          ("seam.memory", "seam seal, peak memory", MIB, 40, True, seam_peak),
          ("seam.linear", "seam seal, growth with pages", "exponent", 1.1, True, seam_exponent),
          ("seam.cpu", "seam seal, CPU", "s", 1.5, False, seam_cpu))),
    Figure("linear.pages", "growth with pages, exponent", "exponent", 1.1, None, True, exponent("pages", workset.PAGES)),
    Figure("linear.pages.streams", "the same, object streams", "exponent", 1.1, None, True,
           exponent("pages", workset.PAGES, True)),
    Figure("linear.objects", "growth with objects, exponent", "exponent", 1.1, None, True,
           exponent("objects", workset.OBJECTS)),
    Figure("linear.objects.streams", "the same, object streams", "exponent", 1.1, None, True,
           exponent("objects", workset.OBJECTS, True)),
    Figure("memory.contract", "peak memory, 110 KB", MIB, 16, None, True, peak(contract_of)),
    Figure("memory.pages", "peak memory, 3000 pages", MIB, 40, None, True, peak(lambda b: b.set.pages(3000))),
    Figure("memory.pages.streams", "peak memory, 3000 pages, object streams", MIB, 40, None, True,
           peak(lambda b: b.set.pages(3000, True))),
    Figure("memory.large", "peak memory, 1.2 GB", MIB, 16, None, True, peak(lambda b: b.large("1.2 GB")), "1.2 GB"),
    Figure("large.100mb", "CPU by that of cp + openssl dgst, 100 MB", RATIO, 1.1, None, False, large_cpu("100 MB", 9),
           "100 MB"),
    Figure("large.1200mb", "CPU by that of cp + openssl dgst, 1.2 GB", RATIO, 1.1, None, False, large_cpu("1.2 GB", 5),
           "1.2 GB"),
    Figure("jobs.cpu", "CPU of -j 2 by that of -j 1", RATIO, 1.1, None, False, jobs_cpu),
    Figure("jobs.speed-up", "time of -j 1 by that of -j 2", RATIO, None, None, False, jobs_speed_up),
    Figure("batch.pdfbox.p256", "CPU of PDFBox by ours, 200 files, P-256", RATIO, None, 12, False, batch("PDFBox", "ec")),
    Figure("batch.pdfbox.rsa", "CPU of PDFBox by ours, 200 files, RSA-2048", RATIO, None, 12, False,
           batch("PDFBox", "rsa")),
    Figure("batch.pyhanko.p256", "CPU of pyHanko by ours, 200 files, P-256", RATIO, None, 60, False,
           batch("pyHanko", "ec")),
    Figure("batch.pyhanko.rsa", "CPU of pyHanko by ours, 200 files, RSA-2048", RATIO, None, 60, False,
           batch("pyHanko", "rsa")),
    Figure("seal.pdfbox", "CPU of PDFBox by ours, 200 files with a seal", RATIO, None, None, False, batch_sealed("PDFBox")),
    Figure("seal.pyhanko", "CPU of pyHanko by ours, 200 files with a seal", RATIO, None, None, False,
           batch_sealed("pyHanko")),
    Figure("one.podofosign.p256", "our CPU by that of podofosign, P-256", RATIO, 0.8, None, False,
           beside_podofosign("ec")),
    Figure("one.podofosign.rsa", "our CPU by that of podofosign, RSA-2048", RATIO, 0.8, None, False,
           beside_podofosign("rsa")),
]
