#include "base/file.h"
#include "base/own.h"
#include "base/publish.h"
#include "seal/compact.h"
#include "seal/png_chunks.h"
#include "seal/seal.h"
#include "token/log.h"
#include "token/pin_offer.h"
#include "token/seal_store.h"

#include <pds/token.h>

/* Seal pictures that are kept in tokens. */

enum { FORM_PNG, FORM_COMPACT };
static const double UM_OF_POINT = 25400.0 / 72.0, UM_OF_METRE = 1e6;

static void stored_drop(pds_stored_seal *s)
{
    pds_buf_drop(&s->bytes);
}

/* ---- reading ---- */

static pds_code expand(const pds_stored_seal *seal, pds_buf *png, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    const double um_of_inch = 25400.0;
    PDS_TRY(pds_compact_take(pds_buf_span(&seal->bytes), &picture, e));
    if (seal->width_um != 0 && seal->height_um != 0) {
        picture.dpi[0] = picture.width * um_of_inch / seal->width_um;
        picture.dpi[1] = picture.height * um_of_inch / seal->height_um;
    }
    return pds_png_write(&picture, png, e);
}

/* A PNG, and its printed size in points. */
static pds_code read_png(const pds_opened *token, pds_buf *png, double size[2], pds_err *e)
{
    PDS_OWN(stored_drop) pds_stored_seal seal = { .form = FORM_PNG };
    PDS_TRY(pds_seal_store_read(token->device, &seal, e));
    size[0] = seal.width_um / UM_OF_POINT;
    size[1] = seal.height_um / UM_OF_POINT;
    if (seal.form == FORM_COMPACT) {
        return expand(&seal, png, e);
    }
    const double metres[2] = { seal.width_um / UM_OF_METRE, seal.height_um / UM_OF_METRE };
    if (metres[0] > 0.0 && metres[1] > 0.0) {
        return pds_png_put_size(pds_buf_span(&seal.bytes), metres, png, e);
    }
    pds_buf_put(png, pds_buf_span(&seal.bytes));
    return pds_buf_end(png, e);
}

static pds_code read_only_one(const char *uri, pds_buf *png, pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened token = { .device = NULL };
    double size[2];
    PDS_TRY(pds_opened_only(uri, &token, e));
    return read_png(&token, png, size, e);
}

pds_code pds_token_seal_read(const pds_token_options *options, const pds_output *output, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf png = { 0 };
    PDS_OWN(pds_publish_drop) pds_publish *out = NULL;
    const pds_file none = PDS_FILE_NONE;
    PDS_TRY(pds_uri_refuse_secrets(options->uri, e));
    PDS_TRY(pds_publish_check(output, &none, e));
    const pds_code code = read_only_one(options->uri, &png, e);
    pds_token_log("seal view", options->uri, code);
    PDS_TRY(code);
    PDS_TRY(pds_publish_open(output, &none, &out, e));
    PDS_TRY(pds_publish_write(out, pds_buf_span(&png), e));
    return pds_publish_commit(out, e);
}

pds_code pds_seal_open_token(const pds_key_options *key, const char *size, pds_seal **out,
                             pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened token = { .device = NULL };
    PDS_OWN(pds_buf_drop) pds_buf png = { 0 };
    const pds_seeking seeking = { .uri = key->uri, .options = key };
    char own[64];
    double points[2] = { 0, 0 };
    *out = NULL;
    PDS_TRY(pds_opened_find(&seeking, &token, e));
    PDS_TRY(read_png(&token, &png, points, e));
    (void)snprintf(own, sizeof own, "%.3fx%.3f", points[0], points[1]);
    return pds_seal_new(pds_buf_span(&png), size != NULL ? size : own, out, e);
}

/* ---- writing ---- */

static pds_code read_picture(const char *path, pds_buf *png, pds_err *e)
{
    const pds_code code = pds_file_slurp(path, PDS_PNG_BYTES_MAX, png, e);
    return code == PDS_E_LIMIT ? pds_fail(e, PDS_E_PICTURE_LIMIT, __func__,
                                          "a picture of more than %d bytes", PDS_PNG_BYTES_MAX)
                               : code;
}

static pds_code make_compact(pds_span png, size_t max, pds_buf *out, pds_err *e)
{
    PDS_OWN(pds_picture_drop) pds_picture picture = { .pixels = NULL };
    PDS_TRY(pds_png_read(png, &picture, e));
    return pds_compact_put(&picture, max, out, e);
}

/* What goes into the token, and how large it is printed. */
static pds_code make_stored(pds_span png, const char *size, bool compact, size_t max,
                            pds_stored_seal *out, pds_err *e)
{
    PDS_OWN(pds_seal_drop) pds_seal *seal = NULL;
    PDS_TRY(pds_seal_new(png, size, &seal, e)); /* it can be drawn */
    const double *const points = pds_seal_image(seal)->size;
    out->width_um = (uint32_t)(points[0] * UM_OF_POINT + 0.5);
    out->height_um = (uint32_t)(points[1] * UM_OF_POINT + 0.5);
    out->form = compact ? FORM_COMPACT : FORM_PNG;
    if (compact) {
        return make_compact(png, max, &out->bytes, e);
    }
    if (png.len > max) {
        PDS_FAIL(e, PDS_E_TOKEN_FULL, "the picture has %zu bytes, the token takes %zu", png.len,
                 max);
    }
    pds_buf_put(&out->bytes, png);
    return pds_buf_end(&out->bytes, e);
}

static pds_code ask_management(const pds_opened *token, const pds_token_options *options,
                               pds_secret **out, pds_err *e)
{
    char label[PDS_OPENED_LABEL];
    pds_opened_label(token, label);
    return pds_guard_ops(token->device)->wants_management
               ? pds_secret_ask(options, PDS_SECRET_MANAGEMENT, label, -1, out, e)
               : PDS_OK;
}

/* What is to be written, of a file that faults of the picture are about; others are the token's. */
typedef struct writing {
    const char *picture, *size;
    bool compact;
} writing;

static pds_code write_seal(const pds_token_options *options, const writing *w, pds_span png,
                           pds_err *e)
{
    PDS_OWN(pds_opened_drop) pds_opened token = { .device = NULL };
    PDS_OWN(stored_drop) pds_stored_seal seal = { .form = FORM_PNG };
    PDS_OWN(pds_secret_drop) pds_secret *management = NULL;
    const pds_holder holder = { .token = &token, .options = options };
    size_t max = 0;
    PDS_TRY(pds_opened_only(options->uri, &token, e));
    PDS_TRY(pds_seal_store_max(token.device, &max, e));
    PDS_TRY(pds_err_file(make_stored(png, w->size, w->compact, max, &seal, e), e, w->picture));
    PDS_TRY(pds_holder_log_in(&holder, e));
    PDS_TRY(ask_management(&token, options, &management, e));
    return pds_seal_store_write(token.device, &seal, management, e);
}

pds_code pds_token_seal_write(const pds_token_options *options, const char *picture,
                              const char *size, bool compact, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf png = { 0 };
    PDS_TRY(pds_uri_refuse_secrets(options->uri, e));
    PDS_TRY(pds_err_file(read_picture(picture, &png, e), e, picture));
    const writing w = { .picture = picture, .size = size, .compact = compact };
    const pds_code code = write_seal(options, &w, pds_buf_span(&png), e);
    pds_token_log("seal write", options->uri, code);
    return pds_err_file(code, e, options->uri);
}
