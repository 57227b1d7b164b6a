#include "cli/gen_docs.h"

#include <string.h>

bool cli_in_verb(const cli_option *row, cli_verb verb)
{
    unsigned verbs = 1U << verb | (verb == CLI_SIGN ? CLI_IN_FINISH : 0U);
    return (row->verbs & verbs) != 0;
}

bool cli_first_of_name(const cli_option *row)
{
    const cli_option *first = CLI_OPTIONS;
    while (strcmp(first->name, row->name) != 0) {
        first++;
    }
    return first == row;
}

/* gen_docs KIND FILE: makes one file of the documentation while the program is built. */
int main(int argc, char *argv[])
{
    static const struct {
        const char *kind;
        void (*write)(FILE *);
    } writers[] = { { "man", cli_write_man },
                    { "bash", cli_write_bash },
                    { "zsh", cli_write_zsh },
                    { "fish", cli_write_fish } };
    for (size_t i = 0; argc == 3 && i < sizeof writers / sizeof writers[0]; i++) {
        if (strcmp(argv[1], writers[i].kind) != 0) {
            continue;
        }
        FILE *to = fopen(argv[2], "we");
        if (to == NULL) {
            return 1;
        }
        writers[i].write(to);
        return fclose(to) == 0 ? 0 : 1;
    }
    return 2;
}
