#include "cli/text.h"

#include <string.h>

enum { LONGEST = 32 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (one letter more, less, other, or two swapped) from a to b. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][LONGEST + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST || m > LONGEST) {
        return LONGEST;
    }
    for (size_t j = 0; j <= m; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3];
        const size_t *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t other = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = least(other, 1 + least(last[j], now[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = least(now[j], before[j - 2] + 1);
            }
        }
    }
    return rows[n % 3][m];
}

const char *cli_nearest(const char *typed, const char *const *words)
{
    const char *best = NULL;
    size_t limit = least(2, strlen(typed) / 3) + 1; /* a short word resembles everything */
    for (; *words != NULL; words++) {
        size_t d = distance(typed, *words);
        if (d < limit) {
            limit = d;
            best = *words;
        }
    }
    return best;
}
