#include "pdfsign/choose.h"

#include "base/own.h"
#include "pdf/doc_internal.h"
#include "pdfsign/seam_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEW_NAME "Signature"

/* From 1, the signer before this one who signs the field or makes one of this name; 0: none. */
static size_t taken_by(const pds_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->earlier_count; i++) {
        if (strcmp(plan->earlier[i].field, name) == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* Fields for the slices of a seam are for nothing else. */
static bool is_free(const pds_plan *plan, const pds_sig_field *field)
{
    return !field->is_signed && taken_by(plan, field->name) == 0 &&
           !pds_seam_names_field(field->name);
}

/* "A, B and C" for messages, as far as they fit; plan not NULL: only those free to be signed. */
static const char *names_of(const pds_form *form, const pds_plan *plan, pds_buf *out)
{
    const char *between = "";
    for (size_t i = 0; i < form->count; i++) {
        if (plan == NULL || is_free(plan, &form->fields[i])) {
            pds_buf_printf(out, "%s%s", between, form->fields[i].name);
            between = ", ";
        }
    }
    return pds_buf_cstr(out);
}

static size_t count_empty(const pds_form *form, const pds_plan *plan, const pds_sig_field **last)
{
    size_t n = 0;
    for (size_t i = 0; i < form->count; i++) {
        if (is_free(plan, &form->fields[i])) {
            *last = &form->fields[i];
            n++;
        }
    }
    return n;
}

/* "Signature7" where 1 to 6 are taken. */
static void next_name(const pds_form *form, pds_plan *plan)
{
    unsigned long highest = pds_form_last_number(form, NEW_NAME);
    for (size_t i = 0; i < plan->earlier_count; i++) {
        const unsigned long number = pds_form_number(plan->earlier[i].new_name, NEW_NAME);
        highest = number > highest ? number : highest;
    }
    (void)snprintf(plan->new_name, sizeof plan->new_name, NEW_NAME "%lu", highest + 1);
}

static pds_code use_existing(pds_plan *plan, const pds_sig_field *field, pds_err *e)
{
    if (field->is_signed) {
        return pds_err_field(
            pds_err_hint(pds_fail(e, PDS_E_FIELD_SIGNED, __func__,
                                  "the field '%s' holds a signature already", field->name),
                         e, "choose an empty field, or leave out --field for a new one"),
            e, field->name);
    }
    if (taken_by(plan, field->name) != 0) {
        return pds_err_field(
            pds_err_hint(pds_fail(e, PDS_E_FIELD_SIGNED, __func__,
                                  "signer %zu of this job signs the field '%s' already",
                                  taken_by(plan, field->name), field->name),
                         e, "choose another field, or a new one with --at PLACE"),
            e, field->name);
    }
    plan->existing = field;
    plan->field = field->name;
    return PDS_OK;
}

static pds_code has_its_place(const pds_sig_field *field, pds_err *e)
{
    return pds_err_hint(pds_fail(e, PDS_E_PLACE_REFUSED, __func__,
                                 "the field '%s' has its place already", field->name),
                        e, "leave out --at, or give a new field another name");
}

/* "#2": the second in the order of `fields list`. */
static pds_code by_number(const pds_form *form, pds_plan *plan, const char *digits, bool placed,
                          pds_err *e)
{
    char *end = NULL;
    errno = 0;
    unsigned long number = strtoul(digits, &end, 10);
    if (errno != 0 || end == digits || *end != '\0' || number == 0) {
        PDS_FAIL(e, PDS_E_USAGE, "'#%s' is not a field number, as in #1", digits);
    }
    if (number > form->count) {
        PDS_FAIL(e, PDS_E_FIELD_UNKNOWN, "no field #%lu: there are %zu signature fields", number,
                 form->count);
    }
    const pds_sig_field *field = &form->fields[number - 1];
    return placed ? has_its_place(field, e) : use_existing(plan, field, e);
}

static pds_code unknown_name(const pds_form *form, const char *name, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf known = { .max = 120 };
    if (form->count == 0) {
        PDS_FAIL(e, PDS_E_FIELD_UNKNOWN, "no signature field is named '%s': the file has none",
                 name);
    }
    const char *list = names_of(form, NULL, &known);
    return pds_err_expected(
        pds_fail(e, PDS_E_FIELD_UNKNOWN, __func__, "no signature field is named '%s'", name), e,
        *list != '\0' ? list : "see `pdfsign fields list`", NULL);
}

static pds_code ambiguous(const pds_form *form, const pds_plan *plan, pds_err *e)
{
    PDS_OWN(pds_buf_drop) pds_buf empty = { .max = 200 };
    return pds_err_hint(pds_fail(e, PDS_E_FIELD_AMBIGUOUS, __func__,
                                 "several empty signature fields: %s",
                                 names_of(form, plan, &empty)),
                        e, "choose one with --field NAME, or a new one with --at PLACE");
}

pds_code pds_choose_may_add(const pds_doc *doc, pds_err *e)
{
    const pds_crypt *crypt = pds_doc_crypt(doc);
    if (crypt == NULL || pds_crypt_may_add_fields(crypt)) {
        return PDS_OK;
    }
    return pds_err_hint(pds_fail(e, PDS_E_DOCMDP_FORBIDS, __func__,
                                 "the encryption's permissions do not allow a new field"),
                        e,
                        "give the owner password with --password-file, or sign a field there is");
}

static pds_code check_not_taken(const pds_plan *plan, const char *name, pds_err *e)
{
    size_t signer = taken_by(plan, name);
    if (signer == 0) {
        return PDS_OK;
    }
    return pds_err_field(pds_fail(e, PDS_E_FIELD_EXISTS, __func__,
                                  "signer %zu of this job makes the field '%s' already", signer,
                                  name),
                         e, name);
}

static pds_code new_field(pds_input *in, pds_plan *plan, const char *name, pds_err *e)
{
    PDS_TRY(pds_choose_may_add(in->doc, e));
    if (name == NULL) {
        next_name(&in->form, plan);
    } else {
        PDS_TRY(pds_choose_name_check(&in->form, name, e));
        PDS_TRY(check_not_taken(plan, name, e));
        (void)snprintf(plan->new_name, sizeof plan->new_name, "%s", name);
    }
    plan->field = plan->new_name;
    return PDS_OK;
}

static pds_code automatic(pds_input *in, pds_plan *plan, bool placed, pds_err *e)
{
    const pds_sig_field *only = NULL;
    size_t empty = count_empty(&in->form, plan, &only);
    if (!placed && empty == 1) {
        return use_existing(plan, only, e);
    }
    return !placed && empty > 1 ? ambiguous(&in->form, plan, e) : new_field(in, plan, NULL, e);
}

static pds_code named(pds_input *in, pds_plan *plan, const char *name, bool placed, pds_err *e)
{
    const pds_sig_field *field = pds_form_find(&in->form, name);
    if (field != NULL && placed) {
        return has_its_place(field, e);
    }
    if (field != NULL) {
        return use_existing(plan, field, e);
    }
    return placed ? new_field(in, plan, name, e) : unknown_name(&in->form, name, e);
}

/* field:NAME as the first place is the same as --field NAME. */
static pds_code by_place(pds_input *in, pds_plan *plan, const char *name, pds_err *e)
{
    const char *field = plan->options.field;
    if (field != NULL && strcmp(field, "auto") != 0 && strcmp(field, name) != 0) {
        PDS_FAIL(e, PDS_E_USAGE, "--field says '%s' and --at says '%s'", field, name);
    }
    return named(in, plan, name, false, e);
}

pds_code pds_choose_field(pds_input *in, pds_plan *plan, pds_err *e)
{
    pds_place place;
    const char *field = plan->options.field;
    bool placed = plan->options.look.place_count > 0;

    if (placed) {
        PDS_TRY(pds_place_parse(plan->options.look.places[0], &place, e));
    }
    if (placed && place.kind == PDS_PLACE_FIELD) {
        return by_place(in, plan, place.field, e);
    }
    if (field == NULL || strcmp(field, "auto") == 0) {
        return automatic(in, plan, placed, e);
    }
    return field[0] == '#' ? by_number(&in->form, plan, field + 1, placed, e)
                           : named(in, plan, field, placed, e);
}

pds_code pds_choose_name_check(const pds_form *form, const char *name, pds_err *e)
{
    if (*name == '\0' || strchr(name, '.') != NULL || strlen(name) > 255) {
        return pds_err_expected(
            pds_fail(e, PDS_E_USAGE, __func__, "'%s' cannot name a new field", name), e,
            "1 to 255 bytes without a dot", NULL);
    }
    if (pds_form_has_root(form, name)) {
        return pds_err_field(
            pds_fail(e, PDS_E_FIELD_EXISTS, __func__, "a field named '%s' exists already", name), e,
            name);
    }
    return PDS_OK;
}
