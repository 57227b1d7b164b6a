#ifndef TIMESTAMP_AUTHORITY_PRIVATE_H
#define TIMESTAMP_AUTHORITY_PRIVATE_H

#include "timestamp/authority.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One of the list. */
typedef struct pds_authority_entry {
    pds_authority given;
    pds_http_client *client;
    int64_t down_until; /* pds_http_clock; atomic */
} pds_authority_entry;

struct pds_authorities {
    pds_authority_rules rules;
    pds_trust *own_trust; /* of nobody, where none was given */
    pds_authority_entry entries[PDS_AUTHORITIES_MAX];
    size_t count;
    size_t largest; /* token; atomic */
};

/* Whom to ask first: the order given, but those last that failed within the last minute. */
void pds_authorities_order(pds_authorities *list, size_t order[PDS_AUTHORITIES_MAX]);
void pds_authority_set_down(pds_authority_entry *entry);
void pds_authority_set_up(pds_authority_entry *entry);
void pds_authorities_learn(pds_authorities *list, size_t token);

#ifdef __cplusplus
}
#endif
#endif
