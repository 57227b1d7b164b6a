"""Files of the same persons by other programs: pyHanko at each level, PDFBox; and pyHanko bringing ours to B-LTA."""

import io

from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation import add_validation_info
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from corpus import tools


def context(here):
    """Anew for each use: it keeps what it fetched."""
    return ValidationContext(trust_roots=[load_cert_from_pemder(str(here.root))], allow_fetching=True, revocation_mode="require")


def signer(here, name):
    return signers.SimpleSigner(
        signing_cert=load_cert_from_pemder(str(here.folder / f"{name}.cert.pem")),
        signing_key=load_private_key_from_pemder(str(here.folder / f"{name}.key.pem"), None),
        cert_registry=SimpleCertificateStore.from_certs([load_cert_from_pemder(str(here.folder / "inter.pem"))]))


def by_pyhanko(here, source, target, level, *, name="p256", field="Peer", password=None):
    with open(source, "rb") as file:
        writer = IncrementalPdfFileWriter(file)
        if password is not None:
            writer.encrypt(password)
        lasting = level in ("lt", "lta")
        metadata = signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256", embed_validation_info=lasting,
            use_pades_lta=level == "lta", validation_context=context(here) if lasting else None)
        stamps = HTTPTimeStamper(here.tsa) if level != "b" else None
        out = io.BytesIO()
        signers.PdfSigner(metadata, signer(here, name), timestamper=stamps).sign_pdf(writer, output=out)
    target.write_bytes(out.getvalue())
    return target


def extended_by_pyhanko(here, source, target, *, password=None):
    """To B-LTA: validation data of each signature, and a document timestamp over them."""
    data = io.BytesIO(source.read_bytes())
    for number in range(len(read(data, password).embedded_regular_signatures)):
        add_validation_info(read(data, password).embedded_regular_signatures[number], context(here), in_place=True)
    writer = IncrementalPdfFileWriter(data)
    if password is not None:
        writer.encrypt(password)
    signers.PdfTimeStamper(HTTPTimeStamper(here.tsa)).timestamp_pdf(writer, "sha256", context(here), in_place=True)
    target.write_bytes(data.getvalue())
    return target


def read(data, password):
    reader = PdfFileReader(data)
    if password is not None:
        reader.decrypt(password)
    return reader


def by_pdfbox(here, source, target, *, name="p256"):
    out = target.parent / "pdfbox"
    out.mkdir()
    tools.run("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", tools.pdfbox(), "SignAll", here.folder / f"{name}.p12",
              here.folder / "pin", out, source)
    (out / source.name).rename(target)
    return target
