"""What is measured of `ltv add` and `ltv renew`: figures as in lasting.py, of files that the product has signed."""

from figures import FEW, INSTRUCTIONS, MIB, MORE, Figure, slope
from lasting import DELAY, THREADS, batch, overlap, questions
from measure import read_once
from services import Authority

SIGNATURES = (10, 20, 40)
RENEWALS = (8, 16, 32)
BEFORE = {"add": "t", "renew": "lta"}  # the level that a file has before


def ready(b, level):
    """The contracts at that level."""
    folder, sources, services = b.lab.scratch / f"level-{level}", b.set.contracts(), b.services()
    if not folder.exists():
        with Authority(services) as authority:
            b.lab.usage(b.product.lasting(services, authority.url, level, sources, THREADS, b.lab.out), len(sources))
        b.lab.out.rename(folder)
    return sorted(folder.iterdir())


def further(verb):
    def measure(b):
        sources, services = ready(b, BEFORE[verb]), b.services()

        def run(count):
            with Authority(services) as authority:
                command = b.product.augment(services, authority.url, verb, sources[:count], 1, b.lab.out)
                return b.lab.instructions(f"augment-{verb}-{count}", command, count)
        few, more = run(FEW), run(MORE)
        return (more - few) / (MORE - FEW), f"{MORE}: {more:.1f}, {FEW}: {few:.1f}"
    return measure


def augmented(verb):
    """All contracts that ready() has made."""
    return lambda b, delay=0: batch(b, ready(b, BEFORE[verb]), lambda services, url, sources: b.product.augment(
        services, url, verb, sources, THREADS, b.lab.out), delay)


# ---- growth ----

def repeated(b, name, counts, command):
    """The first contract, and command(source, target) done to it so often, for each of the counts."""
    services, at = b.services(), b.set.contracts(1)[0]
    folder = b.lab.scratch / name
    folder.mkdir(exist_ok=True)
    with Authority(services) as authority:
        for i in range(1, counts[-1] + 1):
            b.lab.usage(command(services, authority.url, at, b.lab.out / "x.pdf"))
            at = (b.lab.out / "x.pdf").rename(folder / f"{i}.pdf")
    return [folder / f"{count}.pdf" for count in counts]


def growth(b, verb, counts, sources):
    services, cost = b.services(), []
    for count, source in zip(counts, sources):
        with Authority(services) as authority:
            command = b.product.augment(services, authority.url, verb, [source], target=b.lab.out / "x.pdf")
            cost.append(b.lab.instructions(f"augment-{verb}-grown-{count}", command))
    return slope(counts, cost), ", ".join(f"{count}: {one:.1f}" for count, one in zip(counts, cost))


def signatures(b):
    def sign(services, url, source, target):
        return b.product.lasting(services, url, "t", [source], target=target)
    return growth(b, "add", SIGNATURES, repeated(b, "signatures", SIGNATURES, sign))


def renewals(b):
    def renew(services, url, source, target):
        if source == b.set.contracts(1)[0]:
            return b.product.lasting(services, url, "lta", [source], target=target)
        return b.product.augment(services, url, "renew", [source], target=target)
    return growth(b, "renew", RENEWALS, repeated(b, "renewals", RENEWALS, renew))


# ---- a large file ----

def stamped_large(b):
    source = b.large("1.2 GB")
    target = source.with_suffix(".stamped.pdf")
    if not target.exists():
        services = b.services()
        with Authority(services) as authority:
            b.lab.usage(b.product.lasting(services, authority.url, "t", [source], target=b.lab.out / "x.pdf"))
        (b.lab.out / "x.pdf").rename(target)
    read_once(target)
    return target


def add_large(b):
    source, services = stamped_large(b), b.services()
    with Authority(services) as authority:
        usage = b.lab.usage(b.product.augment(services, authority.url, "add", [source], target=b.lab.out / "x.pdf"))
    return usage, source.stat().st_size


def passes(b):
    usage, size = add_large(b)
    if usage.read < 0:
        raise LookupError("the system does not tell what a process read")
    return usage.read / size, f"CPU {usage.cpu:.2f} s"


FIGURES = [
    Figure("augment.further.add", "ltv add, a further document, B-T to B-LTA", INSTRUCTIONS, 27, None, True, further("add")),
    Figure("augment.further.renew", "ltv renew, a further document", INSTRUCTIONS, 38, None, True, further("renew")),
    *(Figure(f"augment.overlap.{verb}", f"ltv {verb}, 200 files, authority takes {DELAY} ms, -j {THREADS}, less CPU on two cores", "s",
             2.5, None, False, overlap(augmented(verb))) for verb in BEFORE),
    *(Figure(f"augment.questions.{verb}", f"ltv {verb}, how often a service is asked the same by 200 files", "count", 1, None, True,
             questions(augmented(verb), 1)) for verb in BEFORE),
    Figure("augment.signatures", f"ltv add, growth with {', '.join(map(str, SIGNATURES))} signatures, exponent", "exponent", 1.1, None,
           True, signatures),
    Figure("augment.renewals", f"ltv renew, growth with {', '.join(map(str, RENEWALS))} revisions, exponent", "exponent", 1.1, None,
           True, renewals),
    Figure("augment.memory.large", "ltv add, peak memory, 1.2 GB", MIB, 24, None, True, lambda b: (add_large(b)[0].peak, "one run"),
           "1.2 GB"),
    Figure("augment.passes", "ltv add, how often a file of 1.2 GB is read", "times", 2.05, None, True, passes, "1.2 GB"),
]
