#include "cli/i18n.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// NOLINTBEGIN(concurrency-mt-unsafe): all of this runs before there are threads

/* The value that decides about messages, in the order of POSIX (XBD 8.2); "" none. */
static const char *wanted_locale(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0') {
            return value;
        }
    }
    return "";
}

/* Messages are written in English; these need no catalogue. */
static bool speaks_english(const char *locale)
{
    const char *list = getenv("LANGUAGE");
    bool plain = locale[0] == '\0' || strcmp(locale, "POSIX") == 0 || strcmp(locale, "C") == 0;
    if (plain) {
        return true;
    }
    const char *first = list != NULL && list[0] != '\0' ? list : locale;
    return strncmp(first, "en", 2) == 0 || strncmp(first, "C.", 2) == 0;
}

static bool has_catalogues(const char *folder)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/zh_CN/LC_MESSAGES/" CLI_DOMAIN ".mo", folder);
    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

/* share/locale beside the folder of the program: a moved installation, or a build folder. */
static const char *folder_beside_program(char *buffer, size_t size)
{
    static const char share[] = "/share/locale";
    ssize_t n = readlink("/proc/self/exe", buffer, size - sizeof share);
    if (n <= 0) {
        return NULL;
    }
    buffer[n] = '\0';
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(buffer, '/');
        if (slash == NULL) {
            return NULL;
        }
        *slash = '\0';
    }
    strcat(buffer, share); /* NOLINT(clang-analyzer-security.insecureAPI.strcpy): room was kept */
    return has_catalogues(buffer) ? buffer : NULL;
}

void cli_locale_init(void)
{
    char beside[PATH_MAX];
    const char *wanted = wanted_locale();
    if (speaks_english(wanted)) {
        return;
    }
    /* LC_NUMERIC stays as it is: numbers in PDF and JSON have a point. */
    if (setlocale(LC_MESSAGES, wanted) == NULL) {
        /* Small systems have the locale's name but not its data; the catalogue alone will do. */
        if (setlocale(LC_MESSAGES, "C.UTF-8") == NULL || setenv("LANGUAGE", wanted, 0) != 0) {
            return;
        }
    }
    const char *folder = has_catalogues(CLI_LOCALEDIR)
                             ? CLI_LOCALEDIR
                             : folder_beside_program(beside, sizeof beside);
    if (folder != NULL) {
        (void)bindtextdomain(CLI_DOMAIN, folder);
        (void)bind_textdomain_codeset(CLI_DOMAIN, "UTF-8");
        (void)bind_textdomain_codeset("p11-kit",
                                      "UTF-8"); /* whose words stand in faults of tokens */
    }
}

// NOLINTEND(concurrency-mt-unsafe)
