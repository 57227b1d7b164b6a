"""What is measured of keys in tokens (devices.py): figures as in figures.py."""

from devices import Cards
from figures import FEW, INSTRUCTIONS, MORE, RATIO, Figure
from measure import Failed


def of_file(b, kind):
    return b.product.key(kind, True)


def of_token(b, kind):
    return b.soft_hsm().key(kind)


def further(count):
    """count(n): instructions of n of them; those of one more."""
    few, more = count(FEW), count(MORE)
    return (more - few) / (MORE - FEW)


def document(b, kind, key):
    """Instructions of a further document with such a key."""
    return further(lambda n: b.lab.instructions(
        f"token-{kind}-{key.__name__}-{n}", b.product.by(key(b, kind), b.lab.out, b.set.contracts(n)), n))


def raw(b, kind):
    """Of a further C_SignInit and C_Sign, in runs long enough that RSA's blinding, made anew now and then, is spread."""
    return further(lambda n: b.lab.instructions(f"token-{kind}-raw-{n}", b.soft_hsm().raw(kind, n), 0))


def beyond_file(kind):
    """What a document takes more than with the same key in a file, by one raw signature of the module."""
    def measure(b):
        token, file, least = document(b, kind, of_token), document(b, kind, of_file), raw(b, kind)
        return (token - file) / least, f"M instr.: token {token:.2f}, file {file:.2f}, C_Sign {least:.2f}"
    return measure


def alone(kind):
    """Instructions of one signature in a process of its own."""
    def measure(b):
        command = b.product.by(of_token(b, kind), b.lab.out, b.set.contracts(1))
        plain = b.product.by(of_file(b, kind), b.lab.out, b.set.contracts(1))
        file = b.lab.instructions(f"token-{kind}-alone-file", plain)
        return b.lab.instructions(f"token-{kind}-alone", command), f"with a PEM file {file:.1f}"
    return measure


def listing(b):
    hsm = b.soft_hsm()
    command = [b.product.program, "token", "list", "--key", f"pkcs11:?module-path={hsm.module}"]
    return b.lab.instructions("token-list", command, 0), "two tokens with a key and a certificate each"


def cpu(kind):
    """The same ratio in CPU, also what the kernel does; the least of several runs of each, for the machine can only add to them."""
    def measure(b):
        sources = b.set.contracts()
        half = len(sources) // 2

        def each(command, count):
            least = [min(b.lab.usage(*command(n)).cpu for _ in range(9)) for n in (count, 2 * count)]
            return (least[1] - least[0]) / count * 1e6
        token, file = (each(lambda n, key=key: (b.product.by(key(b, kind), b.lab.out, sources[:n]), n), half)
                       for key in (of_token, of_file))
        least = each(lambda n: (b.soft_hsm().raw(kind, n), 0), 1000)
        return (token - file) / least, f"microseconds: token {token:.0f}, file {file:.0f}, C_Sign {least:.0f}"
    return measure


def exchanges(slot, kind, options=()):
    """Of a further document, counted by the card."""
    def measure(b):
        with Cards(b.lab.scratch / "card", b.identity, [(slot, kind)], options) as cards:
            def run(count):
                before = cards.counts()
                command = b.product.by(cards.key(slot, kind), b.lab.out, b.set.contracts(count))
                b.lab.usage(cards.seen_by(command), count)
                after = cards.counts()
                if after["signatures"] - before["signatures"] != count:
                    raise Failed("the card made another number of signatures")
                return after["exchanges"] - before["exchanges"]
            few, more = run(FEW), run(MORE)
        return (more - few) / (MORE - FEW), f"{MORE}: {more}, {FEW}: {few}"
    return measure


def elapsed(kind):
    """Milliseconds that a document takes beside the card's own work: the virtual one answers at once."""
    def measure(b):
        sources = b.set.contracts()
        n = len(sources)
        with Cards(b.lab.scratch / "card", b.identity, [("9a", kind)]) as cards:
            command = cards.seen_by(b.product.by(cards.key("9a", kind), b.lab.out, sources))
            runs = [b.lab.usage(command, n) for _ in range(3)]
        usage = min(runs, key=lambda run: run.wall)
        return usage.wall / n * 1000, f"least of {len(runs)}; CPU {usage.cpu / n * 1000:.2f} ms a file"
    return measure


NAMES = (("p256", "ec", "P-256"), ("rsa", "rsa", "RSA-2048"))
FIGURES = [
    *(Figure(f"token.sign.{name}", f"SoftHSM, {what}: a document less one with a file key, by one raw C_Sign", RATIO, 1.15, None,
             True, beyond_file(kind)) for name, kind, what in NAMES),
    *(Figure(f"token.alone.{name}", f"SoftHSM, {what}: one signature in a process of its own", INSTRUCTIONS, 70, None, True,
             alone(kind)) for name, kind, what in NAMES),
    Figure("token.list", "token list, SoftHSM", INSTRUCTIONS, 40, None, True, listing),
    *(Figure(f"token.cpu.{name}", f"the same in CPU, {what}", RATIO, None, None, False, cpu(kind))
      for name, kind, what in NAMES),
    Figure("token.exchanges.p256", "PIV card: APDUs of a further document, P-256", "count", 2, None, True, exchanges("9a", "ec")),
    Figure("token.exchanges.rsa", "the same, RSA-2048", "count", 4, None, True, exchanges("9a", "rsa")),
    Figure("token.exchanges.long", "the same, RSA-2048, a card with extended length", "count", 1, None, True,
           exchanges("9a", "rsa", ("--extended",))),
    Figure("token.exchanges.pin", "the same, P-256, key 9C, which wants its PIN each time", "count", 2, None, True,
           exchanges("9c", "ec")),
    *(Figure(f"token.card.{name}", f"200 files, a PIV card that answers at once, {what}: elapsed time a file", "ms", None, None,
             False, elapsed(kind)) for name, kind, what in NAMES),
]
