"""What is measured of verification: figures as in figures.py, of files that the product has signed."""

import statistics

import workset
from figures import FEW, INSTRUCTIONS, MIB, MORE, RATIO, Figure, slope
from measure import ratio, read_once


def further(kind):
    """Instructions of 40 documents less those of 20, by 20: all gates and the report, nothing that is done once."""
    def measure(b):
        few, more = (b.lab.instructions(f"verify-{kind}-{n}", b.product.verify(kind, b.signed(kind)[:n]), 0) for n in (FEW, MORE))
        return (more - few) / (MORE - FEW), f"{MORE}: {more:.1f}, {FEW}: {few:.1f}"
    return measure


def alone(kind):
    return lambda b: (b.lab.instructions(f"verify-{kind}-1", b.product.verify(kind, b.signed(kind)[:1]), 0), "")


def beside_pdfsig(kind):
    """CPU of one file in a process of its own, by that of pdfsig."""
    def measure(b):
        peer, source = b.peer("pdfsig"), b.signed(kind)[0]
        read_once(source)
        pairs = b.lab.pairs(21, lambda: b.lab.usage(b.product.verify(kind, [source]), 0).cpu,
                            lambda: b.lab.usage(peer.verify(kind, [source]), 0).cpu)
        return told(pairs, 1000, "ms")
    return measure


def batch(peer_name, kind):
    """CPU of the peer for 200 files by that of the product."""
    def measure(b):
        peer, sources = b.peer(peer_name), b.signed(kind)
        pairs = b.lab.pairs(3, lambda: b.lab.usage(peer.verify(kind, sources), 0).cpu,
                            lambda: b.lab.usage(b.product.verify(kind, sources), 0).cpu)
        return told(pairs, 1000 / len(sources), "ms a file")
    return measure


def told(pairs, scale, unit):
    value, note = ratio(pairs)
    first, second = (statistics.median(p[i] for p in pairs) * scale for i in (0, 1))
    return value, f"{note}; {first:.2f} and {second:.2f} {unit}"


def peak(source):
    """Peak memory, MiB: the largest of three runs (of one for a large file)."""
    def measure(b):
        path = source(b)
        runs = 1 if path.stat().st_size > 10 ** 8 else 3
        return max(b.lab.usage(b.product.verify("ec", [path]), 0).peak for _ in range(runs)), f"{runs} runs" if runs > 1 else "one run"
    return measure


def signed_large(b):
    """In the scratch folder, where the unsigned one lies."""
    source = b.large("1.2 GB")
    target = source.with_suffix(".signed.pdf")
    if not target.exists():
        b.lab.usage(b.product.one("ec", source, b.lab.out / "x.pdf", pem=True))
        (b.lab.out / "x.pdf").rename(target)
    read_once(target)
    return target


def revisions(b, count):
    """A form that was signed, then filled so often."""
    folder = workset.WorkSet(b.lab.scratch / "revisions")
    signed = folder.folder / "signed.pdf"
    if not signed.exists():
        b.lab.usage(b.product.one("ec", b.set.form(), b.lab.out / "x.pdf", pem=True))
        folder.folder.mkdir()
        (b.lab.out / "x.pdf").rename(signed)
    return folder.file(f"{count}.pdf", workset.filled, signed, count)


def growth(b):
    """1 when the instructions that are added grow as the revisions that are added."""
    sizes = workset.REVISIONS
    counts = [b.lab.instructions(f"verify-revisions-{n}", b.product.verify("ec", [revisions(b, n)]), 0) for n in sizes]
    return slope(sizes, counts), ", ".join(f"{size}: {count:.1f}" for size, count in zip(sizes, counts))


FIGURES = [
    Figure("verify.further.p256", "verifying a further document, P-256", INSTRUCTIONS, 11, None, True, further("ec")),
    Figure("verify.further.rsa", "verifying a further document, RSA-2048", INSTRUCTIONS, 11, None, True, further("rsa")),
    Figure("verify.alone.p256", "verifying one document, P-256", INSTRUCTIONS, None, None, True, alone("ec")),
    Figure("verify.alone.rsa", "verifying one document, RSA-2048", INSTRUCTIONS, None, None, True, alone("rsa")),
    Figure("verify.revisions", "growth with 50, 100, 200 revisions, exponent", "exponent", 1.1, None, True, growth),
    Figure("verify.memory.contract", "verifying, peak memory, 110 KB", MIB, 24, None, True, peak(lambda b: b.signed("ec")[0])),
    Figure("verify.memory.revisions", "the same, 200 revisions", MIB, 24, None, True, peak(lambda b: revisions(b, 200))),
    Figure("verify.memory.large", "the same, 1.2 GB", MIB, 24, None, True, peak(signed_large), "1.2 GB"),
    Figure("verify.pdfsig.p256", "our CPU by that of pdfsig, one file, P-256", RATIO, 1.0, None, False, beside_pdfsig("ec")),
    Figure("verify.pdfsig.rsa", "our CPU by that of pdfsig, one file, RSA-2048", RATIO, 1.0, None, False, beside_pdfsig("rsa")),
    *(Figure(f"verify.batch.{peer.lower()}.{name}", f"CPU of {what} by ours, 200 files, {label}", RATIO, None, least, False, batch(peer, kind))
      for peer, what, least in (("pdfsig", "pdfsig in a shell loop", 10), ("pyHanko", "pyHanko in one process", 5))
      for kind, name, label in (("ec", "p256", "P-256"), ("rsa", "rsa", "RSA-2048"))),
]
