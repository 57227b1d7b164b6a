#include "tests/pdf/chain.h"

#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char SIGNATURE[] =
    "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached"
    "/ByteRange[0 aaaaaaaaaa bbbbbbbbbb cccccccccc]/Contents %s/M(D:20260101000000Z)>>";

static void put_text(make *m, pds_buf *text)
{
    make_piece(m, pds_buf_cstr(text));
    pds_buf_drop(text);
}

void chain_table(make *m, const uint32_t *numbers, const char *entries)
{
    pds_buf b = { 0 };
    const uint64_t before = m->section;
    m->section = m->file.len;
    pds_buf_text(&b, "xref\n");
    for (; *numbers != 0; numbers++) {
        pds_buf_printf(&b, "%u 1\n%010llu 00000 n \n", (unsigned)*numbers,
                       (unsigned long long)m->place[*numbers]);
    }
    pds_buf_printf(&b, "trailer\n<</Root 1 0 R/Prev %llu%s>>\n", (unsigned long long)before,
                   entries);
    put_text(m, &b);
    make_end(m);
}

void chain_stream(make *m, const uint32_t *numbers, uint32_t own, const char *entries)
{
    pds_buf index = { 0 }, rows = { 0 };
    make digits = { .find = m->find, .put = m->put };
    const uint64_t before = m->section;
    m->place[own] = m->section = m->file.len;
    for (; *numbers != 0; numbers++) {
        pds_buf_printf(&index, "%u 1 ", (unsigned)*numbers);
        const uint64_t place = m->place[*numbers];
        const bool packed = place >> 40 != 0;
        pds_buf_printf(&rows, "%02X %08llX %02llX\n", packed ? 2U : 1U,
                       (unsigned long long)(place & 0xFFFFFFFF),
                       (unsigned long long)(packed ? place >> 32 & 0xFF : 0));
    }
    pds_buf_printf(&index, "%u 1", (unsigned)own);
    pds_buf_printf(&rows, "01 %08llX 00\n>", (unsigned long long)m->section);
    put_text(&digits, &rows);
    m->find = digits.find;
    pds_buf all = { 0 };
    pds_buf_printf(&all,
                   "/Type/XRef/W[1 4 1]/Root 1 0 R/Filter/ASCIIHexDecode/Index[%s]/Prev %llu%s",
                   pds_buf_cstr(&index), (unsigned long long)before, entries);
    make_stream(m, own, pds_buf_cstr(&all), pds_buf_span(&digits.file));
    make_end(m);
    pds_buf_drop(&index);
    pds_buf_drop(&all);
    pds_buf_drop(&digits.file);
}

static void fill_in(make *m, const char *mark, uint64_t number)
{
    char digits[16];
    uint8_t *const at = memmem(m->file.ptr, m->file.len, mark, strlen(mark));
    (void)snprintf(digits, sizeof digits, "%-10llu", (unsigned long long)number);
    if (at != NULL) { /* a test may have put something else there */
        memcpy(at, digits, 10);
    }
}

void chain_sign(make *m, const char *contents)
{
    pds_buf b = { 0 };
    pds_buf_printf(&b, SIGNATURE, contents);
    make_object(m, CHAIN_SIGNATURE, pds_buf_cstr(&b));
    pds_buf_drop(&b);
    chain_table(m, (const uint32_t[]){ CHAIN_SIGNATURE, 0 }, "/Size 8");
    const uint8_t *const hole = memmem(m->file.ptr, m->file.len, contents, strlen(contents));
    assert_non_null(hole);
    const uint64_t open = (uint64_t)(hole - m->file.ptr), close = open + strlen(contents);
    fill_in(m, "aaaaaaaaaa", open);
    fill_in(m, "bbbbbbbbbb", close);
    fill_in(m, "cccccccccc", m->file.len - close);
}

void chain_change(make *m)
{
    make_object(m, 4, "<</Type/Page/Parent 2 0 R/Rotate 180>>");
    chain_table(m, (const uint32_t[]){ 4, 0 }, "/Size 9");
}

