"""What is measured of the levels above B-B: figures as in figures.py. Authority and services run on loopback
(services.py); unless a figure says so they answer at once, so that what is measured is the program."""

import re
import statistics

from figures import FEW, INSTRUCTIONS, MIB, MORE, RATIO, Figure
from measure import Failed, ratio
from services import Authority

DELAY, THREADS = 100, 16  # milliseconds that the authority thinks
CORES = 2
CONTENTS = re.compile(rb"/Contents\s*<([0-9A-Fa-f]+)>")
STREAM = re.compile(rb"/Length\s+(\d+)[^>]*>>\s*stream")


def batch(b, sources, command, delay=0):
    """command(services, url, sources): what it cost, and what the authority did."""
    services = b.services()
    services.hits.clear()
    with Authority(services, delay) as authority:
        usage = b.lab.usage(command(services, authority.url, sources), len(sources))
    return usage, authority.served


def signed(level):
    """All contracts."""
    return lambda b, delay=0: batch(b, b.set.contracts(), lambda services, url, sources: b.product.lasting(
        services, url, level, sources, THREADS, b.lab.out), delay)


def overlap(run):
    """run(b, delay), a batch: elapsed seconds less the CPU on two cores, the least of three: the machine can only add to them."""
    def measure(b):
        runs = [run(b, DELAY) for _ in range(3)]
        usage, served = min(runs, key=lambda run: run[0].wall - run[0].cpu / CORES)
        return usage.wall - usage.cpu / CORES, (f"least of {len(runs)}; elapsed {usage.wall:.2f} s, CPU {usage.cpu:.2f} s, that "
                                                f"of the authority {served.cpu:.2f} s, {served.requests} requests, "
                                                f"{served.connections} connections")
    return measure


def connections(b):
    _, served = signed("t")(b, DELAY)
    return served.connections, f"{served.requests} requests"


def questions(run, least):
    """The most that one and the same was asked of a service by run(b), a batch of at least so many questions."""
    def measure(b):
        run(b)
        hits = b.services().hits
        if len(hits) < least:
            raise Failed(f"{len(hits)} questions were asked, not {least}")
        return max(hits.values()), f"{len(hits)} questions, {sum(hits.values())} requests for {len(b.set.contracts())} files"
    return measure


def further(level):
    """As in figures.py."""
    def measure(b):
        services = b.services()

        def run(count):
            with Authority(services) as authority:
                command = b.product.lasting(services, authority.url, level, b.set.contracts(count), 1, b.lab.out)
                return b.lab.instructions(f"lasting-{level}-{count}", command, count)
        few, more = run(FEW), run(MORE)
        return (more - few) / (MORE - FEW), f"{MORE}: {more:.1f}, {FEW}: {few:.1f}"
    return measure


def one(b, level, source):
    """What one file cost; it is out/x.pdf."""
    services = b.services()
    with Authority(services) as authority:
        command = b.product.lasting(services, authority.url, level, [source], target=b.lab.out / "x.pdf")
        return b.lab.usage(command)


def peak(level):
    return lambda b: (max(one(b, level, b.set.contracts(1)[0]).peak for _ in range(3)), "3 runs")


def peak_large(b):
    return one(b, "lta", b.large("1.2 GB")).peak, "one run"


def passes(level):
    """How often the bytes of the file are read."""
    def measure(b):
        source = b.large("1.2 GB")
        usage = one(b, level, source)
        if usage.read < 0:
            raise LookupError("the system does not tell what a process read")
        return usage.read / source.stat().st_size, f"CPU {usage.cpu:.2f} s"
    return measure


def beside_pyhanko(b):
    """CPU of pyHanko for 40 files by ours, one process each."""
    peer, services, sources = b.peer("pyHanko"), b.services(), b.set.contracts(MORE)

    def run(command):
        with Authority(services) as authority:
            return b.lab.usage(command(authority.url), MORE).cpu
    pairs = b.lab.pairs(3, lambda: run(lambda url: peer.archive(services, url, sources, b.lab.out)),
                        lambda: run(lambda url: b.product.lasting(services, url, "lta", sources, 1, b.lab.out)))
    value, note = ratio(pairs)
    theirs, ours = (statistics.median(p[i] for p in pairs) / MORE * 1000 for i in (0, 1))
    return value, f"{note}; {theirs:.2f} ms and {ours:.2f} ms a document"


