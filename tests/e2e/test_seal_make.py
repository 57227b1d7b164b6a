"""Drawn seals and hand-written strokes, as PNG, SVG and PDF, looked at by other programs."""

import io
import json
import resource
import subprocess

import numpy as np
import pytest
from PIL import Image, ImageFilter

import program
import render

NAME = "杭州示例科技有限公司"
KINDS = {"company": (42, 42), "department": (38, 38), "contract": (42, 42), "old-contract": (58, 58),
         "invoice": (40, 30), "foreign": (45, 30), "legal": (20, 20), "personal": (18, 18)}
SQUARE = ("legal", "personal")
DPI = 254  # ten pixels a millimetre: pictures of whole millimetres begin and end with whole pixels
SAME = 0.2
RED = np.array([0xC8, 0x10, 0x20])


def make(target, *options, **how):
    return program.pdfsign("seal", "make", *options, "-o", target, **how)


def made(target, *options):
    run = make(target, *options)
    assert run.status == 0 and run.err == "", str(run)
    return target


def on_paper(path):
    image = Image.open(path)
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    return np.asarray(paper.convert("RGB")).astype(float)


def blurred(page):
    return np.asarray(Image.fromarray(page.astype(np.uint8)).filter(ImageFilter.BoxBlur(3))).astype(float)


def difference(a, b):
    """The largest RGB difference as a share, where edges count little: half a pixel here or there is no difference."""
    assert all(abs(x - y) <= 1 for x, y in zip(a.shape, b.shape)), f"{a.shape}, {b.shape}"
    size = (a.shape[1], a.shape[0])
    page = Image.fromarray(b.astype(np.uint8))  # engines round a page's size up: then they stretch it, or pad it
    fitted = (np.asarray(f).astype(float) for f in (page.resize(size), page.crop((0, 0, *size))))
    return min(np.abs(blurred(a) - blurred(f)).max() for f in fitted) / 255


def texts(kind):
    if kind in SQUARE:
        return ("--name", "王小明")
    return ("--name", NAME, "--code", "3301000000001", *(("--label", "财务部") if kind == "department" else ()))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_size_and_colour(tmp_path, kind):
    path = made(tmp_path / "s.png", "--kind", kind, *texts(kind))
    image = Image.open(path)
    assert image.mode == "RGBA"
    assert all(abs(dpi - 600) < 0.01 for dpi in image.info["dpi"])
    for pixels, mm in zip(image.size, KINDS[kind]):
        assert abs(pixels / 600 * 25.4 - mm) < 0.03
    pixels = np.asarray(image)
    inked = pixels[pixels[..., 3] > 0]
    assert (inked[:, :3] == RED).all()
    assert 0.05 < (pixels[..., 3] > 127).mean() < 0.6


@pytest.mark.parametrize("engine", render.ENGINES)
@pytest.mark.parametrize("kind", KINDS)
def test_pdf_looks_like_the_png(tmp_path, kind, engine):
    png = made(tmp_path / "s.png", "--kind", kind, *texts(kind), "--dpi", DPI)
    pdf = made(tmp_path / "s.pdf", "--kind", kind, *texts(kind))
    page, = render.pages(pdf, engine, DPI)
    assert difference(on_paper(png), page) < SAME


@pytest.mark.parametrize("kind", KINDS)
def test_svg_looks_like_the_png(tmp_path, kind):
    png = made(tmp_path / "s.png", "--kind", kind, *texts(kind), "--dpi", DPI)
    svg = made(tmp_path / "s.svg", "--kind", kind, *texts(kind))
    page = render.pages(svg, "mupdf", DPI)[0]
    assert difference(on_paper(png), page) < SAME
    text = svg.read_text()
    width, height = KINDS[kind]
    assert f'width="{width}mm" height="{height}mm"' in text and "<text" not in text
    assert f"<title>{texts(kind)[1]}</title>" in text


