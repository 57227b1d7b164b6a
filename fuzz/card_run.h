#ifndef FUZZ_CARD_RUN_H
#define FUZZ_CARD_RUN_H

#include "base/buf.h"

/* A reader with a card that answers as it is told: PCSC-lite is replaced, all above it is real. */

/* One command; false: the card was pulled out. *len: room of out, then what was answered. */
typedef bool (*card_answer)(void *ctx, pds_span command, uint8_t *out, size_t *len);

typedef struct card_reader {
    card_answer answer;
    void *ctx;
    pds_span atr;
    bool pad; /* of a reader that asks for PINs itself */
} card_reader;

enum { CARD_RUNS = 7 };

/* What is done with it: 0 finds it and looks at all of it, the others do one thing each. */
void card_run(const card_reader *reader, unsigned what);

#endif
