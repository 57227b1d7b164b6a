#include "cli/question.h"

#include "cli/i18n.h"
#include "cli/text.h"

#include <stdlib.h>

char *cli_question_words(const cli_question *q)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) {
        return NULL;
    }
    cli_put(to, "%s ", q->what);
    cli_put_safe(to, q->label);
    if (q->tries_left == 1) {
        cli_put(to, "%s", _(" (the last try)"));
    } else if (q->tries_left >= 0) {
        cli_put(to, _(" (%d tries left)"), q->tries_left);
    }
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
