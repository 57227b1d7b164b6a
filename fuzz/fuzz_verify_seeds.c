/* fuzz_verify_seeds FOLDER: a signed file, updates of one, and what can stand in /Contents. */

#include "base/own.h"
#include "fuzz/signed_file.h"

#include <stdio.h>
#include <stdlib.h>

static void put(const char *folder, const char *name, char kind, pds_span bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || (kind != 0 && fputc(kind, f) == EOF) ||
        fwrite(bytes.ptr, bytes.len, 1, f) != 1 || fclose(f) != 0) {
        perror(path);
        abort();
    }
}

static const char FILLED[] =
    "5 0 obj<</FT/Tx/T(Amount)/V(120)/Type/Annot/Subtype/Widget/Rect[10 10 90 30]/P 3 0 R/F "
    "4/AP<</N "
    "8 0 R>>>>endobj\n8 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 80 20]/Length 14>>\nstream\nBT "
    "(120) Tj ET\nendstream endobj\n";
static const char ANNOTATED[] =
    "3 0 obj<</Type/Page/Parent 2 0 R/Annots[5 0 R 6 0 R 9 0 R]>>endobj\n9 0 "
    "obj<</Type/Annot/Subtype/Text/Rect[1 1 9 9]/Contents(a)>>endobj\n";
static const char PAGE[] =
    "3 0 obj<</Type/Page/Parent 2 0 R/Annots[5 0 R 6 0 R]/Rotate 90/Contents 9 0 "
    "R>>endobj\n9 0 obj<</Length 2>>\nstream\nq \nendstream endobj\n";
static const char CATALOG[] =
    "1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R/DSS 9 0 R/Perms<</DocMDP 7 0 "
    "R>>/OpenAction[3 0 R/Fit]>>endobj\n9 0 obj<</Type/DSS/Certs[10 0 R]/CRLs[10 0 R]/OCSPs[10 0 "
    "R]/VRI<</0011<</Cert[10 0 R]>>>>>>endobj\n10 0 obj<</Length 2>>\nstream\n0\0\nendstream "
    "endobj\n";
static const char SIGNED[] =
    "4 0 obj<</Fields[5 0 R 6 0 R 9 0 R]/SigFlags 3>>endobj\n3 0 obj<</Type/Page/Parent 2 0 "
    "R/Annots[5 0 R 6 0 R 9 0 R]>>endobj\n9 0 obj<</FT/Sig/T(B)/V 10 0 "
    "R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 "
    "R/F 132/Lock<</Type/SigFieldLock/Action/All/P 1>>>>endobj\n10 0 "
    "obj<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange[0 9 99 "
    "9]/Contents<3000>/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Include/"
    "Fields[(Amount)]/V/1.2>>>>]>>endobj\n";

static void put_updates(const char *folder)
{
    put(folder, "update-filled", 'U', BYTES(FILLED));
    put(folder, "update-annotated", 'U', BYTES(ANNOTATED));
    put(folder, "update-page", 'U', BYTES(PAGE));
    put(folder, "update-catalog", 'U', BYTES(CATALOG));
    put(folder, "update-signed", 'U', BYTES(SIGNED));
}

static void put_contents(const char *folder, const pki *signer)
{
    static const char *const names[] = { "cades", "pkcs7", "sha1", "bare", "token" };
    for (pds_container i = PDS_CONTAINER_CADES; i <= PDS_CONTAINER_RFC3161; i++) {
        cms_parts parts;
        cms_new(&parts, i, signer, PDS_MD_SHA256, false);
        parts.unsigned_attributes =
            cms_attribute(OID_SMIME_AA("\x0e"), DER(PDS_DER_SEQUENCE, BYTES("")));
        cms_sign(&parts);
        cms_close(&parts);
        put(folder, names[i], 'C', parts.whole);
    }
}

int main(int argc, char **argv)
{
    PDS_OWN(pds_buf_drop) pds_buf file = { 0 };
    if (argc != 2) {
        return EXIT_FAILURE;
    }
    pki *signer = pki_new(&(pki_profile){ .key = PKI_RSA_2048, .key_usage = "digitalSignature" });
    signed_file_make(&file, signer, pds_span_of(NULL, 0));
    put(argv[1], "whole", 0, pds_buf_span(&file));
    put(argv[1], "objects", 'T', pds_buf_span(&file));
    put_updates(argv[1]);
    put_contents(argv[1], signer);
    pki_drop(&signer);
    return EXIT_SUCCESS;
}
