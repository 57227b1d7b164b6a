"""PDF/A of levels, output intents and forms that fixtures/pdfa.py has not: pages with grey lines, no text."""

import io
import struct

import pikepdf

import pdfa

NAMES = pikepdf.Name
CLASSES = {1: (b"mntr", b"GRAY", b"XYZ "), 4: (b"prtr", b"CMYK", b"Lab ")}
LINES = b"/A cs .8 sc " + b" ".join(b"60 %d 250 3 re f" % y for y in range(30, 800, 9))


def profile(components):
    """Of grey and CMYK the header, which is what a judge of PDF/A reads: no one converts colours with it."""
    if components == 3:
        return pdfa.srgb()
    kind, space, connection = CLASSES[components]
    return struct.pack(">I4sI4s4s4s6H4s", 132, b"none", 0x02100000, kind, space, connection,
                       2026, 1, 1, 0, 0, 0, b"acsp").ljust(132, b"\0")


def xmp(part, level):
    text = pdfa.XMP.format(title="Blank", part=part, level=level.upper())
    rev = "<pdfaid:rev>2020</pdfaid:rev>" if part == 4 else ""
    return text.replace("<pdfaid:conformance></pdfaid:conformance>", rev).encode()


def add_page(pdf, tagged):
    page = pdf.add_blank_page(page_size=(595, 842))
    grey = pikepdf.Array([NAMES.CalGray, pikepdf.Dictionary(WhitePoint=[.9505, 1, 1.089], Gamma=2.2)])
    page.Resources = pikepdf.Dictionary(ColorSpace=pikepdf.Dictionary(A=grey))
    page.Contents = pikepdf.Stream(pdf, b"/Artifact BMC " + LINES + b" EMC" if tagged else LINES)


def add_intent(pdf, components):
    stream = pdf.make_indirect(pikepdf.Stream(pdf, profile(components), N=components))
    pdf.Root.OutputIntents = pikepdf.Array([pikepdf.Dictionary(
        Type=NAMES.OutputIntent, S=NAMES.GTS_PDFA1, OutputConditionIdentifier=pikepdf.String("Device"),
        Info=pikepdf.String("Device"), DestOutputProfile=stream)])


def add_tags(pdf):
    pdf.Root.Lang = pikepdf.String("zh-CN")
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    pdf.Root.StructTreeRoot = pdf.make_indirect(pikepdf.Dictionary(Type=NAMES.StructTreeRoot))


def add_text_field(pdf, name):
    look = pikepdf.Stream(pdf, b"/Tx BMC EMC", Type=NAMES.XObject, Subtype=NAMES.Form, BBox=[0, 0, 150, 20])
    field = pdf.make_indirect(pikepdf.Dictionary(
        Type=NAMES.Annot, Subtype=NAMES.Widget, FT=NAMES.Tx, T=name, F=4, Rect=[100, 100, 250, 120],
        P=pdf.pages[0].obj, DA="0 g", AP=pikepdf.Dictionary(N=pdf.make_indirect(look))))
    pdf.pages[0].Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))


def blank(flavour, components):
    """Bytes of 3 pages and a text field "Date". flavour as "2u" or "4"; components of the output intent, 0: none."""
    part, level = int(flavour[0]), flavour[1:]
    pdf = pikepdf.new()
    for _ in range(3):
        add_page(pdf, level == "a")
    pdf.Root.Metadata = pikepdf.Stream(pdf, xmp(part, level), Type=NAMES.Metadata, Subtype=NAMES.XML)
    if components:
        add_intent(pdf, components)
    if level == "a":
        add_tags(pdf)
    add_text_field(pdf, "Date")
    if part < 4:
        pdf.docinfo = pdf.make_indirect(pikepdf.Dictionary(Title="Blank", Producer="fixtures"))
    out = io.BytesIO()
    modes = pikepdf.ObjectStreamMode
    pdf.save(out, static_id=True, force_version={1: "1.4", 4: "2.0"}.get(part, "1.7"),
             object_stream_mode=modes.disable if part == 1 else modes.generate)
    return out.getvalue()
