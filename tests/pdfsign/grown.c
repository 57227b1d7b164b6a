#include "tests/pdfsign/grown.h"

#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDGET "/Type/Annot/Subtype/Widget/P 4 0 R/F 4"
#define LOOK   "stream /Type/XObject/Subtype/Form/BBox[0 0 90 20]"

const char GROWN_FORM[] =
    "1 <</Type/Catalog/Pages 2 0 R/AcroForm 3 0 R/Metadata 20 0 R>>\n"
    "2 <</Type/Pages/Kids[4 0 R]/Count 1>>\n"
    "3 <</Fields[5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 22 0 R]/SigFlags 3/DA(/F 9 Tf)/DR<</Font<</F 12 0 "
    "R>>>>>>\n"
    "4 <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 10 0 R/Resources<</Font<</F 12 0 "
    "R>>>>/Annots 11 0 R>>\n"
    "5 <</FT/Tx/T(Amount)/V(100)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n"
    "6 <</FT/Sig/T(Seller)" WIDGET "/Rect[0 20 90 40]>>\n"
    "7 <</FT/Sig/T(Buyer)/V 14 0 R/AP<</N 15 0 R>>" WIDGET "/Rect[0 40 90 60]>>\n"
    "8 <</FT/Btn/T(Agree)/V/Off/AS/Off/AP<</N<</Yes 16 0 R/Off 17 0 R>>>>" WIDGET
    "/Rect[0 60 90 80]>>\n"
    "9 <</FT/Btn/Ff 65536/T(Stamp)/AP<</N 18 0 R>>" WIDGET "/Rect[0 80 90 100]>>\n"
    "10 stream |0 0 10 10 re f\n"
    "11 [5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R]\n"
    "12 <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\n"
    "13 " LOOK "/Resources<</Font<</F 12 0 R>>>>|BT (100) Tj ET\n"
    "14 <</Type/Sig/Filter/X/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>/"
    "Reference[<</TransformMethod/DocMDP/TransformParams 26 0 R>>]>>\n"
    "15 " LOOK "|signed\n"
    "16 " LOOK "|yes\n"
    "17 " LOOK "|off\n"
    "18 " LOOK "|\n"
    "19 <</Type/Annot/Subtype/Link/Rect[0 100 90 120]/A<</S/URI/URI(https://a.example/)>>>>\n"
    "20 stream /Type/Metadata/Subtype/XML|<x/>\n"
    "21 <</Title(Contract)>>\n"
    "22 <</T(Party)/Kids[23 0 R]>>\n"
    "23 <</FT/Tx/T(Name)/Parent 22 0 R/V 27 0 R" WIDGET "/Rect[0 120 90 140]>>\n"
    "24 (stray)\n"
    "25 " LOOK "|nobody's\n"
    "26 <</Type/TransformParams/V/1.2/P 2>>\n"
    "27 (Zhang San)\n"
    "trailer /Info 21 0 R/ID[<00><00>]\n";

/* What one revision changes. */
typedef struct change_list {
    char *bodies[GROWN_OBJECTS]; /* lent */
    char *trailer;
} change_list;

/* Reads lines into it, until "---"; what is behind. */
static char *read_lines(char *text, change_list *out)
{
    while (text != NULL && *text != '\0') {
        char *const end = strchr(text, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        char *const next = end == NULL ? NULL : end + 1;
        char *const space = strchr(text, ' ');
        if (strcmp(text, "---") == 0) {
            return next;
        }
        assert_non_null(space);
        if (strncmp(text, "trailer", 7) == 0) {
            out->trailer = space + 1;
        } else {
            const unsigned long num = strtoul(text, NULL, 10);
            assert_true(num > 0 && num < GROWN_OBJECTS);
            out->bodies[num] = space + 1;
        }
        text = next;
    }
    return NULL;
}

static void put_body(pds_buf *out, const char *body)
{
    const char *const data = strchr(body, '|');
    if (strncmp(body, "stream ", 7) == 0) {
        assert_non_null(data);
        pds_buf_printf(out, "<<%.*s/Length %zu>>\nstream\n%s\nendstream", (int)(data - body - 7),
                       body + 7, strlen(data + 1), data + 1);
        return;
    }
    pds_buf_text(out, body);
}

static void put_revision(pds_buf *out, const change_list *list, uint64_t *section)
{
    uint64_t places[GROWN_OBJECTS] = { 0 };
    pds_buf table = { 0 };
    for (unsigned num = 1; num < GROWN_OBJECTS; num++) {
        if (list->bodies[num] == NULL) {
            continue;
        }
        if (strcmp(list->bodies[num], "free") == 0) {
            pds_buf_printf(&table, "%u 1\n0000000000 00001 f \n", num);
            continue;
        }
        places[num] = out->len;
        pds_buf_printf(out, "%u 0 obj\n", num);
        put_body(out, list->bodies[num]);
        pds_buf_text(out, "\nendobj\n");
        pds_buf_printf(&table, "%u 1\n%010llu 00000 n \n", num, (unsigned long long)places[num]);
    }
    const uint64_t before = *section;
    const bool rooted = list->trailer != NULL && strstr(list->trailer, "/Root") != NULL;
    *section = out->len;
    pds_buf_printf(out, "xref\n%s%strailer\n<</Size %d%s%s",
                   before == 0 ? "0 1\n0000000000 65535 f \n" : "", pds_buf_cstr(&table),
                   GROWN_OBJECTS, rooted ? "" : "/Root 1 0 R",
                   list->trailer == NULL ? "" : list->trailer);
    if (before != 0) {
        pds_buf_printf(out, "/Prev %llu", (unsigned long long)before);
    }
    pds_buf_printf(out, ">>\nstartxref\n%llu\n%%%%EOF\n", (unsigned long long)*section);
    pds_buf_drop(&table);
}

void grown_open(grown *g, const char *lines, const char *updates)
{
    pds_buf out = { 0 };
    uint64_t section = 0;
    change_list first = { .trailer = NULL };
    char *const form = strdup(GROWN_FORM), *const own = strdup(lines == NULL ? "" : lines);
    char *const text = strdup(updates == NULL ? "" : updates);
    pds_findings findings = { 0 };
    (void)read_lines(form, &first);
    (void)read_lines(own, &first);
    char *trailer = first.trailer;
    pds_buf_text(&out, "%PDF-1.7\n");
    put_revision(&out, &first, &section);
    for (char *rest = text; rest != NULL && *rest != '\0';) {
        change_list list = { .trailer = trailer };
        rest = read_lines(rest, &list);
        put_revision(&out, &list, &section);
    }
    assert_int_equal(pds_buf_end(&out, NULL), PDS_OK);
    g->file = make_file(&out);
    assert_int_equal(pds_revisions_open(&g->file, NULL, &findings, &g->revisions, NULL), PDS_OK);
    pds_findings_drop(&findings);
    pds_buf_drop(&out);
    free(form);
    free(own);
    free(text);
}

void grown_drop(grown *g)
{
    pds_revisions_drop(&g->revisions);
    pds_file_close(&g->file);
}
