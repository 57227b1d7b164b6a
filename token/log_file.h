#ifndef TOKEN_LOG_FILE_H
#define TOKEN_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { PDS_LOG_PATH = 4096 };
/* Where the log "token.log" and its switch "token-log-on" lie. False: the person has no home. */
bool pds_log_path(const char *name, char *out, size_t room);

#endif
