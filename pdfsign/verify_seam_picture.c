#include "base/own.h"
#include "cms/digest.h"
#include "pdf/crypt.h"
#include "pdf/doc_internal.h"
#include "pdfsign/verify_seam_find.h"

#include <math.h>
#include <stdio.h>

/* What a slice draws: one part of one image, and nothing else. */

enum { FORMS_DEEP = 3, SHA256_BYTES = 32, CHUNK = 1 << 16, CIPHER_MAX = 64 << 20 };

static const double SLACK = 0.01; /* points */

/* ---- resources ---- */

static void name_text(pds_span name, pds_buf *out)
{
    (void)pds_value_bytes(name, out);
}

/* The entry `name` of a part of the resources. */
static pds_code find_resource(pds_seam_finds *f, pds_span resources, const char *part,
                              pds_span name, pds_object *dict, pds_span *out, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf text = { .max = 4096 };
    *out = pds_span_of(NULL, 0);
    PDS_TRY(pds_doc_get(f->doc, resources, part, dict, e));
    name_text(name, &text);
    if (!pds_seam_work_object(f, 4 * (uint64_t)dict->value.len)) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "more content than is looked at");
    }
    if (pds_buf_end(&text, NULL) == PDS_OK) {
        (void)pds_dict_get(dict->value, pds_buf_cstr(&text), out);
    }
    return PDS_OK;
}

pds_code pds_seam_xobject(pds_seam_finds *f, pds_span resources, pds_span name, pds_ref *out,
                          pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object dict = { 0 };
    pds_span value;
    *out = (pds_ref){ .num = 0 };
    PDS_TRY(find_resource(f, resources, "XObject", name, &dict, &value, e));
    (void)pds_value_ref(value, out);
    return PDS_OK;
}

static bool shows_all(pds_span blend)
{
    return pds_value_is_name(blend, "Normal") || pds_value_is_name(blend, "Compatible") ||
           pds_value_is_name(blend, "Multiply");
}

/* Sets or clears one bit. */
static void set_bit(unsigned *bits, unsigned bit, bool on)
{
    *bits = on ? *bits | bit : *bits & ~bit;
}

pds_code pds_seam_set_state(pds_seam_finds *f, pds_span resources, pds_span name,
                            pds_trace_state *s, pds_err *e)
{
    PDS_OWN(pds_object_drop) pds_object dict = { 0 };
    PDS_OWN(pds_object_drop) pds_object state = { 0 };
    PDS_OWN(pds_object_drop) pds_object value = { 0 };
    pds_span found;
    PDS_TRY(find_resource(f, resources, "ExtGState", name, &dict, &found, e));
    PDS_TRY(pds_doc_resolve(f->doc, found, &state, e));
    PDS_TRY(pds_doc_get(f->doc, state.value, "ca", &value, e));
    if (value.value.len > 0 && !pds_value_real(value.value, &s->alpha)) {
        s->alpha = 0.0;
    }
    PDS_TRY(pds_doc_get(f->doc, state.value, "SMask", &value, e));
    if (value.value.len > 0) {
        set_bit(&s->odd, PDS_TRACE_MASKED, !pds_value_is_name(value.value, "None"));
    }
    PDS_TRY(pds_doc_get(f->doc, state.value, "BM", &value, e));
    if (value.value.len > 0) {
        set_bit(&s->odd, PDS_TRACE_BLENDED, !shows_all(value.value));
    }
    return PDS_OK;
}

/* ---- following ---- */

typedef struct look {
    pds_seam_finds *f;
    pds_seam_form *form;
    pds_span resources;
    int depth;
    bool wrong, hidden; /* it draws more than an image, or none; that cannot be seen */
    unsigned images;
    pds_trace_state state; /* of the image */
} look;

static pds_code follow(look *l, const pds_object *object, const pds_trace_state *start, pds_err *e);

static pds_code draw_form(look *l, const pds_object *object, const pds_trace_state *s, pds_err *e)
{
    const pds_span resources = l->resources;
    pds_trace_state inner = *s;
    pds_seam_form box = { .broken = false };
    double matrix[6];
    bool good = true;
    pds_span value;
    if (l->depth == FORMS_DEEP) {
        l->wrong = true;
        return PDS_OK;
    }
    if (pds_dict_get(object->value, "Matrix", &value)) {
        PDS_TRY(pds_seam_numbers(l->f->doc, object->value, "Matrix", 6, matrix, &good, e));
        if (good) {
            pds_trace_join(matrix, s->ctm, inner.ctm);
        }
    }
    l->wrong = l->wrong || !good;
    PDS_TRY(pds_seam_numbers(l->f->doc, object->value, "BBox", 4, box.box, &good, e));
    l->wrong = l->wrong || !good;
    if (good) {
        pds_trace_clip(&inner, box.box);
    }
    inner.alpha = 1.0;
    l->depth++;
    PDS_TRY(follow(l, object, &inner, e));
    l->depth--;
    l->resources = resources;
    return PDS_OK;
}

