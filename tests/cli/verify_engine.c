#include "cli/fault.h"
#include "tests/cli/verify_fake.h"

#include <stdlib.h>
#include <string.h>

/* Stands in for the engine, in front of its library: a verifier that knows the files of
 * verify_fake.c by their names. */

struct pds_verifier {
    int nothing;
};

pds_code pds_verifier_new(const pds_verify_options *options, pds_verifier **out, pds_err *e)
{
    (void)options;
    *out = calloc(1, sizeof **out);
    if (*out == NULL) {
        CLI_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    return PDS_OK;
}

void pds_verifier_drop(pds_verifier **verifier)
{
    free(*verifier);
    *verifier = NULL;
}

pds_code pds_verify(pds_verifier *verifier, const char *input, const pds_secret *password,
                    pds_verification *out, pds_err *e)
{
    const char *slash = strrchr(input, '/');
    const fake *f = fake_of(input);
    (void)verifier;
    (void)password;
    f = f == NULL && slash != NULL ? fake_of(slash + 1) : f;
    *out = (pds_verification){ .owner = NULL };
    if (f == NULL || f->found == NULL) {
        const bool memory = f != NULL && strcmp(f->name, "memory") == 0;
        CLI_FAIL(e, memory ? PDS_E_NO_MEMORY : PDS_E_PDF_DAMAGED, "the table of objects is cut");
    }
    *out = *f->found;
    return PDS_OK;
}

void pds_verification_drop(pds_verification *v)
{
    *v = (pds_verification){ .owner = NULL };
}

pds_code pds_extract_revision(const char *input, uint32_t number, const pds_output *output,
                              pds_err *e)
{
    (void)input;
    (void)number;
    (void)output;
    CLI_FAIL(e, PDS_E_USAGE, "there is no such revision");
}
