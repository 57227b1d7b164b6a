#ifndef TESTS_TIMESTAMP_TSA_FAULT_H
#define TESTS_TIMESTAMP_TSA_FAULT_H

/* What tsa.h says of paths, and the answers that come of it. */

#include "base/buf.h"
#include "tests/timestamp/tsa.h"

/* 0: not asked for. */
typedef struct tsa_fault {
    long slow, status, retry_after, hangup, cut, loop, type, garbage, endless, rejected, nonce,
        imprint, policy, forged, bare, huge, ahead, times;
} tsa_fault;

/* Abort at a path that nobody knows. */
tsa_fault tsa_fault_of(const char *path);

/* TimeStampResp behind out; false: the request is none. serial: of the token. */
bool tsa_answer(const tsa_options *options, const tsa_fault *fault, pds_span request, long serial,
                pds_buf *out);

#endif
