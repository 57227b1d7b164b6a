"""Makes the files that are signed. The same bytes every time, no library needed; qpdf makes the object streams."""

import math
import random
import re
import struct
import subprocess
import zlib
from pathlib import Path

CONTRACTS = 200
CONTRACT_SIZE = 110_000
PAGES = (30, 300, 3000)
OBJECTS = (1000, 10_000, 100_000)
REVISIONS = (50, 100, 200)
LARGE = {"100 MB": 100_000_000, "1.2 GB": 1_200_000_000}
WORDS = ("agreement buyer seller goods price delivery payment invoice warranty notice term liability breach remedy "
         "interest schedule annex acceptance inspection currency confidential property effective date clause court").split()
XMP = (b"<?xpacket begin='\xef\xbb\xbf' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
       b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''"
       b" xmlns:dc='http://purl.org/dc/elements/1.1/' dc:format='application/pdf'/></rdf:RDF></x:xmpmeta><?xpacket end='w'?>")
A4 = "/MediaBox[0 0 595 842]"


class Writer:
    """Writes objects in order and a cross-reference table at the end."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "wb")
        self.offsets = []
        self.file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add(self, body, stream=None):
        """Object number len(self.offsets); `body` is its text, that of a stream without its /Length."""
        self.offsets.append(self.file.tell())
        self.file.write(f"{len(self.offsets)} 0 obj\n".encode())
        if stream is None:
            self.file.write(body.encode())
        else:
            self.file.write(f"<<{body}/Length {len(stream)}>>\nstream\n".encode())
            self.file.write(stream)
            self.file.write(b"\nendstream")
        self.file.write(b"\nendobj\n")

    def text(self, lines):
        """A page's content: lines of 9-point text."""
        shown = "".join(f"({line})'\n" for line in lines)
        self.add("/Filter/FlateDecode", zlib.compress(f"BT /F1 9 Tf 14 TL 60 800 Td\n{shown}ET\n".encode()))

    def close(self):
        start = self.file.tell()
        size = len(self.offsets) + 1
        rows = "".join(f"{offset:010d} 00000 n \n" for offset in self.offsets)
        identifier = f"{zlib.crc32(self.path.name.encode()):032x}"
        self.file.write(f"xref\n0 {size}\n0000000000 65535 f \n{rows}trailer\n<</Size {size}/Root 1 0 R"
                        f"/ID[<{identifier}><{identifier}>]>>\nstartxref\n{start}\n%%EOF\n".encode())
        self.file.close()


def clause(chance, words=14):
    return " ".join(chance.choice(WORDS) for _ in range(words)) + "."


def numbered(first, count, step):
    return " ".join(f"{first + i * step} 0 R" for i in range(count))


def contract(path, number):
    """Three pages of text and a scanned seal that makes up the size, in 20 objects."""
    chance = random.Random(number)
    pages = [[f"Contract {number:06d}, page {page} of 3"] + [clause(chance) for _ in range(50)] for page in (1, 2, 3)]
    side = int(((CONTRACT_SIZE - 5_200) / 3) ** .5)
    w = Writer(path)
    w.add("<</Type/Catalog/Pages 2 0 R/Outlines 12 0 R/Metadata 16 0 R/Lang(en)/PageMode/UseOutlines>>")
    w.add(f"<</Type/Pages/Count 3/Kids[{numbered(3, 3, 2)}]{A4}/Resources 9 0 R>>")
    for page, lines in enumerate(pages):
        w.add(f"<</Type/Page/Parent 2 0 R/Contents {4 + 2 * page} 0 R/CropBox[0 0 595 842]/Rotate 0>>")
        w.text(lines)
    w.add("<</Font 10 0 R/XObject<</Seal 11 0 R>>/ProcSet[/PDF/Text/ImageC]>>")
    w.add("<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>")
    w.add(f"/Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceRGB/BitsPerComponent 8"
          "/Filter/FlateDecode", zlib.compress(chance.randbytes(side * side * 3), 1))
    w.add("<</Type/Outlines/First 13 0 R/Last 15 0 R/Count 3>>")
    for page in range(3):
        before = f"/Prev {12 + page} 0 R" if page > 0 else ""
        after = f"/Next {14 + page} 0 R" if page < 2 else ""
        w.add(f"<</Title(Page {page + 1})/Parent 12 0 R/Dest[{3 + 2 * page} 0 R/Fit]{before}{after}>>")
    w.add("/Type/Metadata/Subtype/XML", XMP)
    w.close()


def many_pages(path, count):
    chance = random.Random(count)
    w = Writer(path)
    w.add("<</Type/Catalog/Pages 2 0 R>>")
    w.add(f"<</Type/Pages/Count {count}/Kids[{numbered(4, count, 2)}]{A4}/Resources 3 0 R>>")
    w.add("<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>")
    for page in range(count):
        w.add(f"<</Type/Page/Parent 2 0 R/Contents {5 + 2 * page} 0 R>>")
        w.text([f"Page {page + 1} of {count}"] + [clause(chance, 10) for _ in range(12)])
    w.close()


def many_objects(path, count):
    w = Writer(path)
    w.add("<</Type/Catalog/Pages 2 0 R/Extra 4 0 R>>")
    w.add("<</Type/Pages/Count 1/Kids[3 0 R]>>")
    w.add(f"<</Type/Page/Parent 2 0 R{A4}/Resources<<>>>>")
    w.add(f"[{numbered(5, count, 1)}]")
    for i in range(count):
        w.add(f"<</Item {i}/Text(item {i})>>")
    w.close()


