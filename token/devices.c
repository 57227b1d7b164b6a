#include "token/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const pds_device_ops *const pds_devices[] = { &pds_device_p11, &pds_device_pcsc, NULL };

const pds_device_ops *pds_device_row(const char *uri, const char **rest)
{
    const size_t scheme = strcspn(uri, ":");
    for (size_t i = 0; pds_devices[i] != NULL; i++) {
        const char *const name = pds_devices[i]->scheme;
        if (strlen(name) == scheme && strncasecmp(uri, name, scheme) == 0 && uri[scheme] == ':') {
            *rest = uri + scheme + 1;
            return pds_devices[i];
        }
    }
    return NULL;
}

void pds_device_keys_drop(pds_device_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        pds_cert_drop(&keys->items[i].cert);
        EVP_PKEY_free(keys->items[i].public_half);
    }
    free(keys->items);
    *keys = (pds_device_keys){ .items = NULL };
}

void pds_device_list_drop(pds_device_list *list)
{
    free(list->items);
    free(list->notes);
    *list = (pds_device_list){ .items = NULL };
}

pds_code pds_device_list_add(pds_device_list *list, const pds_device_info *info, pds_err *e)
{
    pds_device_info *const grown = realloc(list->items, (list->count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->items = grown;
    grown[list->count++] = *info;
    return PDS_OK;
}

pds_code pds_device_list_note(pds_device_list *list, const char *who, const char *why, pds_err *e)
{
    char(*const grown)[256] = realloc(list->notes, (list->note_count + 1) * sizeof *grown);
    if (grown == NULL) {
        PDS_FAIL(e, PDS_E_NO_MEMORY, "out of memory");
    }
    list->notes = grown;
    (void)snprintf(grown[list->note_count++], sizeof *grown, "%s: %s", who, why);
    return PDS_OK;
}
