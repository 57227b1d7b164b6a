/* fuzz_der_seeds FOLDER: certificates and signatures of each kind of key, DER and PEM. */

#include "base/own.h"
#include "cms/signed_data.h"
#include "tests/cms/cms_make.h"

#include <stdio.h>
#include <stdlib.h>

static void put(const char *folder, const char *name, pki_key key, pds_span bytes)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s-%d", folder, name, (int)key);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.ptr, bytes.len, 1, f) != 1 || fclose(f) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static void need(pds_code code)
{
    if (code != PDS_OK) {
        (void)fprintf(stderr, "%s\n", pds_code_name(code));
        exit(EXIT_FAILURE);
    }
}

static void sign(const char *folder, const pki *p, pki_key key)
{
    static const uint8_t digest[PDS_DIGEST_MAX];
    PDS_OWN(pds_cert_drop) pds_cert *cert = pki_cert(p);
    PDS_OWN(pds_buf_drop) pds_buf attributes = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf signature = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf cms = { 0 };
    pds_signer s = { .cert = cert };
    need(pds_cert_algorithm(cert, key == PKI_ED25519 ? PDS_SHA512 : PDS_SHA256, false, &s.algorithm,
                            NULL));
    need(pds_signed_attributes(&s, pds_span_of(digest, pds_digest_size(s.algorithm.digest)),
                               &attributes, NULL));
    pki_sign(p, s.algorithm, pds_buf_span(&attributes), &signature);
    const pds_signed_value value = { .attributes = pds_buf_span(&attributes),
                                     .signature = pds_buf_span(&signature) };
    need(pds_signed_data(&s, &value, &cms, NULL));
    put(folder, "cms", key, pds_buf_span(&cms));
}

/* A signature as each SubFilter has it, with a timestamp and revocation values. */
static void sign_as_others(const char *folder, const pki *p)
{
    static const char *const names[] = { "cades", "pkcs7", "sha1", "bare", "token" };
    for (pds_container i = PDS_CONTAINER_CADES; i <= PDS_CONTAINER_RFC3161; i++) {
        cms_parts parts;
        cms_new(&parts, i, p, PDS_MD_SHA256, false);
        pds_span empty = DER(PDS_DER_SEQUENCE, BYTES(""));
        cms_add(&parts, cms_attribute(OID_DER("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08"),
                                      DER(PDS_DER_SEQUENCE, DER(0xa0, DER(0x30, empty)))));
        parts.unsigned_attributes = cms_attribute(OID_SMIME_AA("\x0e"), empty);
        cms_sign(&parts);
        cms_close(&parts);
        put(folder, names[i], PKI_RSA_2048, parts.whole);
    }
}

int main(int argc, char **argv)
{
    static const pki_key keys[] = { PKI_RSA_2048, PKI_P256, PKI_P521, PKI_ED25519 };
    if (argc != 2) {
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char path[4096];
        pki *p = pki_new(&(pki_profile){ .key = keys[i],
                                         .key_usage = "digitalSignature",
                                         .purposes = "emailProtection",
                                         .constraints = "CA:FALSE" });
        put(argv[1], "cert", keys[i], pki_cert_der(p));
        sign(argv[1], p, keys[i]);
        if (keys[i] == PKI_RSA_2048) {
            sign_as_others(argv[1], p);
        }
        (void)snprintf(path, sizeof path, "%s/key-%d", argv[1], (int)keys[i]);
        pki_write_key(p, PKI_PKCS8_PEM, NULL, NULL, path);
        pki_drop(&p);
    }
    return EXIT_SUCCESS;
}
