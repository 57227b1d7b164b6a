"""seal clean and seal info: what they make, what they say, and what they refuse."""

import io
import json
import math
import struct
import zlib

import jsonschema
import pytest
from PIL import Image, ImageChops, ImageCms, ImageDraw

from program import ROOT, leftovers, pdfsign

SCHEMA = json.loads((ROOT / "docs/schema/output-v1.json").read_text())
INK = (222, 30, 48)


def stamp():
    """The truth: alpha of a ring with a square in it, 400 x 400, drawn in 300."""
    big = Image.new("L", (1600, 1600), 0)
    draw = ImageDraw.Draw(big)
    draw.ellipse((200, 200, 1400, 1400), outline=255, width=80)
    draw.rectangle((650, 650, 950, 950), fill=255)
    return big.resize((400, 400), Image.LANCZOS)


def photo(alpha):
    """It stamped on paper, under a warm lamp at one side."""
    across = Image.linear_gradient("L").rotate(90).resize(alpha.size).point(lambda v: 120 + v // 2)
    paper = Image.merge("RGB", [across, across.point(lambda v: int(v * .97)), across.point(lambda v: int(v * .86))])
    inked = ImageChops.multiply(paper, Image.new("RGB", alpha.size, INK))
    seen = Image.composite(inked, paper, alpha)
    grain = Image.effect_noise(alpha.size, 6)
    return ImageChops.add(seen, Image.merge("RGB", [grain] * 3), 1, -128)


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "scan.png"
    photo(stamp()).save(path)
    return path


def clean(source, target, *options, **how):
    return pdfsign("seal", "clean", source, "-o", target, *options, **how)


def info(path):
    run = pdfsign("seal", "info", "--json", path)
    assert run.status == 0, str(run)
    answer = json.loads(run.out)
    jsonschema.validate(answer, SCHEMA)
    assert answer["status"] == "described"
    return answer["picture"]


# -- seal clean -----------------------------------------------------------------------------------

def test_a_photo_becomes_a_transparent_picture(tmp_path, scan):
    out = tmp_path / "out.png"
    run = clean(scan, out, "--keep-border")
    assert run.status == 0 and run.out == b"" and run.err == "", str(run)
    made = Image.open(out)
    assert made.mode == "RGBA" and made.size == (400, 400)
    wrong = ImageChops.difference(made.getchannel("A"), stamp()).histogram()
    assert sum(i * n for i, n in enumerate(wrong)) / 400 / 400 < 3
    assert made.getpixel((200, 200))[3] > 200
    assert all(abs(a - b) < 16 for a, b in zip(made.getpixel((200, 200)), INK))
    assert made.getpixel((5, 5))[3] == 0 and made.getpixel((395, 395))[3] == 0


def test_border_size_color_and_resolution(tmp_path, scan):
    out = tmp_path / "out.png"
    assert clean(scan, out, "--size", "40mmx40mm", "--color", "#102030").status == 0
    made = Image.open(out)
    assert all(abs(side - 300) <= 3 for side in made.size) and made.size[0] == made.size[1]
    assert made.getpixel((150, 150))[:3] == (0x10, 0x20, 0x30) and made.getpixel((150, 150))[3] > 200
    assert all(abs(d - made.size[0] / 40 * 25.4) < 0.5 for d in made.info["dpi"])
    assert clean(scan, out, "--size", "40mmx40mm", "--dpi", "100", "--overwrite").status == 0
    assert abs(Image.open(out).size[0] - 40 / 25.4 * 100) <= 1


def test_through_pipes_and_again_the_same(tmp_path, scan):
    first = pdfsign("seal", "clean", "-", "-o", "-", stdin=scan.read_bytes())
    again = pdfsign("seal", "clean", scan, "-o", "-")
    assert first.status == 0 and first.out == again.out
    assert Image.open(io.BytesIO(first.out)).mode == "RGBA"


def test_what_is_transparent_keeps_its_alpha(tmp_path):
    source, out = tmp_path / "in.png", tmp_path / "out.png"
    picture = Image.new("RGBA", (400, 400), (*INK, 0))
    picture.putalpha(stamp().point(lambda v: v // 3))
    picture.save(source)
    assert clean(source, out, "--keep-border").status == 0
    assert Image.open(out).getchannel("A").tobytes() == picture.getchannel("A").tobytes()


def test_the_line_of_json(tmp_path, scan):
    run = clean(scan, tmp_path / "out.png", "--json")
    answer = json.loads(run.out)
    jsonschema.validate(answer, SCHEMA)
    assert answer["verb"] == "seal clean" and answer["status"] == "cleaned" and answer["output"].endswith("out.png")


def make_blank(path):
    photo(Image.new("L", (300, 300), 0)).save(path)


def make_jpeg(path):
    photo(stamp()).save(path, "JPEG")


def make_cut(path):
    photo(stamp()).save(path)
    path.write_bytes(path.read_bytes()[:-50])


def make_flipped(path):
    photo(stamp()).save(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def make_bomb(path):
    rows = zlib.compress(bytes(30000 * 1000), 9)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30000, 30000, 1, 0, 0, 0, 0))
                     + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def make_cmyk_profile(path):
    body = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    body[16:20] = b"CMYK"
    Image.new("RGB", (30, 30), INK).save(path, icc_profile=bytes(body))


BAD = {
    "blank paper": (make_blank, "PICTURE_UNSUPPORTED", "nothing but paper"),
    "a JPEG": (make_jpeg, "PICTURE_UNSUPPORTED", "is a JPEG; save it as PNG"),
    "a cut file": (make_cut, "PICTURE_UNREADABLE", "cut off"),
    "a damaged file": (make_flipped, "PICTURE_UNREADABLE", "damaged"),
    "a bomb": (make_bomb, "PICTURE_LIMIT", "30000 x 30000"),
    "a profile of another kind": (make_cmyk_profile, "PICTURE_UNSUPPORTED", "profile"),
    "an empty file": (lambda path: path.write_bytes(b""), "PICTURE_UNREADABLE", "empty"),
    "no picture": (lambda path: path.write_text("hello"), "PICTURE_UNREADABLE", "not a PNG"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_pictures_leave_nothing(tmp_path, what):
    make, code, says = BAD[what]
    make(tmp_path / "in.png")
    run = clean(tmp_path / "in.png", tmp_path / "out.png")
    assert run.status == 5 and run.code == code and says in run.err, str(run)
    assert run.err.count("\n") == 1 and leftovers(tmp_path, "in.png") == []


@pytest.mark.parametrize("options", [
    ("--color", "mauve"), ("--size", "40mm"), ("--size", "0x0"), ("--threshold", "0.95"), ("--threshold", "0.01"), ("--dpi", "1"),
    ("--pen", "3"),
], ids=str)
def test_wrong_options(tmp_path, scan, options):
    run = clean(scan, tmp_path / "out.png", *options)
    assert run.status == 2 and run.code == "USAGE", str(run)
    assert leftovers(tmp_path, "scan.png") == []


@pytest.mark.parametrize("name", ["out.jpg", "out.svg", "out"])
def test_only_a_png_is_written(tmp_path, scan, name):
    run = clean(scan, tmp_path / name)
    assert run.status == 2 and ".png" in run.err and leftovers(tmp_path, "scan.png") == [], str(run)


def test_a_hint_names_no_option_that_the_verb_does_not_have(tmp_path, scan):
    assert "--in-place" not in clean(scan, scan).err
    assert "--out-dir" not in pdfsign("seal", "clean", scan, scan, "-o", tmp_path / "out.png").err


def test_outputs_are_guarded(tmp_path, scan):
    before = scan.read_bytes()
    out = tmp_path / "out.png"
    out.write_bytes(b"kept")
    assert clean(scan, out).code == "OUTPUT_EXISTS" and out.read_bytes() == b"kept"
    assert clean(scan, scan, "--overwrite").status == 2 and scan.read_bytes() == before
    assert pdfsign("seal", "clean", scan).status == 2
    assert pdfsign("seal", "clean", scan, scan, "-o", out, "--overwrite").status == 2


# -- seal info ------------------------------------------------------------------------------------

@pytest.mark.parametrize("mode,depth,color,alpha", [
    ("1", 1, "grey", False), ("L", 8, "grey", False), ("LA", 8, "grey", True), ("P", 1, "palette", False),
    ("RGB", 8, "rgb", False), ("RGBA", 8, "rgb", True), ("I;16", 16, "grey", False),
])
def test_kinds_are_named(tmp_path, mode, depth, color, alpha):
    Image.new(mode, (31, 17), 0).save(tmp_path / "in.png")
    seen = info(tmp_path / "in.png")
    assert (seen["width"], seen["height"], seen["color"], seen["alpha"]) == (31, 17, color, alpha)
    assert seen["depth"] == depth and not seen["interlaced"]
    assert "dpi" not in seen and "size" not in seen


def test_size_share_and_ink(tmp_path):
    picture = Image.new("RGBA", (600, 300), (0, 0, 0, 0))
    picture.paste((10, 20, 30, 255), (0, 0, 300, 150))
    picture.save(tmp_path / "in.png", dpi=(300, 150))
    seen = info(tmp_path / "in.png")
    assert seen["ink"] == "#0a141e" and seen["opaque"] == 0.25
    assert all(math.isclose(a, b, rel_tol=1e-3) for a, b in zip(seen["dpi"] + seen["size"], [300, 150, 144, 144]))


def test_the_table(tmp_path):
    Image.new("RGB", (300, 300), INK).save(tmp_path / "a.png", dpi=(300, 300))
    Image.new("L", (5, 5), 9).save(tmp_path / "b.png")
    one = pdfsign("seal", "info", "a.png", cwd=tmp_path)
    assert one.status == 0
    head, row = one.out.decode().splitlines()
    assert head.split() == ["PIXELS", "DPI", "PRINTED", "KIND", "DRAWN", "INK"]
    assert "300 x 300" in row and "25.4 x 25.4 mm" in row and "RGB, 8 bits" in row and "#de1e30" in row
    assert row.index("25.4") == head.index("PRINTED")
    two = pdfsign("seal", "info", "a.png", "b.png", cwd=tmp_path)
    assert two.status == 0 and two.out.decode().splitlines()[3] == "b.png:"


def test_some_are_no_pictures(tmp_path):
    Image.new("RGB", (3, 3)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("hello")
    run = pdfsign("seal", "info", tmp_path / "a.png", tmp_path / "b.png", tmp_path / "none.png")
    assert run.status == 3 and "PICTURE_UNREADABLE" in run.err, str(run)


def test_a_wide_profile_is_converted(tmp_path):
    """A pure green of wide primaries (cHRM of Adobe RGB) is no longer 0,255,0's neighbour 100,200,100."""
    xy = struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
    (tmp_path / "in.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"gAMA", struct.pack(">I", 45455))
        + chunk(b"cHRM", xy) + chunk(b"IDAT", zlib.compress(b"\0\x64\xc8\x64")) + chunk(b"IEND", b""))
    red, green, _ = bytes.fromhex(info(tmp_path / "in.png")["ink"][1:])
    assert red < 60 and green >= 200
