#ifndef PDF_REPAIR_PROTOCOL_H
#define PDF_REPAIR_PROTOCOL_H

/* What pdfsign and its helper pdfsign-repair agree on. */

/* Exit statuses of the helper. What it prints on standard output are lines about what was mended,
 * or, after PDS_REPAIR_EXIT_FAILED, one line that says why. */
enum {
    PDS_REPAIR_EXIT_DONE = 0,
    PDS_REPAIR_EXIT_SIGNED = 10,
    PDS_REPAIR_EXIT_PASSWORD_NEEDED = 11,
    PDS_REPAIR_EXIT_PASSWORD_WRONG = 12,
    PDS_REPAIR_EXIT_FAILED = 13,
    PDS_REPAIR_EXIT_USAGE = 14
};

/* File descriptors that the helper is given, named in its arguments. */
enum { PDS_REPAIR_FD_IN = 3, PDS_REPAIR_FD_OUT = 4, PDS_REPAIR_FD_PASSWORD = 5 };

enum { PDS_REPAIR_CPU_SECONDS = 60, PDS_REPAIR_WALL_SECONDS = 90 };

#endif