def test_pdf_is_sound_and_holds_no_font(tmp_path):
    pdf = made(tmp_path / "s.pdf", "--name", NAME)
    check = subprocess.run(["qpdf", "--check", pdf], capture_output=True, text=True, timeout=60)
    assert check.returncode == 0, check.stdout + check.stderr
    fonts = subprocess.run(["pdffonts", pdf], capture_output=True, text=True, timeout=60).stdout
    assert len(fonts.splitlines()) == 2
    info = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, timeout=60).stdout
    assert NAME in info and "119.055 x 119.055 pts" in info.replace("119.06", "119.055")


def test_the_test_mark_is_there_unless_told_otherwise(tmp_path):
    marked = on_paper(made(tmp_path / "a.png", "--name", NAME, "--dpi", "300"))
    plain = on_paper(made(tmp_path / "b.png", "--name", NAME, "--dpi", "300", "--no-test-mark"))
    ys, xs = np.nonzero(np.abs(marked - plain).max(axis=2) > 60)
    radius = np.hypot(xs - marked.shape[1] / 2, ys - marked.shape[0] / 2) / 300 * 25.4
    assert len(xs) > 1000 and radius.min() > 7.5 and radius.max() < 12.5 and ys.max() < marked.shape[0] / 2


@pytest.mark.parametrize("suffix", ("png", "svg", "pdf", "PNG"))
def test_the_same_again(tmp_path, suffix):
    a = made(tmp_path / f"a.{suffix}", "--name", NAME)
    b = made(tmp_path / f"b.{suffix}", "--name", NAME)
    assert a.read_bytes() == b.read_bytes()


def test_standard_output_is_a_png(tmp_path):
    run = make("-", "--name", NAME, "--dpi", "100")
    assert run.status == 0
    assert Image.open(io.BytesIO(run.out)).size == (165, 165)


def test_json_says_what_was_drawn(tmp_path):
    run = make(tmp_path / "s.png", "--name", NAME, "--json")
    line, = run.out.decode().splitlines()
    result = json.loads(line)
    assert (result["status"], result["verb"], result["output"]) == ("drawn", "seal make", str(tmp_path / "s.png"))


def test_size_colour_and_font(tmp_path):
    path = made(tmp_path / "s.png", "--name", NAME, "--size", "30mmx30mm", "--color", "#0033a0", "--dpi", "254",
                "--font", "WenQuanYi Micro Hei")
    image = Image.open(path)
    assert image.size == (300, 300)
    pixels = np.asarray(image)
    assert (pixels[pixels[..., 3] > 0][:, :3] == [0x00, 0x33, 0xA0]).all()


@pytest.mark.parametrize("options, code", (
    (("--name", ""), "USAGE"),
    (("--name", "   ", "--kind", "personal"), "USAGE"),
    (("--name", "国" * 65), "USAGE"),
    (("--name", NAME, "--size", "0x0"), "USAGE"),
    (("--name", NAME, "--size", "40"), "USAGE"),
    (("--name", NAME, "--dpi", "0"), "USAGE"),
    (("--name", NAME, "--color", "reddish"), "USAGE"),
    (("--name", NAME, "--kind", "secret"), "USAGE"),
    (("--name", NAME, "--font", "No Such Font"), "FONT_UNREADABLE"),
    (("--name", NAME, "--font", "/dev/null"), "FONT_UNREADABLE"),
    (("--name", "国\U0010FFFD"), "GLYPH_MISSING"),
    (("--name", NAME, "--size", "200mmx200mm", "--dpi", "2400"), "PICTURE_LIMIT"),
))
def test_bad_orders_write_nothing(tmp_path, options, code):
    run = make(tmp_path / "s.png", *options)
    assert run.status != 0 and run.code == code, str(run)
    assert run.err.count("\n") == 1 and program.leftovers(tmp_path) == []


def test_outputs_are_kept_and_have_known_suffixes(tmp_path):
    target = made(tmp_path / "s.png", "--name", NAME)
    before = target.read_bytes()
    assert make(target, "--name", "另一个公司").code == "OUTPUT_EXISTS"
    assert target.read_bytes() == before
    made(target, "--name", "另一个公司", "--overwrite")
    assert target.read_bytes() != before
    for name in ("s.jpg", "s", "png"):
        assert make(tmp_path / name, "--name", NAME).code == "USAGE"
    assert program.leftovers(tmp_path, "s.png") == []


