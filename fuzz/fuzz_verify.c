#include "base/own.h"
#include "fuzz/pdf_file.h"
#include "fuzz/signed_file.h"

#include <pds/verify.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

/*
 * A verdict on a file that nobody can be trusted to have made. By the first letter of the input:
 * 'T' objects that get a sound table, 'U' objects that update a file signed by a trusted key, 'C'
 * what stands in /Contents of such a file; other input is a file as it is.
 */

typedef struct fuzz_setup {
    pki *signer;
    pds_buf signed_file;
    pds_verifier *verifier;
} fuzz_setup;

/* The certificate as a file that pds_verifier_new can read. */
static void write_trust(const pki *signer, char path[64])
{
    const int fd = memfd_create("trust", MFD_CLOEXEC);
    const pds_span der = pki_cert_der(signer);
    if (fd < 0 || write(fd, der.ptr, der.len) != (ssize_t)der.len) {
        abort();
    }
    (void)snprintf(path, 64, "/proc/self/fd/%d", fd);
}

static const fuzz_setup *setup(void)
{
    static fuzz_setup s;
    char path[64];
    pds_err e;
    if (s.verifier != NULL) {
        return &s;
    }
    s.signer = pki_new(&(pki_profile){ .key = PKI_P256, .key_usage = "digitalSignature" });
    signed_file_make(&s.signed_file, s.signer, pds_span_of(NULL, 0));
    write_trust(s.signer, path);
    const char *const trust[] = { path };
    const pds_verify_options options = { .trust = trust,
                                         .trust_count = 1,
                                         .require_signatures = 1,
                                         .require_covers_all = true,
                                         .expect_seam = true };
    if (pds_verifier_new(&options, &s.verifier, &e) != PDS_OK) {
        (void)fprintf(stderr, "%s\n", e.text);
        abort();
    }
    return &s;
}

static void put_update(const fuzz_setup *s, pds_span objects, pds_buf *file)
{
    char trailer[64];
    const pds_buf *const old = &s->signed_file;
    const char *const start = memmem(old->ptr + old->len - 24, 24, "startxref\n", 10);
    (void)snprintf(trailer, sizeof trailer, "/Root 1 0 R/Prev %ld",
                   start == NULL ? 0L : strtol(start + 10, NULL, 10));
    pds_buf_put(file, pds_buf_span(old));
    pds_buf_put(file, objects);
    fuzz_put_table(file, old->len, trailer);
}

static void put_file(const fuzz_setup *s, pds_span in, pds_buf *file)
{
    const pds_span rest = pds_span_of(in.ptr + 1, in.len - 1);
    if (in.ptr[0] == 'T') {
        pds_buf_text(file, "%PDF-1.7\n");
        pds_buf_put(file, rest);
        fuzz_put_table(file, 0, "/Root 1 0 R");
    } else if (in.ptr[0] == 'U') {
        put_update(s, rest, file);
    } else if (in.ptr[0] == 'C' && rest.len > 0) {
        signed_file_make(file, s->signer, rest);
    } else {
        pds_buf_put(file, in);
    }
}

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it so */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PDS_OWN(pds_buf_drop) pds_buf bytes = { 0 };
    PDS_OWN(pds_verification_drop) pds_verification found = { .bytes = 0 };
    pds_err e;
    const fuzz_setup *const s = setup();
    if (size == 0) {
        return 0;
    }
    put_file(s, pds_span_of(data, size), &bytes);
    const pds_file file = fuzz_file(&bytes);
    (void)!pds_verify(s->verifier, file.path, NULL, &found, &e);
    return 0;
}
