#include "fuzz/signed_file.h"

#include "base/own.h"
#include "tests/pdf/make.h"

#include <stdio.h>
#include <stdlib.h>

static const char FORM[] = "<</Fields[5 0 R 6 0 R]/SigFlags 3>>";
static const char TEXT_FIELD[] =
    "<</FT/Tx/T(Amount)/V(100)/Type/Annot/Subtype/Widget/Rect[10 10 90 30]/P 3 0 R/F 4/AP<</N 8 0 "
    "R>>>>";
static const char SIGNATURE_FIELD[] =
    "<</FT/Sig/T(Seller)/V 7 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/F 132>>";
static const char SIGNATURE[] =
    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260101000000Z)"
    "/ByteRange[0 aaaaaaaaaa bbbbbbbbbb cccccccccc]/Contents <";
static const char LOOK[] = "/Type/XObject/Subtype/Form/BBox[0 0 80 20]";

static void put_signature(make *m)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_buf_text(&text, SIGNATURE);
    memset(pds_buf_grow(&text, (size_t)2 * SIGNED_FILE_ROOM), '0', (size_t)2 * SIGNED_FILE_ROOM);
    pds_buf_text(&text, ">>>");
    make_object(m, 7, pds_buf_cstr(&text));
}

static void put_objects(make *m)
{
    make_piece(m, "%PDF-1.7\n");
    make_object(m, 1, "<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>");
    make_object(m, 2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>");
    make_object(m, 3, "<</Type/Page/Parent 2 0 R/Annots[5 0 R 6 0 R]>>");
    make_object(m, 4, FORM);
    make_object(m, 5, TEXT_FIELD);
    make_object(m, 6, SIGNATURE_FIELD);
    put_signature(m);
    make_stream(m, 8, LOOK, pds_span_text("BT (100) Tj ET"));
    make_table(m, 9, "/Size 9");
}

static void fill_in(pds_buf *file, const char *mark, size_t number)
{
    char digits[16];
    (void)snprintf(digits, sizeof digits, "%-10zu", number);
    memcpy(memmem(file->ptr, file->len, mark, strlen(mark)), digits, 10);
}

/* A CMS over all but the hole; a text, because the files made here hold no zero bytes. */
static pds_span sign(const pds_buf *file, size_t begin, size_t end, const pki *signer)
{
    static pds_buf text;
    cms_parts p;
    pds_buf_clear(&text);
    pds_buf_put(&text, pds_span_of(file->ptr, begin));
    pds_buf_put(&text, pds_span_of(file->ptr + end, file->len - end));
    cms_new(&p, PDS_CONTAINER_CADES, signer, PDS_MD_SHA256, false);
    p.document = pds_buf_cstr(&text);
    cms_remove(&p, OID_PKCS9("\x04"));
    cms_add(&p, cms_attribute(OID_PKCS9("\x04"),
                              DER(PDS_DER_OCTETS, cms_digest(PDS_MD_SHA256, pds_buf_span(&text)))));
    cms_sign(&p);
    cms_close(&p);
    return p.whole;
}

void signed_file_make(pds_buf *file, const pki *signer, pds_span contents)
{
    static const char Digits[] = "0123456789abcdef";
    make m = { .find = NULL };
    put_objects(&m);
    const uint8_t *const hole = memmem(m.file.ptr, m.file.len, "<0000", 5);
    if (hole == NULL) {
        abort();
    }
    const size_t begin = (size_t)(hole - m.file.ptr);
    const size_t end = begin + (size_t)2 * SIGNED_FILE_ROOM + 2;
    fill_in(&m.file, "aaaaaaaaaa", begin);
    fill_in(&m.file, "bbbbbbbbbb", end);
    fill_in(&m.file, "cccccccccc", m.file.len - end);
    const pds_span cms = contents.len > 0 ? contents : sign(&m.file, begin, end, signer);
    for (size_t i = 0; i < cms.len && i < SIGNED_FILE_ROOM; i++) {
        m.file.ptr[begin + 1 + 2 * i] = (uint8_t)Digits[cms.ptr[i] >> 4];
        m.file.ptr[begin + 2 + 2 * i] = (uint8_t)Digits[cms.ptr[i] & 15];
    }
    *file = m.file;
}
