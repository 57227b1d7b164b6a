#include "token/piv.h"

pds_code pds_piv_get_metadata(pds_card *card, pds_piv *piv, uint8_t reference, pds_buf *out,
                              pds_err *e)
{
    enum { GET_METADATA = 0xF7, NO_SUCH_REFERENCE = 0x6A88, NOT_FOUND = 0x6A82 };
    uint16_t status = 0;
    const pds_apdu apdu = { .ins = GET_METADATA, .p2 = reference, .expected = 65536 };
    if (piv->no_metadata) {
        return PDS_OK;
    }
    PDS_TRY(pds_card_send(card, &apdu, out, &status, e));
    if (status != 0x9000) {
        pds_buf_clear(out);
        piv->no_metadata = status != NO_SUCH_REFERENCE && status != NOT_FOUND;
    }
    return PDS_OK;
}
