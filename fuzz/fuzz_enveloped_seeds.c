/* fuzz_enveloped_seeds FOLDER KEYS: a key of each kind, made once, and what OpenSSL encrypts for
 * their certificates. */

#include "base/own.h"
#include "tests/cms/enveloped_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>

static const enveloped_kind KINDS[] = {
    { .cipher = "AES-128-CBC" },
    { .cipher = "AES-256-CBC", .by_identifier = true },
    { .cipher = "DES-EDE3-CBC" },
    { .cipher = "id-aes128-GCM" },
    { .cipher = "id-aes256-GCM", .streamed = true },
    { .cipher = "AES-192-CBC", .streamed = true },
};

static void seed(const char *folder, const pki *p, bool rsa, size_t kind, const char *oaep)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    char path[4096];
    enveloped_kind wanted = KINDS[kind];
    wanted.oaep = oaep;
    pds_buf_byte(&bytes, rsa ? 1 : 0);
    enveloped_make(p, &wanted, pds_span_text("what nobody else may read"), &bytes);
    (void)snprintf(path, sizeof path, "%s/%s-%zu-%s", folder, rsa ? "rsa" : "ec", kind,
                   oaep == NULL ? "plain" : oaep);
    FILE *const f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.ptr, bytes.len, 1, f) != 1 || fclose(f) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static void make(const char *folder, const char *keys, bool rsa)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.pem", keys, rsa ? "rsa" : "ec");
    if (access(path, R_OK) == 0) {
        return; /* what was found before is for that one */
    }
    pki *p = pki_new(&(pki_profile){
        .key = rsa ? PKI_RSA_2048 : PKI_P256, .key_identifier = true, .ends = 3600L * 24 * 3650 });
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        seed(folder, p, rsa, i, NULL);
    }
    if (rsa) {
        seed(folder, p, rsa, 0, "SHA1");
        seed(folder, p, rsa, 0, "SHA256");
    }
    pki_write_key(p, PKI_PKCS8_PEM, NULL, NULL, path);
    pki_append_cert_pem(p, path);
    pki_drop(&p);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return EXIT_FAILURE;
    }
    (void)mkdir(argv[2], 0700);
    make(argv[1], argv[2], false);
    make(argv[1], argv[2], true);
    return EXIT_SUCCESS;
}
