#include "cli/pin.h"

static pds_code rehearse(cli_rehearsal *r, pds_err *e)
{
    if (r->make == NULL || r->made) {
        return PDS_OK;
    }
    r->made = true;
    r->refused = (pds_err){ .offset = -1 };
    pds_code code = r->make(r->ctx, &r->refused);
    if (code == PDS_OK) {
        r->refused.code = PDS_OK; /* what it looked over is nobody's error */
    } else {
        *e = r->refused;
    }
    return code;
}

pds_code cli_pin_ask(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    const cli_pin_source *source = ctx;
    const cli_signer *signer = source->signer;
    if (signer->pin_file != NULL) {
        return pds_secret_from_file(into, signer->pin_file, e);
    }
    if (signer->pin_fd >= 0) {
        return pds_secret_from_fd(into, (int)signer->pin_fd, e);
    }
    if (signer->pin_env != NULL) {
        return pds_secret_from_env(into, signer->pin_env, e);
    }
    if (signer->pin_program != NULL) {
        return cli_program_ask(signer->pin_program, label, into, e);
    }
    CLI_TRY(rehearse(source->rehearsal, e));
    return cli_tty_ask(label, tries_left, into, e);
}
