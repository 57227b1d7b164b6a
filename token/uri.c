#include "token/token.h"

#include <stdio.h>
#include <strings.h>

static pds_code unknown(const char *uri, size_t scheme, pds_err *e)
{
    char known[64] = "";
    for (const pds_token_ops *const *driver = pds_token_drivers; *driver != NULL; driver++) {
        size_t len = strlen(known);
        (void)snprintf(known + len, sizeof known - len, "%s%s:", len == 0 ? "" : ", ",
                       (*driver)->scheme);
    }
    pds_code code = scheme == 0 ? pds_fail(e, PDS_E_KEY_UNREADABLE, __func__,
                                           "the key '%s' does not begin with its kind", uri)
                                : pds_fail(e, PDS_E_KEY_UNREADABLE, __func__,
                                           "no kind of key is named '%.*s'", (int)scheme, uri);
    code = pds_err_expected(code, e, known, uri);
    return pds_err_hint(code, e, "name a key file like p12:me.p12 or file:me.pem");
}

static bool is_secret(const char *part)
{
    static const char *const names[] = { "pin-value=", "pin-source=", "pinfile=", "pin=",
                                         "password=",  "passwd=",     "pass=" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strncasecmp(part, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* What follows the kind, and one of ? ; & in the way of RFC 7512. */
pds_code pds_uri_refuse_secrets(const char *uri, pds_err *e)
{
    const char *at = uri == NULL ? NULL : strpbrk(uri, ":?;&");
    while (at != NULL && !is_secret(at + 1)) {
        at = strpbrk(at + 1, "?;&");
    }
    if (at != NULL) {
        const pds_code code =
            pds_fail(e, PDS_E_USAGE, __func__, "a PIN or password does not belong in the key URI");
        return pds_err_hint(code, e, "use --pin-file, --pin-fd or --pin-env");
    }
    return PDS_OK;
}

pds_code pds_uri_split(const char *uri, const pds_token_ops **driver, const char **rest, pds_err *e)
{
    size_t scheme = strcspn(uri, ":");
    PDS_TRY(pds_uri_refuse_secrets(uri, e));
    if (uri[scheme] == '\0') {
        return unknown(uri, 0, e);
    }
    for (const pds_token_ops *const *row = pds_token_drivers; *row != NULL; row++) {
        if (strlen((*row)->scheme) == scheme && strncasecmp(uri, (*row)->scheme, scheme) == 0) {
            if (uri[scheme + 1] == '\0' && !(*row)->any) {
                PDS_FAIL(e, PDS_E_KEY_UNREADABLE, "no file after %s:", (*row)->scheme);
            }
            *driver = *row;
            *rest = uri + scheme + 1;
            return PDS_OK;
        }
    }
    return unknown(uri, scheme, e);
}
