"""Signs with pyHanko: files that another program signed first, and a check of the judge itself."""

import asyncio
import io

from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore


def signer(pki, kind="p256", **more):
    store = SimpleCertificateStore.from_certs([load_cert_from_pemder(str(pki / "inter.pem"))])
    return signers.SimpleSigner(
        signing_cert=load_cert_from_pemder(str(pki / f"{kind}.cert.pem")),
        signing_key=load_private_key_from_pemder(str(pki / f"{kind}.key.pem"), None),
        cert_registry=store, **more)


def sign(source, target, pki, *, kind="p256", field="Peer", certify=None, lock=None, password=None,
         strict=True, **more):
    """certify: 1, 2, 3; lock: (action, [names]); the field is new unless the file has it."""
    with open(source, "rb") as file:
        writer = IncrementalPdfFileWriter(file, strict=strict)
        if password is not None:
            writer.encrypt(password)
        if lock:
            fields.append_signature_field(writer, fields.SigFieldSpec(
                field, field_mdp_spec=fields.FieldMDPSpec(fields.FieldMDPAction(lock[0]), lock[1])))
        metadata = signers.PdfSignatureMetadata(
            field_name=field, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256",
            certify=certify is not None,
            docmdp_permissions=fields.MDPPerm(certify) if certify else fields.MDPPerm.FILL_FORMS, **more)
        out = io.BytesIO()
        signers.PdfSigner(metadata, signer(pki, kind)).sign_pdf(writer, output=out)
    target.write_bytes(out.getvalue())
    return target


def cms(pki, digest):
    """A detached CMS, PAdES, by p256 over that SHA-256 of a document."""
    return asyncio.run(signer(pki).async_sign(digest, "sha256", use_pades=True)).dump()


def person(path):
    """A signer from a file with a key and certificates, PEM, as fixtures/services.py writes it."""
    data = path.read_bytes()
    one, *others = (Certificate.load(cert.public_bytes(Encoding.DER)) for cert in x509.load_pem_x509_certificates(data))
    key = load_pem_private_key(data, None).private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(signing_cert=one, signing_key=PrivateKeyInfo.load(key),
                                cert_registry=SimpleCertificateStore.from_certs(others))


def cms_of(path, digest, tsa=None):
    """As cms(), by a person; tsa: URL of who puts a timestamp over it."""
    stamper = HTTPTimeStamper(tsa) if tsa else None
    return asyncio.run(person(path).async_sign(digest, "sha256", use_pades=True, timestamper=stamper)).dump()
