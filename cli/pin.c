#include "cli/pin.h"

pds_code cli_pin_ask(void *ctx, const char *label, int tries_left, pds_secret *into, pds_err *e)
{
    const cli_signer *signer = ctx;
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
    return cli_tty_ask(label, tries_left, into, e);
}
