#include "view/glib_fold.h"

#include "view/radical.h"

#include <glib.h>
#include <string.h>

_Static_assert(PDS_FOLD_MAX >= G_UNICHAR_MAX_DECOMPOSITION_LENGTH, "room for a decomposition");

bool pds_fold_is_space(uint32_t c)
{
    return g_unichar_isspace(c) || g_unichar_iszerowidth(c) || g_unichar_iscntrl(c);
}

/* An accent has no width of its own, but is no space. */
static bool counts(uint32_t c)
{
    return g_unichar_ismark(c) || !pds_fold_is_space(c);
}

size_t pds_fold(uint32_t c, uint32_t out[PDS_FOLD_MAX])
{
    gunichar parts[PDS_FOLD_MAX];
    size_t n = 0;

    if (!g_unichar_validate(c)) {
        return 0;
    }
    size_t count = g_unichar_fully_decompose(c, TRUE, parts, PDS_FOLD_MAX);
    for (size_t i = 0; i < count; i++) {
        if (counts(parts[i])) {
            out[n++] = pds_radical_ideograph(parts[i]);
        }
    }
    return n;
}

bool pds_fold_needle(const char *text, pds_needle *needle)
{
    needle->count = 0;
    if (!g_utf8_validate(text, -1, NULL)) {
        return false;
    }
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        uint32_t folded[PDS_FOLD_MAX];
        size_t n = pds_fold(g_utf8_get_char(at), folded);
        if (needle->count + n > PDS_NEEDLE_MAX) {
            return false;
        }
        memcpy(needle->folded + needle->count, folded, n * sizeof folded[0]);
        needle->count += n;
    }
    return needle->count != 0;
}
