"""sign_all.py P12 PIN-FILE FOLDER [--seal PNG] PDF...: pyHanko signs each PDF into FOLDER (PAdES B-B), on its last page
with the picture if one is given; key and picture are loaded once."""

import sys
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import StaticStampStyle

SEAL_BOX = (420, 60, 539, 179)  # 42 mm wide


def main(p12, pin_file, folder, *sources):
    pin = Path(pin_file).read_text().strip().encode()
    signer = signers.SimpleSigner.load_pkcs12(p12, passphrase=pin)
    metadata = signers.PdfSignatureMetadata(field_name="Signature1", md_algorithm="sha256",
                                            subfilter=SigSeedSubFilter.PADES)
    look = {}
    if sources[0] == "--seal":
        look = {"stamp_style": StaticStampStyle(background=PdfImage(sources[1]), background_opacity=1, border_width=0),
                "new_field_spec": SigFieldSpec("Signature1", on_page=-1, box=SEAL_BOX)}
        sources = sources[2:]
    writer = signers.PdfSigner(metadata, signer, **look)
    for source in map(Path, sources):
        with source.open("rb") as file, (Path(folder) / source.name).open("w+b") as target:
            writer.sign_pdf(IncrementalPdfFileWriter(file), output=target)


main(*sys.argv[1:])
