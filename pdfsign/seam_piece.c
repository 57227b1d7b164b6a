#include "pdfsign/seam_piece.h"

#include "base/own.h"
#include "cms/digest.h"
#include "pdf/value.h"

#include <stdio.h>

enum { SHA256_BYTES = 32, ID_BYTES = 16 };

static void to_hex(const uint8_t *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    }
}

/* Of the streams as they stand in the file, so that who reads it can compare. */
static pds_code digest_picture(const pds_image *image, char out[65], pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *hash = NULL;
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(pds_hash_new(PDS_SHA256, &hash, e));
    PDS_TRY(pds_hash_put(hash, pds_buf_span(&image->samples), e));
    PDS_TRY(pds_hash_put(hash, pds_buf_span(&image->alpha), e));
    PDS_TRY(pds_hash_end(hash, digest, e));
    to_hex(digest, SHA256_BYTES, out);
    return PDS_OK;
}

pds_code pds_seam_piece_name(pds_seam_piece *piece, const pds_image *image,
                             const pds_seam_origin *origin, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(digest_picture(image, piece->picture, e));
    pds_buf_printf(&text, "%s %llu %zu %zu ", piece->picture,
                   (unsigned long long)origin->file_bytes, origin->signing, origin->number);
    pds_seam_put(piece->seam, &text);
    PDS_TRY(pds_buf_end(&text, e));
    PDS_TRY(pds_hash_of(PDS_SHA256, pds_buf_span(&text), digest, e));
    to_hex(digest, ID_BYTES, piece->id);
    return PDS_OK;
}

static void put_seam(const pds_seam *seam, pds_buf *out)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { 0 };
    pds_seam_put(seam, &text);
    pds_buf_text(out, "/Seam");
    pds_text_put(out, pds_buf_cstr(&text));
}

static void put_real(pds_buf *out, const char *key, double number)
{
    pds_buf_text(out, key);
    pds_real_put(out, number);
}

void pds_seam_piece_put(const pds_seam_piece *piece, const pds_slice *slice, pds_buf *out)
{
    char date[32];
    pds_clock_pdf(piece->when, date);
    pds_buf_text(out, "<</pdsSeam<</LastModified");
    pds_text_put(out, date);
    pds_buf_printf(out, "/Private<</Id(%s)/Index %u/Count %u", piece->id, (unsigned)slice->index,
                   (unsigned)slice->count);
    put_real(out, "/From ", slice->from);
    put_real(out, "/To ", slice->to);
    put_real(out, "/Size[", piece->size[0]);
    put_real(out, " ", piece->size[1]);
    pds_buf_text(out, "]");
    put_seam(piece->seam, out);
    pds_buf_printf(out, "/SHA256(%s)>>>>>>", piece->picture);
}