def large(path, size):
    """Pages that are one uncompressed picture each; the bytes are random, none is a hole."""
    width, height = 1000, 1400
    count = size // (width * height * 3)
    chance = random.Random(size)
    w = Writer(path)
    w.add("<</Type/Catalog/Pages 2 0 R>>")
    w.add(f"<</Type/Pages/Count {count}/Kids[{numbered(3, count, 3)}]{A4}>>")
    for i in range(count):
        w.add(f"<</Type/Page/Parent 2 0 R/Contents {4 + 3 * i} 0 R/Resources<</XObject<</P {5 + 3 * i} 0 R>>>>>>")
        w.add("", b"595 0 0 842 0 0 cm /P Do")
        w.add(f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8",
              chance.randbytes(width * height * 3))
    w.close()


FIELD, LOOK = 6, 7  # objects of the form


def field(number):
    return f"<</FT/Tx/T(Amount)/V({number})/DA(/F1 9 Tf)/AP<</N {LOOK} 0 R>>/Type/Annot/Subtype/Widget/Rect[60 60 160 80]/P 3 0 R/F 4>>"


def look(number):
    return ("/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F1 9 0 R>>>>",
            f"/Tx BMC BT /F1 9 Tf 2 6 Td ({number}) Tj ET EMC".encode())


def form(path):
    """A page with a text field, and as many bytes as a contract has."""
    chance = random.Random(7)
    w = Writer(path)
    w.add("<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>")
    w.add(f"<</Type/Pages/Count 1/Kids[3 0 R]{A4}>>")
    w.add(f"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 9 0 R>>/XObject<</I 8 0 R>>>>/Annots[{FIELD} 0 R]>>")
    w.text([clause(chance) for _ in range(50)])
    w.add(f"<</Fields[{FIELD} 0 R]/DA(/F1 9 Tf)/DR<</Font<</F1 9 0 R>>>>>>")
    w.add(field(0))
    w.add(*look(0))
    w.add("/Type/XObject/Subtype/Image/Width 180/Height 180/ColorSpace/DeviceRGB/BitsPerComponent 8", chance.randbytes(180 * 180 * 3))
    w.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    w.close()


def filled(path, source, count):
    """The file with `count` updates, each of which fills the form's field anew."""
    data = source.read_bytes()
    size = max(int(n) for n in re.findall(rb"/Size\s+(\d+)", data))
    identifier = re.findall(rb"/ID\s*\[.*?\]", data, re.S)[-1]
    start = int(data.rsplit(b"startxref", 1)[1].split()[0])
    for number in range(1, count + 1):
        entries, text = look(number)
        at = len(data)
        data += f"{FIELD} 0 obj\n{field(number)}\nendobj\n".encode()
        then = len(data)
        data += f"{LOOK} 0 obj\n<<{entries}/Length {len(text)}>>\nstream\n".encode() + text + b"\nendstream\nendobj\n"
        old, start = start, len(data)
        data += (f"xref\n{FIELD} 2\n{at:010d} 00000 n \n{then:010d} 00000 n \ntrailer\n<</Size {size}/Root 1 0 R/Prev {old}".encode()
                 + identifier + f">>\nstartxref\n{start}\n%%EOF\n".encode())
    path.write_bytes(data)


def seal(path, side=600):
    """A red ring and bars on nothing, RGBA: edges half transparent as drawing programs leave them."""
    middle, rows = side / 2, []
    for y in range(side):
        row = bytearray(b"\0")  # the filter of the row
        for x in range(side):
            away = math.hypot(x - middle, y - middle)
            ring = min(1, max(0, side * .03 - abs(away - side * .45)))
            bars = 1 if away < side * .3 and (x // 25 + y // 40) % 3 == 0 else 0
            row += bytes((204, 0, 0, round(255 * max(ring, bars))))
        rows.append(bytes(row))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b""))


def in_object_streams(source, target):
    subprocess.run(["qpdf", "--object-streams=generate", "--deterministic-id", source, target], check=True)


class WorkSet:
    """The files below one folder; each is made when first asked for."""

    def __init__(self, folder):
        self.folder = folder

    def file(self, name, make, *args):
        path = self.folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            make(part, *args)
            part.rename(path)
        return path

    def packed(self, name, plain):
        return self.file(name, lambda part: in_object_streams(plain, part))

    def remove(self, name):
        (self.folder / name).unlink(missing_ok=True)

    def seal(self):
        return self.file("seal.png", seal)

    def contracts(self, count=CONTRACTS, streams=False):
        plain = [self.file(f"contracts/c{i:03d}.pdf", contract, i) for i in range(count)]
        return [self.packed(f"contracts-streams/{p.name}", p) for p in plain] if streams else plain

    def form(self):
        return self.file("form.pdf", form)

    def pages(self, count, streams=False):
        plain = self.file(f"pages/{count}.pdf", many_pages, count)
        return self.packed(f"pages-streams/{count}.pdf", plain) if streams else plain

    def objects(self, count, streams=False):
        plain = self.file(f"objects/{count}.pdf", many_objects, count)
        return self.packed(f"objects-streams/{count}.pdf", plain) if streams else plain


def large_file(folder, name):
    return WorkSet(Path(folder)).file(f"{name.replace(' ', '-')}.pdf", large, LARGE[name])