# ---- bytes ----

def der_length(der):
    """Of the whole value at the beginning."""
    if der[1] < 0x80:
        return 2 + der[1]
    count = der[1] & 0x7F
    return 2 + count + int.from_bytes(der[2:2 + count], "big")


def added(b, level):
    """The bytes behind the input, and (hexadecimal digits of the hole, of what is in it) of each signature."""
    source = b.set.contracts(1)[0]
    one(b, level, source)
    update = (b.lab.out / "x.pdf").read_bytes()[source.stat().st_size:]
    return update, [(len(digits), 2 * der_length(bytes.fromhex(digits[:64].decode()))) for digits in CONTENTS.findall(update)]


def growth_stamp(b):
    """B-T: what a signature's timestamp adds but the token, which is as long as that of a document timestamp."""
    plain, stamped, (_, holes) = len(added(b, "b")[0]), len(added(b, "t")[0]), added(b, "lta")
    return stamped - plain - holes[1][1], f"{stamped - plain} in all"


def growth_store(b):
    """B-LT: what the store adds but its streams."""
    stamped, (store, _) = len(added(b, "t")[0]), added(b, "lt")
    evidence = sum(int(n) for n in STREAM.findall(store))
    if evidence == 0:
        raise Failed("there is no stream in the store")
    return len(store) - stamped - evidence, f"{len(store) - stamped} in all"


def growth_archive(b):
    """B-LTA: what the document timestamp adds but its token."""
    store, (archive, holes) = len(added(b, "lt")[0]), added(b, "lta")
    return len(archive) - store - holes[1][1], f"{len(archive) - store} in all"


def padding(b):
    """Hexadecimal digits of the larger hole that nothing is in, with an authority whose tokens are known."""
    left = [hole - filled for hole, filled in added(b, "lta")[1]]
    return max(left), f"signature {left[0]}, document timestamp {left[1]}"


FIGURES = [
    *(Figure(f"lasting.overlap.{level}", f"200 files to {name}, authority takes {DELAY} ms, -j {THREADS}, less CPU on two cores", "s", most,
             None, level == "t", overlap(signed(level)))
      for level, name, most in (("t", "B-T", 2.5), ("lt", "B-LT", 2.5), ("lta", "B-LTA", 5.0))),
    Figure("lasting.connections", "connections to the authority of these", "count", THREADS, None, True, connections),
    Figure("lasting.questions", "how often a service is asked the same in a batch of 200", "count", 1, None, True,
           questions(signed("lt"), 3)),
    *(Figure(f"lasting.further.{level}", f"a further document, P-256, {name}", INSTRUCTIONS, most, None, True, further(level))
      for level, name, most in (("t", "B-T", 7.5), ("lt", "B-LT", 13), ("lta", "B-LTA", 15.5))),
    *(Figure(f"lasting.memory.{level}", f"peak memory, 110 KB, {name}", MIB, 24, None, True, peak(level))
      for level, name in (("t", "B-T"), ("lta", "B-LTA"))),
    Figure("lasting.growth.t", "bytes that B-T adds to B-B, less the token", "bytes", 600, None, True, growth_stamp),
    Figure("lasting.growth.lt", "bytes that B-LT adds to B-T, less the evidence", "bytes", 1500, None, True, growth_store),
    Figure("lasting.growth.lta", "bytes that B-LTA adds to B-LT, less the token", "bytes", 2000, None, True, growth_archive),
    Figure("lasting.padding", "padding of /Contents", "digits", 600, None, True, padding),
    Figure("lasting.memory.large", "peak memory, 1.2 GB, B-LTA", MIB, 24, None, True, peak_large, "1.2 GB"),
    Figure("lasting.passes", "how often a file of 1.2 GB is read, B-LTA", "times", 1.05, None, True, passes("lta"), "1.2 GB"),
    Figure("lasting.pyhanko", "CPU of pyHanko by ours, 40 files, B-LTA", RATIO, None, 15, False, beside_pyhanko),
]