void chain_change_packed(make *m)
{
    static const char Data[] = "4 0 8 7 <<>>   <</Type/Page/Parent 2 0 R/Rotate 180>>";
    pds_buf data = { 0 };
    make inner = { .find = m->find, .put = m->put };
    pds_buf_text(&data, "8 0 4 5 ");
    pds_buf_text(&data, Data + 8);
    put_text(&inner, &data);
    m->find = inner.find;
    make_stream(m, 9, "/Type/ObjStm/N 2/First 8", pds_buf_span(&inner.file));
    pds_buf_drop(&inner.file);
    m->place[8] = UINT64_C(1) << 40 | 9;
    m->place[4] = UINT64_C(1) << 40 | UINT64_C(1) << 32 | 9;
    chain_stream(m, (const uint32_t[]){ 4, 8, 9, 0 }, 10, "/Size 11");
}

void chain_make(make *m, bool packed)
{
    make_pdf(m, MAKE_TABLE);
    chain_sign(m, "<3003020101000000>");
    if (packed) {
        chain_change_packed(m);
    } else {
        chain_change(m);
    }
}

/* Annex F: the first page's section with the catalog, then the rest, whose section comes last. */
void chain_linearized(make *m)
{
    enum { MAIN = 1000 }; /* where that section is made to stand */
    pds_buf b = { 0 };
    make_piece(m, "%PDF-1.7\n");
    make_object(m, 4, "<</Linearized 1/L 2000/H[0 0]/O 3/E 600/N 1/T 999>>");
    const uint64_t first = m->file.len;
    const uint64_t catalog =
        first + UINT64_C(20) * 4 + 9 +
        sizeof "trailer\n<</Size 6/Root 5 0 R/Prev 1000>>\nstartxref\n0\n%%EOF\n" - 1;
    const char page[] = "<</Type/Page/Parent 1 0 R>>";
    m->place[5] = catalog;
    pds_buf_printf(&b, "xref\n3 3\n%010llu 00000 n \n%010llu 00000 n \n%010llu 00000 n \n",
                   (unsigned long long)(catalog +
                                        sizeof "5 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\n" -
                                        1),
                   (unsigned long long)m->place[4], (unsigned long long)catalog);
    pds_buf_fill(&b, ' ', 20);
    pds_buf_text(&b, "trailer\n<</Size 6/Root 5 0 R/Prev 1000>>\nstartxref\n0\n%%EOF\n");
    put_text(m, &b);
    make_object(m, 5, "<</Type/Catalog/Pages 1 0 R>>");
    make_object(m, 3, page);
    make_object(m, 1, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 9 9]>>");
    make_object(m, 2, "(two)");
    pds_buf_fill(&m->file, ' ', MAIN - m->file.len);
    pds_buf_printf(&b, "xref\n0 3\n0000000000 65535 f \n%010llu 00000 n \n%010llu 00000 n \n",
                   (unsigned long long)m->place[1], (unsigned long long)m->place[2]);
    pds_buf_printf(&b, "trailer\n<</Size 3>>\n");
    put_text(m, &b);
    m->section = first;
    make_end(m);
}

void chain_open(chain *c, make *m)
{
    pds_err e = { 0 };
    *c = (chain){ .file = make_file(&m->file) };
    pds_buf_drop(&m->file);
    const pds_code code = pds_revisions_open(&c->file, NULL, &c->findings, &c->revisions, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(code, PDS_OK);
}

void chain_drop(chain *c)
{
    pds_revisions_drop(&c->revisions);
    pds_findings_drop(&c->findings);
    pds_file_close(&c->file);
}

size_t chain_count(const chain *c, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < c->findings.count; i++) {
        n += strcmp(pds_finding_name(c->findings.items[i].code), name) == 0;
    }
    return n;
}

/* Is it one of the words? */
static bool is_among(const char *name, const char *words)
{
    const size_t len = strlen(name);
    for (const char *at = words; at != NULL; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, name, len) == 0 && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
    }
    return false;
}

void chain_expect(const chain *c, const char *names)
{
    size_t want = names == NULL ? 0 : 1;
    for (const char *at = names; at != NULL && (at = strchr(at, ' ')) != NULL; at++) {
        want++;
    }
    for (int code = PDS_F_NONE; code < PDS_F_COUNT; code++) {
        const char *const name = pds_finding_name((pds_finding_code)code);
        const bool fails = pds_finding_indication((pds_finding_code)code) != PDS_PASSED;
        const bool found = chain_count(c, name) > 0;
        if (found && is_among(name, names)) {
            want--;
        } else if (found && fails) {
            fail_msg("%s among the findings", name);
        }
    }
    if (want != 0) {
        fail_msg("not all of %s among the findings", names);
    }
}