static pds_code draw(void *ctx, pds_span name, const pds_trace_state *s, pds_err *e)
{
    look *l = ctx;
    PDS_OWN(pds_object_drop) pds_object object = { 0 };
    pds_span value = pds_span_of(NULL, 0);
    pds_ref ref;
    PDS_TRY(pds_seam_xobject(l->f, l->resources, name, &ref, e));
    PDS_TRY(pds_doc_read(l->f->doc, ref, &object, e));
    const uint32_t newest = pds_seam_newest(l->f, ref.num);
    l->form->newest = newest > l->form->newest ? newest : l->form->newest;
    l->hidden = l->hidden || pds_trace_hides(s) || pds_dict_get(object.value, "OC", &value);
    (void)pds_dict_get(object.value, "Subtype", &value);
    if (object.stream && pds_value_is_name(value, "Form")) {
        return draw_form(l, &object, s, e);
    }
    l->wrong = l->wrong || !object.stream || !pds_value_is_name(value, "Image");
    l->images++;
    l->state = *s;
    l->form->image = ref;
    return PDS_OK;
}

static pds_code set_state(void *ctx, pds_span name, pds_trace_state *s, pds_err *e)
{
    const look *l = ctx;
    return pds_seam_set_state(l->f, l->resources, name, s, e);
}

static pds_code paint(void *ctx, const double box[4], pds_err *e)
{
    look *l = ctx;
    (void)box;
    (void)e;
    l->wrong = true;
    return PDS_OK;
}

static pds_code follow(look *l, const pds_object *object, const pds_trace_state *start, pds_err *e)
{
    static const pds_trace_fns fns = { draw, set_state, paint };
    PDS_OWN(pds_object_drop) pds_object resources = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf content = { 0 };
    bool sound = false;
    PDS_TRY(pds_doc_get(l->f->doc, object->value, "Resources", &resources, e));
    PDS_TRY(pds_seam_content(l->f, object, &content, e));
    l->resources = resources.value;
    PDS_TRY(pds_trace(pds_buf_span(&content), start, &fns, l, &sound, e));
    l->wrong = l->wrong || !sound;
    return PDS_OK;
}

/* ---- judging ---- */

/* Does one matrix lead the corners of the unit square where the other does, as near as slack? */
static bool near_unit(const double a[6], const double b[6], const double slack[2])
{
    for (int i = 0; i < 3; i++) {
        double p[2];
        double q[2];
        pds_trace_apply(a, i == 1 ? 1.0 : 0.0, i == 2 ? 1.0 : 0.0, p);
        pds_trace_apply(b, i == 1 ? 1.0 : 0.0, i == 2 ? 1.0 : 0.0, q);
        if (!(fabs(p[0] - q[0]) <= slack[0] && fabs(p[1] - q[1]) <= slack[1])) {
            return false;
        }
    }
    return true;
}

/* The whole seal has to lie so that the form's box cuts out the part that it names. */
static bool shows_its_part(const pds_seam_form *form, const pds_seam_terms *terms,
                           const double image[6])
{
    static const double half_mm = 0.5 * 72.0 / 25.4;
    const double share = form->to - form->from;
    double size[] = { form->box[2] - form->box[0], form->box[3] - form->box[1] };
    size[terms->across ? 0 : 1] /= share;
    const double x = terms->across ? form->from * size[0] : 0.0;
    const double y = terms->across ? 0.0 : (1.0 - form->to) * size[1];
    const double due[] = { size[0], 0.0, 0.0, size[1], form->box[0] - x, form->box[1] - y };
    const double slack[] = { half_mm * size[0] / terms->size[0],
                             half_mm * size[1] / terms->size[1] };
    return near_unit(image, due, slack);
}

static pds_slice_fault judge(const look *l)
{
    const pds_seam_form *form = l->form;
    const pds_seam_terms *terms = &l->f->terms[form->terms];
    if (l->wrong || l->images != 1) {
        return PDS_SLICE_DRAWING;
    }
    if (l->hidden) {
        return PDS_SLICE_HIDDEN;
    }
    if (l->state.cut || !pds_trace_holds(l->state.clip, form->box, SLACK)) {
        return PDS_SLICE_CUT;
    }
    return terms->sound && !shows_its_part(form, terms, l->state.ctm) ? PDS_SLICE_DRAWING
                                                                      : PDS_SLICE_GOOD;
}

/* ---- the picture ---- */

