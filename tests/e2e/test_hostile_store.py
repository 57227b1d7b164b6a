"""Contracts whose store of evidence is hostile: what is said of a level is so, or there is no output."""

import lasting
import pytest
from program import leftovers
from verdicts import verify

LEVELS = {"lt": "B-LT", "lta": "B-LTA"}
CODES = ("SIGNATURE_INVALID", "EVIDENCE_MISSING")
MANY = range(10, 2200)
IN = ("in.pdf", "signed.pdf")


def written(objects):
    """A file of these objects, {number: text}; 1 is the catalog."""
    out, offsets = b"%PDF-1.7\n", {}
    for number, text in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    size = max(objects) + 1
    rows = b"".join(b"%010d 00000 n \n" % offsets[n] if n in offsets else b"0000000000 65535 f \n" for n in range(size))
    return out + b"xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, rows, size, len(out))


def stream(data, entries=b""):
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(data), data)


def contract(catalog, page=b"", more=None):
    return written({1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog, 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                    3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<<>>%s>>" % page, **(more or {})})


def listed(key, streams):
    return contract(b"/DSS<</%s[%s]>>" % (key, b" ".join(b"%d 0 R" % n for n in streams)), more=streams)


HOSTILE = {
    "annotations-shared": contract(b"/DSS<</Certs 10 0 R>>", b"/Annots 10 0 R", {10: b"[]"}),
    "contents-shared": contract(b"/DSS<</Certs 10 0 R>>", b"/Contents 10 0 R", {4: stream(b"q Q"), 10: b"[4 0 R]"}),
    "fields-shared": contract(b"/DSS<</Certs 10 0 R>>/AcroForm<</Fields 10 0 R>>", more={10: b"[]"}),
    "one-list-for-all": contract(b"/DSS<</Certs 10 0 R/OCSPs 10 0 R/CRLs 10 0 R>>", more={10: b"[]"}),
    "store-is-pages": contract(b"/DSS 2 0 R"),
    "store-is-catalog": contract(b"/DSS 1 0 R"),
    "store-is-page": contract(b"/DSS 3 0 R"),
    "extensions-are-pages": contract(b"/Extensions 2 0 R"),
    "too-many": listed(b"OCSPs", {n: stream(b"%d" % n) for n in MANY}),
    "too-many-that-are-none": listed(b"OCSPs", {n: b"null" for n in MANY}),
    "too-many-broken": listed(b"CRLs", {n: stream(b"%d" % n, b"/Filter/FlateDecode") for n in range(10, 20)}),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with lasting.World(tmp_path_factory.mktemp("world")) as running:
        running.someone = running.person()
        yield running


@pytest.fixture
def hostile(tmp_path):
    """hostile(name): the path of one."""
    def make(name):
        path = tmp_path / "in.pdf"
        path.write_bytes(HOSTILE[name])
        return path
    return make


def expect(world, run, target, levels):
    """Either refused, or all holds and the level is one of those."""
    if run.status != 0:
        assert run.code in CODES and not target.exists() and not leftovers(target.parent, *IN), str(run)
        return
    [said] = verify([target], "--trust", world.root, env=lasting.HERE).values()
    assert said.exit == 0 and said.signatures[0]["level"] in levels, said.result


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_signed_reaches_its_level_or_is_not_written(world, hostile, tmp_path, name, level):
    target = tmp_path / "out.pdf"
    run = world.sign(hostile(name), target, "--level", level, *world.stamps(), with_key=world.someone)
    expect(world, run, target, (LEVELS[level],))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_lower_level_is_told_and_holds(world, hostile, tmp_path, name):
    target = tmp_path / "out.pdf"
    run = world.sign(hostile(name), target, "--level", "lta", "--allow-lower-level", *world.stamps(), with_key=world.someone)
    if run.code == "SIGNATURE_INVALID":
        assert not target.exists()
        return
    [said] = verify([target], "--trust", world.root, env=lasting.HERE).values()
    assert (run.status == 0) == (said.signatures[0]["level"] == "B-LTA") and run.status in (0, 9), str(run)
    assert said.exit == 0 and said.signatures[0]["level"] in ("B-T", "B-LTA"), said.result


@pytest.mark.parametrize("verb", (("ltv", "add"), ("ltv", "renew"), ("timestamp",)), ids=" ".join)
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_added_breaks_nothing(world, hostile, tmp_path, name, verb):
    signed, target = tmp_path / "signed.pdf", tmp_path / "out.pdf"
    run = world.sign(hostile(name), signed, with_key=world.someone)
    assert run.status == 0, str(run)
    [before] = verify([signed], "--trust", world.root, env=lasting.HERE).values()
    assert before.exit == 0, before.result
    run = world.run(*verb, *world.stamps(), signed, "-o", target)
    expect(world, run, target, ("B-T", "B-LTA") if verb == ("timestamp",) else ("B-LTA",))