def test_a_made_seal_signs(tmp_path, pdf, signed):
    png = made(tmp_path / "s.png", "--name", NAME)
    signed(pdf("contract"), "--seal", png, "--at", "1@c")


WAVE = {"width": 640, "height": 200, "strokes": [
    [{"x": 20 + 5 * i, "y": 100 + 60 * np.sin(i / 6), "t": 10 * i, "p": 0.3 + 0.6 * abs(np.sin(i / 9))} for i in range(100)],
    [[300, 20, 0, 1]]]}


def strokes(source, target, *options, **how):
    return program.pdfsign("seal", "strokes", source, "-o", target, *options, **how)


@pytest.fixture
def wave(tmp_path):
    path = tmp_path / "wave.json"
    path.write_text(json.dumps(WAVE))
    return path


@pytest.mark.parametrize("engine", render.ENGINES)
def test_strokes_look_alike_everywhere(tmp_path, wave, engine):
    for suffix in ("png", "pdf"):
        run = strokes(wave, tmp_path / f"w.{suffix}", "--dpi", DPI, "--size", "60mmx25mm")
        assert run.status == 0, str(run)
    page, = render.pages(tmp_path / "w.pdf", engine, DPI)
    assert difference(on_paper(tmp_path / "w.png"), page) < SAME


def test_strokes_of_svg_from_standard_input(tmp_path):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M10 80 C 40 10, 65 10, 95 80 S 150 150, 180 80"/></svg>'
    run = strokes("-", tmp_path / "s.svg", "--color", "blue", stdin=svg)
    assert run.status == 0, str(run)
    assert "<path d=" in (tmp_path / "s.svg").read_text()


def test_a_drawn_signature_is_read_again(tmp_path, wave):
    """What one run draws as SVG is sound enough to be read as lines by another."""
    assert strokes(wave, tmp_path / "a.svg").status == 0
    assert strokes(tmp_path / "a.svg", tmp_path / "b.png").status == 0


@pytest.mark.parametrize("text, code", (
    (b"", "USAGE"), (b"{}", "USAGE"), (b"\x00\x01\x02", "USAGE"), (b"[" * 100000, "USAGE"), (b"<" * 1000, "USAGE"),
    (b'{"strokes":[[[1,NaN]]]}', "USAGE"), (b'{"strokes":[[[1,1e400]]]}', "USAGE"),
    (b'{"strokes":[' + b"[[1,1]]," * 100001 + b"[[1,1]]]}", "LIMIT"),
    (b'<svg><path d="M0 0' + b"L1 1" * 200000 + b'"/></svg>', "LIMIT"),
    (b'{"strokes":[[' + b"[0,0],[1,1]," * 40000 + b"[0,0]]]}", "LIMIT"),
    (b" " * (3 << 20), "LIMIT"),
    (b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg><path d="&b;"/></svg>', "USAGE"),
))
def test_hostile_strokes_write_nothing(tmp_path, text, code):
    source, folder = tmp_path / "in", tmp_path / "out"
    source.write_bytes(text)
    folder.mkdir()
    limits = () if program.SANITIZED else ((resource.RLIMIT_AS, 1 << 30), (resource.RLIMIT_CPU, 20))
    run = strokes(source, folder / "s.png", limits=limits)
    assert run.status != 0 and run.code == code, str(run)
    assert program.leftovers(folder) == []


@pytest.mark.parametrize("options", (("--pen", "20"), ("--size", "0.1mmx5mm"), ("--size", "2mmx2mm", "--pen", "3")))
def test_pens_and_sizes_have_limits(tmp_path, wave, options):
    assert strokes(wave, tmp_path / "s.png", *options).code == "USAGE"


def test_missing_strokes(tmp_path):
    assert strokes(tmp_path / "none.json", tmp_path / "s.png").code == "INPUT_UNREADABLE"