static pds_code hash_cipher(pds_seam_finds *f, const pds_object *o, pds_hash *hash, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf found = { .max = CIPHER_MAX };
    PDS_OWN(pds_buf_drop) pds_buf clear = { .max = CIPHER_MAX };
    const pds_crypt_use use = { pds_doc_crypt(f->doc), o->ref, PDS_DECRYPT };
    if (o->data_len > CIPHER_MAX) {
        PDS_FAIL(e, PDS_E_PDF_LIMIT, "a picture of more than %d bytes", (int)CIPHER_MAX);
    }
    uint8_t *room = pds_buf_grow(&found, (size_t)o->data_len);
    PDS_TRY(pds_buf_end(&found, e));
    PDS_TRY(pds_file_read(pds_doc_file(f->doc), o->data, room, (size_t)o->data_len, e));
    PDS_TRY(pds_crypt_stream(&use, o->value, pds_buf_span(&found), &clear, e));
    return pds_hash_put(hash, pds_buf_span(&clear), e);
}

/* The data as they stand in the file, behind /Filter. */
static pds_code hash_stream(pds_seam_finds *f, const pds_object *o, pds_hash *hash, pds_err *e)
{
    uint8_t chunk[CHUNK];
    if (!pds_seam_work(f, o->data_len)) {
        return PDS_OK;
    }
    if (pds_doc_encrypted(f->doc)) {
        return hash_cipher(f, o, hash, e);
    }
    for (uint64_t at = 0; at < o->data_len;) {
        const uint64_t left = o->data_len - at;
        const size_t n = left < sizeof chunk ? (size_t)left : sizeof chunk;
        PDS_TRY(pds_file_read(pds_doc_file(f->doc), o->data + at, chunk, n, e));
        PDS_TRY(pds_hash_put(hash, pds_span_of(chunk, n), e));
        at += n;
    }
    return PDS_OK;
}

/* What hides a part of the image. */
static pds_code read_mask(pds_seam_finds *f, pds_span image, const char *key, pds_object *out,
                          pds_err *e)
{
    PDS_TRY(pds_doc_get(f->doc, image, key, out, e));
    const uint32_t newest = out->ref.num == 0 ? 0 : pds_seam_newest(f, out->ref.num);
    f->picture_newest = newest > f->picture_newest ? newest : f->picture_newest;
    return PDS_OK;
}

/* Behind a mask of 1 bit the digest names a picture that the file does not hold as a whole. */
static pds_code digest_picture(pds_seam_finds *f, pds_err *e)
{
    PDS_OWN(pds_hash_drop) pds_hash *hash = NULL;
    PDS_OWN(pds_object_drop) pds_object image = { 0 };
    PDS_OWN(pds_object_drop) pds_object soft = { 0 };
    PDS_OWN(pds_object_drop) pds_object mask = { 0 };
    uint8_t digest[PDS_DIGEST_MAX];
    PDS_TRY(pds_doc_read(f->doc, f->picture, &image, e));
    PDS_TRY(read_mask(f, image.value, "SMask", &soft, e));
    PDS_TRY(read_mask(f, image.value, "Mask", &mask, e));
    if (!soft.stream && mask.value.len > 0) {
        f->digest[0] = '\0';
        return PDS_OK;
    }
    PDS_TRY(pds_hash_new(PDS_SHA256, &hash, e));
    PDS_TRY(hash_stream(f, &image, hash, e));
    PDS_TRY(soft.stream ? hash_stream(f, &soft, hash, e) : PDS_OK);
    PDS_TRY(pds_hash_end(hash, digest, e));
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        (void)snprintf(f->digest + 2 * i, 3, "%02x", digest[i]);
    }
    return PDS_OK;
}

static pds_code check_picture(pds_seam_finds *f, pds_seam_form *form, pds_err *e)
{
    bool damaged = false;
    if (f->picture.num != form->image.num || f->picture.gen != form->image.gen) {
        f->picture = form->image;
        f->picture_newest = 0;
        PDS_TRY(pds_seam_forgive(digest_picture(f, e), &damaged));
    }
    if (damaged) {
        (void)snprintf(f->digest, sizeof f->digest, "damaged");
    }
    if (f->digest[0] != '\0' && strcmp(f->digest, f->terms[form->terms].picture) != 0) {
        form->fault = PDS_SLICE_DIGEST;
    }
    form->newest = f->picture_newest > form->newest ? f->picture_newest : form->newest;
    return PDS_OK;
}

pds_code pds_seam_form_look(pds_seam_finds *f, const pds_object *object, pds_seam_form *form,
                            pds_err *e)
{
    look l = { .f = f, .form = form };
    pds_span value;
    bool damaged = false;
    PDS_TRY(pds_seam_forgive(follow(&l, object, &PDS_TRACE_START, e), &damaged));
    l.wrong = l.wrong || damaged;
    l.hidden = l.hidden || pds_dict_get(object->value, "OC", &value);
    form->fault = judge(&l);
    return form->fault == PDS_SLICE_GOOD ? check_picture(f, form, e) : PDS_OK;
}
