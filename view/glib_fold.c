#include "view/glib_fold.h"

#include "view/radical.h"

#include <glib.h>
#include <string.h>

_Static_assert(PDS_FOLD_MAX >= G_UNICHAR_MAX_DECOMPOSITION_LENGTH, "room for a decomposition");

/* White space, soft hyphens, joiners, and which of its shapes a character is to have. */
static bool is_unseen(uint32_t c)
{
    return g_unichar_isspace(c) || g_unichar_iscntrl(c) || g_unichar_type(c) == G_UNICODE_FORMAT ||
           (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF);
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
        if (!is_unseen(parts[i])) {
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
