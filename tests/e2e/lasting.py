"""A test PKI whose services run on loopback, with an authority for timestamps: what levels above B-B need.

    @pytest.fixture(scope="module")
    def world(tmp_path_factory):
        with lasting.World(tmp_path_factory.mktemp("world")) as running:
            yield running

    world.sign(source, target, "--level", "lt", *world.stamps())
"""

import contextlib

import program
import services
import stamps

HERE = {"PDFSIGN_ALLOW_PRIVATE_HOSTS": "1"}


class World:
    """Services (world.services), an authority that they know (world.tsa), and people."""

    def __init__(self, folder):
        self.folder = folder
        self.ends = contextlib.ExitStack()
        self.services = self.tsa = self.root = None
        self.number = 0

    def __enter__(self):
        self.services = self.ends.enter_context(services.Services())
        self.root = self.services.write_root(self.folder)
        self.tsa = self.authority()
        return self

    def __exit__(self, *_):
        self.ends.close()

    def name(self, word):
        self.number += 1
        return f"{word}{self.number}"

    def authority(self, *what, **more):
        """Another authority, until the end. what, more: as of stamps.Authority.of."""
        return self.ends.enter_context(
            stamps.Authority.of(self.services, self.folder, self.name("tsa"), *what, **more))

    def person(self, *what, **more):
        """Options of a new person's key. what: OCSP, list and issuer, as of services.Services.write_person."""
        return ("--key", f"file:{self.services.write_person(self.folder, self.name('person'), *what, **more)}")

    def p12(self, *what, **more):
        path, pin = self.services.write_p12(self.folder, self.name("person"), *what, **more)
        return ("--key", f"p12:{path}", "--pin-file", pin)

    def stamps(self, *faults):
        """Options: whom to trust, and the authority, once for each fault ("" none)."""
        return ("--trust", self.root, *(word for fault in faults or ("",) for word in ("--tsa", self.tsa.at(fault))))

    def run(self, *args, env=None, **how):
        """program.pdfsign, which may ask services on loopback."""
        return program.pdfsign(*args, env={**HERE, **(env or {})}, **how)

    def sign(self, source, target, *options, with_key=None, **how):
        return self.run("sign", *(self.person() if with_key is None else with_key), *options, source, "-o", target, **how)
