#include "seal/text_internal.h"
#include "seal/text_unicode.h"

/* What UAX 9 knows of a character, as far as texts without embeddings need it. */
typedef enum bidi {
    BIDI_L,
    BIDI_R,
    BIDI_NUMBER,
    BIDI_AROUND,  /* belongs to a number beside it: % and currencies */
    BIDI_BETWEEN, /* belongs to numbers on both sides: point, comma, colon, slash */
    BIDI_NEUTRAL
} bidi;

static bool is_between(uint32_t c)
{
    return c == '.' || c == ',' || c == ':' || c == '/' || c == '-' || c == '+' || c == 0xA0;
}

static bool is_around(uint32_t c)
{
    return c == '%' || c == '#' || c == '$' || (c >= 0xA2 && c <= 0xA5) || c == 0xB0 ||
           (c >= 0x20A0 && c <= 0x20CF) || c == 0x2030;
}

static bidi class_of(const pds_item *item)
{
    uint32_t c = item->character;
    uint32_t script = pds_unicode_script(c);
    if (pds_unicode_is_digit(c)) {
        return BIDI_NUMBER;
    }
    if (c == 0x200F || c == 0x61C || pds_script_is_rtl(script)) {
        return BIDI_R;
    }
    if (c == 0x200E || !pds_script_is_shared(script) || pds_unicode_is_letter(c)) {
        return BIDI_L;
    }
    if (is_between(c)) {
        return BIDI_BETWEEN;
    }
    return is_around(c) ? BIDI_AROUND : BIDI_NEUTRAL;
}

/* Classes stand in the items' levels until these are known. */
static bidi at(const pds_paragraph *p, size_t i)
{
    return (bidi)p->items[i].level;
}

static void put(pds_paragraph *p, size_t i, bidi class)
{
    p->items[i].level = (uint8_t) class;
}

static bool classify(pds_paragraph *p)
{
    bool any = false;
    for (size_t i = 0; i < p->count; i++) {
        put(p, i, p->items[i].joined && i > 0 ? at(p, i - 1) : class_of(&p->items[i]));
        any = any || at(p, i) == BIDI_R;
    }
    return any;
}

static uint8_t base_level(const pds_paragraph *p)
{
    for (size_t i = 0; i < p->count; i++) {
        if (at(p, i) == BIDI_L || at(p, i) == BIDI_R) {
            return at(p, i) == BIDI_R ? 1 : 0;
        }
    }
    return 0;
}

/* W4 and W5: what belongs to numbers. */
static void join_numbers(pds_paragraph *p)
{
    for (size_t i = 1; i + 1 < p->count; i++) {
        if (at(p, i) == BIDI_BETWEEN && at(p, i - 1) == BIDI_NUMBER &&
            at(p, i + 1) == BIDI_NUMBER) {
            put(p, i, BIDI_NUMBER);
        }
    }
    for (size_t i = 1; i < p->count; i++) {
        if (at(p, i) == BIDI_AROUND && at(p, i - 1) == BIDI_NUMBER) {
            put(p, i, BIDI_NUMBER);
        }
    }
    for (size_t i = p->count; i > 1; i--) {
        if (at(p, i - 2) == BIDI_AROUND && at(p, i - 1) == BIDI_NUMBER) {
            put(p, i - 2, BIDI_NUMBER);
        }
    }
}

/* W7: numbers behind Latin letters go with them. */
static void settle_numbers(pds_paragraph *p)
{
    bidi strong = p->base == 0 ? BIDI_L : BIDI_R;
    for (size_t i = 0; i < p->count; i++) {
        if (at(p, i) == BIDI_L || at(p, i) == BIDI_R) {
            strong = at(p, i);
        } else if (at(p, i) == BIDI_NUMBER && strong == BIDI_L) {
            put(p, i, BIDI_L);
        }
    }
}

static bidi side(const pds_paragraph *p, bool outside, size_t i)
{
    if (outside) {
        return p->base == 0 ? BIDI_L : BIDI_R;
    }
    return at(p, i) == BIDI_L ? BIDI_L : BIDI_R; /* numbers count as R */
}

/* N1 and N2: what stands between takes the direction of both sides, or the paragraph's. */
static void settle_neutrals(pds_paragraph *p)
{
    for (size_t i = 0; i < p->count;) {
        size_t end = i;
        while (end < p->count && at(p, end) > BIDI_NUMBER) {
            end++;
        }
        bidi before = side(p, i == 0, i - 1);
        bidi after = side(p, end == p->count, end);
        bidi own = before == after ? before : side(p, true, 0);
        for (; i < end; i++) {
            put(p, i, own);
        }
        i = end + 1;
    }
}

void pds_bidi_resolve(pds_paragraph *p)
{
    static const uint8_t levels[2][3] = { { 0, 1, 2 }, { 2, 1, 2 } }; /* I1 and I2 */
    bool any = classify(p);
    p->base = base_level(p);
    join_numbers(p);
    settle_numbers(p);
    settle_neutrals(p);
    for (size_t i = 0; i < p->count; i++) {
        p->items[i].level = any ? levels[p->base][at(p, i)] : 0;
    }
}
