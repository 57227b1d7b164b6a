#include "token/pcsc_lite.h"

/* Alone with the card, so that nobody loses it in the middle of something. */
static pds_code power_down(const pds_pcsc_lite *lite, SCARDCONTEXT context, const char *reader,
                           pds_err *e)
{
    SCARDHANDLE handle = 0;
    DWORD protocol = 0;
    PDS_TRY(pds_pcsc_check(lite->connect(context, reader, SCARD_SHARE_EXCLUSIVE,
                                         SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &handle, &protocol),
                           "reach the card", e));
    return pds_pcsc_check(lite->disconnect(handle, SCARD_UNPOWER_CARD), "power it down", e);
}

pds_code pds_card_power_down(const char *reader, pds_err *e)
{
    const pds_pcsc_lite *lite = NULL;
    SCARDCONTEXT context = 0;
    PDS_TRY(pds_pcsc_lite_load(&lite, e));
    PDS_TRY(pds_pcsc_check(pds_pcsc_begin(&context), "begin", e));
    const pds_code code = power_down(lite, context, reader, e);
    (void)lite->release_context(context);
    return code;
}
